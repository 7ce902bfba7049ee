"""`python -m simulators.faults 127.0.0.1:6379`: a proxy before that server, on loopback.

    --port 7379     where clients connect
    --control 7380  where its weather is switched (control.py): curl -X PUT -d '{"cut_reply": 0.004}' …/weather
    --seed 0        of the chance by which pieces are chosen
    --leash         end when standard input closes
"""
from __future__ import annotations

import argparse
import asyncio

from simulators.demo.program import ending, say
from simulators.faults.control import controlled
from simulators.faults.proxy import HOST, FaultProxy


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m simulators.faults", description="A TCP fault proxy on loopback")
    parser.add_argument("server", help="host:port")
    parser.add_argument("--port", type=int, default=7379)
    parser.add_argument("--control", type=int, default=7380)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--leash", action="store_true")
    asyncio.run(_run(parser.parse_args()))


async def _run(options: argparse.Namespace) -> None:
    stop = await ending(leash=options.leash)
    host, _, port = options.server.rpartition(":")
    proxy = FaultProxy((host, int(port)), port=options.port, seed=options.seed)
    async with proxy, controlled(proxy, options.control) as switch:
        say(f"{options.server} is reached through {HOST}:{proxy.port}, its weather is switched at {switch}/weather")
        await stop.wait()


if __name__ == "__main__":
    main()
