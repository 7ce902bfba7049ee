"""POST /api/sessions: begin as a new visitor without a WebSocket. And how every session is told."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from gateway.api.access import Visitor, Visitors
from gateway.api.contract import BODY
from gateway.clock import from_ms
from gateway.http import Network, RateLimiter, client_address, json_answer

LIFE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class SessionRoutes:
    visitors: Visitors
    pace: RateLimiter
    trusted: Sequence[Network] = ()

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/api/sessions", self.post)]

    async def post(self, request: web.Request) -> web.Response:
        await self.pace.take(client_address(request, self.trusted))
        token, visitor = await self.visitors.open(request[BODY].get("language", "zh"))
        return session_answer(token, visitor, status=201)


def session_answer(token: str, visitor: Visitor, *, status: int = 200) -> web.Response:
    expires = from_ms(visitor.created) + LIFE
    body = {"session": token, "language": visitor.language, "expires": expires.isoformat()}
    answer = json_answer(body, status=status)
    answer.headers["Cache-Control"] = "no-store"
    return answer
