"""A draft of a template version that only another gateway has read."""
from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from gateway import templates
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.draft import Dialogue, Draft
from gateway.fields.registry import TYPES
from gateway.store.sqlite import SqliteStore
from gateway.versions import Versions
from tests.clock import ManualClock, SerialIds


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(tmp_path / "v.db", ManualClock(), SerialIds())
    await store.open()
    yield store
    await store.close()


async def test_a_draft_begun_elsewhere_keeps_its_version_and_nothing_new_is_offered(
    catalog: Catalog, store: SqliteStore
) -> None:
    ours = catalog.newest["express_delivery"]
    theirs = msgspec.structs.replace(ours, version=ours.version + 1)
    await templates.archive(store.records, [theirs])
    old = Catalog.of([ours], TYPES)
    versions = Versions(old, store.records)
    await versions.reach(Dialogue())
    await versions.reach(Dialogue(draft=Draft("d", ours.id, theirs.version, 0)))
    assert old.at(ours.id, theirs.version) == theirs
    assert old.newest[ours.id] == ours
    await versions.reach(Dialogue(draft=Draft("d", ours.id, 99, 0)))  # never archived: goes on with the newest
    assert old.at(ours.id, 99) == ours
