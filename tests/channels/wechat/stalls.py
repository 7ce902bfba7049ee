"""How long the event loop's thread computed without a break: its CPU time, so that a busy machine changes nothing."""
from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

MOST_S = 0.05  # HOSTILE.md: the loop never stalls longer


class Stalls:
    """`longest` in seconds, between two moments at which other tasks could run."""

    longest = 0.0

    async def watch(self) -> None:
        while True:
            before = time.thread_time()
            await asyncio.sleep(0.001)
            self.longest = max(self.longest, time.thread_time() - before)


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
