"""What many tests share: the project's own templates and city, read once."""
from __future__ import annotations

import gc
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from redis.asyncio import Redis

from gateway.clock import SystemClock
from gateway.dialogue.catalog import Catalog
from gateway.fields.city import City
from gateway.replies import Replies
from gateway.store.redis import RedisStore
from gateway.store.redis_link import Link
from tests import project
from tests.casebridge.request_tracker import RequestTracker, request_tracker
from tests.clock import SerialIds
from tests.redis_server import RedisServer

# What lives long in a run of the tests (rewritten modules, the trees of the architecture's tests) is no garbage;
# looking through it as often as a server does costs a fifth of the time.
gc.set_threshold(50_000, 20, 100)

MEMORY = Path("/dev/shm")  # Linux keeps files in memory there
ENOUGH = 2 << 30           # bytes free; a container has 64 MB unless it is told otherwise


def pytest_configure(config: pytest.Config) -> None:
    """The tests' own folders lie in memory: a thousand stores would wait for the disk at every write otherwise.
    The slow half, which kills gateways to see what they have lost, has the real disk."""
    if config.getoption("markexpr") != "slow" and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_collection_finish() -> None:
    """What the collection built stays to the end; it need not be looked through again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return project.catalog()


@pytest.fixture(scope="session")
def wording() -> Replies:
    return project.replies()


@pytest.fixture(scope="session")
def guangzhou() -> City:
    return project.city()


@pytest.fixture(scope="session")
def tracker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RequestTracker]:
    """The real Request Tracker, one for all: it takes some ten seconds to start. For slow tests."""
    with request_tracker(tmp_path_factory.mktemp("tracker")) as running:
        yield running


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    """An empty Redis of this test's own."""
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def client(server: RedisServer) -> AsyncIterator[Redis]:
    async with Redis.from_url(server.url) as client:
        yield client


@pytest.fixture
async def gateways(server: RedisServer) -> AsyncIterator[tuple[RedisStore, RedisStore]]:
    """Two stores on one Redis, by its own clock."""
    ids = SerialIds()
    async with AsyncExitStack() as opened:
        stores = [RedisStore(Link(server.url, durability="relaxed"), SystemClock(), ids) for _ in range(2)]
        for store in stores:
            await store.open()
            opened.push_async_callback(store.close)
        yield stores[0], stores[1]
