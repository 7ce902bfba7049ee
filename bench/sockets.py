"""What an idle visitor weighs: `python -m bench.sockets --sockets 10000`.

The gateway is one process with its own defaults, the visitors another. Memory is what Linux says of the gateway before
they come and while they stay, over their number: RSS, and PSS, which counts shared pages by share. Measured when all
have come, and again when each has sent one message and had its reply. In between: the CPU of doing nothing (heartbeats,
sweeps), in the first minute after they came and after that, and how fast some of them are answered.
"""
from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bench.load import generated
from bench.record import RESULTS, head, keep
from bench.server import ROOT, Server
from bench.socket_crowd import raise_descriptors
from bench.watch import PROC, cpu_s

SOCKETS = 10_000
AT_MOST_KIB = 40.0
LIVELY_S = 62.0   # from then on nobody counts as lively (channels/web/visit.py)
IDLE_S = 60.0

Figures = dict[str, Any]


def memory_kib(pid: int) -> dict[str, int]:
    """Resident and proportional memory of a process in KiB (proc(5), smaps_rollup)."""
    text = (PROC / f"{pid}/smaps_rollup").read_text()
    return {name.lower(): int(re.findall(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)[0]) for name in ("Rss", "Pss")}


class Crowd:
    """The visitors' process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def does(self, word: str) -> Figures:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(word.encode() + b"\n")
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the visitors' process ended at {word!r}")
        found: Figures = json.loads(line)
        return found


@asynccontextmanager
async def crowd(url: str, sockets: int) -> AsyncIterator[Crowd]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.socket_crowd", "--url", url, "--sockets", str(sockets), cwd=ROOT,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
    try:
        yield Crowd(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def measure(folder: Path, sockets: int, idle_s: float = IDLE_S, settle_s: float = LIVELY_S) -> Figures:
    """In an empty folder. It counts as idle after `settle_s`, of which `idle_s` are measured for themselves.

    Raises RuntimeError: too few descriptors are allowed here.
    """
    limit = raise_descriptors(sockets)
    server = Server(folder / "data")
    server.data.mkdir()
    server.bring_models()
    await server.start()
    try:
        return {"asked": sockets, "descriptor_limit": limit, **await _weighed(server, sockets, idle_s, settle_s)}
    finally:
        await server.stop()


async def _weighed(server: Server, sockets: int, idle_s: float, settle_s: float) -> Figures:
    assert server.process is not None
    pid, url = server.process.pid, server.url + "/web/ws"
    await generated("bench.load_generator", url, pid, "--visitors", "8", "--warm", "1", "--seconds", "4")
    before = memory_kib(pid)
    async with crowd(url, sockets) as visitors:
        opened = await visitors.does("open")
        here = memory_kib(pid)
        lively = await _cores(pid, idle_s)
        await asyncio.sleep(max(0.0, settle_s - idle_s))
        found = {
            "opened": opened, "kib_each": _each(before, here, sockets), "lively_cores": lively,
            "idle_cores": await _cores(pid, idle_s), "answers": await visitors.does("talk"),
            "turn_each": await visitors.does("each"), "kib_each_after_a_turn": _each(before, memory_kib(pid), sockets),
            "still_open": (await visitors.does("count"))["sockets"],
        }
    if found["still_open"] != sockets:  # who left weighs nothing
        raise RuntimeError(f"only {found['still_open']} of {sockets} visitors stayed")
    return {**found, "before_kib": before, "at_most_kib": AT_MOST_KIB, "kept": found["kib_each"]["rss"] < AT_MOST_KIB}


def _each(before: dict[str, int], after: dict[str, int], sockets: int) -> dict[str, float]:
    return {name: round((after[name] - before[name]) / sockets, 2) for name in before}


async def _cores(pid: int, seconds: float) -> float:
    """Share of one core that the process uses in this time."""
    cpu = cpu_s(pid)
    await asyncio.sleep(seconds)
    return round((cpu_s(pid) - cpu) / seconds, 4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=SOCKETS)
    parser.add_argument("--out", type=Path, default=RESULTS)
    args = parser.parse_args()
    when = head()
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measure(Path(folder), args.sockets))
    keep(args.out, sockets={**when, **found})


if __name__ == "__main__":
    main()
