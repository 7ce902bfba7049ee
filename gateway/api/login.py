"""/api/login/phone: a code to the phone, and with it the caller's session is somebody who is known."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from aiohttp import web

from gateway.api.access import Visitor, Visitors, visitor
from gateway.api.contract import BODY
from gateway.api.linking import Linking
from gateway.api.sessions import session_answer
from gateway.api.wording import refusal
from gateway.clock import Clock
from gateway.dialogue.forms import Fault
from gateway.errors import Unavailable, Unreadable
from gateway.fields.base import Context, FieldType
from gateway.fields.city import City
from gateway.http import Network, RateLimiter, bearer, client_address, json_answer, language
from gateway.logins import LIFE_MS, MINUTE_MS, Logins
from gateway.replies import Replies


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRoutes:
    """`logins` None: nothing here can send a code, and the answer says so."""

    logins: Logins | None
    visitors: Visitors
    linking: Linking
    phone: FieldType
    city: City
    replies: Replies
    clock: Clock
    pace: RateLimiter
    trusted: Sequence[Network] = ()

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/api/login/phone", self.send), web.post("/api/login/phone/verify", self.verify)]

    async def send(self, request: web.Request) -> web.Response:
        """202 whatever becomes of it; 503 where no channel can bring a code."""
        caller = await self._caller(request)
        logins, phone = self._logins(), self._number(request)
        address = client_address(request, self.trusted)
        await logins.send(phone, caller.conversation if caller else "", address, language(request))
        return json_answer({"expires_in": LIFE_MS // 1000, "again_in": MINUTE_MS // 1000}, status=202)

    async def verify(self, request: web.Request) -> web.Response:
        """The same session, now linked; a new one for a caller who has none."""
        await self.pace.take(client_address(request, self.trusted))
        caller = await self._caller(request)
        logins, phone = self._logins(), self._number(request)
        proof = await logins.check(phone, caller.conversation if caller else "", request[BODY]["code"])
        if proof is None:
            raise refusal(self.replies, language(request), [Fault("code", "code", {})])
        if caller is None:
            token, caller = await self.visitors.open(language(request))
        else:
            token = bearer(request) or ""
        await self.linking.link(caller, phone, proof)
        return session_answer(token, caller)

    async def _caller(self, request: web.Request) -> Visitor | None:
        """Raises Unauthorised for a token that is none of ours."""
        return await visitor(request, self.visitors) if bearer(request) else None

    def _logins(self) -> Logins:
        if self.logins is None:
            raise Unavailable("no channel can bring a code")
        return self.logins

    def _number(self, request: web.Request) -> str:
        """E.164; a short number is nobody's own."""
        now = self.clock.now().astimezone(ZoneInfo(self.city.time_zone))
        try:
            value = str(self.phone.read(request[BODY]["phone"], Context(now, self.city)).value)
        except Unreadable as problem:
            raise refusal(self.replies, language(request), [Fault("phone", problem.code, problem.params)]) from problem
        if not value.startswith("+"):
            raise refusal(self.replies, language(request), [Fault("phone", "phone", {})])
        return value
