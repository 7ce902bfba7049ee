"""/api/login/wechat-mini: who opens the mini-program is known by WeChat, and by their phone if they agree to tell it.

The session belongs to the conversation that the citizen's messages to the same mini-program come in, so that what is
filed with it is theirs, and the news of it goes out through that account.
"""
from __future__ import annotations

import re
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from aiohttp import web

from gateway.api.access import Visitors, visitor
from gateway.api.contract import BODY
from gateway.api.linking import Linking
from gateway.api.sessions import session_answer
from gateway.api.wording import refusal
from gateway.clock import Ids
from gateway.dialogue.forms import Fault
from gateway.errors import NotFound, SendError, Unavailable
from gateway.http import Network, RateLimiter, bearer, client_address, language
from gateway.messages import conversation_key
from gateway.protocols import MiniLogin
from gateway.replies import Replies

CHANNEL = "wechat"  # whose users are `appid.openid`, and an appid has no dot

T = TypeVar("T")

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


@dataclass(frozen=True, slots=True, kw_only=True)
class MiniLoginRoutes:
    """`minis`: appid → its platform. `pace` of logins and `phone_pace` of phones count per address."""

    minis: Mapping[str, MiniLogin]
    visitors: Visitors
    linking: Linking
    replies: Replies
    ids: Ids
    pace: RateLimiter
    phone_pace: RateLimiter
    trusted: Sequence[Network] = ()

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/api/login/wechat-mini", self.login), web.post("/api/login/wechat-mini/phone", self.phone)]

    async def login(self, request: web.Request) -> web.Response:
        """A new token of the same conversation, however often they come."""
        await self.pace.take(client_address(request, self.trusted))
        appid = self._appid(request)
        person = await _heard(self._mini(appid).mini_login(request[BODY]["code"]))
        if not person.openid:
            raise Unavailable("the platform named nobody")
        conversation = conversation_key(CHANNEL, f"{appid}.{person.openid}")
        return session_answer(*await self.visitors.open(language(request), conversation))

    async def phone(self, request: web.Request) -> web.Response:
        """The same session, now linked. WeChat answers for the number: it stands instead of a one-time code."""
        await self.phone_pace.take(client_address(request, self.trusted))
        caller = await visitor(request, self.visitors)
        channel, _, user = caller.conversation.partition(":")
        mini = self._mini(user.partition(".")[0] if channel == CHANNEL else "")
        phone = await _heard(mini.phone(request[BODY]["code"]))
        if not _E164.fullmatch(phone):
            raise refusal(self.replies, language(request), [Fault("phone", "phone", {})])
        await self.linking.link(caller, phone, self.ids.unique())
        return session_answer(bearer(request) or "", caller)

    def _appid(self, request: web.Request) -> str:
        """What the app calls itself; it need not where there is one alone."""
        given: str | None = request[BODY].get("appid")
        if given is None and len(self.minis) > 1:
            raise refusal(self.replies, language(request), [Fault("appid", "missing", {})])
        return next(iter(self.minis), "") if given is None else given

    def _mini(self, appid: str) -> MiniLogin:
        """404 and no 503: whoever calls does better with a plain session than to come again."""
        if appid not in self.minis:
            raise NotFound("no such mini-program here", code="no_mini_program")
        return self.minis[appid]


async def _heard(asked: Awaitable[T]) -> T:
    """Raises Unavailable where the platform does not answer."""
    try:
        return await asked
    except SendError as silent:
        raise Unavailable("WeChat does not answer", after_s=silent.after_s) from silent
