"""How long the event loop was held up without a break, told apart from what a busy machine keeps from it.

Two measures of every stretch between two moments at which other tasks could run: the CPU time of the loop's own thread,
and the time on the clock less what the thread was ready and waited for a processor. The second also sees a call that
blocks; where the system does not tell the wait (/proc, Linux), it is not taken.
"""
from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

MOST_S = 0.05  # HOSTILE.md: the loop never stalls longer
PAUSE_S = 0.001
SCHEDULED = Path("/proc/thread-self/schedstat")  # nanoseconds on a processor, nanoseconds waiting for one, turns
TOLD = SCHEDULED.is_file()


class Stalls:
    """`longest` of CPU and `blocked` on the clock, in seconds."""

    longest = 0.0
    blocked = 0.0

    async def watch(self) -> None:
        while True:
            cpu, began, waited = time.thread_time(), time.monotonic(), _waited_s() if TOLD else 0.0
            await asyncio.sleep(PAUSE_S)
            self.longest = max(self.longest, time.thread_time() - cpu)
            if TOLD:
                late = time.monotonic() - began - PAUSE_S - (_waited_s() - waited)
                self.blocked = max(self.blocked, late)


def _waited_s() -> float:
    return int(SCHEDULED.read_text().split()[1]) / 1e9


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
