"""One hotline per journey; the encoder is loaded once for all of them."""
from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from nlu.encoder import Encoder, load_encoder
from tests.journeys.hotline import Hotline

CACHE = Path(".cache/models")


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return load_encoder()


@pytest.fixture
async def hotline(tmp_path: Path, encoder: Encoder) -> AsyncIterator[Hotline]:
    hotline = await Hotline.open(tmp_path / "data", encoder, CACHE)
    yield hotline
    await hotline.close()
