"""The door every staff request comes through, what is written down about it, and how bodies are read."""
from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from aiohttp import web

from gateway.clock import Clock, Ids, to_ms
from gateway.console.sessions import Member, Sessions
from gateway.console.staff import ROLES, Role
from gateway.errors import FieldFault, Forbidden, Unavailable, Unprocessable
from gateway.http import read_json
from gateway.masking import mask_text
from gateway.messages import encode
from gateway.protocols import LaneStore, SharedStore
from gateway.store.lanes import Outcome
from gateway.transcripts import Audit

T = TypeVar("T")
BODY_CAP = 32_768
OPENED_MS = 900_000  # personal data stay open for this session and case so long, then they are asked for again

Act = Callable[[web.Request, Member], Awaitable[web.StreamResponse]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Door:
    sessions: Sessions

    def to(self, act: Act, roles: tuple[Role, ...] = ROLES) -> Handler:
        """`act` for signed-in members of these roles; nothing of it is kept by caches."""

        async def handle(request: web.Request) -> web.StreamResponse:
            member = await self.sessions.member(request)
            if member.user.role not in roles:
                raise Forbidden("not for this role")
            response = await act(request, member)
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        return handle


@dataclass(frozen=True, slots=True)
class Journal:
    """Acts of staff, on lane `journal`."""

    store: LaneStore
    clock: Clock
    ids: Ids

    async def write(self, who: str, act: str, subject: str, detail: str = "", id: str = "") -> None:
        """Durable when it returns; the same id is one entry. Raises Unavailable: then the act must not happen."""
        entry = Audit(id or self.ids.unique(), to_ms(self.clock.now()), who, act, subject, mask_text(detail)[:500])
        stored = await self.store.ingest("journal", "audit", entry.id, encode(entry))
        if stored.outcome is Outcome.FULL:
            raise Unavailable("the journal is full")


@dataclass(frozen=True, slots=True)
class Openings:
    """Which personal data a session may see unmasked; each opening stands in the journal first."""

    shared: SharedStore
    journal: Journal

    async def open(self, member: Member, subject: str, reason: str) -> None:
        await self.journal.write(member.user.name, "reveal", subject, reason)
        await self.shared.put(self._key(member, subject), b"1", OPENED_MS)

    async def are_open(self, member: Member, subject: str) -> bool:
        return await self.shared.get(self._key(member, subject)) is not None

    def _key(self, member: Member, subject: str) -> str:
        return f"staff-open:{member.session.id}:{subject}"


async def read(request: web.Request, kind: type[T]) -> T:
    """The JSON body as `kind`. Raises Malformed, TooLarge, Unsupported, Unprocessable."""
    document = await read_json(request, BODY_CAP)
    try:
        return msgspec.convert(document, kind)
    except msgspec.ValidationError as error:
        words, _, path = str(error).partition(" - at `$")
        fault = FieldFault(path.strip("`.") or "body", "invalid", words)
        raise Unprocessable("the body does not fit", faults=(fault,)) from error


def answer(body: Any, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), status=status, content_type="application/json")
