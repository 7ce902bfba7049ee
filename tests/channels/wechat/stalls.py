"""How long the event loop's thread computed without a break: its CPU time, so that a busy machine changes nothing."""
from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

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
    watcher = asyncio.create_task(stalls.watch())
    try:
        await asyncio.sleep(0.002)
        yield stalls
        await asyncio.sleep(0.002)
    finally:
        watcher.cancel()
