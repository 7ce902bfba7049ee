"""The citizens, in a process of their own: each goes through the whole dialogue, again and again as somebody new.

`python -m bench.peers.generator --way rasa --url … --pid … --lines 16 --ended FILE` prints one JSON line as
bench/load_generator.py does, with how many dialogues ended and how many went wrong, and appends to FILE what each one
that ended had said.
"""
from __future__ import annotations

import argparse
import asyncio
import json
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from bench.load_generator import Tally, steady
from bench.peers.dialogue import facts, fault, opening, questions, turns
from bench.peers.ways import WAYS, NoReplyError, Way
from bench.stories import Said

ANSWER_S = 60.0


@dataclass(slots=True)
class Dialogues:
    """Of the whole run: what was said in those that ended, and why the others did not."""

    ended: list[dict[str, str]] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)


class Citizens:
    """One after the other over one way, each turn judged; a turn that went wrong ends its dialogue."""

    def __init__(self, way: Way, seed: str, tally: Tally, dialogues: Dialogues) -> None:
        self._way, self._chance = way, random.Random(seed)
        self._tally, self._dialogues, self._asked = tally, dialogues, questions()

    async def talks(self, until: float) -> None:
        while time.perf_counter() < until:
            try:
                await self._one(until)
            except (aiohttp.ClientError, TimeoutError, NoReplyError) as broken:
                self._wrong(f"{type(broken).__name__}: {broken}")

    async def _one(self, until: float) -> None:
        """A dialogue; where the time is over it stays open."""
        said = facts(self._chance)
        await self._way.begins(said["tracking_number"])
        try:
            for n, turn in enumerate(turns(said, opening(self._chance), self._asked)):
                if time.perf_counter() >= until:
                    return
                began = time.perf_counter()
                async with asyncio.timeout(ANSWER_S):
                    reply = await self._way.says(turn.says)
                if lacking := fault(reply, turn):
                    self._wrong(f"turn {n + 1}: no {lacking[:60]} in {reply[:120]}")
                    return
                self._tally.add(Said(opening=n == 0), time.perf_counter() - began, None)
            self._dialogues.ended.append(said)
        finally:
            await self._way.ends()

    def _wrong(self, why: str) -> None:
        self._dialogues.wrong[why] += 1


async def run(args: argparse.Namespace) -> dict[str, object]:
    tally, dialogues = Tally(), Dialogues()
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout()) as http:
        crowd = [
            Citizens(WAYS[args.way](http, args.url), f"{args.way} {args.seed} {args.lines} {n}", tally, dialogues)
            for n in range(args.lines)
        ]
        figures = await steady(crowd, tally, args.pid, args.warm, args.seconds)
    with args.ended.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(said, ensure_ascii=False) + "\n" for said in dialogues.ended)
    return figures | {
        "dialogues": len(dialogues.ended), "wrong": sum(dialogues.wrong.values()),
        "wrong_kinds": dict(dialogues.wrong.most_common(3)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--way", choices=list(WAYS), required=True)
    parser.add_argument("--url", required=True)
    parser.add_argument("--pid", type=int, required=True, help="the server, whose CPU and memory are read")
    parser.add_argument("--ended", type=Path, required=True)
    parser.add_argument("--lines", type=int, default=16, help="citizens at once")
    parser.add_argument("--warm", type=float, default=2.0)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--seed", default="1")
    print(json.dumps(asyncio.run(run(parser.parse_args())), ensure_ascii=False))


if __name__ == "__main__":
    main()
