"""What many tests share: the project's own templates and city, read once."""
from __future__ import annotations

import gc

import pytest

from gateway.dialogue.catalog import Catalog
from gateway.fields.city import City
from gateway.replies import Replies
from tests import project

# What lives long in a run of the tests (rewritten modules, the trees of the architecture's tests) is no garbage;
# looking through it as often as a server does costs a fifth of the time.
gc.set_threshold(50_000, 20, 100)


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return project.catalog()


@pytest.fixture(scope="session")
def wording() -> Replies:
    return project.replies()


@pytest.fixture(scope="session")
def guangzhou() -> City:
    return project.city()
