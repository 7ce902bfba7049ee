"""`POST /cases/events`: signed case events (WIRE.md, "Case events"), proved, read and stored; 2xx for repeats, too.

Who signed decides which system speaks: a `source` in the body is not asked. The configured backend has every case; any
other system only those of its departments and those that were handed to it, and learns nothing about the rest: 404.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta, Struct

from casebridge.inbox import EventInbox, moment
from casebridge.signing import Secrets
from gateway.clock import Clock
from gateway.errors import Malformed, NotFound, Unauthorised
from gateway.http import parse_json, read_body
from gateway.ijson import SAFE_INT
from gateway.orders import CaseEvent, EventData, EventType
from gateway.protocols import Records

PATH = "/cases/events"
MOST = 65_536  # bytes of a body

Line = Annotated[str, Meta(max_length=200, pattern=r"\A[^\x00-\x1f\x7f]+\Z")]
Words = Annotated[str, Meta(max_length=10_000)]
Count = Annotated[int, Meta(ge=0, le=SAFE_INT)]


@dataclass(frozen=True, slots=True)
class Source:
    """A system that may send events. departments: None for the configured backend."""

    name: str
    secrets: Secrets = field(repr=False)
    departments: frozenset[str] | None = None


class _Data(Struct):
    status: Line | None = None
    round: Count | None = None
    reply: Words | None = None
    reply_en: Words | None = None
    department: Line | None = None
    due: Line | None = None
    related: Line | None = None


class _Event(Struct):
    """What more stands in the body is not for us."""

    id: Line
    type: EventType
    time: Line
    subject: Line
    seq: Count | None = None
    data: _Data = msgspec.field(default_factory=_Data)


class _Case(Struct):
    """What of record `work_order` (orders.CaseState) says whose a case is."""

    department: str | None = None
    system: str | None = None


class EventsDoor:
    def __init__(self, sources: Sequence[Source], inbox: EventInbox, records: Records, clock: Clock) -> None:
        self._sources, self._inbox, self._records, self._clock = sources, inbox, records, clock

    def routes(self) -> Sequence[web.RouteDef]:
        return [web.post(PATH, self.take)]

    async def take(self, request: web.Request) -> web.Response:
        """202 once it is stored. Raises Refused, Unavailable."""
        body = await read_body(request, MOST)
        source = self._proved(request, body)
        event = read(body, source.name)
        await self._check(source, event.subject)
        await self._inbox.put(event)
        return web.Response(status=202)

    def _proved(self, request: web.Request, body: bytes) -> Source:
        now = self._clock.now()
        proved = [source for source in self._sources if source.secrets.prove(request.headers, body, now)]
        if not proved:
            raise Unauthorised("the signature does not prove who sent this")
        return proved[0]

    async def _check(self, source: Source, subject: str) -> None:
        """Raises NotFound for a case that is not this system's, as for one that does not exist."""
        if source.departments is None:
            return
        number = await self._inbox.work_order(source.name, subject) or subject
        record = await self._records.get("work_order", number)
        case = msgspec.json.decode(record.body, type=_Case) if record else _Case()
        if case.system != source.name and case.department not in source.departments:
            raise NotFound("no such case")


def read(body: bytes, source: str) -> CaseEvent:
    """The event in a proved body. Raises Malformed."""
    try:
        event = msgspec.convert(parse_json(body), _Event)
    except msgspec.ValidationError as fault:
        raise Malformed(f"not a case event: {fault}", code="bad_event") from fault
    for told in filter(None, (event.time, event.data.due)):
        moment(told)
    data = msgspec.convert(msgspec.to_builtins(event.data), EventData)
    return CaseEvent(event.id, event.type, event.time, source, event.subject, event.seq, data)
