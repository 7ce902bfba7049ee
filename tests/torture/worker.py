"""A worker on Redis in a process of its own, one of several, to be killed or stopped in the middle.

    python -m tests.torture.worker URL LISTEN WORLD LEASE_MS

URL     of Redis, through the fault proxy
LISTEN  unix socket for citizens: `key n` → `ok` once it is durable, `no` when Redis is away
WORLD   unix socket of the outside: `id` → `ok`
"""
from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

import structlog

from gateway.clock import RandomIds, SystemClock
from gateway.errors import ConfigError, Unavailable
from gateway.store.redis import RedisStore
from gateway.store.redis_link import Link
from gateway.workers import LaneWorker, Supervisor, Terms, tick
from tests.nursery import rear, say
from tests.torture.duty import TIMER_MS, Duty, World

AGAIN_S = 0.05


class Worker:
    """Every lane of the duty, and an ear for citizens: as gateway/app.py and gateway/intake.py put them together."""

    def __init__(self, store: RedisStore, duty: Duty, lease_ms: int) -> None:
        self._store = store
        self._lease_ms = lease_ms
        self._lanes = {
            lane: LaneWorker(lane, handler, store.lanes, store.shared, owner="w", terms=Terms(lease_ms))
            for lane, handler in duty.handlers.items()}

    def start(self, supervisor: Supervisor) -> None:
        for lane, worker in self._lanes.items():
            supervisor.spawn(f"lane {lane}", worker.run)
            supervisor.spawn(f"renew {lane}", worker.renew)
        supervisor.spawn("timers", lambda: tick(self._store.lanes, TIMER_MS / 2000))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while line := (await reader.readline()).decode().split():
                writer.write(await self._take(*line))
                await writer.drain()
        writer.close()

    async def _take(self, key: str, number: str) -> bytes:
        worker = self._lanes["in"]
        try:
            done = await self._store.lanes.ingest(
                "in", key, number, number.encode(), owner=worker.owner, lease_ms=self._lease_ms)
        except Unavailable:
            return b"no\n"
        if done.lease:
            worker.begin(done.lease)
        return b"ok\n"


async def opened(link: Link) -> RedisStore:
    """Once Redis is there."""
    while True:
        store = RedisStore(link, SystemClock(), RandomIds())
        try:
            await store.open()
        except ConfigError:
            await asyncio.sleep(AGAIN_S)
        else:
            return store


async def live(url: str, listen: str, world: str, lease_ms: str) -> None:
    store = await opened(Link(url))
    worker = Worker(store, Duty(World(*await asyncio.open_unix_connection(world))), int(lease_ms))
    worker.start(Supervisor())
    server = await asyncio.start_unix_server(worker.serve, listen)
    say("ready")
    await server.serve_forever()


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # stdout says how it lives
    rear(lambda: live(*sys.argv[1:]))
