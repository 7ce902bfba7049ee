"""protocols.CasePoller for a GeoReport v2 server: what became of the requests that we handed over.

Where the server has mySociety's updates, these are the news; the standard itself only tells how a request stands now.
Statuses [mysociety/open311-adapter, Role/mySociety.pm; fixmystreet wiki, "Proposed differences to Open311";
2026-11-23] are matched whatever their case; one that is in no table is progress when it comes with words.
"""
from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo

from casebridge.open311.backend import NAME, PENDING, Open311
from casebridge.open311.client import ID, Client
from casebridge.open311.wire import Row, identifier, moment, stamp, words
from gateway.clock import Clock
from gateway.errors import Retry
from gateway.orders import CaseEvent, EventData, EventType
from gateway.polling import Followed

WINDOW = timedelta(days=1)
AHEAD = timedelta(minutes=10)  # the server's clock may run before ours
MOST_IDS = 50
MOST_REFUSED = 8               # lists, and not one answered: then it is the server that is in trouble, not an id
LONGEST_REPLY = 4000

UNCHANGED = "unchanged"
# Ours, and the status of gateway/work-order.schema.json that the event stands for.
STATUSES: Mapping[str, tuple[EventType, str]] = {
    **dict.fromkeys(("open", "in_progress", "planned", "action_scheduled", "investigating", "for_triage"),
                    ("case.progress", "in_progress")),
    "internal_referral": ("case.dispatched", "assigned"),
    **dict.fromkeys(("fixed", "closed", "duplicate"), ("case.closed", "closed")),
    **dict.fromkeys(("no_further_action", "not_councils_responsibility"), ("case.rejected", "rejected")),
    "cancelled": ("case.cancelled", "cancelled"),
    "reopen": ("case.reopened", "reopened"),
}
_OURS = re.compile(r"WO-[0-9]{8}-[0-9A-Z]{10}-(?:comment|rework|rating|withdraw)-[0-9]+")


class News:
    name = NAME

    def __init__(self, backend: Open311, client: Client, clock: Clock, *, updates: bool, zone: tzinfo) -> None:
        """updates: mySociety's extension; zone: the city's, for times without an offset."""
        self._backend = backend
        self.tells = updates
        self._client = client
        self._clock = clock
        self._zone = zone
        self._redeemed: dict[str, str] = {}  # numbers that a token became → work_order_id

    async def changes(self, since: datetime) -> AsyncIterator[Sequence[CaseEvent]]:
        """A page for each day; nothing where the server has no updates."""
        end = self._clock.now() + AHEAD
        while self.tells and since < end:
            until = min(since + WINDOW, end)
            between = (("start_date", stamp(since)), ("end_date", stamp(until)))
            found = await self._client.get("servicerequestupdates", marks=("update_id",), query=between)
            events = [event for row in found if (event := self._updated(row))]
            yield sorted(events, key=lambda event: (datetime.fromisoformat(event.time), event.id))
            since = until

    async def states(self, cases: Sequence[Followed]) -> AsyncIterator[Sequence[CaseEvent]]:
        """A page for each 50 cases; what still has no number but a token is left out."""
        for begin in range(0, len(cases), MOST_IDS):
            numbers = await self._numbers(cases[begin:begin + MOST_IDS])
            if numbers:
                found = await self._asked(list(numbers))
                yield [event for row in found if (event := self._stands(row, numbers))]

    # --- rows to events -------------------------------------------------------------------------------------

    def _updated(self, row: Row) -> CaseEvent | None:
        """None for an echo of what we sent ourselves."""
        id_, number = identifier(row, "update_id"), identifier(row, ID)
        if id_ is None or number is None or _OURS.fullmatch(id_):
            return None
        return self._event(row, id_, self._redeemed.get(number, number), words(row, "description"))

    def _stands(self, row: Row, numbers: Mapping[str, str]) -> CaseEvent | None:
        number = identifier(row, ID)
        if number is None or number not in numbers:
            return None
        status, reply = words(row, "status").lower(), words(row, "status_notes")
        if status == "open" and not reply:  # "it has been reported", says the standard: nothing has happened to it
            return None
        return self._event(row, f"{number}:{status}:{words(row, 'updated_datetime')}", numbers[number], reply)

    def _event(self, row: Row, id_: str, subject: str, reply: str) -> CaseEvent | None:
        status = words(row, "status").lower().replace(" ", "_").replace("-", "_")
        type_, ours = STATUSES.get(status, ("case.progress", UNCHANGED))
        if ours == UNCHANGED and not reply:
            return None
        at = moment(row, "updated_datetime", self._zone) or self._clock.now()
        due = moment(row, "expected_datetime", self._zone)
        return CaseEvent(id_, type_, at.isoformat(timespec="seconds"), NAME, subject, None, EventData(
            status=ours, reply=reply[:LONGEST_REPLY] or None, department=words(row, "agency_responsible")[:80] or None,
            due=due.isoformat(timespec="seconds") if due else None,
        ))

    # --- asking how requests stand --------------------------------------------------------------------------

    async def _numbers(self, cases: Sequence[Followed]) -> dict[str, str]:
        """The server's numbers of these cases → work_order_id."""
        found: dict[str, str] = {}
        for case in cases:
            number: str | None = case.external_id
            if case.external_id.startswith(PENDING):
                number = await self._backend.redeemed(case.external_id.removeprefix(PENDING))
            if number and number != case.external_id:
                self._redeemed[number] = case.work_order_id
            if number:
                found[number] = case.work_order_id
        return found

    async def _asked(self, numbers: Sequence[str]) -> list[Row]:
        """A list that is refused is asked in halves, until what remains is the id that the server does not know."""
        lists, found, refused = [list(numbers)], list[Row](), 0
        while lists:
            asked = lists.pop()
            answer = await self._client.known(asked)
            found += answer or ()
            if answer is None:
                refused += 1
                lists += _halves(asked)
            if refused > MOST_REFUSED and not found:
                raise Retry("open311: refuses to tell how requests stand")
        return found


def _halves(asked: list[str]) -> list[list[str]]:
    middle = len(asked) // 2
    return [asked[middle:], asked[:middle]] if middle else []
