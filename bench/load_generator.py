"""The load: visitors on WebSockets, each a turn at a time, in a process of its own.

`python -m bench.load_generator --url … --pid … --visitors 256` prints one JSON line: turns, latencies, errors, and
what the watched process spent meanwhile. With `--rounds` all visitors open together, then all go on together, so that
the CPU of an opening and of any other turn can be told apart. With `--echo` the server only sends back what it gets.
"""
from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import aiohttp
import msgspec
from msgspec import Struct

from bench.figures import latencies
from bench.stories import TURNS, Heard, Said, Teller
from bench.watch import cpu_s, rss_mb

ANSWER_S = 60.0
AT_ONCE = 32    # visitors who come in together
QUIET_S = 0.5   # without a tick of the watched process more than this share …
QUIET_SHARE = 0.15


class _Choice(Struct):
    value: str


class _Frame(Struct):
    """What the generator looks at; everything else in a frame is passed over."""

    type: str
    id: str | None = None
    ask: str | None = None
    choices: list[_Choice] = []
    reply_to: str | None = None
    work_order: str | None = None
    code: str = ""  # of an error


_read = msgspec.json.Decoder(_Frame).decode
_write = msgspec.json.encode


@dataclass(slots=True)
class Tally:
    """Of the measured time only."""

    counting: bool = False
    turns: int = 0
    openings: int = 0
    filed: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    def add(self, said: Said, seconds: float, work_order: str | None) -> None:
        if self.counting:
            self.turns += 1
            self.openings += said.opening
            self.filed += work_order is not None
            self.seconds.append(seconds)


class Visitor:
    """One socket."""

    def __init__(self, teller: Teller, tally: Tally, echo: bool) -> None:
        self._teller, self._tally, self._echo = teller, tally, echo
        self._heard: Heard | None = None
        self._sent = 0
        self._socket: aiohttp.ClientWebSocketResponse

    async def comes(self, http: aiohttp.ClientSession, url: str) -> None:
        self._socket = await http.ws_connect(url, max_msg_size=0)
        await self._socket.send_str(f'{{"type":"hello","language":"{self._teller.language}"}}')
        await self._socket.receive_str()

    async def leaves(self) -> None:
        await self._socket.close()

    async def turn(self, due: float | None = None) -> None:
        """One message and the reply to it; its time counts from when it was `due` (time.perf_counter), else from now.
        """
        said = self._teller.says(self._heard)
        self._sent += 1
        id_ = f"m{self._sent}"
        message = {"type": "message", "id": id_, "reply_to": id_ if self._echo else None}
        if said.choice:
            message |= {"choice": said.choice, "to": self._heard.id if self._heard else None}
        else:
            message["text"] = said.text
        began = due or time.perf_counter()
        async with asyncio.timeout(ANSWER_S):
            await self._socket.send_str(_write(message).decode())
            frame = await self._reply(id_)
        if frame is not None:
            self._tally.add(said, time.perf_counter() - began, frame.work_order)
            self._heard = Heard(frame.id or "", frame.ask, [choice.value for choice in frame.choices])

    async def _reply(self, id_: str) -> _Frame | None:
        while True:
            frame = _read(await self._socket.receive_str())
            if frame.type == "message" and frame.reply_to == id_:
                return frame
            if frame.type == "error":
                self._tally.errors[frame.code] += 1
                return None

    async def talks(self, until: float) -> None:
        """Turn after turn; what breaks is counted and ends this visitor."""
        try:
            while time.perf_counter() < until:
                await self.turn()
        except (aiohttp.ClientError, TimeoutError, TypeError) as fault:  # TypeError: the socket was closed
            self._tally.errors[type(fault).__name__] += 1


class Talks(Protocol):
    async def talks(self, until: float) -> None:
        """Turn after turn until then (time.perf_counter), each of them tallied."""
        ...


async def steady(crowd: Sequence[Talks], tally: Tally, pid: int, warm_s: float, seconds: float) -> dict[str, object]:
    """Everybody talks; after `warm_s` seconds it counts, for `seconds`."""
    began = time.perf_counter()
    tasks = [asyncio.create_task(visitor.talks(began + warm_s + seconds)) for visitor in crowd]
    await asyncio.sleep(warm_s)
    tally.counting, cpu, own, started = True, cpu_s(pid), time.process_time(), time.perf_counter()
    await asyncio.sleep(seconds)
    tally.counting = False
    elapsed = time.perf_counter() - started
    spent, own = cpu_s(pid) - cpu, time.process_time() - own
    await asyncio.gather(*tasks)
    turns = max(1, tally.turns)
    return {
        "visitors": len(crowd), "seconds": round(elapsed, 1), "turns": tally.turns,
        "turns_per_s": round(tally.turns / elapsed, 1), **latencies(tally.seconds),
        "openings_share": round(tally.openings / turns, 3), "work_orders_share": round(tally.filed / turns, 3),
        "errors": sum(tally.errors.values()), "error_kinds": dict(tally.errors),
        "cpu_ms_per_turn": round(spent / turns * 1000, 3), "cores_busy": round(spent / elapsed, 2),
        "generator_cpu_ms_per_turn": round(own / turns * 1000, 3), "rss_mb": rss_mb(pid),
    }


async def phases(crowd: list[Visitor], pid: int, rounds: int) -> dict[str, object]:
    """Openings by all, quiet, the other turns by all, quiet; the first round warms up."""
    spent = {"opening": 0.0, "other": 0.0}
    for round_ in range(rounds + 1):
        for name, turns in (("opening", 1), ("other", TURNS - 1)):
            cpu = cpu_s(pid)
            for _ in range(turns):
                await asyncio.gather(*(visitor.turn() for visitor in crowd))
            await _quiet(pid)
            spent[name] += (cpu_s(pid) - cpu) if round_ else 0.0
    openings = rounds * len(crowd)
    return {
        "openings": openings, "cpu_ms_per_opening": round(spent["opening"] / openings * 1000, 3),
        "others": openings * (TURNS - 1),
        "cpu_ms_per_other_turn": round(spent["other"] / (openings * (TURNS - 1)) * 1000, 3),
        "cpu_ms_per_mixed_turn": round(sum(spent.values()) / (openings * TURNS) * 1000, 3),
        "rss_mb": rss_mb(pid),
    }


async def _quiet(pid: int) -> None:
    """What a turn left behind (the case on its way to the desk) is done as well."""
    while True:
        before = cpu_s(pid)
        await asyncio.sleep(QUIET_S)
        if cpu_s(pid) - before < QUIET_S * QUIET_SHARE:
            return


async def run(args: argparse.Namespace) -> dict[str, object]:
    tally = Tally()
    crowd = [Visitor(Teller(f"{args.seed} {n}"), tally, args.echo) for n in range(args.visitors)]
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout()) as http:
        for start in range(0, len(crowd), AT_ONCE):
            await asyncio.gather(*(visitor.comes(http, args.url) for visitor in crowd[start:start + AT_ONCE]))
        if args.rounds:
            return await phases(crowd, args.pid, args.rounds)
        return await steady(crowd, tally, args.pid, args.warm, args.seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--pid", type=int, required=True, help="the server, whose CPU and memory are read")
    parser.add_argument("--visitors", type=int, default=32)
    parser.add_argument("--warm", type=float, default=3.0)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--rounds", type=int, default=0, help="so many rounds in phases instead of a fixed time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--echo", action="store_true")
    print(json.dumps(asyncio.run(run(parser.parse_args()))))


if __name__ == "__main__":
    main()
