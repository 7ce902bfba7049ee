"""The whole path under load: a visitor's message in at the socket, the reply read at the socket, durable in between.

`measure` starts the gateway as a process of its own for every figure, the visitors as another, and beside each run
a bare WebSocket echo and the disk's fsync rate, so that the ratios hold on any machine.
"""
from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bench import profile
from bench.disk import fsyncs_per_s
from bench.record import RESULTS, head, keep
from bench.server import ROOT, Server, free_port
from gateway.clock import RandomIds, SystemClock
from gateway.store.sqlite import SqliteStore

LEVELS = (1, 32, 256)
GENERATOR = "bench.load_generator"
SETTINGS = {  # visitors who answer at once would be taken for people still writing
    "HUIYIN_WEB_MESSAGES_PER_MINUTE": "60000", "HUIYIN_WEB_PER_ADDRESS": "1000", "HUIYIN_SERVER_BURST_HOLD_S": "0",
}
APART = 128   # visitors of the run that tells openings from other turns
ROUNDS = 6

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """Seconds to warm up, seconds that count, rounds of the run in phases."""

    warm_s: float = 8.0
    seconds: float = 20.0
    rounds: int = ROUNDS
    levels: tuple[int, ...] = LEVELS


async def measure(folder: Path, plan: Plan) -> Figures:
    """All figures of one run; `folder` is empty and on the disk that is meant."""
    server = Server(folder / "data", SETTINGS)
    first = await server.start()
    await server.stop()
    gateway: Figures = {}
    echo: Figures = {}
    starts: list[float] = []
    for visitors in plan.levels:
        echo[str(visitors)] = await _echo(visitors, plan)
        starts.append(await server.start())
        gateway[str(visitors)] = await _generate(server, timed(visitors, plan))
        gateway[str(visitors)]["encoded_share"] = await encoded(server)
        await server.stop()
    apart = await _with(server, "--visitors", str(APART), "--rounds", str(plan.rounds))
    fsyncs = fsyncs_per_s(folder)
    return {
        "starts": {"first_s": round(first, 2), "cached_s": round(min(starts), 2)},
        "gateway": gateway, "echo": echo, "fsyncs_per_s": fsyncs,
        "ratios": {level: _ratios(gateway[level], echo[level], fsyncs) for level in gateway},
        "apart": apart, "profile": await _profile(server, folder, max(plan.levels), plan),
        "sqlite": await _sqlite(folder),
    }


def _ratios(gateway: Figures, echo: Figures, fsyncs: float) -> Figures:
    return {
        "turns_per_echo": round(gateway["turns_per_s"] / echo["turns_per_s"], 3),
        "turns_per_fsync": round(gateway["turns_per_s"] / fsyncs, 2),
    }


async def _with(server: Server, *args: str) -> Figures:
    await server.start()
    try:
        return await _generate(server, args)
    finally:
        await server.stop()


async def _generate(server: Server, args: tuple[str, ...]) -> Figures:
    assert server.process is not None
    return await generated(GENERATOR, server.url + "/web/ws", server.process.pid, *args)


def timed(visitors: int, plan: Plan) -> tuple[str, ...]:
    return "--visitors", str(visitors), "--warm", str(plan.warm_s), "--seconds", str(plan.seconds)


async def generated(module: str, url: str, pid: int, *args: str) -> Figures:
    """What a generator of load found, in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, "--url", url, "--pid", str(pid), *args,
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError("the load generator failed")
    figures: Figures = json.loads(out)
    return figures


async def _echo(visitors: int, plan: Plan) -> Figures:
    async with serving("bench.echo") as (url, pid):
        return await generated(GENERATOR, url + "/web/ws", pid, *timed(visitors, plan), "--echo")


@asynccontextmanager
async def serving(module: str) -> AsyncIterator[tuple[str, int]]:
    """A bare server beside the gateway, on a free port: its address and process."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", module, str(port), cwd=ROOT)
    try:
        async with asyncio.timeout(20):
            while not await _listens(port):
                await asyncio.sleep(0.05)
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        await process.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def encoded(server: Server) -> float:
    """The share of turns for which the gateway asked its encoder, by its own metrics: what the mix really was."""
    async with aiohttp.ClientSession() as http, http.get(server.url + "/metrics") as answer:
        text = await answer.text()
    counts = {step: _metric(text, f'huiyin_turn_seconds_count{{step="{step}"}}') for step in ("rank", "turn")}
    return round(counts["rank"] / max(1.0, counts["turn"]), 3)


def _metric(text: str, name: str) -> float:
    return next((float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(name)), 0.0)


async def _profile(server: Server, folder: Path, visitors: int, plan: Plan) -> Figures:
    """A run of its own: sampling slows the gateway. Milliseconds of CPU a turn by step."""
    await server.start()
    try:
        return await profiled(_generate(server, timed(visitors, plan)), server, folder, plan)
    finally:
        await server.stop()


async def profiled(load: Coroutine[Any, Any, Figures], server: Server, folder: Path, plan: Plan) -> Figures:
    """What the server does under this load, in milliseconds of CPU a turn by step."""
    assert server.process is not None
    running = asyncio.create_task(load)
    await asyncio.sleep(plan.warm_s)
    try:
        steps = await profile.record(server.process.pid, plan.seconds, folder)
    except FileNotFoundError as missing:
        await running
        return {"not_measured": str(missing)}
    total, per_turn = sum(steps.values()), (await running)["cpu_ms_per_turn"]
    return {
        "cpu_ms_per_turn": per_turn,
        "steps": {step: {"cpu_ms_per_turn": round(per_turn * seconds / total, 3), "share": round(seconds / total, 3)}
                  for step, seconds in steps.items() if seconds / total >= 0.001},
    }


async def _sqlite(folder: Path) -> str:
    store = SqliteStore(folder / "version.db", SystemClock(), RandomIds())
    await store.open()
    try:
        return str((await store.describe())["sqlite"])
    finally:
        await store.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    parser.add_argument("--seconds", type=float, default=Plan().seconds, help="measured time of every run")
    parser.add_argument("--out", type=Path, default=RESULTS)
    args = parser.parse_args()
    when = head()
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measure(Path(folder), Plan(seconds=args.seconds)))
    keep(args.out, load={**when, **found})


if __name__ == "__main__":
    main()
