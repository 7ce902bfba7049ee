"""Asks a case system that does not call us: what happened since, and every night how all open cases stand.

The place is kept after what was found is stored, two hours before the newest event, because backends show some of
what happened late; what is found again counts once.
"""
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import msgspec
import structlog
from msgspec import Struct

from casebridge.inbox import EventInbox, moment
from gateway.clock import Clock, from_ms, to_ms
from gateway.errors import Malformed, SendError
from gateway.orders import CaseEvent, CaseState
from gateway.polling import ALONE, CasePoller, Duty, Followed
from gateway.protocols import Put, Records

OVERLAP_MS = 2 * 3_600_000
MOST_PAGES = 200          # of one look; the rest is found by the next one
AT_ONCE = 50              # cases that are asked for together
REMEMBERED = 50_000       # ids that are not stored again
LONGEST_WAIT_S = 1_800.0

log = structlog.get_logger(__name__)
_cases = msgspec.json.Decoder(CaseState)


@dataclass(frozen=True, slots=True)
class Plan:
    """every_s: between two looks; hour: of the night in `zone`, from which all cases are asked for.

    stands  the status of a case after each type of event; open: those that are not final
    scale   of the waits, for tests
    """

    every_s: float
    zone: ZoneInfo
    stands: Mapping[str, str]
    open: Sequence[str]
    hour: int = 3
    scale: float = 1.0


class Place(Struct, frozen=True):
    """Record `poll` under the backend's name. since: ms; compared: the day of the last nightly comparison."""

    since: int
    compared: str = ""


class Polling:
    def __init__(
        self, poller: CasePoller, inbox: EventInbox, records: Records, clock: Clock, plan: Plan, duty: Duty = ALONE
    ) -> None:
        self._poller, self._inbox, self._records, self._clock, self._plan = poller, inbox, records, clock, plan
        self._duty = duty
        self._seen: dict[str, None] = {}

    async def run(self) -> None:
        """For ever; a backend that does not answer is asked ever more rarely."""
        wait, scale = self._plan.every_s, self._plan.scale
        while True:
            if await self._duty.mine(wait * scale):
                wait = await self._turn(wait)
            await asyncio.sleep(wait * scale)

    async def _turn(self, wait: float) -> float:
        """One look; how long to wait for the next."""
        holding = asyncio.create_task(self._hold(wait * self._plan.scale))
        try:
            await self.look()
        except SendError as error:
            log.warning("case_poll_failed", backend=self._poller.name, why=error.why)
            wait = max(error.after_s or 0.0, min(wait * 2, LONGEST_WAIT_S))
            await self._duty.put_off(wait * self._plan.scale)
            return wait
        finally:
            holding.cancel()
            await asyncio.gather(holding, return_exceptions=True)
        return self._plan.every_s

    async def _hold(self, period_s: float) -> None:
        """Nobody else begins meanwhile: a look at every case of a city takes longer than a period."""
        while True:
            await asyncio.sleep(period_s / 2)
            await self._duty.put_off(period_s)

    async def look(self) -> None:
        """Once. Raises SendError; what was found until then is stored, and is found again."""
        place = await self._place()
        if self._poller.tells:
            newest = await self._take(self._poller.changes(from_ms(place.since)))
            place = await self._keep(Place(max(place.since, newest - OVERLAP_MS), place.compared))
        now = self._clock.now().astimezone(self._plan.zone)
        night = place.compared != now.date().isoformat() and now.hour >= self._plan.hour
        if night or not self._poller.tells:
            await self._compare()
            await self._keep(Place(place.since, now.date().isoformat()))

    async def _take(self, pages: AsyncIterator[Sequence[CaseEvent]]) -> int:
        """Store what they bring; the time of the newest (ms), never later than now, 0 without any."""
        newest, read = 0, 0
        async for page in pages:
            for event in page:
                newest = max(newest, await self._store(event))
            read += 1
            if read == MOST_PAGES:
                log.warning("case_poll_cut", backend=self._poller.name, pages=read)
                break
        return min(newest, to_ms(self._clock.now()))

    async def _store(self, event: CaseEvent) -> int:
        try:
            at = to_ms(moment(event.time))
            if event.id not in self._seen:
                await self._inbox.put(event)
        except Malformed:
            log.error("case_event_unreadable", backend=self._poller.name, id=event.id)
            return 0
        self._seen[event.id] = None
        if len(self._seen) > REMEMBERED:
            del self._seen[next(iter(self._seen))]
        return at

    async def _compare(self) -> None:
        """Ask for every case that the backend has and that has not ended."""
        for status in self._plan.open:
            async for cases in self._followed(status):
                async for page in self._poller.states(cases):
                    for event in page:
                        await self._store_news(event, cases)

    async def _store_news(self, event: CaseEvent, cases: Sequence[Followed]) -> None:
        stands = {number: case.status for case in cases for number in (case.work_order_id, case.external_id)}
        if stands.get(event.subject) != self._plan.stands[event.type]:
            await self._store(event)

    async def _followed(self, status: str) -> AsyncIterator[Sequence[Followed]]:
        after = ""
        while records := await self._records.find("work_order", "status", status, after=after, n=AT_ONCE):
            after = records[-1].id
            cases = (_cases.decode(record.body) for record in records)
            theirs = [
                Followed(case.work_order_id, case.external_id, case.status)
                for case in cases if case.system == self._poller.name and case.external_id
            ]
            if theirs:
                yield theirs

    async def _place(self) -> Place:
        kept = await self._records.get("poll", self._poller.name)
        if kept is not None:
            return msgspec.json.decode(kept.body, type=Place)
        return Place(to_ms(self._clock.now()) - OVERLAP_MS)

    async def _keep(self, place: Place) -> Place:
        await self._records.write([Put("poll", self._poller.name, msgspec.json.encode(place))])
        return place
