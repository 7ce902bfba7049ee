"""The stores that the contract suites run over. A new store is one class here and one row in OPENERS."""
from __future__ import annotations

import atexit
import functools
import tempfile
from pathlib import Path
from typing import Protocol

from gateway.store import parts
from gateway.store.limits import DEFAULT_LIMITS, Limits
from gateway.store.redis import RedisStore
from gateway.store.redis_link import Link
from gateway.store.sqlite import SqliteStore
from gateway.store.steady import Steady
from tests.clock import ManualClock, SerialIds
from tests.redis_cluster import RedisCluster
from tests.redis_server import RedisServer


class Store(parts.Store, Protocol):
    """With what only its own tests and an operator need."""

    @property
    def timers_held(self) -> bool: ...

    def accept_clock(self) -> None: ...

    async def clean(self) -> int: ...

    async def close(self) -> None: ...


class Opener:
    """Opens the same store again and again: `restart` is what a new process finds."""

    store: Store

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = ManualClock()
        self.ids = SerialIds()
        self.limits = DEFAULT_LIMITS

    async def open(self) -> Store:
        raise NotImplementedError

    async def restart(self, limits: Limits | None = None) -> Store:
        self.limits = limits or self.limits
        await self.store.close()
        self.store = await self.open()
        return self.store


class SqliteOpener(Opener):
    async def open(self) -> Store:
        store = SqliteStore(self.folder / "store.db", self.clock, self.ids, self.limits)
        await store.open()
        return store


@functools.cache
def redis_server() -> RedisServer:
    """One for the whole session; each test finds it empty."""
    folder = tempfile.TemporaryDirectory(prefix="huiyin-redis-")
    server = RedisServer(Path(folder.name))
    server.start()
    atexit.register(folder.cleanup)
    atexit.register(server.stop)
    return server


class RedisOpener(Opener):
    """The server's clock is the test's: it goes on while gateways are restarted."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.server = redis_server()
        self.server.ask("FLUSHALL")
        self.time = Steady(self.clock)

    async def open(self) -> Store:
        store = RedisStore(
            Link(self.server.url, durability="relaxed"), self.clock, self.ids, self.limits,
            moments=lambda: (self.time.now(), self.time.wall()))
        await store.open()
        return store


@functools.cache
def redis_cluster() -> RedisCluster:
    """One for the whole session; each test finds it empty."""
    folder = tempfile.TemporaryDirectory(prefix="huiyin-cluster-")
    cluster = RedisCluster(Path(folder.name))
    cluster.start()
    atexit.register(folder.cleanup)
    atexit.register(cluster.stop)
    return cluster


class ClusterOpener(Opener):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.cluster = redis_cluster()
        self.cluster.empty()
        self.time = Steady(self.clock)

    async def open(self) -> Store:
        store = RedisStore(
            Link(self.cluster.url, durability="relaxed", shards=8), self.clock, self.ids, self.limits,
            moments=lambda: (self.time.now(), self.time.wall()), sweep_s=0)
        await store.open()
        return store


OPENERS: dict[str, type[Opener]] = {"sqlite": SqliteOpener, "redis": RedisOpener, "cluster": ClusterOpener}
SLOW = {"cluster"}
