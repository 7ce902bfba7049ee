"""One gateway for the tests that ask the whole of it; each of them is a visitor of its own."""
from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gateway.app import Mind
from nlu.null import NullKnowledge, NullUnderstander
from tests.api.hotline import Client, Phones
from tests.journeys.hotline import Given, Hotline


@pytest.fixture(scope="module")
def phones() -> Phones:
    return Phones()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hotline(tmp_path_factory: pytest.TempPathFactory, phones: Phones) -> AsyncIterator[Hotline]:
    folder = tmp_path_factory.mktemp("gateway")
    opened = await Hotline.open(folder, Mind(NullUnderstander(), NullKnowledge()), Given(phones))
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="module")
async def client(hotline: Hotline) -> Client:
    return await Client(hotline).begin()
