"""The load of WeChat: signed and encrypted pushes, sealed before the clock runs, so many in flight at once.

`python -m bench.wechat_generator --url …/wechat/APPID --pid … --visitors 256` prints one JSON line as
bench/load_generator.py does. Each citizen sends five texts one after the other: a new opening, then exact commands.
"""
from __future__ import annotations

import argparse
import asyncio
import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import aiohttp
from yarl import URL

from bench.load_generator import ANSWER_S, Tally, steady
from bench.stories import COMMANDS, STORIES, Said, facts
from gateway.clock import SystemClock
from simulators.wechat.citizens import openid
from simulators.wechat.pushes import Composer, Push
from simulators.wechat.sealing import BadAnswer, Sealer
from simulators.wechat.settings import AccountSettings, official

ACCOUNT: AccountSettings = official("bench")
FOLLOWING = (*COMMANDS["zh"], COMMANDS["zh"][0])  # of one citizen, behind the opening: four
LATE = "no reply in time"  # it goes through the API then, which costs a message of a cap
TEXTS = 1 + len(FOLLOWING)
CHECKED = 16   # of so many answers one is opened and checked as WeChat does
OK = 200


@dataclass(frozen=True, slots=True)
class Sealed:
    """A push as it will be sent."""

    push: Push
    url: URL
    body: bytes
    opening: bool


class Post:
    """All pushes of a run, by place in the queue of those in flight."""

    def __init__(self, url: str, seed: int) -> None:
        clock = SystemClock()
        self._url, self._composer, self.sealer = url, Composer(clock), Sealer(ACCOUNT, clock)
        self._chance, self._people = random.Random(seed), count()
        self._openings = [story.openings for story in STORIES if story.language == "zh"]

    def citizen(self) -> Iterator[Sealed]:
        """Five pushes of somebody new."""
        who = openid(ACCOUNT.appid, f"citizen {next(self._people)} {self._chance.random()}")
        opening = self._chance.choice(self._chance.choice(self._openings)).format_map(facts(self._chance))
        for n, text in enumerate((opening, *FOLLOWING)):
            push = self._composer.message(who, "text", {"Content": text})
            letter = self.sealer.letter(push)
            yield Sealed(push, URL(self._url).with_query(letter.query), letter.body, n == 0)


class Line:
    """One push in flight at a time: one citizen after the other."""

    def __init__(self, http: aiohttp.ClientSession, post: Post, tally: Tally, citizens: int, bare: bool) -> None:
        self._http, self._post, self._tally, self._bare = http, post, tally, bare
        self._ready = [sealed for _ in range(citizens) for sealed in post.citizen()]

    def skips(self, pushes: int) -> None:
        """So many of the first citizen's, so that not all lines open a matter in the same instant."""
        del self._ready[:pushes]

    async def talks(self, until: float) -> None:
        """Until then or until nothing is left, which is an error unless the server knows no repeats."""
        while time.perf_counter() < until:
            for sealed in self._ready:
                if time.perf_counter() >= until:
                    return
                await self._sends(sealed)
            if not self._bare:
                self._tally.errors["nothing left to send"] += 1
                return

    async def _sends(self, sealed: Sealed) -> None:
        began = time.perf_counter()
        try:
            async with asyncio.timeout(ANSWER_S), self._http.post(
                sealed.url, data=sealed.body, headers={"Content-Type": "text/xml"}
            ) as response:
                answer = await response.read()
        except (aiohttp.ClientError, TimeoutError) as fault:
            self._tally.errors[type(fault).__name__] += 1
            return
        seconds = time.perf_counter() - began
        fault_ = "" if self._bare else self._fault(response.status, answer, sealed)
        if fault_:
            self._tally.errors[fault_] += 1
        else:
            self._tally.add(Said(opening=sealed.opening), seconds, None)

    def _fault(self, status: int, answer: bytes, sealed: Sealed) -> str:
        """Why this is no reply; every so often by opening it."""
        if status != OK:
            return f"HTTP {status}"
        if b"<Encrypt>" not in answer:
            return LATE
        if self._tally.turns % CHECKED:
            return ""
        try:
            reply = self._post.sealer.read(answer, sealed.push)
        except BadAnswer as wrong:
            return str(wrong)
        return "" if reply is not None and reply.text else "an empty reply"


async def run(args: argparse.Namespace) -> dict[str, object]:
    tally, post = Tally(), Post(args.url, args.seed)
    each = max(1, round(args.most_per_s * (args.warm + args.seconds) / args.visitors / TEXTS)) + 1
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        crowd = [Line(http, post, tally, 4 if args.bare else each, args.bare) for _ in range(args.visitors)]
        for number, line in enumerate(crowd):
            line.skips(number % TEXTS)
        return await steady(crowd, tally, args.pid, args.warm, args.seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--pid", type=int, required=True, help="the server, whose CPU and memory are read")
    parser.add_argument("--visitors", type=int, default=32, help="pushes in flight")
    parser.add_argument("--warm", type=float, default=3.0)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--most-per-s", type=float, default=1_000.0, help="so many pushes are made beforehand")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bare", action="store_true", help="the server takes anything, and again")
    print(json.dumps(asyncio.run(run(parser.parse_args()))))


if __name__ == "__main__":
    main()
