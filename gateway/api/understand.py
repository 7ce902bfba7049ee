"""POST /api/understand: what the gateway would understand in a text. Nothing is stored or journalled."""
from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from aiohttp import web
from msgspec import Struct

from gateway.api.access import Staff
from gateway.api.contract import read
from gateway.fields.base import Value
from gateway.http import Network, RateLimiter, client_address, json_answer
from gateway.protocols import Scored


class UnderstandRequest(Struct, frozen=True):
    """`language` None: tell it from the text; `at` aware, None: now; `template` and `asked` as in an open form."""

    text: str
    language: str | None = None
    template: str | None = None
    asked: str | None = None
    at: datetime | None = None


class FoundField(Struct, frozen=True):
    """A field's canonical value, read from text[start:end]."""

    field: str
    value: Value
    text: str
    start: int
    end: int


class UnderstandAnswer(Struct, frozen=True):
    """`intent` is None when the engine is sure of nothing; `emergency` is the number to call first."""

    language: str
    intent: str | None
    templates: tuple[Scored, ...]
    fields: tuple[FoundField, ...]
    emergency: str | None
    engine: str


Understand = Callable[[UnderstandRequest], Awaitable[UnderstandAnswer]]


@dataclass(frozen=True, slots=True)
class UnderstandRoutes:
    """`access` "open" lets anybody ask, limited by address; the start refuses it off the loopback."""

    understand: Understand
    access: Literal["staff", "open"]
    staff: Staff
    pace: RateLimiter
    trusted: Sequence[Network] = ()

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/api/understand", self.post)]

    async def post(self, request: web.Request) -> web.Response:
        if self.access == "staff":
            await self.pace.take(await self.staff(request))
        else:
            await self.pace.take(client_address(request, self.trusted))
        return json_answer(await self.understand(read(request, UnderstandRequest)))
