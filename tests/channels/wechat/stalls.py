"""How long the event loop was held up without a break, told apart from what a busy machine keeps from it.

Two measures of every stretch between two moments at which other tasks could run: the CPU time of the loop's own thread,
and the time on the clock less what the process was ready and waited for a processor: the loop's thread itself, or
another that had Python's lock. The second also sees a call that blocks; it needs Linux to tell the wait.
"""
from __future__ import annotations

import asyncio
import gc
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

MOST_S = 0.05  # HOSTILE.md: the loop never stalls longer
PAUSE_S = 0.001
THREADS = Path("/proc/self/task")  # schedstat of each: nanoseconds on a processor, nanoseconds waiting for one, turns
TOLD = THREADS.is_dir()


class Stalls:
    """`longest` of CPU and `blocked` on the clock, in seconds."""

    longest = 0.0
    blocked = 0.0

    async def watch(self) -> None:
        waits = _waits()
        while True:
            cpu, began = time.thread_time(), time.monotonic()
            await asyncio.sleep(PAUSE_S)
            computed, took = time.thread_time() - cpu, time.monotonic() - began
            before, waits = waits, _waits()
            kept_s = sum(waits[thread] - before.get(thread, 0) for thread in waits) / 1e9
            self.longest = max(self.longest, computed)
            if TOLD:
                self.blocked = max(self.blocked, took - PAUSE_S - kept_s)


def _waits() -> dict[str, int]:
    """Nanoseconds that each thread of the process was ready and waited for a processor."""
    waits = {}
    for thread in os.listdir(THREADS) if TOLD else ():
        with suppress(FileNotFoundError, ProcessLookupError):  # it has ended
            waits[thread] = int((THREADS / thread / "schedstat").read_bytes().split()[1])
    return waits


@asynccontextmanager
async def watched() -> AsyncIterator[Stalls]:
    stalls = Stalls()
    with _python_as_it_comes():
        watcher = asyncio.create_task(stalls.watch())
        try:
            await asyncio.sleep(0.002)
            yield stalls
            await asyncio.sleep(0.002)
        finally:
            watcher.cancel()


@contextmanager
def _python_as_it_comes() -> Iterator[None]:
    """The suite collects garbage rarely and much at once (tests/conftest.py), and holds all the suite's objects."""
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(700, 10, 10)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()
