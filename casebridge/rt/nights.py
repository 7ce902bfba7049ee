"""protocols.CasePoller for Request Tracker: at night the gateway asks how its open cases stand there.

News come by the scrip, and again by resend.pl (perl/). This is for what neither brought: a ticket that is over while
its case is not. It is told as the scrip would have told it, under the same id, only without words.
Deleted tickets are not found [RT 5.0.3, lib/RT/Tickets.pm, allow_deleted_search].
"""
from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

from casebridge.rt.backend import NAME
from casebridge.rt.rest import Rest
from gateway.orders import CaseEvent, EventData, EventType
from gateway.polling import Followed

_ENDS: Mapping[str, EventType] = {"resolved": "case.closed", "rejected": "case.rejected"}


class Nights:
    name = NAME
    tells = True

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    async def changes(self, since: datetime) -> AsyncIterator[Sequence[CaseEvent]]:
        """None: RT calls."""
        pages: Sequence[Sequence[CaseEvent]] = ()
        for page in pages:
            yield page

    async def states(self, cases: Sequence[Followed]) -> AsyncIterator[Sequence[CaseEvent]]:
        """The ends of those that are over."""
        over = await self._rest.among([case.external_id for case in cases], _ENDS)
        found = [(case, over[case.external_id]) for case in cases if case.external_id in over]
        yield [event for case, status in found if (event := await self._end(case, status))]

    async def _end(self, case: Followed, status: str) -> CaseEvent | None:
        last = await self._rest.last_change(case.external_id, status)
        if last is None:
            return None
        return CaseEvent(
            f"{NAME}:{last.id}", _ENDS[status], last.created, NAME, case.work_order_id, int(last.id), EventData(status)
        )
