"""The handler of lane `events`: what it commits, and what it makes of cases nobody filed here."""
from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from gateway.cases import Cases
from gateway.errors import Paused, Rejected
from gateway.messages import CaseNews, decode_inbound
from gateway.orders import Answered, CaseOp, CaseState, Due, Filed, Happened, Taken
from gateway.protocols import Changes, Lease
from gateway.store.lanes import Msg
from gateway.store.sqlite import SqliteStore
from tests.casebridge.desk_world import opened, working
from tests.clock import ManualClock
from tests.lives import ID, ORDER, RULES, closed, event, fresh, lease, unhappy
from tests.until import until


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def store(tmp_path: Path, clock: ManualClock) -> AsyncIterator[SqliteStore]:
    async with opened(tmp_path, clock) as made:
        yield made


@pytest.fixture
def cases(store: SqliteStore, clock: ManualClock) -> Cases:
    return Cases(store.records, clock, RULES, retain_ms=1_000)


async def test_the_handler_begins_with_filed_and_commits_all_that_waits(cases: Cases, clock: ManualClock) -> None:
    now = clock.ms()
    changes = await cases.handle(lease(None, Filed(dict(ORDER), "web:v1", now), event("case.closed", 1, at=now)))
    assert changes.upto == 2
    assert [(emit.lane, emit.key, emit.due) for emit in changes.emits] == [
        ("in", "web:v1", None), ("events", ID, now + RULES.delay),
    ]
    told = decode_inbound(changes.emits[0].body).content
    assert isinstance(told, CaseNews)
    assert told.news == "closed"
    (put,) = changes.puts
    assert (put.kind, put.id, put.index["status"]) == ("work_order", ID, "closed")
    assert put.body == changes.state


async def test_rule_3_an_event_from_the_future_is_taken_as_of_now(cases: Cases, clock: ManualClock) -> None:
    for ahead_s, at in ((300, 300_000), (301, 0)):
        ahead = event("case.closed", 1, at=clock.ms(ahead_s))
        changes = await cases.handle(lease(fresh(), ahead))
        assert changes.emits[1].due == clock.ms() + at + RULES.delay


async def test_rule_4_an_event_for_an_unknown_case_waits_a_day_for_it(cases: Cases, clock: ManualClock) -> None:
    early = replace(event("case.closed", 1), received=clock.ms())
    waits = []
    for passed in (0, 60, 3_600, 24 * 3_600 - 3_660):
        clock.advance(passed)
        with pytest.raises(Paused, match="unknown case") as caught:
            await cases.handle(lease(None, early))
        waits.append(caught.value.after_s)
    assert waits == [5, 60, 600, 600]
    clock.advance(1)
    with pytest.raises(Rejected, match="unknown case"):
        await cases.handle(lease(None, early))


async def test_nothing_but_an_event_waits_for_an_unknown_case(cases: Cases) -> None:
    with pytest.raises(Rejected, match="unknown case"):
        await cases.handle(lease(None, Due("invite", 0, 1)))


async def test_rule_4_the_backends_own_number_leads_to_the_case(
    cases: Cases, clock: ManualClock, store: SqliteStore
) -> None:
    """The event may be quicker than the answer that tells us the number."""
    early = replace(event("case.accepted", 1, source="rt"), received=clock.ms())
    await store.lanes.ingest("events", "17", "rt:e1", msgspec.json.encode(early))
    await store.lanes.ingest("events", ID, "filed", msgspec.json.encode(Filed(dict(ORDER), "web:v1", clock.ms())))
    async with working(store, "events", cases.handle):
        receipt = Taken("submit", f"{ID}:submit:1", "17", "rt", clock.ms())
        await store.lanes.ingest("events", ID, "taken", msgspec.json.encode(receipt))

        async def known() -> bool:
            return await store.records.get("external", "rt:17") is not None
        await until(known)
        clock.advance(6)

        async def accepted() -> bool:
            record = await store.records.get("work_order", ID)
            return record is not None and msgspec.json.decode(record.body, type=CaseState).status == "accepted"
        await until(accepted)


def under(key: str, item: Happened) -> Lease:
    return Lease("events", key, 1, "n", 0, 0, 0, b"", 0, (Msg(1, msgspec.json.encode(item), "d"),))


async def test_another_systems_number_is_not_ours(cases: Cases, clock: ManualClock, store: SqliteStore) -> None:
    receipt = Taken("submit", f"{ID}:submit:1", "17", "rt", clock.ms())
    changes = await cases.handle(lease(fresh(), receipt))
    assert [(put.kind, put.id, put.body) for put in changes.puts][1] == ("external", "rt:17", ID.encode())
    await store.lanes.ingest("events", ID, "taken", b"x")
    (held,) = await store.lanes.claim("events", "test")
    await store.lanes.commit(held, Changes(held.msgs[0].seq, puts=changes.puts))
    (emit,) = (await cases.handle(under("17", event("case.closed", 1, source="rt")))).emits
    assert (emit.lane, emit.key, emit.dedupe) == ("events", ID, "d")
    with pytest.raises(Rejected, match="unknown case"):
        await cases.handle(under("17", event("case.closed", 1, source="other")))


async def test_ids_of_what_goes_out_are_the_same_at_every_retry(cases: Cases, clock: ManualClock) -> None:
    once = lease(closed(fresh()), Answered(unhappy(), clock.ms()))
    first = await cases.handle(once)
    clock.advance(5)
    second = await cases.handle(once)
    assert [emit.dedupe for emit in first.emits] == [emit.dedupe for emit in second.emits]
    assert {emit.lane for emit in first.emits} == {"case", "events"}
    assert msgspec.json.decode(first.emits[0].body, type=CaseOp).op == "rating"


async def test_a_reworks_timer_is_not_cancelled_by_the_commit_that_arms_it(cases: Cases, clock: ManualClock) -> None:
    changes = await cases.handle(lease(closed(fresh()), Answered(unhappy(), clock.ms())))
    assert f"{ID}:rework" not in changes.cancel
    assert set(changes.cancel) == {f"{ID}:remind", f"{ID}:expire"}


async def test_closed_again_in_the_commit_that_called_the_invitation_off_it_is_still_armed(
    cases: Cases, clock: ManualClock
) -> None:
    again = (event("case.reopened", 10, at=clock.ms()), event("case.closed", 11, at=clock.ms()))
    changes = await cases.handle(lease(closed(fresh()), *again))
    assert f"{ID}:invite" in [emit.dedupe for emit in changes.emits]
    assert f"{ID}:invite" not in changes.cancel
