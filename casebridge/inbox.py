"""One inbox for what case systems say, whether they call us (events.py) or are asked (polls.py): lane `events`.

An event counts once by `source:id`, is durable before it is acknowledged, and is dealt with afterwards
(gateway/cases.py).
"""
from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from gateway.clock import Clock, to_ms
from gateway.errors import Malformed, Unavailable
from gateway.orders import CaseEvent, Happened
from gateway.protocols import LaneStore, Records
from gateway.store.lanes import Outcome

LANE = "events"
FULL_S = 5.0  # a case whose mailbox is full is worked off by then

_moments: msgspec.json.Decoder[datetime] = msgspec.json.Decoder(Annotated[datetime, Meta(tz=True)])


class EventInbox:
    def __init__(self, lanes: LaneStore, records: Records, clock: Clock) -> None:
        self._lanes, self._records, self._clock = lanes, records, clock

    async def work_order(self, system: str, subject: str) -> str | None:
        """The number of ours that a system means by a number of its own; None before the case is known by it."""
        known = await self._records.get("external", f"{system}:{subject}")
        return known.body.decode() if known else None

    async def put(self, event: CaseEvent) -> bool:
        """Durable when it returns; False for a repeat. Raises Malformed for a time that is none, Unavailable when it
        was not stored.

        What is not yet known by the backend's number waits under that number; so does what cannot be looked up now,
        and it is handed to its case from there (gateway/cases.py).
        """
        item = Happened(event, to_ms(moment(event.time)), to_ms(self._clock.now()))
        try:
            key = await self.work_order(event.source, event.subject) or event.subject
        except Unavailable:
            key = event.subject
        done = await self._lanes.ingest(LANE, key, f"{event.source}:{event.id}", msgspec.json.encode(item))
        if done.outcome is Outcome.FULL:
            raise Unavailable("mailbox full", after_s=FULL_S)
        return done.outcome is Outcome.NEW


def moment(text: str) -> datetime:
    """RFC 3339 with its offset. Raises Malformed."""
    try:
        return _moments.decode(msgspec.json.encode(text))
    except (msgspec.DecodeError, UnicodeEncodeError) as fault:
        raise Malformed("a time is RFC 3339 with its offset", code="bad_time") from fault
