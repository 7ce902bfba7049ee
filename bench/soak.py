"""Does anything grow? A steady mix for half an hour: `python -m bench.soak --minutes 30`.

Visitors come, tell one matter, leave, and others come, at a fixed rate. Meanwhile the gateway's memory, descriptors,
threads and the files of its store are read every SAMPLE_S seconds. After the warm-up a straight line is laid through
the memory (least squares); its slope, in bytes a turn, must not exceed the limit, which a gateway that leaks LEAK
bytes a turn on purpose (bench/leaking.py) does exceed. A slope has noise: allocators give pages back late. So the
limit depends on how many turns there were, `NOISE_BYTES` over them, and is the smaller the longer the soak.
"""
from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import linear_regression, median
from typing import Any

import aiohttp

from bench.load import SETTINGS, generated
from bench.record import RESULTS, head, keep
from bench.server import Server
from bench.sockets import memory_kib
from bench.watch import PROC

RATE, VISITORS = 40.0, 80
MINUTES, CONTROL_MINUTES = 30.0, 3.0
WARM_SHARE = 1 / 3
SAMPLE_S = 2.0
NOISE_BYTES = 8e6
STORE_BYTES_A_TURN = 40_000

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sample:
    """At `s` seconds after the start; `turns` so far, by the gateway's own count."""

    s: float
    turns: int
    rss_kib: int
    pss_kib: int
    descriptors: int
    threads: int
    store_bytes: int


async def measure(folder: Path, minutes: float, program: str = "gateway") -> Figures:
    """One soak in an empty folder of the gateway, or of another program that serves as it does."""
    server = Server(folder / "data", SETTINGS, program=program)
    server.data.mkdir()
    server.bring_models()
    await server.start()
    try:
        samples, load = await _watched(server, minutes * 60)
    finally:
        await server.stop()
    return {"minutes": minutes, "rate": RATE, "visitors": VISITORS, "load": load,
            **judged(samples), "samples": [asdict(sample) for sample in _thinned(samples)]}


def judged(samples: Sequence[Sample]) -> Figures:
    """What the straight line says, and whether it is flat enough."""
    steady = samples[int(len(samples) * WARM_SHARE):]
    turns = [sample.turns for sample in steady]
    counted = turns[-1] - turns[0]
    slope = linear_regression(turns, [sample.rss_kib * 1024 for sample in steady]).slope
    store = linear_regression(turns, [sample.store_bytes for sample in steady]).slope
    limit = NOISE_BYTES / counted
    return {
        "turns": counted, "bytes_a_turn": round(slope, 1), "at_most_bytes_a_turn": round(limit, 1),
        "rss_mb": [round(sample.rss_kib / 976.56, 1) for sample in (samples[0], steady[0], steady[-1])],
        "descriptors": _halves([sample.descriptors for sample in steady]),
        "threads": _halves([sample.threads for sample in steady]), "store_bytes_a_turn": round(store),
        "flat": slope <= limit and store <= STORE_BYTES_A_TURN,
    }


def _halves(values: Sequence[int]) -> list[float]:
    """Median of the first half and of the second."""
    middle = len(values) // 2
    return [median(values[:middle]), median(values[middle:])]


def _thinned(samples: Sequence[Sample], most: int = 200) -> Sequence[Sample]:
    return samples[::max(1, len(samples) // most)]


async def _watched(server: Server, seconds: float) -> tuple[list[Sample], Figures]:
    assert server.process is not None
    pid = server.process.pid
    samples: list[Sample] = []
    began = time.perf_counter()
    load = asyncio.create_task(generated(
        "bench.paced", server.url + "/web/ws", pid, "--rate", str(RATE), "--visitors", str(VISITORS), "--matters", "1",
        "--addresses", str(VISITORS), "--warm", "0", "--seconds", str(seconds)))
    async with aiohttp.ClientSession() as http:
        while not load.done():
            await asyncio.wait({load}, timeout=SAMPLE_S)
            samples.append(await _sample(server, http, pid, time.perf_counter() - began))
    return samples, await load


async def _sample(server: Server, http: aiohttp.ClientSession, pid: int, s: float) -> Sample:
    async with http.get(server.url + "/metrics") as answer:
        text = await answer.text()
    name = 'huiyin_turn_seconds_count{step="turn"}'
    turns = next((float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(name)), 0.0)
    memory, process = memory_kib(pid), PROC / str(pid)
    return Sample(
        round(s, 1), int(turns), memory["rss"], memory["pss"], len(list((process / "fd").iterdir())),
        len(list((process / "task").iterdir())), sum(file.stat().st_size for file in server.data.glob("huiyin.db*")))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--control-minutes", type=float, default=CONTROL_MINUTES, help="of the one that leaks")
    parser.add_argument("--out", type=Path, default=RESULTS)
    args = parser.parse_args()
    for name, minutes, program in (
        ("soak", args.minutes, "gateway"), ("soak_leaking", args.control_minutes, "bench.leaking")
    ):
        when = head()
        with tempfile.TemporaryDirectory() as folder:
            found = asyncio.run(measure(Path(folder), minutes, program))
        keep(args.out, **{name: {**when, **found}})


if __name__ == "__main__":
    main()
