"""One office for each test."""
from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.console.office import Office, running


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with running(tmp_path) as made:
        yield made


@pytest.fixture
async def quiet(tmp_path: Path) -> AsyncIterator[Office]:
    """Nobody works its lanes: what was put somewhere stays there."""
    async with running(tmp_path, quiet=True) as made:
        yield made
