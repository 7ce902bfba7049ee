"""casebridge/desk/desk.py on a real store: durable, once, in one commit."""
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from casebridge.desk import Desk
from gateway.errors import Conflict, NotFound, Unavailable
from gateway.orders import CaseState, StaffAction
from gateway.protocols import Put
from tests.casebridge.desk_world import ORDER, WO, World, opened, working
from tests.clock import ManualClock
from tests.until import until


@pytest.fixture
async def still(tmp_path: Path) -> AsyncIterator[World]:
    """A desk whose worker does not run."""
    clock = ManualClock()
    async with opened(tmp_path, clock) as store:
        yield World(store, Desk(store.lanes, store.records, clock), clock)


@pytest.fixture
async def world(still: World) -> AsyncIterator[World]:
    async with working(still.store, "desk", still.desk.handle):
        yield still


async def submitted(world: World) -> World:
    await world.send("submit")
    await world.settle(1)
    return world


async def test_from_submission_to_closure_the_events_lane_hears_every_step(world: World) -> None:
    await submitted(world)
    await world.act("accept")
    await world.act("dispatch", department="urban")
    await world.act("close", text="{{7*7}} 已清理")
    told = await world.told()
    assert [(h.event.type, h.event.seq, h.event.data.round) for h in told] == [
        ("case.accepted", 1, 0), ("case.dispatched", 2, 0), ("case.closed", 3, 0),
    ]
    closed = told[-1].event
    assert (closed.source, closed.subject, closed.data.reply) == ("desk", WO, "{{7*7}} 已清理")
    assert closed.data.department == "urban"
    assert closed.time == world.clock.now().isoformat()
    assert len({h.event.id for h in told}) == 3


async def test_the_order_is_kept_as_it_was_handed_over(world: World) -> None:
    await submitted(world)
    assert (await world.case()).order == ORDER


async def test_cases_are_found_by_status_and_department(world: World) -> None:
    await submitted(world)
    assert await world.store.records.count("desk_case", "status", "new") == 1
    await world.act("accept")
    await world.act("dispatch", department="urban")
    (record,) = await world.store.records.find("desk_case", "department", "urban")
    assert record.id == WO
    assert await world.store.records.count("desk_case", "status", "new") == 0


async def test_a_rework_comes_back_to_the_department_with_the_citizens_reason(world: World) -> None:
    await submitted(world)
    await world.act("accept")
    await world.act("dispatch", department="urban")
    await world.act("close", text="ok")
    await world.send("rework", 1, round=1, reason="又来了")
    await world.settle(5)
    case = await world.case()
    assert (case.status, case.round, case.department, case.reason) == ("rework", 1, "urban", "又来了")
    assert len(await world.told()) == 3
    assert await world.desk.allowed(WO) == ("accept", "dispatch", "progress", "question", "close")


async def test_a_double_click_acts_once_even_when_both_come_together(world: World) -> None:
    await submitted(world)
    await asyncio.gather(*(world.act("accept", "click") for _ in range(5)))
    assert len(await world.told()) == 1


async def test_the_second_of_two_different_clicks_is_refused(world: World) -> None:
    await submitted(world)
    await world.act("accept", "first")
    with pytest.raises(Conflict) as caught:
        await world.act("accept", "second")
    assert caught.value.code == "wrong_state"
    with pytest.raises(Conflict):
        await world.act("accept", "second")  # and stays refused


async def test_closing_needs_a_reply_and_dispatching_a_department(world: World) -> None:
    await submitted(world)
    await world.act("accept")
    for name, code in (("close", "text_needed"), ("dispatch", "department_needed")):
        with pytest.raises(Conflict) as caught:
            await world.act(name)
        assert caught.value.code == code


async def test_an_unknown_case_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        await world.act("accept")
    assert await world.desk.allowed(WO) == ()


async def test_without_a_worker_the_act_is_durable_but_not_confirmed(still: World) -> None:
    async with working(still.store, "desk", still.desk.handle):
        await submitted(still)
    hurried = Desk(still.store.lanes, still.store.records, still.clock, looks=(0.01,))
    with pytest.raises(Unavailable):
        await hurried.act(WO, StaffAction("action-accept", "accept", "clerk"))
    async with working(still.store, "desk", still.desk.handle):
        await still.act("accept")  # the same id again: confirmed, and done once
    assert len(await still.told()) == 1


async def test_act_returns_when_the_gateways_own_record_shows_it(world: World) -> None:
    await submitted(world)
    behind = CaseState(WO, "web:1", {}, 1)
    await world.store.records.write([Put("work_order", WO, msgspec.json.encode(behind))])
    acting = asyncio.create_task(world.act("accept"))

    async def told() -> bool:
        return bool(await world.told())

    await until(told)
    assert not acting.done()
    caught_up = msgspec.structs.replace(behind, seq=1)
    await world.store.records.write([Put("work_order", WO, msgspec.json.encode(caught_up))])
    await asyncio.wait_for(acting, 3)


async def test_what_can_never_be_applied_becomes_a_dead_letter_and_holds_nobody_up(world: World) -> None:
    await submitted(world)
    await world.store.lanes.ingest("desk", WO, "bad", b'{"type":"explode"}')
    await world.send("comment", 1, text="好的")
    await world.settle(2)
    (dead,) = await world.store.lanes.dead("desk")
    assert dead.body == b'{"type":"explode"}'
    assert (await world.case()).history[-1].what == "comment"


async def test_a_supplement_before_its_case_is_buried(world: World) -> None:
    await world.send("comment", 1, text="早到")
    await submitted(world)
    assert [dead.key for dead in await world.store.lanes.dead("desk")] == [WO]


async def test_staff_action_of_another_case_is_independent(world: World) -> None:
    await submitted(world)
    with pytest.raises(NotFound):
        await world.desk.act("WO-20261123-0000000000", StaffAction("x", "accept", "clerk"))
