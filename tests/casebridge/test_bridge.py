"""casebridge/bridge.py: order, receipts, and what becomes of an operation the backend did not take."""
from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebridge.bridge import GIVE_UP_S, LONGEST_S, Bridge, HandOver, Known, wait_s
from casebridge.gate import Away
from gateway.errors import Busy, Paused, Rejected, Retry, SendError, Uncertain
from gateway.orders import CaseOp, OpName, Taken
from gateway.protocols import Changes, Lease, Receipt, Repeat
from gateway.store.lanes import Msg, Put
from tests.casebridge.desk_world import working
from tests.casebridge.hand_over import WO, Backend, Case, case, lease
from tests.until import until

KNOWN = msgspec.json.encode(Known("C-1", "scripted"))
SUBMIT, COMMENT, REWORK = f"{WO}:submit:1", f"{WO}:comment:2", f"{WO}:rework:3"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[Case]:
    async with case(tmp_path, Backend()) as world:
        yield world


async def test_the_head_operation_goes_out_alone_and_leaves_a_receipt_and_word_to_the_case(world: Case) -> None:
    changes = await world.bridge.handle(lease(world.clock, "submit", "comment"))
    assert world.backend.sent == [f"{WO}:submit:0"]
    assert (changes.upto, changes.state) == (7, KNOWN)
    put = changes.puts[0]
    assert (put.kind, put.id, put.index) == ("receipt", f"{WO}:submit:0", {"work_order": WO})
    assert put.body is not None
    now = world.clock.ms()
    assert msgspec.json.decode(put.body, type=HandOver) == HandOver(WO, "submit", "C-1", "scripted", now)
    (emit,) = changes.emits
    assert (emit.lane, emit.key, emit.dedupe) == ("events", WO, f"taken:{WO}:submit:0")
    assert msgspec.json.decode(emit.body, type=Taken) == Taken("submit", f"{WO}:submit:0", "C-1", "scripted", now)


async def test_the_case_hears_when_an_operation_was_decided_not_when_its_answer_came(world: Case) -> None:
    """What the backend does of it may be heard before that answer, and comes after it all the same."""
    changes = await world.bridge.handle(lease(world.clock, "submit", age_s=60))
    taken = msgspec.json.decode(changes.emits[0].body, type=Taken)
    assert taken.at == world.clock.ms(-60)


async def test_later_operations_are_told_the_backends_number_which_stays_that_of_the_case(world: Case) -> None:
    await world.decide("submit", "comment", "rework")
    await world.work()
    assert world.backend.sent == [SUBMIT, COMMENT, REWORK]
    assert world.backend.knew == [None, "C-1", "C-1"]
    assert (await world.store.lanes.state("case", WO))[0] == KNOWN
    (told,) = await world.store.lanes.claim("events", "w")
    assert [msgspec.json.decode(msg.body, type=Taken).external_id for msg in told.msgs] == ["C-1"] * 3


async def test_a_case_from_before_its_number_was_kept_is_known_by_its_receipt(world: Case) -> None:
    receipt = msgspec.json.encode(HandOver(WO, "submit", "C-old", "scripted", 1))
    await world.store.records.write([Put("receipt", SUBMIT, receipt, {"work_order": WO})])
    await world.decide("comment")
    assert await world.work() == []
    assert world.backend.knew == ["C-old"]


async def test_an_empty_lease_changes_nothing(world: Case) -> None:
    assert await world.bridge.handle(lease(world.clock)) == Changes()
    assert world.backend.sent == []


async def test_what_is_no_operation_is_buried(world: Case) -> None:
    bad = Lease("case", WO, 1, "n", 0, 0, 0, b"", 0, (Msg(1, b'{"op":"explode"}'),))
    with pytest.raises(Rejected):
        await world.bridge.handle(bad)


# --- when it comes back ---------------------------------------------------------------------------------------

@pytest.mark.parametrize(("age_s", "wait"), [
    (0, 5), (4.9, 5), (5, 30), (34, 30), (35, 120), (154, 120), (155, 600), (754, 600), (755, 1800), (80_000, 1800),
])
async def test_a_failed_operation_comes_back_by_its_age(world: Case, age_s: float, wait: float) -> None:
    world.backend.answers = [Retry("503")]
    with pytest.raises(Retry) as caught:
        await world.bridge.handle(lease(world.clock, "submit", age_s=age_s))
    assert caught.value.after_s is not None
    assert wait * 0.8 <= caught.value.after_s <= wait * 1.2


@given(st.text(max_size=40), st.floats(0, GIVE_UP_S))
def test_waits_are_never_shorter_than_four_seconds_nor_longer_than_36_minutes(key: str, age_s: float) -> None:
    assert 4 <= round(wait_s(key, age_s), 6) <= 2160


def test_waits_of_many_cases_are_spread() -> None:
    assert len({round(wait_s(f"WO-{n}", 0), 2) for n in range(50)}) > 20


@pytest.mark.parametrize("error", [Retry("busy", after_s=77.0), Busy("429", after_s=77.0), Paused("401", after_s=77.0)])
async def test_a_backend_that_names_its_own_time_is_never_disturbed_sooner(world: Case, error: SendError) -> None:
    world.backend.answers = [error]
    with pytest.raises(type(error)) as caught:
        await world.bridge.handle(lease(world.clock, "submit"))
    assert caught.value.after_s is not None
    assert 77.0 <= caught.value.after_s <= 77.0 * 1.2


@pytest.mark.parametrize(("asked", "least", "most"), [(1.0, 5.0, 6.0), (3e7, LONGEST_S, LONGEST_S * 1.2)])
async def test_neither_a_second_nor_a_year_is_obeyed(world: Case, asked: float, least: float, most: float) -> None:
    world.backend.answers = [Retry("503", after_s=asked)]
    with pytest.raises(Retry) as caught:
        await world.bridge.handle(lease(world.clock, "submit"))
    assert caught.value.after_s is not None
    assert least <= caught.value.after_s <= most


@pytest.mark.parametrize("error", [Retry("503"), Paused("403"), Uncertain("reset")])
async def test_after_72_hours_it_is_given_up(world: Case, error: SendError) -> None:
    world.backend.answers = [error]
    with pytest.raises(Rejected, match="72 h"):
        await world.bridge.handle(lease(world.clock, "submit", age_s=72 * 3600 + 1))
    world.backend.answers = [error]
    with pytest.raises((Retry, Paused)):
        await world.bridge.handle(lease(world.clock, "submit", age_s=72 * 3600 - 1))


async def test_nothing_is_given_up_while_the_backend_refuses_everybody(world: Case) -> None:
    world.backend.answers = [Paused("401"), Paused("401")]
    old = lease(world.clock, "submit", age_s=GIVE_UP_S - 10)
    with pytest.raises(Paused):
        await world.bridge.handle(old)
    world.clock.advance(30)
    with pytest.raises(Paused):
        await world.bridge.handle(old)


async def test_nothing_is_given_up_that_was_not_tried(world: Case) -> None:
    world.backend.answers = [Retry("503")] * 5
    for _ in range(5):
        with pytest.raises(Retry):
            await world.bridge.handle(lease(world.clock, "submit"))
    with pytest.raises(Away) as caught:
        await world.bridge.handle(lease(world.clock, "submit", age_s=GIVE_UP_S + 1))
    assert (caught.value.after_s, len(world.backend.sent)) == (30, 5)


async def test_every_wait_is_scaled(world: Case) -> None:
    world.backend.answers = [Retry("503"), Retry("503")]
    fast = Bridge(world.backend, world.gate, world.store.lanes, world.store.records, world.clock, 0.01)
    with pytest.raises(Retry) as caught:
        await fast.handle(lease(world.clock, "submit", age_s=0.2))
    assert caught.value.after_s is not None
    assert 0.24 <= caught.value.after_s <= 0.36
    with pytest.raises(Rejected, match="72 h"):
        await fast.handle(lease(world.clock, "submit", age_s=GIVE_UP_S / 100 + 1))


async def test_a_permanent_refusal_passes_through(world: Case) -> None:
    world.backend.answers = [Rejected("422")]
    with pytest.raises(Rejected, match="422"):
        await world.bridge.handle(lease(world.clock, "submit"))


# --- what nobody knows ----------------------------------------------------------------------------------------

@pytest.mark.parametrize(("repeat", "op", "expected"), [
    ("idempotent", "submit", Retry), ("idempotent", "comment", Retry), ("lookup", "submit", Retry),
    ("lookup", "comment", Retry), ("neither", "submit", Uncertain), ("neither", "comment", Uncertain),
])
async def test_an_unknown_outcome_is_repeated_only_where_that_is_safe(
    world: Case, repeat: Repeat, op: OpName, expected: type[SendError]
) -> None:
    world.backend.promise, world.backend.answers = repeat, [Uncertain("reset")]
    with pytest.raises(expected):
        await world.bridge.handle(lease(world.clock, op, state=KNOWN))


async def test_a_backend_with_look_up_is_asked_before_an_operation_is_sent_again(world: Case) -> None:
    world.backend.promise, world.backend.found = "lookup", Receipt("C-found", "scripted")
    changes = await world.bridge.handle(lease(world.clock, "submit"))
    assert world.backend.sent == []
    assert changes.puts[0].body is not None
    assert b"C-found" in changes.puts[0].body


async def test_after_a_start_what_was_tried_before_is_asked_about_once_no_answer_can_be_due(world: Case) -> None:
    """What was under way may take effect only now: a look-up at once would find nothing, and it would arrive twice."""
    world.backend.promise = "lookup"
    tried = replace(lease(world.clock, "submit", age_s=60), fence=2)
    with pytest.raises(Retry) as caught:
        await world.bridge.handle(tried)
    assert (caught.value.after_s, world.backend.asked, world.backend.sent) == (15, [], [])
    for never_tried_before in (replace(tried, fence=1), replace(lease(world.clock, "submit"), fence=2)):
        await world.bridge.handle(never_tried_before)
    world.clock.advance(15)
    await world.bridge.handle(tried)
    assert len(world.backend.sent) == 3


async def test_a_crash_while_sending_leaves_what_nobody_can_ask_about_to_a_person(world: Case) -> None:
    world.backend.promise, world.backend.answers = "neither", [Crash()]
    item = lease(world.clock, "submit")
    with pytest.raises(Crash):
        await world.bridge.handle(item)
    with pytest.raises(Uncertain):
        await Case(world.store, world.clock, world.backend).bridge.handle(item)
    assert len(world.backend.sent) == 1


class Crash(SendError):
    """The process ends in the middle of a call."""

    def __init__(self) -> None:
        super().__init__("killed")


@pytest.mark.parametrize("error", [Retry("not reached"), Paused("401")])
async def test_what_was_surely_not_taken_goes_again_without_a_person(world: Case, error: SendError) -> None:
    world.backend.promise, world.backend.answers = "neither", [error]
    item = lease(world.clock, "submit")
    with pytest.raises(type(error)):
        await world.bridge.handle(item)
    world.clock.advance(30)
    assert (await world.bridge.handle(item)).upto == 7


async def test_a_person_who_found_it_over_there_ends_the_doubt(world: Case) -> None:
    op = CaseOp("submit", WO, 1, {}, world.clock.ms(), arrived="C-9")
    given = replace(lease(world.clock), msgs=(Msg(3, msgspec.json.encode(op)),))
    changes = await world.bridge.handle(given)
    assert (world.backend.sent, changes.state) == ([], msgspec.json.encode(Known("C-9", world.backend.name)))


# --- order ------------------------------------------------------------------------------------------------------

async def test_what_stands_behind_a_dead_submission_waits_and_goes_when_that_is_replayed(world: Case) -> None:
    world.backend.answers = [Rejected("422")]
    await world.decide("submit", "comment")
    assert await world.work() == ["Rejected", "Retry"]
    (dead,) = await world.dead()
    assert await world.store.lanes.replay(dead.id)
    assert await world.work() == []
    assert world.backend.sent == [SUBMIT, SUBMIT, COMMENT]


async def test_what_stands_behind_a_submission_that_was_dropped_is_a_dead_letter(world: Case) -> None:
    world.backend.answers = [Rejected("422")]
    await world.decide("submit", "comment")
    await world.work()
    (dead,) = await world.dead()
    await world.store.lanes.discard(dead.id, "boss", "test data")
    assert await world.work() == ["Rejected"]
    assert [letter.why for letter in await world.dead()] == ["its case was never handed over"]


async def test_what_stands_behind_a_doubtful_operation_waits_until_it_is_decided(world: Case) -> None:
    world.backend.promise, world.backend.answers = "neither", [None, Uncertain("reset")]
    await world.decide("submit", "comment", "rework")
    assert await world.work() == ["Uncertain", "Retry"]
    world.clock.advance(40 * 60)
    assert await world.work() == ["Retry"]
    (doubtful,) = await world.dead()
    await world.store.lanes.discard(doubtful.id, "boss", "it arrived")
    assert await world.work() == []
    assert world.backend.sent == [SUBMIT, COMMENT, REWORK]


async def test_behind_a_comment_that_was_refused_for_good_the_rework_goes_on(world: Case) -> None:
    world.backend.answers = [None, Rejected("422")]
    await world.decide("submit", "comment", "rework")
    assert await world.work() == ["Rejected"]
    assert world.backend.sent == [SUBMIT, COMMENT, REWORK]


async def test_what_is_replayed_does_not_wait_for_what_stands_behind_it(world: Case) -> None:
    world.backend.promise, world.backend.answers = "neither", [None, Rejected("422"), Uncertain("reset")]
    await world.decide("submit", "comment", "rework")
    assert await world.work() == ["Rejected", "Uncertain"]
    refused, _ = await world.dead()
    world.clock.advance(1)
    op = CaseOp("comment", WO, 2, {}, world.clock.ms())
    await world.store.lanes.replay(refused.id, msgspec.json.encode(op))
    assert await world.work() == []
    assert world.backend.sent[-1] == COMMENT


async def test_waiting_behind_another_never_gives_an_operation_up(world: Case) -> None:
    world.backend.answers = [Rejected("422")]
    await world.decide("submit", "comment")
    await world.work()
    world.clock.advance(GIVE_UP_S + 1)
    assert await world.work() == ["Retry"]


async def test_one_case_holds_up_no_other(world: Case) -> None:
    world.backend.answers = [Rejected("422")]
    await world.decide("submit", "comment")
    await world.decide("submit", wo="WO-20261123-0000000002")
    await world.work()
    assert world.backend.sent == [SUBMIT, "WO-20261123-0000000002:submit:1"]


async def test_a_row_that_always_raises_is_isolated_and_becomes_a_dead_letter(world: Case) -> None:
    """HOSTILE.md 47: an adapter that stumbles over one work order."""
    poison, others = "WO-20261123-0000000666", [f"WO-20261123-{n:010d}" for n in range(30)]

    class Stumbles(Backend):
        async def send(self, op: CaseOp, known: str | None) -> Receipt:
            receipt = await super().send(op, known)
            if op.work_order_id == poison:
                raise ZeroDivisionError
            return receipt

    world.backend = Stumbles()
    world.__post_init__()
    await world.decide("submit", "comment", wo=poison)
    for wo in others:
        await world.decide("submit", wo=wo)

    async def buried() -> bool:
        world.clock.advance(31)  # past the pause after a failure
        return bool(await world.dead())

    async with working(world.store, "case", world.bridge.handle):
        await until(buried)
    (dead,) = await world.dead()
    assert (dead.key, dead.seq, dead.why) == (poison, 1, "ZeroDivisionError")
    assert world.backend.sent.count(f"{poison}:submit:1") == 5
    assert {f"{wo}:submit:1" for wo in others} <= set(world.backend.sent)
    assert f"{poison}:comment:2" not in world.backend.sent
    assert world.gate.status.state == "well"
