"""Text messages a second, each way: `python -m bench.sms [--full]`, over SMPP, through Kannel, and by smpplib alone.

The simulated carrier and its phones run here, the measured side in a process of its own; for every run both begin anew,
Kannel too. Writes `sms` of results.json and bench/sms.md.
"""
from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from bench import page, sms_page, sms_texts, watch
from bench.disk import fsyncs_per_s
from bench.figures import latencies
from bench.server import ROOT, free_port
from bench.sms_gateway import BOUND_S, PASSWORD, TOKEN, USER
from bench.sms_side import Direction
from channels.sms.kannel_conf import KannelBox, Ports, Upstream, written
from gateway.clock import SystemClock
from simulators.smsc import kannel
from simulators.smsc.carrier import Carrier
from simulators.smsc.phone import HOTLINE
from simulators.smsc.server import ACCOUNTS, LOOPBACK, serve
from tests.until import until

PROGRAMS: Mapping[str, str] = {"bare": "bench.sms_bare", "smpp": "bench.sms_gateway", "kannel": "bench.sms_gateway"}
DIRECTIONS: tuple[Direction, ...] = ("in", "out")
RUN_S = 600.0

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """Messages that count and that warm up; how many are in flight at once: a carrier's window is 16."""

    counted: int = 500
    warm: int = 100
    levels: tuple[int, ...] = (1, 16)

    @property
    def messages(self) -> int:
        return self.counted + self.warm


FULL = Plan(counted=2_000, warm=200)


@dataclass(slots=True)
class Moments:
    """Seconds of one clock, by the number of the message. answered: by who carries it on, of what we send."""

    began: Sequence[float]
    ended: Sequence[float]
    answered: Sequence[float] = field(default_factory=tuple)

    def figures(self, warm: int) -> Figures:
        """A second and latencies of what came after the first `warm`, by the order in which they ended."""
        last = sorted(self.ended)[warm - 1:]
        found: Figures = {"messages": len(last) - 1, "seconds": round(last[-1] - last[0], 3),
                          "per_s": round((len(last) - 1) / (last[-1] - last[0]), 1)}
        found |= latencies(self._spans(self.ended, warm))
        if self.answered:
            found["answered"] = latencies(self._spans(self.answered, warm))
        return found

    def _spans(self, ends: Sequence[float], warm: int) -> list[float]:
        return [end - began for began, end in zip(self.began, ends, strict=True)][warm:]


async def measure(folder: Path, plan: Plan, ways: Sequence[str]) -> Figures:
    """All figures of one run; `folder` is empty and on the disk that is meant."""
    found: Figures = {way: {one: {} for one in DIRECTIONS} for way in ways}
    for flying in plan.levels:
        for direction in DIRECTIONS:
            for way in ways:
                place = folder / f"{way}-{direction}-{flying}"
                place.mkdir()
                found[way][direction][str(flying)] = await Run(way, direction, flying, plan, place).measured()
    return {"fsyncs_per_s": fsyncs_per_s(folder), "levels": list(plan.levels), "ways": found, "ratios": ratios(found)}


def ratios(ways: Mapping[str, Figures]) -> Figures:
    """Messages a second, as a share of the bare client's in the same run."""
    return {
        way: {one: {level: round(run["per_s"] / ways["bare"][one][level]["per_s"], 3) for level, run in runs.items()}
              for one, runs in found.items()}
        for way, found in ways.items() if way != "bare"
    }


@dataclass(slots=True)
class Run:
    """One way, one direction, one number in flight."""

    way: str
    direction: Direction
    flying: int
    plan: Plan
    folder: Path
    _heard: dict[int, asyncio.Future[float]] = field(default_factory=dict)

    async def measured(self) -> Figures:
        async with AsyncExitStack() as stack:
            carrier = await stack.enter_async_context(serve(SystemClock()))
            args = self._args(carrier)
            if self.way == "kannel":
                args += await stack.enter_async_context(self._kannel(carrier))
            async with asyncio.timeout(RUN_S):
                return await self._with(carrier, args)

    def _args(self, carrier: Carrier) -> list[str]:
        numbers = {"port": carrier.port, "messages": self.plan.messages, "warm": self.plan.warm, "flying": self.flying}
        said = [word for name, number in numbers.items() for word in (f"--{name}", str(number))]
        return [self.direction, *said, "--folder", str(self.folder)]

    @asynccontextmanager
    async def _kannel(self, carrier: Carrier) -> AsyncIterator[list[str]]:
        """Bound to the carrier; where it is asked and where it calls, for our side."""
        ports, callback = Ports(free_port(), free_port(), free_port()), free_port()
        ((system_id, password),) = ACCOUNTS.items()
        upstream = Upstream(carrier.host, carrier.port, system_id, password, tps=100_000, window=16)
        folder = self.folder / "kannel"
        box = KannelBox(str(folder), upstream, HOTLINE, USER, PASSWORD, "admin-password",
                        f"http://{LOOPBACK}:{callback}/sms/kannel/mo?token={TOKEN}", ports, retry_s=1)
        async with kannel.running(written(box), folder, ports.boxes, ports.sendsms):
            await until(lambda: carrier.bound, within_s=BOUND_S)
            yield ["--sendsms", str(ports.sendsms), "--callback", str(callback)]

    async def _with(self, carrier: Carrier, args: Sequence[str]) -> Figures:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", PROGRAMS[self.way], *args, cwd=ROOT, limit=2**26,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            await _line(process.stdout)
            async with asyncio.TaskGroup() as both:
                telling = both.create_task(self._told(process.stdout))
                writing = both.create_task(self._writes(carrier)) if self.direction == "in" else None
            process.stdin.close()
            await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
        told = telling.result()
        moments = writing.result() if writing else Moments(told["began"], told["ended"], told["answered"])
        return moments.figures(self.plan.warm) | {"cpu_ms": told["cpu_ms"]}

    async def _told(self, output: asyncio.StreamReader) -> Figures:
        """What our side found, once it is at the end; until then it names what it took."""
        while not (line := await _line(output)).startswith("{"):
            self._arrival(int(line)).set_result(perf_counter())
        found: Figures = json.loads(line)
        return found

    async def _writes(self, carrier: Carrier) -> Moments:
        """The phones write, so many at once; one is over when our side has it."""
        began, ended = [0.0] * self.plan.messages, [0.0] * self.plan.messages
        numbers = iter(range(self.plan.messages))

        async def one_after_another() -> None:
            for n in numbers:
                began[n] = perf_counter()
                await carrier.phone(sms_texts.phone(n)).says(sms_texts.written(n))
                ended[n] = await self._arrival(n)

        await asyncio.gather(*(one_after_another() for _ in range(self.flying)))
        return Moments(began, ended)

    def _arrival(self, n: int) -> asyncio.Future[float]:
        return self._heard.setdefault(n, asyncio.get_running_loop().create_future())


async def _line(output: asyncio.StreamReader) -> str:
    """Raises RuntimeError: our side is gone."""
    line = await output.readline()
    if not line:
        raise RuntimeError("the measured side ended before its time")
    return line.decode()


def ways_here() -> tuple[str, ...]:
    if all(Path(program).is_file() for program in (kannel.BEARERBOX, kannel.SMSBOX)):
        return tuple(PROGRAMS)
    print("Kannel is not installed here (tools/kannel.sh): it is not measured")
    return tuple(way for way in PROGRAMS if way != "kannel")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.sms", description=__doc__)
    parser.add_argument("--full", action="store_true", help=f"{FULL.counted} messages a run, not {Plan().counted}")
    parser.add_argument("--out", type=Path, default=page.RESULTS)
    args = parser.parse_args()
    head = {"date": datetime.now(UTC).isoformat(timespec="minutes"), "machine": watch.machine()}
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measure(Path(folder), FULL if args.full else Plan(), ways_here()))
    results = json.loads(args.out.read_text("utf-8")) if args.out.is_file() else {}
    results["sms"] = head | found
    args.out.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", "utf-8")
    sms_page.main()


if __name__ == "__main__":
    main()
