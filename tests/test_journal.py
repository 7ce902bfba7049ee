"""Acts become audit records, each once, found by who and by what."""
from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from gateway.journal import Journal
from gateway.messages import encode
from gateway.store.sqlite import SqliteStore
from gateway.transcripts import Audit
from tests.clock import ManualClock, SerialIds


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(tmp_path / "j.db", ManualClock(), SerialIds())
    await store.open()
    yield store
    await store.close()


def act(n: int, who: str = "clerk", subject: str = "WO-1") -> Audit:
    return Audit(f"a{n}", 1_000_000_000_000 * 2 + n, who, "case.open", subject, "reason")


async def write(store: SqliteStore, *acts: Audit) -> None:
    for one in acts:
        await store.lanes.ingest("journal", "audit", one.id, encode(one))
    for lease in await store.lanes.claim("journal", "w"):
        await store.lanes.commit(lease, await Journal(86_400_000).handle(lease), keep=False)


async def test_every_act_is_found_by_who_and_by_subject(store: SqliteStore) -> None:
    await write(store, act(1), act(2, who="boss"), act(3, subject="WO-2"))
    found = await store.records.find("audit", "who", "clerk")
    assert [msgspec.json.decode(record.body, type=Audit) for record in found] == [act(1), act(3, subject="WO-2")]
    assert [record.id for record in await store.records.find("audit", "subject", "WO-1")] == ["a1", "a2"]


async def test_the_same_act_twice_is_one_record(store: SqliteStore) -> None:
    await write(store, act(1), act(1))
    (record,) = await store.records.find("audit", "who", "clerk")
    assert record.version == 1
