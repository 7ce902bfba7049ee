"""What many tests share: the project's own templates and city, read once."""
from __future__ import annotations

import pytest

from gateway.dialogue.catalog import Catalog
from gateway.fields.city import City
from gateway.replies import Replies
from tests import project


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return project.catalog()


@pytest.fixture(scope="session")
def wording() -> Replies:
    return project.replies()


@pytest.fixture(scope="session")
def guangzhou() -> City:
    return project.city()
