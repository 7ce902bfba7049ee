"""Redis under torture: on disk before it answers, behind the fault proxy, killed and hung."""
from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from gateway.clock import RandomIds, SystemClock
from gateway.store.redis import RedisStore
from gateway.store.redis_link import Link
from simulators.faults.proxy import HOST, FaultProxy
from tests.nursery import stop
from tests.redis_server import RedisServer

HANG_S = 2.5  # longer than the client waits (gateway/store/redis_link.py)
AWAY_S = 0.5


class Backing:
    """url  of the proxy; `store` looks into Redis itself"""

    def __init__(self, folder: Path, seed: int) -> None:
        self.server = RedisServer(folder, "--appendfsync", "always")
        self.proxy = FaultProxy((HOST, self.server.port), seed=seed)
        self._chance = random.Random(seed)

    @property
    def url(self) -> str:
        return f"redis://{HOST}:{self.proxy.port}/0"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        self.server.start()
        try:
            async with self.proxy:
                yield
        finally:
            self.server.stop()

    async def fails(self, n: int) -> None:
        """Every other time it is killed and started again, in between it hangs and goes on."""
        if n % 2:
            assert self.server.process
            await stop(self.server.process.pid, HANG_S)
        else:
            await asyncio.to_thread(self.server.stop)
            await asyncio.sleep(self._chance.random() * AWAY_S)
            await asyncio.to_thread(self.server.start)

    def unopened(self) -> RedisStore:
        return RedisStore(Link(self.server.url), SystemClock(), RandomIds())

    @asynccontextmanager
    async def store(self) -> AsyncIterator[RedisStore]:
        store = self.unopened()
        await store.open()
        yield store
        await store.close()
