"""A store for all tests of a module that ask for one: opening a file costs them more than what they do with it."""
from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from gateway.clock import RandomIds
from gateway.store.sqlite import SqliteStore
from tests.clock import ManualClock

LONG_S = 40 * 86_400  # whatever a test before has kept is over by then


@dataclass(frozen=True)
class Kept:
    """The store and the time it runs by. Modules that use it run in one loop: see LOOP."""

    store: SqliteStore
    clock: ManualClock


LOOP = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened_once(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Kept]:
    clock = ManualClock()
    store = SqliteStore(tmp_path_factory.mktemp("wechat") / "store.db", clock, RandomIds())
    await store.open()
    yield Kept(store, clock)
    await store.close()


@pytest.fixture
def kept(opened_once: Kept) -> Kept:
    """As good as new: no token, cursor, nonce or code of an earlier test is left."""
    opened_once.clock.advance(LONG_S)
    return opened_once
