"""What many tests share: the project's own templates and city, read once."""
from __future__ import annotations

from pathlib import Path

import pytest

from gateway import city as cities
from gateway import templates
from gateway.dialogue.catalog import Catalog
from gateway.fields.city import City
from gateway.fields.registry import TYPES
from gateway.replies import Replies

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return Catalog.of(templates.load(ROOT / "templates/complaints", TYPES), TYPES)


@pytest.fixture(scope="session")
def wording() -> Replies:
    """The project's own catalogs; compiling them costs a quarter of a second."""
    return Replies(ROOT / "templates/replies")


@pytest.fixture(scope="session")
def guangzhou() -> City:
    return cities.load(ROOT / "city")
