"""Four gateways for all of these tests; starting one costs seconds of computing. All of them are slow."""
from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.store.redis import RedisStore
from tests.many.town import Town, town

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            item.add_marker(pytest.mark.slow)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with town(tmp_path_factory.mktemp("many")) as built:
        await built.opens(4)
        yield built


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def store(running: Town) -> AsyncIterator[RedisStore]:
    """The gateways' store, to look into."""
    store = running.store()
    await store.open()
    yield store
    await store.close()
