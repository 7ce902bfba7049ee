"""Fixtures of the contract suites: every implementation is a row."""
from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.store.lanes import LaneStore
from gateway.store.records import Records
from gateway.store.shared import SharedStore
from tests.clock import ManualClock
from tests.contracts.stores import MARKS, OPENERS, Opener


@pytest.fixture(params=[pytest.param(name, marks=MARKS.get(name, ())) for name in sorted(OPENERS)])
async def opener(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Opener]:
    opener = OPENERS[request.param](tmp_path)
    opener.store = await opener.open()
    yield opener
    await opener.store.close()


@pytest.fixture
def clock(opener: Opener) -> ManualClock:
    return opener.clock


@pytest.fixture
def lanes(opener: Opener) -> LaneStore:
    return opener.store.lanes


@pytest.fixture
def records(opener: Opener) -> Records:
    return opener.store.records


@pytest.fixture
def shared(opener: Opener) -> SharedStore:
    return opener.store.shared
