"""One hotline per journey; what it understands with is opened once, on one event loop for all of them."""
from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.app import Mind
from nlu.batching import BatchEncoder
from nlu.embedded import EmbeddedUnderstander
from nlu.knowledge import KnowledgeIndex
from tests.clock import ManualClock
from tests.journeys.hotline import Hotline

HERE = Path(__file__).parent
CACHE = Path(".cache/models")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    one_loop = pytest.mark.asyncio(loop_scope="session")
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(one_loop, append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def mind() -> AsyncIterator[Mind]:
    """The real engine and knowledge base. Journeys may close them; they stay open."""
    encoder = BatchEncoder()
    engine = EmbeddedUnderstander(Path("nlu/training"), CACHE, encoder)
    knowledge = KnowledgeIndex(Path("knowledge"), encoder, ManualClock(), CACHE)
    await engine.open()
    await knowledge.open()
    yield Mind(engine, knowledge)
    await encoder.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def same_hotline(tmp_path_factory: pytest.TempPathFactory, mind: Mind) -> AsyncIterator[Hotline]:
    """One for a whole module, where every journey is of a citizen of its own and nobody moves the clock."""
    hotline = await Hotline.open(tmp_path_factory.mktemp("data"), mind)
    yield hotline
    await hotline.close()


@pytest_asyncio.fixture(loop_scope="session")
async def hotline(tmp_path: Path, mind: Mind) -> AsyncIterator[Hotline]:
    hotline = await Hotline.open(tmp_path / "data", mind)
    yield hotline
    await hotline.close()
