"""The web chat: GET /web/ws, the WebSocket protocol of frames.json.

A message is acknowledged only after the core has stored it; replies come from the visitor's feed (feed.py).
"""
from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import WSCloseCode, web

from channels.web import frames
from channels.web.doors import Doors
from channels.web.feed import Feed
from channels.web.line import Line
from channels.web.reception import Reception
from channels.web.sessions import CHANNEL, Sessions
from channels.web.visit import Visit, WebSettings
from gateway.clock import Clock, to_ms
from gateway.errors import Malformed, NotFound, Refused, Unavailable
from gateway.http import RateLimiter, client_address
from gateway.messages import Inbound
from gateway.protocols import Accept, Capabilities, SharedStore

# (conversation, upload id) → the file's media type, None when it is not theirs
Owned = Callable[[str, str], Awaitable[str | None]]


class WebChannel:
    capabilities = Capabilities(name=CHANNEL, choices=True, max_text=frames.MAX_TEXT, feed=True)

    def __init__(
        self, accept: Accept, store: SharedStore, sessions: Sessions, owned: Owned, clock: Clock, settings: WebSettings
    ) -> None:
        self._accept, self._sessions, self._owned = accept, sessions, owned
        self._clock, self._set = clock, settings
        self.doors = Doors(settings.origins, settings.per_address, settings.in_all)
        self._pace = RateLimiter(store, "web", settings.per_ms, settings.burst)
        self._feed = Feed(store, sessions, clock, settings)
        self._reception = Reception(store, sessions, clock, settings)
        self._visits: set[Visit] = set()

    def routes(self) -> Sequence[web.RouteDef]:
        return [web.get("/web/ws", self.open)]

    async def close(self) -> None:
        """At shutdown: every visitor is told to come back (1001); new ones are refused."""
        self.doors.close()
        await asyncio.gather(*(visit.line.close(WSCloseCode.GOING_AWAY) for visit in self._visits))

    async def open(self, request: web.Request) -> web.WebSocketResponse:
        self.doors.check_origin(request.headers.get("Origin"))
        address = client_address(request, self._set.trusted)
        with self.doors.enter(address):
            line = Line(self._clock, self._set.send_s)
            await line.open(request)
            await self._serve(line, address)
            return line.socket

    async def _serve(self, line: Line, address: str) -> None:
        code = WSCloseCode.OK
        try:
            await self._converse(await self._reception.greet(line, address))
        except* Refused as refused:
            code = WSCloseCode.POLICY_VIOLATION
            for fault in refused.exceptions:
                self._set.count(getattr(fault, "code", "refused"))
        except* Unavailable:
            code = WSCloseCode.TRY_AGAIN_LATER
        except* ConnectionError:
            line.drop()
        finally:
            await line.close(code)

    async def _converse(self, visit: Visit) -> None:
        self._visits.add(visit)
        try:
            async with asyncio.TaskGroup() as tasks:
                follower = tasks.create_task(self._feed.follow(visit))
                await self._listen(visit, tasks)
                for task in filter(None, (follower, visit.typing)):
                    task.cancel()
        finally:
            self._visits.discard(visit)

    async def _listen(self, visit: Visit, tasks: asyncio.TaskGroup) -> None:
        while (text := await visit.line.receive()) is not None:
            visit.active = self._clock.monotonic()
            try:
                await self._take(visit, text)
            except (Refused, Unavailable) as fault:
                await self._refuse(visit, fault, text)
            else:
                visit.strikes = 0
                if visit.typing is None or visit.typing.done():
                    visit.typing = tasks.create_task(self._feed.notice(visit))

    async def _take(self, visit: Visit, text: str) -> None:
        await self._pace.take(visit.session.visitor)
        frame = frames.read(text)
        if isinstance(frame, frames.End):
            await self._end(visit)
        elif isinstance(frame, frames.Send):
            await self._accept(await self._inbound(visit, frame))
            await visit.line.send(frames.Accepted(frame.id))
        else:
            raise Malformed("hello comes once")

    async def _inbound(self, visit: Visit, sent: frames.Send) -> Inbound:
        conversation = visit.session.conversation
        kinds = {id_: kind for id_ in frames.uploads(sent) if (kind := await self._owned(conversation, id_))}
        if sent.upload is not None and sent.upload not in kinds:
            raise NotFound("upload")
        content = frames.content(sent, kinds)
        return Inbound(sent.id, conversation, CHANNEL, to_ms(self._clock.now()), content, visit.session.language)

    async def _refuse(self, visit: Visit, fault: Refused | Unavailable, text: str) -> None:
        await visit.line.send(frames.fault(fault, visit.session.language, frames.frame_id(text)))
        self._set.count(fault.code if isinstance(fault, Refused) else "unavailable")
        visit.strikes += isinstance(fault, Refused)
        if visit.strikes >= self._set.strikes:
            await visit.line.close(WSCloseCode.POLICY_VIOLATION, "too many refused messages")

    async def _end(self, visit: Visit) -> None:
        """The token is void at once, and every socket of this visitor closes, at other gateways by a hint."""
        await self._sessions.revoke(visit.token, visit.session)
        theirs = (other for other in self._visits if other.session.visitor == visit.session.visitor)
        await asyncio.gather(*[other.line.close(WSCloseCode.OK) for other in theirs])
