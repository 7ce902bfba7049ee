"""casebridge/gate.py: what a backend's answers do to everything that waits for it."""
from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from casebridge.gate import WIDTH, Away, Gate
from gateway.errors import Busy, Paused, Rejected, Retry, SendError, Uncertain
from gateway.store.sqlite import SqliteStore
from tests.casebridge.desk_world import opened
from tests.clock import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def store(tmp_path: Path, clock: ManualClock) -> AsyncIterator[SqliteStore]:
    async with opened(tmp_path, clock) as store:
        yield store


@pytest.fixture
def gate(store: SqliteStore, clock: ManualClock) -> Gate:
    return Gate("rt", store.records, clock)


async def call(gate: Gate, outcome: BaseException | None = None) -> bool:
    """Whether it was let through."""
    passed = False
    with suppress(SendError, ZeroDivisionError):
        async with gate.passing():
            passed = True
            if outcome:
                raise outcome
    return passed


async def test_an_outage_closes_it_and_a_probe_that_is_answered_opens_it(gate: Gate, clock: ManualClock) -> None:
    for error in (Retry("503"), Uncertain("reset"), Retry("503"), Uncertain("reset"), Retry("503")):
        assert gate.status.state == "well"
        assert await call(gate, error)
    assert (gate.status.state, gate.status.since, gate.room()) == ("away", clock.ms(), 0)
    assert not await call(gate)
    clock.advance(30)
    assert gate.room() == 1
    assert await call(gate)
    assert gate.status.state == "well"


async def test_what_the_backend_refuses_for_good_or_for_now_is_no_outage(gate: Gate) -> None:
    for _ in range(30):
        assert await call(gate, Rejected("422"))
        assert await call(gate, Busy("409"))
    assert gate.status.state == "well"


async def test_one_refusal_of_our_credentials_stops_everything_until_a_probe_is_taken(
    gate: Gate, clock: ManualClock
) -> None:
    since = clock.ms()
    assert await call(gate, Paused("401"))
    assert not await call(gate)
    clock.advance(30)
    assert await call(gate, Paused("401 again"))
    clock.advance(59)
    assert not await call(gate)
    assert (gate.status.state, gate.status.why, gate.status.since) == ("paused", "401", since)
    clock.advance(1)
    assert await call(gate)
    assert gate.status.state == "well"


async def test_refusals_of_calls_that_were_under_way_put_the_probe_off_no_further(
    gate: Gate, clock: ManualClock
) -> None:
    with suppress(Paused):
        async with gate.passing():
            await call(gate, Paused("401"))
            clock.advance(20)
            raise Paused("401 as well")
    clock.advance(10)
    assert gate.room() == 1
    assert gate.status.why == "401"


@pytest.mark.parametrize("outcome", [Rejected("422"), Busy("429", after_s=5.0), None])
async def test_a_probe_that_is_heard_out_ends_a_pause(
    gate: Gate, clock: ManualClock, outcome: SendError | None
) -> None:
    await call(gate, Paused("401"))
    clock.advance(30)
    await call(gate, outcome)
    assert gate.status.state == "well"


async def test_a_pause_outlives_a_restart_and_is_probed_at_once(
    gate: Gate, store: SqliteStore, clock: ManualClock
) -> None:
    await call(gate, Paused("401"))
    again = Gate("rt", store.records, clock)
    await again.open()
    assert again.status == gate.status
    assert again.room() == 1
    assert await call(again, Paused("401"))
    assert again.room() == 0
    clock.advance(300)
    await call(again)
    third = Gate("rt", store.records, clock)
    await third.open()
    assert (third.status.state, third.room()) == ("well", WIDTH)


async def test_a_person_resumes_it(gate: Gate, store: SqliteStore, clock: ManualClock) -> None:
    await call(gate, Paused("401"))
    await gate.resume()
    assert (gate.status.state, gate.room()) == ("well", WIDTH)
    assert await store.records.get("backend", "rt") is None


async def test_gateways_learn_a_pause_and_its_end_from_each_other(
    gate: Gate, store: SqliteStore, clock: ManualClock
) -> None:
    other = Gate("rt", store.records, clock)
    await other.open()
    await call(gate, Paused("401"))
    await other.follow()
    assert (other.status, other.room()) == (gate.status, 0)
    await gate.follow()
    assert gate.status.state == "paused"
    await other.resume()
    await gate.follow()
    assert (gate.status.state, gate.room()) == ("well", WIDTH)


async def test_another_backends_pause_is_not_ours(gate: Gate, store: SqliteStore, clock: ManualClock) -> None:
    await call(gate, Paused("401"))
    other = Gate("webhook", store.records, clock)
    await other.open()
    assert other.status.state == "well"


async def test_patience_is_given_to_the_whole_backend_at_most_five_minutes(gate: Gate, clock: ManualClock) -> None:
    await call(gate, Busy("429", after_s=7.0))
    assert gate.room() == 0
    with pytest.raises(Away) as caught:
        async with gate.passing():
            pass
    assert caught.value.after_s == 7.0
    clock.advance(7)
    assert gate.room() > 0
    await call(gate, Busy("429", after_s=1e9))
    clock.advance(300)
    assert gate.room() > 0


async def test_after_an_outage_as_many_go_together_as_were_taken_since(gate: Gate, clock: ManualClock) -> None:
    for _ in range(5):
        await call(gate, Retry("503"))
    clock.advance(30)
    rooms = []
    for _ in range(WIDTH):
        await call(gate)
        rooms.append(gate.room())
    assert (rooms[:3], rooms[-1]) == ([2, 3, 4], WIDTH)


async def test_calls_under_way_take_room(gate: Gate) -> None:
    async with gate.passing(), gate.passing():
        assert gate.room() == WIDTH - 2
    assert gate.room() == WIDTH


async def test_an_error_of_our_own_is_no_verdict_and_leaves_the_next_probe_its_turn(
    gate: Gate, clock: ManualClock
) -> None:
    for _ in range(9):
        await call(gate, ZeroDivisionError())
    assert gate.status.state == "well"
    for _ in range(5):
        await call(gate, Retry("503"))
    clock.advance(30)
    await call(gate, ZeroDivisionError())
    assert gate.room() == 0
    clock.advance(30)
    assert gate.room() == 1
