"""`python -m simulators.smsc`: a mobile carrier on loopback with phones on a demo page.

    --port 2775                            where it speaks SMPP, on 127.0.0.1 only
    --demo-port 8091                       where the page with the phones is
    --gateway http://127.0.0.1:8080        whose staff page is linked, and where Kannel calls
    --kannel 13013                         a real Kannel stands before the gateway, its sendsms on that port
    --conf FILE                            that Kannel's configuration, as the gateway writes it; beside it its spool
    --leash                                end when standard input closes: who started it cannot leave it behind
    --settings                             print the gateway's configuration for it, and end

Its phones, numbers and accounts are the same at every start. Without --conf no Kannel is started: it may run elsewhere.
"""
from __future__ import annotations

import argparse
import asyncio
import sys
from contextlib import AsyncExitStack
from pathlib import Path

from gateway.clock import SystemClock
from simulators.demo import program
from simulators.smsc import kannel
from simulators.smsc.demo import Demo, shown
from simulators.smsc.server import serve
from simulators.smsc.settings import configuration


def main() -> None:
    options = _options()
    if options.settings:
        sys.stdout.write(configuration(options.port, options.gateway, options.kannel))
        return
    try:
        asyncio.run(_run(options))
    except TimeoutError:
        sys.exit(f"SMS cannot be played: Kannel does not start, see {options.conf.parent}")
    except OSError as error:
        where = f"127.0.0.1:{options.port} with its phones on 127.0.0.1:{options.demo_port}"
        sys.exit(f"SMS cannot be played on {where}: {error.strerror or error}")


def _options() -> argparse.Namespace:
    parser = program.parser("smsc", "A mobile carrier on loopback", 2775)
    parser.add_argument("--demo-port", type=int, default=8091)
    parser.add_argument("--kannel", type=int)
    parser.add_argument("--conf", type=Path)
    return parser.parse_args()


async def _run(options: argparse.Namespace) -> None:
    stop = await program.ending(leash=options.leash)
    clock = SystemClock()
    way = "SMPP" if options.kannel is None else "Kannel"
    async with AsyncExitStack() as stack:
        carrier = await stack.enter_async_context(serve(clock, options.port))
        demo = Demo(carrier, clock, f"{options.gateway}/desk/", way)
        page = await stack.enter_async_context(shown(demo, options.demo_port))
        if options.conf is not None:
            conf = options.conf.read_text("utf-8")
            await stack.enter_async_context(kannel.running(conf, options.conf.parent, *kannel.ports(conf)))
        program.say(f"SMS is played on {carrier.host}:{carrier.port} through {way}, its phones on {page}")
        await stop.wait()


if __name__ == "__main__":
    main()
