"""Visitors at a set rate, in a process of their own: `python -m bench.paced --url … --pid … --rate 60 --visitors 120`.

Every visitor writes at fixed instants, whatever became of the message before, and a turn's time counts from the instant
it was due: a gateway that stalls is charged with all who would have written meanwhile. Several `--url` share the
visitors, several `--pid` are watched. With `--matters` a visitor leaves after so many matters and a new one comes.
Prints one JSON line.
"""
from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import count

import aiohttp

from bench.figures import latencies
from bench.load_generator import AT_ONCE, Tally, Visitor
from bench.stories import TURNS, Teller
from bench.watch import cpu_s, rss_mb


@dataclass(slots=True)
class Crowd:
    """`every_s` between two messages of one visitor; `matters` until the visitor is another one, 0: never. New visitors
    take the sessions of `https`, one for each loopback address, in turn."""

    https: Sequence[aiohttp.ClientSession]
    tally: Tally
    every_s: float
    matters: int
    seed: str
    numbers: count[int] = field(default_factory=count)

    async def newcomer(self, url: str) -> Visitor:
        n = next(self.numbers)
        visitor = Visitor(Teller(f"{self.seed} {n}"), self.tally, echo=False)
        await visitor.comes(self.https[n % len(self.https)], url)
        return visitor

    async def seat(self, visitor: Visitor, url: str, due: float, until: float) -> None:
        """One place after another visitor in it; what breaks is counted and the next one comes."""
        turns = 0
        while max(due, time.perf_counter()) < until:  # what is still due then is not counted anyway
            await asyncio.sleep(due - time.perf_counter())
            try:
                if self.matters and turns == self.matters * TURNS:
                    await visitor.leaves()
                    visitor, turns = await self.newcomer(url), 0
                await visitor.turn(due)
                turns += 1
            except (aiohttp.ClientError, TimeoutError, TypeError) as fault:  # TypeError: the socket was closed
                self.tally.errors[type(fault).__name__] += 1
                visitor, turns = await self.newcomer(url), 0
            due += self.every_s


async def run(args: argparse.Namespace) -> dict[str, object]:
    async with AsyncExitStack() as opened:
        https = [await opened.enter_async_context(_from(n)) for n in range(args.addresses)]
        crowd = Crowd(https, Tally(), args.visitors / args.rate, args.matters, str(args.seed))
        urls = [args.url[n % len(args.url)] for n in range(args.visitors)]
        visitors: list[Visitor] = []
        for start in range(0, len(urls), AT_ONCE):
            visitors += await asyncio.gather(*(crowd.newcomer(url) for url in urls[start:start + AT_ONCE]))
        began = time.perf_counter()
        until = began + args.warm + args.seconds
        seats = [
            asyncio.create_task(crowd.seat(visitor, url, began + n / args.rate, until))
            for n, (visitor, url) in enumerate(zip(visitors, urls, strict=True))
        ]
        await asyncio.sleep(args.warm)
        found = await _counted(crowd.tally, args.pid, args.seconds)
        await asyncio.gather(*seats)
        return {"visitors": args.visitors, "rate": args.rate, **found}


def _from(n: int) -> aiohttp.ClientSession:
    """Connections of one citizen's address: all of 127.0.0.0/8 is loopback on Linux."""
    address = ("127.0.0.1", 0) if n == 0 else (f"127.1.{n // 250}.{n % 250 + 1}", 0)
    connector = aiohttp.TCPConnector(limit=0, local_addr=address)
    return aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout())


async def _counted(tally: Tally, pids: list[int], seconds: float) -> dict[str, object]:
    cpu = [cpu_s(pid) for pid in pids]
    tally.counting, own, began = True, time.process_time(), time.perf_counter()
    await asyncio.sleep(seconds)
    tally.counting, elapsed = False, time.perf_counter() - began
    spent = [cpu_s(pid) - before for pid, before in zip(pids, cpu, strict=True)]
    turns = max(1, tally.turns)
    return {
        "seconds": round(elapsed, 1), "turns": tally.turns, "turns_per_s": round(tally.turns / elapsed, 1),
        **latencies(tally.seconds), "openings_share": round(tally.openings / turns, 3),
        "errors": sum(tally.errors.values()), "error_kinds": dict(tally.errors),
        "cpu_ms_per_turn": round(sum(spent) / turns * 1000, 3),
        "cpu_ms_per_turn_of": [round(one / turns * 1000, 3) for one in spent],
        "generator_cpu_ms_per_turn": round((time.process_time() - own) / turns * 1000, 3),
        "rss_mb": [rss_mb(pid) for pid in pids],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", action="append", required=True, help="of the WebSocket; may be repeated")
    parser.add_argument("--pid", action="append", type=int, required=True, help="whose CPU is read; may be repeated")
    parser.add_argument("--visitors", type=int, default=120)
    parser.add_argument("--rate", type=float, default=60.0, help="turns a second of all together")
    parser.add_argument("--matters", type=int, default=0)
    parser.add_argument("--addresses", type=int, default=1, help="of loopback that they come from (Linux)")
    parser.add_argument("--warm", type=float, default=5.0)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--seed", type=int, default=1)
    print(json.dumps(asyncio.run(run(parser.parse_args()))))


if __name__ == "__main__":
    main()
