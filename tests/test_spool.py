"""What comes in while the store is away: kept here, sent on in order, once; and said so."""
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.errors import ConfigError, Unavailable
from gateway.store.lanes import Changes, LaneStore, Lease, Outcome
from gateway.workers import LaneWorker, tick
from tests.fickle import House
from tests.until import until


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with House(tmp_path) as house:
        yield house


async def test_what_came_meanwhile_goes_on_in_order_and_behind_what_was_there(house: House) -> None:
    assert await house.say("1", "2") == [Outcome.NEW] * 2
    await house.away()
    assert await house.say("3", "4", "3") == [Outcome.NEW, Outcome.NEW, Outcome.DUPLICATE]
    await house.say("x", key="web:b")
    assert house.spool.state.waiting == 3
    await house.back()
    await house.say("5")
    assert sorted(await house.there()) == [b"1", b"2", b"3", b"4", b"5", b"x"]
    assert house.went == house.spool.state.forwarded == 3


async def test_nothing_overtakes_what_waits(house: House) -> None:
    """Also while it is being sent on: the store is back before the spool is empty."""
    await house.away()
    await house.say("1", "2", "3")
    house.store.cut = False
    await house.say("4")
    assert house.spool.state.waiting == 4
    await house.back()
    assert await house.there() == [b"1", b"2", b"3", b"4"]


async def test_an_attempt_whose_answer_was_lost_is_one_message(house: House) -> None:
    house.store.deaf = True
    await house.say("1")
    await house.spool.lanes.ingest("in", "web:a", "", b"without an id")
    assert house.spool.state.waiting == 2
    await house.back()
    assert await house.there() == [b"1", b"without an id"]


async def test_an_attempt_whose_answer_was_lost_without_an_id_of_its_own_is_one_message(house: House) -> None:
    house.store.deaf = True
    await house.spool.lanes.ingest("in", "web:a", "", b"x")
    await house.back()
    await house.spool.lanes.ingest("in", "web:a", "", b"x")
    assert await house.there() == [b"x", b"x"], "the second was said again"


async def test_a_store_that_goes_away_over_the_sending_gets_each_once(house: House) -> None:
    await house.away()
    await house.say("1", "2", "3")
    house.store.cut, house.store.deaf = False, True  # it takes one and is not heard
    await until(lambda: house.store.calls > 4)
    await house.back()
    assert await house.there() == [b"1", b"2", b"3"]


async def test_a_part_of_the_store_that_is_away_holds_up_its_own_keys_alone(house: House) -> None:
    """One node of a Cluster."""
    house.store.lost = {"web:lost"}
    await house.say("1", key="web:lost")
    await until(lambda: not house.spool.state.away)
    await house.say("x", "y")
    await house.say("2", key="web:lost")
    assert house.spool.state.waiting == 2
    assert await house.there() == [b"x", b"y"]
    house.store.lost = set()
    await house.back()
    assert await house.there() == [b"1", b"2"]


@pytest.mark.parametrize("restarted", [False, True])
async def test_nothing_overtakes_what_waits_for_a_part_that_is_just_back(house: House, restarted: bool) -> None:
    house.store.lost = {"web:a"}
    await house.say("1")
    if restarted:
        await house.restart()
    await until(lambda: not house.spool.state.away)
    house.store.lost = set()
    await house.say("2")
    await house.back()
    assert await house.there() == [b"1", b"2"]


async def test_what_waits_outlives_the_process(house: House) -> None:
    await house.away()
    await house.say("1", "2")
    await house.restart()
    assert (house.spool.state.away, house.spool.state.waiting) == (True, 2)
    await house.say("3")
    await house.back()
    assert await house.there() == [b"1", b"2", b"3"]


async def test_a_full_mailbox_is_full_here_too_and_there_it_is_waited_for(house: House) -> None:
    assert await house.say("1", "2", "3", "4") == [Outcome.NEW] * 4
    await house.away()
    assert (await house.say("5", "6", "7", "8", "9", "10"))[-1] is Outcome.FULL
    house.store.cut = False
    await until(lambda: house.spool.state.waiting == 4)
    assert len(await house.there()) == 5
    house.clock.advance(3)
    await until(lambda: house.spool.state.straight)
    assert await house.there() == [b"6", b"7", b"8", b"9"]


async def test_a_full_spool_refuses_and_acknowledges_nothing(house: House) -> None:
    await house.restart(max_mb=1, mailbox_cap=10_000)
    await house.away()
    with pytest.raises(Unavailable):
        await _pour(house)
    assert "full" in house.spool.trouble
    waiting = house.spool.state.waiting
    assert 10 < waiting < 40
    await house.back()
    assert (house.went, house.spool.trouble) == (waiting, "")


async def _pour(house: House) -> None:
    for n in range(100):
        await house.spool.lanes.ingest("in", f"web:{n}", "m", bytes(30_000))


async def test_a_store_that_may_not_be_trusted_stops_the_start_and_is_told_later(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.store.words = "it would forget"
    with pytest.raises(ConfigError, match="forget"):
        await house.spool.open()
    house.store.cut = True
    await house.spool.open()
    await house.say("1")
    house.store.cut = False
    await until(lambda: "forget" in (house.spool.state.told() or ""))
    assert house.spool.state.waiting == 1
    house.store.words = ""
    await house.back()
    assert await house.there() == [b"1"]
    await house.spool.close()
    await house.store.end()


async def test_readiness_says_what_waits_and_for_how_long(house: House) -> None:
    assert await house.spool.told() is None
    await house.away()
    await house.say("1", "2")
    house.clock.advance(34)
    assert await house.spool.told() == "the store is away (cut); 2 wait here, the oldest for 34 s"
    await house.back()
    assert await house.spool.told() is None


async def test_a_door_goes_on_proving_and_counting_and_knows_it_afterwards(house: House) -> None:
    door = house.spool.door
    assert await door.add("before", b"1", 60_000)
    await house.away()
    assert [await door.add("push", b"1", 60_000), await door.add("push", b"2", 60_000)] == [True, False]
    assert [await door.take("rate", 1000, 2) == 0 for _ in range(3)] == [True, True, False]
    await door.put("kept", b"x", 60_000)
    with pytest.raises(Unavailable):
        await house.spool.shared.get("before")
    await house.back()
    assert [await door.add("push", b"2", 60_000), await door.add("before", b"2", 60_000)] == [False, False]
    assert [await door.get("push"), await door.get("kept"), await door.get("before")] == [b"1", b"x", b"1"]
    await door.delete("kept")
    assert await door.get("kept") is None


async def test_everything_else_is_refused_while_the_store_is_away(house: House) -> None:
    lanes: LaneStore = house.spool.lanes
    await house.away()
    for call in (lanes.claim("in", "w"), lanes.tick(), lanes.stats(), lanes.state("in", "web:a")):
        with pytest.raises(Unavailable):
            await call


async def test_a_lane_is_worked_again_as_soon_as_the_store_is_back(house: House) -> None:
    """Nobody starts the worker anew, and no timer waits for longer than the store was away."""
    done: list[bytes] = []

    async def handler(lease: Lease) -> Changes:
        done.extend(msg.body for msg in lease.msgs)
        return Changes(lease.msgs[-1].seq)

    await house.away()
    worker = LaneWorker("in", handler, house.spool.lanes, house.spool.shared, owner="w")
    running = [asyncio.create_task(worker.run(0.01)), asyncio.create_task(tick(house.spool.lanes))]
    await house.say("1", "2")
    await house.back()
    await until(lambda: done == [b"1", b"2"])
    await worker.drain(1.0)
    running[1].cancel()
    await asyncio.wait(running)
