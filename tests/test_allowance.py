"""So many times in so long, in any stretch of time; and what waits for a turn."""
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.allowance import Allowance
from gateway.citizens import ACCOUNT, CITIZEN, Citizens, links
from gateway.handover import Verified
from gateway.outcomes import Outcomes
from gateway.store.lanes import Put
from gateway.store.sqlite import SqliteStore
from tests.clock import ManualClock, SerialIds

HOUR_MS = 3_600_000


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def store(tmp_path: Path, clock: ManualClock) -> AsyncIterator[SqliteStore]:
    opened = SqliteStore(tmp_path / "a.db", clock, SerialIds())
    await opened.open()
    yield opened
    await opened.close()


async def test_no_window_holds_more_than_allowed(store: SqliteStore, clock: ManualClock) -> None:
    """A bucket of five would let ten through in the hour around its refilling."""
    tries, taken = Allowance(store.shared, "t", 5, HOUR_MS), list[int]()
    for minute in range(180):
        if await tries.take("me") is not None:
            taken.append(minute)
        clock.advance(60)
    assert len(taken) == 15
    assert all(later - earlier >= 60 for earlier, later in zip(taken, taken[5:], strict=False))


async def test_everybody_has_their_own(store: SqliteStore) -> None:
    tries = Allowance(store.shared, "t", 1, HOUR_MS)
    assert await tries.take("me")
    assert await tries.take("you")
    assert await tries.take("me") is None


async def test_two_at_once_take_two(store: SqliteStore) -> None:
    taken = await asyncio.gather(*(Allowance(store.shared, "t", 5, HOUR_MS).take("me") for _ in range(9)))
    assert sum(one is not None for one in taken) == 5


async def test_what_is_given_back_may_be_taken_again(store: SqliteStore) -> None:
    tries = Allowance(store.shared, "t", 1, HOUR_MS)
    taken = await tries.take("me")
    assert taken is not None
    await tries.give_back(taken)
    assert await tries.take("me")


# --- outcomes -----------------------------------------------------------------------------------------------

async def test_an_outcome_is_waited_for(store: SqliteStore) -> None:
    async def begin() -> None:
        tasks.append(asyncio.create_task(store.records.write([Put("posted", "x", b"done")])))

    tasks: list[asyncio.Task[None]] = []
    record = await Outcomes(store.records, store.shared).after(begin, "web:1", "posted", "x")
    assert record is not None
    assert record.body == b"done"


async def test_nobody_waits_for_ever(store: SqliteStore) -> None:
    async def begin() -> None:
        return None

    assert await Outcomes(store.records, store.shared, 0.01).after(begin, "web:1", "posted", "x") is None


# --- citizens -----------------------------------------------------------------------------------------------

async def test_only_a_proof_links(store: SqliteStore, clock: ManualClock) -> None:
    citizens = Citizens(store.records, store.shared, SerialIds())
    assert await citizens.conversations("web:1") == ("web:1",)
    assert await citizens.account("web:1") is None
    one = await citizens.of_phone("+8613800138000")
    for conversation in ("web:1", "wechat:2"):
        await store.records.write(links(conversation, Verified(one, "+8613800138000"), clock.ms(), HOUR_MS))
    assert await citizens.conversations("wechat:2") == ("wechat:2", "web:1")
    assert await citizens.linked(one) == ("web:1", "wechat:2")
    assert await citizens.of_phone("+8613800138000") == one
    assert await citizens.of_phone("+8613800138001") != one


async def test_a_number_has_one_citizen_however_many_prove_it_at_once(store: SqliteStore) -> None:
    citizens = Citizens(store.records, store.shared, SerialIds())
    assert len(set(await asyncio.gather(*(citizens.of_phone("+8613800138000") for _ in range(8))))) == 1


def test_what_a_proof_writes() -> None:
    citizen, account = links("web:1", Verified("c1", "+8613800138000"), 1_000, HOUR_MS)
    assert (citizen.kind, citizen.id, citizen.index, citizen.expires) == (
        CITIZEN, "c1", {"phone": "+8613800138000"}, HOUR_MS + 1_000)
    assert (account.kind, account.id, account.index) == (ACCOUNT, "web:1", {"citizen": "c1"})
