"""/api/login/link: the link of a text message, tapped on the phone that it was sent to, proves that phone once."""
from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from aiohttp import web

from gateway.api.access import Visitors, visitor
from gateway.api.contract import BODY
from gateway.api.linking import Linking
from gateway.api.sessions import session_answer
from gateway.api.wording import refusal
from gateway.clock import Ids
from gateway.dialogue.forms import Fault
from gateway.errors import Conflict, Unauthorised
from gateway.http import Network, RateLimiter, bearer, client_address, language
from gateway.links import redeem
from gateway.protocols import SharedStore
from gateway.replies import Replies


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkLoginRoutes:
    store: SharedStore
    visitors: Visitors
    linking: Linking
    replies: Replies
    ids: Ids
    pace: RateLimiter
    trusted: Sequence[Network] = ()

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/api/login/link", self.post)]

    async def post(self, request: web.Request) -> web.Response:
        """The caller's own session if it is nobody's yet or the same citizen's, else a new one."""
        await self.pace.take(client_address(request, self.trusted))
        phone = await redeem(self.store, request[BODY]["token"])
        if phone is None:
            raise refusal(self.replies, language(request), [Fault("token", "link", {})])
        with suppress(Unauthorised, Conflict):
            if bearer(request):
                caller = await visitor(request, self.visitors)
                await self.linking.link(caller, phone, self.ids.unique())
                return session_answer(bearer(request) or "", caller)
        token, caller = await self.visitors.open(language(request))
        await self.linking.link(caller, phone, self.ids.unique())
        return session_answer(token, caller)
