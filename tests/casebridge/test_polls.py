"""casebridge/polls.py over a real store: nothing is missed, nothing counts twice, the place is kept behind."""
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from casebridge.inbox import EventInbox
from casebridge.polls import AT_ONCE, MOST_PAGES, Place, Plan, Polling
from gateway.clock import to_ms
from gateway.errors import Retry
from gateway.fellows import Fellows
from gateway.orders import CaseEvent, CaseState, EventType, Happened
from gateway.polling import Duty, Followed
from gateway.protocols import Put
from gateway.store.sqlite import SqliteStore
from tests.casebridge.desk_world import opened
from tests.clock import START, ManualClock
from tests.until import until

STANDS = {"case.accepted": "accepted", "case.dispatched": "assigned", "case.closed": "closed"}
PLAN = Plan(60.0, ZoneInfo("Asia/Shanghai"), STANDS, ("accepted", "assigned"), scale=0.0001)
HOUR = timedelta(hours=1)


def event(n: int, at: datetime = START, what: EventType = "case.accepted", subject: str = "") -> CaseEvent:
    return CaseEvent(f"ev-{n}", what, at.isoformat(), "city", subject or f"C-{n}")


@dataclass
class City:
    """A backend with a list of changes, in pages as they are set, and cases that stand as they are set."""

    name: str = "city"
    tells: bool = True
    pages: list[list[CaseEvent]] = field(default_factory=list)
    stands: dict[str, EventType] = field(default_factory=dict)
    down: bool = False
    asked: list[datetime] = field(default_factory=list)
    compared: list[list[str]] = field(default_factory=list)
    slow: asyncio.Event | None = None

    async def changes(self, since: datetime) -> AsyncIterator[Sequence[CaseEvent]]:
        self.asked.append(since)
        if self.slow:
            await self.slow.wait()
        for page in self.pages:
            yield page
        if self.down:
            raise Retry("city is not reached")

    async def states(self, cases: Sequence[Followed]) -> AsyncIterator[Sequence[CaseEvent]]:
        self.compared.append([case.external_id for case in cases])
        yield [event(int(one.external_id[2:]), START, self.stands[one.external_id], one.external_id)
               for one in cases if one.external_id in self.stands]


@dataclass
class World:
    store: SqliteStore
    clock: ManualClock
    city: City
    polling: Polling

    async def heard(self) -> list[str]:
        leases = await self.store.lanes.claim("events", "reader", n=1_000, batch=100)
        for lease in leases:
            await self.store.lanes.release(lease)
        items = [msgspec.json.decode(msg.body, type=Happened) for lease in leases for msg in lease.msgs]
        return sorted(item.event.id for item in items)

    async def place(self) -> Place | None:
        kept = await self.store.records.get("poll", "city")
        return msgspec.json.decode(kept.body, type=Place) if kept else None

    async def case(self, n: int, **what: Any) -> None:
        state = CaseState(f"WO-{n:04d}", "web:c", {}, 0, **{"system": "city", "external_id": f"C-{n}", **what})
        index = {"status": state.status}
        await self.store.records.write([Put("work_order", state.work_order_id, msgspec.json.encode(state), index)])


@asynccontextmanager
async def asking(folder: Path, city: City, start: datetime = START) -> AsyncIterator[World]:
    clock = ManualClock(start)
    async with opened(folder, clock) as store:
        inbox = EventInbox(store.lanes, store.records, clock)
        yield World(store, clock, city, Polling(city, inbox, store.records, clock, PLAN))


async def test_everything_found_is_stored_and_the_place_is_two_hours_before_the_newest(tmp_path: Path) -> None:
    city = City(pages=[[event(1, START - HOUR)], [event(2), event(3, START - HOUR / 2)]])
    async with asking(tmp_path, city) as world:
        await world.polling.look()
        assert await world.heard() == ["ev-1", "ev-2", "ev-3"]
        await world.polling.look()
        assert await world.heard() == ["ev-1", "ev-2", "ev-3"], "found again, counted once"
        assert city.asked == [START - 2 * HOUR, START - 2 * HOUR]
        world.clock.advance(7200)
        city.pages = [[event(4, START + HOUR)]]
        await world.polling.look()
        await world.polling.look()
        assert city.asked[2:] == [START - 2 * HOUR, START - HOUR]


async def test_the_place_never_goes_back_nor_ahead_of_now(tmp_path: Path) -> None:
    city = City(pages=[[event(1, START + 100 * HOUR)]])
    async with asking(tmp_path, city) as world:
        await world.polling.look()
        city.pages = [[event(2, START - 50 * HOUR)]]
        await world.polling.look()
        place = await world.place()
        assert place is not None
        assert place.since == to_ms(START - 2 * HOUR)


async def test_a_failure_in_the_middle_keeps_what_was_found_and_the_old_place(tmp_path: Path) -> None:
    city = City(pages=[[event(1, START - HOUR)]], down=True)
    async with asking(tmp_path, city) as world:
        with pytest.raises(Retry):
            await world.polling.look()
        assert await world.heard() == ["ev-1"]
        assert await world.place() is None


async def test_after_a_restart_it_goes_on_from_its_place(tmp_path: Path) -> None:
    async with asking(tmp_path, City(pages=[[event(1)]])) as world:
        await world.polling.look()
    city = City(pages=[[event(1), event(2)]])
    async with asking(tmp_path, city, START + 30 * HOUR) as world:
        await world.polling.look()
        assert city.asked == [START - 2 * HOUR]
        assert await world.heard() == ["ev-1", "ev-2"]


async def test_what_cannot_be_read_does_not_stop_the_rest(tmp_path: Path) -> None:
    bad = CaseEvent("ev-0", "case.accepted", "yesterday", "city", "C-0")
    async with asking(tmp_path, City(pages=[[bad, event(1)]])) as world:
        await world.polling.look()
        assert await world.heard() == ["ev-1"]


async def test_pages_without_end_are_cut(tmp_path: Path) -> None:
    class Endless(City):
        async def changes(self, since: datetime) -> AsyncIterator[Sequence[CaseEvent]]:
            while True:
                self.asked.append(since)
                yield [event(1)]

    city = Endless()
    async with asking(tmp_path, city) as world:
        await world.polling.look()
        assert len(city.asked) == MOST_PAGES


async def test_every_night_the_open_cases_are_compared_once(tmp_path: Path) -> None:
    city = City(stands={"C-1": "case.closed", "C-2": "case.accepted"})
    evening = datetime.fromisoformat("2026-11-23T22:00:00+08:00")
    async with asking(tmp_path, city, evening) as world:
        await world.case(1, status="accepted")
        await world.case(2, status="accepted")
        await world.case(3, status="closed")
        await world.case(4, status="assigned", system="desk")
        await world.case(5, status="assigned", external_id=None)
        await world.polling.look()
        assert city.compared == [["C-1", "C-2"]], "at the first start, whatever the hour"
        assert await world.heard() == ["ev-1"], "the one that stands as it did brings nothing"
        for hours, times in ((4, 1), (2, 2), (3, 2), (24, 3)):
            world.clock.advance(hours * 3600)
            await world.polling.look()
            assert len(city.compared) == times, hours


async def test_a_backend_without_a_list_of_changes_is_compared_at_every_look(tmp_path: Path) -> None:
    city = City(tells=False, stands={"C-7": "case.closed"})
    async with asking(tmp_path, city) as world:
        for n in range(AT_ONCE + 10):
            await world.case(n, status="accepted")
        await world.polling.look()
        await world.polling.look()
        assert city.asked == []
        assert [len(cases) for cases in city.compared] == [AT_ONCE, 10] * 2
        assert await world.heard() == ["ev-7"]


async def test_it_goes_on_asking_a_backend_that_was_down(tmp_path: Path) -> None:
    city = City(pages=[[event(1)]], down=True)
    async with asking(tmp_path, city) as world:
        task = asyncio.create_task(world.polling.run())
        await until(lambda: len(city.asked) > 2)
        city.down = False
        await until(world.place)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_many_gateways_ask_as_one_does(tmp_path: Path) -> None:
    city = City(down=True)
    async with asking(tmp_path, city) as world:
        store = world.store
        every_s = PLAN.every_s * PLAN.scale
        inbox = EventInbox(store.lanes, store.records, world.clock)
        fellows = [
            Polling(city, inbox, store.records, world.clock, PLAN, Fellows(store.shared, many=True).duty("case news"))
            for _ in range(3)
        ]
        tasks = [asyncio.create_task(polling.run()) for polling in fellows]
        await until(lambda: city.asked)
        await asyncio.wait(tasks, timeout=10 * every_s)  # none ends; meanwhile the store's clock stands still
        assert len(city.asked) == 1
        world.clock.advance(every_s)  # it failed: that is too early
        await asyncio.wait(tasks, timeout=10 * every_s)
        assert len(city.asked) == 1
        world.clock.advance(every_s)
        await until(lambda: len(city.asked) == 2)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@dataclass
class Counted:
    """A duty, and how often it was put off."""

    duty: Duty
    times: int = 0

    async def mine(self, period_s: float) -> bool:
        return await self.duty.mine(period_s)

    async def put_off(self, period_s: float) -> None:
        await self.duty.put_off(period_s)
        self.times += 1


async def test_nobody_else_begins_while_one_gateway_still_asks(tmp_path: Path) -> None:
    """A night's comparison takes many periods."""
    city = City(slow=asyncio.Event())
    async with asking(tmp_path, city) as world:
        store, every_s = world.store, PLAN.every_s * PLAN.scale
        inbox = EventInbox(store.lanes, store.records, world.clock)
        duty = Counted(Fellows(store.shared, many=True).duty("case news"))
        tasks = [
            asyncio.create_task(Polling(city, inbox, store.records, world.clock, PLAN, duty).run()) for _ in range(3)
        ]
        await until(lambda: city.asked)
        for _ in range(5):
            before = duty.times
            world.clock.advance(every_s * 0.6)
            await until(lambda before=before: duty.times > before)  # type: ignore[misc]
        assert len(city.asked) == 1
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
