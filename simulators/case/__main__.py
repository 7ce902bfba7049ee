"""`python -m simulators.case`: a case system on loopback, with its cases on a demo page.

    --port 8093                            where it takes operations, on 127.0.0.1 only
    --demo-port 8092                       where its page is
    --gateway http://127.0.0.1:8080        whom it tells its events
    --repeats idempotent|lookup|neither    what it does with a key that it has seen
    --leash                                end when standard input closes: who started it cannot leave it behind
    --settings                             print the gateway's configuration for it, and end
"""
from __future__ import annotations

import argparse
import asyncio
import sys
from typing import get_args

from gateway.clock import SystemClock
from simulators.case.book import Repeats
from simulators.case.demo import Demo, shown
from simulators.case.server import serve
from simulators.case.settings import configuration
from simulators.demo import program


def main() -> None:
    options = _options()
    if options.settings:
        sys.stdout.write(configuration(options.port, options.repeats))
        return
    try:
        asyncio.run(_run(options))
    except OSError as error:
        where = f"127.0.0.1:{options.port} with its page on 127.0.0.1:{options.demo_port}"
        sys.exit(f"the case system cannot be played on {where}: {error.strerror or error}")


def _options() -> argparse.Namespace:
    parser = program.parser("case", "A case system on loopback", 8093)
    parser.add_argument("--demo-port", type=int, default=8092)
    parser.add_argument("--repeats", choices=get_args(Repeats), default="idempotent")
    return parser.parse_args()


async def _run(options: argparse.Namespace) -> None:
    stop, clock = await program.ending(leash=options.leash), SystemClock()
    async with serve(clock, options.gateway, options.port, options.repeats) as served:
        demo = Demo(served, clock, f"{options.gateway}/desk/")
        async with shown(demo, options.demo_port) as page:
            program.say(f"A case system is played on {served.url}, its cases on {page}")
            await stop.wait()


if __name__ == "__main__":
    main()
