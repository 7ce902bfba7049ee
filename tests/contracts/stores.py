"""The stores that the contract suites run over. A new store is one class here and one row in OPENERS."""
from __future__ import annotations

import atexit
import functools
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol, TypeVar

import pytest

from gateway.store import parts
from gateway.store.limits import DEFAULT_LIMITS, Limits
from gateway.store.redis import PACE, Pace, RedisStore
from gateway.store.redis_link import Link
from gateway.store.sqlite import SqliteStore
from gateway.store.steady import Steady
from tests.clock import ManualClock, SerialIds
from tests.redis_cluster import RedisCluster
from tests.redis_server import RedisServer
from tests.sentinel import Watched, watched


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


class Servers(Protocol):
    def start(self) -> None: ...

    def stop(self) -> None: ...


S = TypeVar("S", bound=Servers)


def _for_the_session(make: Callable[[Path], S]) -> S:
    folder = tempfile.TemporaryDirectory(prefix="huiyin-redis-")
    servers = make(Path(folder.name))
    servers.start()
    atexit.register(folder.cleanup)
    atexit.register(servers.stop)
    return servers


@functools.cache
def redis_server() -> RedisServer:
    """One for the whole session; each test finds it empty."""
    return _for_the_session(RedisServer)


class RedisOpener(Opener):
    """The server's clock is the test's: it goes on while gateways are restarted."""

    link: Link
    pace = PACE

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.time = Steady(self.clock)

    async def open(self) -> Store:
        store = RedisStore(
            self.link, self.clock, self.ids, self.limits, moments=lambda: (self.time.now(), self.time.wall()),
            pace=self.pace)
        await store.open()
        return store


class SingleOpener(RedisOpener):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        server = redis_server()
        server.ask("FLUSHALL")
        self.link = Link(server.url, durability="relaxed")


@functools.cache
def redis_cluster() -> RedisCluster:
    """One for the whole session; each test finds it empty."""
    return _for_the_session(RedisCluster)


class ClusterOpener(RedisOpener):
    pace = Pace(sweep_s=0, wait_s=10.0)  # what a commit does elsewhere is to be seen at once, also on a busy machine

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        cluster = redis_cluster()
        cluster.empty()
        self.link = Link(cluster.url, durability="relaxed", shards=8)


@functools.cache
def redis_watched() -> Watched:
    """A master, two replicas and three Sentinels for the whole session; each test finds them empty."""
    running = ExitStack()
    folder = running.enter_context(tempfile.TemporaryDirectory(prefix="huiyin-sentinel-"))
    atexit.register(running.close)
    return running.enter_context(watched(Path(folder)))


class SentinelOpener(RedisOpener):
    """Every write is confirmed by a replica."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.servers = redis_watched()
        self.servers.servers[0].ask("FLUSHALL")
        self.link = Link(self.servers.url, replicas=1)

    async def open(self) -> Store:
        await self.servers.settled()
        return await super().open()


OPENERS: dict[str, type[Opener]] = {
    "sqlite": SqliteOpener, "redis": SingleOpener, "cluster": ClusterOpener, "sentinel": SentinelOpener,
}
MARKS = {"redis": pytest.mark.programs, "cluster": pytest.mark.slow, "sentinel": pytest.mark.slow}
