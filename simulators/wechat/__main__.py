"""`python -m simulators.wechat`: WeChat on loopback with its demo page, beside a gateway that is already running.

    --port 8090                            where it listens, on 127.0.0.1 only
    --gateway http://127.0.0.1:8080        whom it pushes to
    --official-path /wechat/{appid}        the callback of official account and mini-program; {name} is the name
    --kf-path /wechat/kf/{appid}           likewise of customer service, whose id is the corpid
    --leash                                end when standard input closes: who started it cannot leave it behind
    --settings                             print the ids and secrets as the gateway's configuration, and end

Its accounts, ids and secrets are the same at every start.
"""
from __future__ import annotations

import argparse
import asyncio
import sys
from dataclasses import replace

from gateway.clock import SystemClock
from simulators.demo import program
from simulators.wechat.server import serve
from simulators.wechat.settings import AccountSettings, configuration, kf, mini, official

OFFICIAL, MINI, KF = official("12345"), mini("12345-mini"), kf("12345-kf")


def main() -> None:
    options = _options()
    accounts = [
        _calling(OFFICIAL, options.gateway + options.official_path),
        _calling(MINI, options.gateway + options.official_path),
        _calling(KF, options.gateway + options.kf_path),
    ]
    if options.settings:
        sys.stdout.write(configuration(accounts, options.port))
        return
    try:
        asyncio.run(_run(accounts, options))
    except OSError as error:
        sys.exit(f"WeChat cannot be played on 127.0.0.1:{options.port}: {error.strerror}")


def _options() -> argparse.Namespace:
    parser = program.parser("wechat", "WeChat on loopback", 8090)
    parser.add_argument("--official-path", default="/wechat/{appid}")
    parser.add_argument("--kf-path", default="/wechat/kf/{appid}")
    return parser.parse_args()


def _calling(account: AccountSettings, callback: str) -> AccountSettings:
    return replace(account, callback=callback.format(name=account.name, appid=account.appid))


async def _run(accounts: list[AccountSettings], options: argparse.Namespace) -> None:
    stop = await program.ending(leash=options.leash)
    async with serve(accounts, SystemClock(), options.port) as wechat:
        wechat.desk = f"{options.gateway}/desk/"
        program.say(f"WeChat is played on {wechat.url}, its phones on {wechat.url}/demo/")
        await stop.wait()


if __name__ == "__main__":
    main()
