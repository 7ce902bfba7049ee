"""gateway/store/lanes.py: what a lease that was given back can still do, which is nothing; and what is left behind."""
from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from gateway.errors import Fenced
from gateway.store.lanes import Changes, LaneStore, Lease
from gateway.store.limits import DAY_MS
from tests.clock import ManualClock
from tests.contracts.lanes import bodies, fill, take
from tests.contracts.stores import Opener

WEEK_S = 7 * DAY_MS / 1000

LATE: dict[str, Callable[[LaneStore, Lease], Awaitable[object]]] = {
    "commit": lambda lanes, lease: lanes.commit(lease, Changes(upto=2, state=b"late")),
    "last commit": lambda lanes, lease: lanes.commit(lease, Changes(upto=2, state=b"late"), keep=False),
    "fail": lambda lanes, lease: lanes.fail(lease, 0, "late"),
    "defer": lambda lanes, lease: lanes.defer(lease, 60_000, "late"),
    "park": lambda lanes, lease: lanes.park(lease, "late"),
    "bury": lambda lanes, lease: lanes.bury(lease, "late"),
}


@pytest.mark.parametrize("late", LATE)
async def test_a_lease_that_its_commit_gave_back_is_void(lanes: LaneStore, late: str) -> None:
    await fill(lanes, "web:a", 2)
    lease = await take(lanes)
    assert await lanes.commit(lease, Changes(upto=1, state=b"first"), keep=False) is None
    with pytest.raises(Fenced):
        await LATE[late](lanes, lease)
    again = await take(lanes)
    assert (bodies(again), again.state, again.attempts) == ([b"web:a 2"], b"first", 0)
    assert await lanes.dead() == []


async def test_old_ids_of_a_mailbox_are_forgotten_though_new_ones_come(opener: Opener, clock: ManualClock) -> None:
    lanes = opener.store.lanes
    await lanes.ingest("in", "web:a", "old", b"x")
    clock.advance(WEEK_S / 2)
    await lanes.ingest("in", "web:a", "new", b"x")
    clock.advance(WEEK_S / 2 + 1)
    assert [await opener.store.clean(), await opener.store.clean()] == [1, 0]
    clock.advance(WEEK_S / 2)
    assert [await opener.store.clean(), await opener.store.clean()] == [1, 0]
