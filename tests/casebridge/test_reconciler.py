"""casebridge/reconciler.py: which doubts end without a person."""
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from casebridge.reconciler import AT_ONCE, Reconciler
from gateway.errors import Paused, Rejected, Retry, Uncertain
from gateway.fellows import Fellows
from gateway.protocols import Receipt, Repeat
from tests.casebridge.hand_over import WO, Backend, Case, case
from tests.until import until

FOUND = Receipt("C-9", "scripted")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[Case]:
    """One submission in doubt."""
    async with case(tmp_path, Backend("neither", [Uncertain("reset")])) as world:
        await world.decide("submit")
        assert await world.work() == ["Uncertain"]
        yield world


def reconciler(world: Case) -> Reconciler:
    return Reconciler(world.backend, world.gate, world.store.lanes, world.clock)


async def test_what_is_found_there_counts_as_done_under_its_number(world: Case) -> None:
    world.backend.found = FOUND
    assert await reconciler(world).look() == 1
    assert await world.work() == []
    assert world.backend.sent == [f"{WO}:submit:1"]
    record = await world.store.records.get("receipt", f"{WO}:submit:1")
    assert record is not None
    assert b"C-9" in record.body


async def test_what_is_not_found_where_nothing_is_sure_stays_for_a_person(world: Case) -> None:
    assert await reconciler(world).look() == 0
    assert [dead.parked for dead in await world.dead()] == [True]


async def test_what_a_backend_with_look_up_surely_does_not_have_goes_again(world: Case) -> None:
    """It could not be asked when the doubt arose: another adapter, or a setting, has changed since."""
    world.backend.promise = "lookup"
    assert await reconciler(world).look() == 1
    assert await world.work() == []
    assert len(world.backend.sent) == 2


@pytest.mark.parametrize("repeat", ["neither", "lookup"])
async def test_a_look_up_that_fails_decides_nothing_and_counts_for_the_gate(world: Case, repeat: Repeat) -> None:
    world.backend.promise, world.backend.found = repeat, Paused("401")
    assert await reconciler(world).look() == 0
    assert len(await world.dead()) == 1
    assert world.gate.status.state == "paused"


async def test_nothing_is_asked_of_a_backend_that_is_away(world: Case) -> None:
    for _ in range(5):
        with pytest.raises(Retry):
            async with world.gate.passing():
                raise Retry("503")
    assert await reconciler(world).look() == 0
    assert world.backend.asked == []


async def test_many_gateways_ask_once_in_a_period(world: Case) -> None:
    duty = Fellows(world.store.shared, many=True).duty("case doubts")
    all_ = [Reconciler(world.backend, world.gate, world.store.lanes, world.clock, duty) for _ in range(3)]
    tasks = [asyncio.create_task(one.run(every_s=0.002)) for one in all_]
    await until(lambda: world.backend.asked)
    await asyncio.wait(tasks, timeout=0.02)  # none ends; meanwhile the store's clock stands still
    assert len(world.backend.asked) == 1
    world.clock.advance(0.002)
    await until(lambda: len(world.backend.asked) == 2)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_dead_letters_are_nobodys_doubts(tmp_path: Path) -> None:
    async with case(tmp_path, Backend(found=FOUND)) as world:
        await world.store.lanes.ingest("case", WO, "bad", b"no operation")
        await world.work()
        await world.decide("submit")
        world.backend.answers = [Rejected("422")]
        await world.work()
        assert await reconciler(world).look() == 0
        assert world.backend.asked == []
        assert len(await world.dead()) == 2


async def test_a_long_list_is_gone_through_piece_by_piece(world: Case) -> None:
    for n in range(AT_ONCE + 5):
        wo = f"WO-20261123-{n:010d}"
        world.backend.answers = [Uncertain("reset")]
        await world.decide("submit", wo=wo)
        await world.work()
        await world.gate.resume()
    one = reconciler(world)
    await one.look()
    await one.look()
    assert len(set(world.backend.asked)) == len(world.backend.asked) == AT_ONCE + 6
    await one.look()
    assert len(world.backend.asked) == 2 * AT_ONCE + 6
