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
import signal
import sys
from dataclasses import replace

from gateway.clock import SystemClock
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


class Leash(asyncio.Protocol):
    """Lets go when the other end of a pipe is closed, also by a kill."""

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop = stop

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop.set()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulators.wechat", description="WeChat on loopback")
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--gateway", default="http://127.0.0.1:8080")
    parser.add_argument("--official-path", default="/wechat/{appid}")
    parser.add_argument("--kf-path", default="/wechat/kf/{appid}")
    parser.add_argument("--leash", action="store_true")
    parser.add_argument("--settings", action="store_true")
    return parser.parse_args()


def _calling(account: AccountSettings, callback: str) -> AccountSettings:
    return replace(account, callback=callback.format(name=account.name, appid=account.appid))


async def _run(accounts: list[AccountSettings], options: argparse.Namespace) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stop.set)
    if options.leash:
        await loop.connect_read_pipe(lambda: Leash(stop), sys.stdin)
    async with serve(accounts, SystemClock(), options.port) as wechat:
        wechat.desk = f"{options.gateway}/desk/"
        sys.stdout.write(f"WeChat is played on {wechat.url}, its phones on {wechat.url}/demo/\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    main()
