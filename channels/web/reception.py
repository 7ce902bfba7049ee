"""The first seconds of a socket: the door, the hello, the session, the welcome."""
from __future__ import annotations

import asyncio

from channels.web import frames
from channels.web.line import Line
from channels.web.sessions import CHANNEL, Session, Sessions
from channels.web.visit import Visit, WebSettings
from gateway.clock import Clock
from gateway.errors import Malformed, Refused, TooSlow, Unauthorised, Unavailable
from gateway.http import RateLimiter
from gateway.store.shared import SharedStore


class Reception:
    def __init__(self, store: SharedStore, sessions: Sessions, clock: Clock, settings: WebSettings) -> None:
        self._sessions, self._clock, self._hello_s = sessions, clock, settings.hello_s
        self._openings = RateLimiter(store, "web-session", settings.session_per_ms, settings.session_burst)

    async def greet(self, line: Line, address: str) -> Visit:
        """Raises Refused or Unavailable after telling the client why, ConnectionError when it left."""
        language = "zh"
        try:
            hello = await self._hello(line)
            language = hello.language or language
            token, session = await self._session(hello, address)
        except (Refused, Unavailable) as fault:
            await line.send(frames.fault(fault, language))
            raise
        await line.send(frames.Welcome(token, session.language))
        return Visit(line, token, session, hello.after, self._clock.monotonic())

    async def _hello(self, line: Line) -> frames.Hello:
        try:
            async with asyncio.timeout(self._hello_s):
                text = await line.receive()
        except TimeoutError:
            raise TooSlow from None
        if text is None:
            raise ConnectionResetError("left without a word")
        frame = frames.read(text)
        if not isinstance(frame, frames.Hello):
            raise Malformed("hello comes first")
        return frame

    async def _session(self, hello: frames.Hello, address: str) -> tuple[str, Session]:
        """Another channel's conversation is answered there: its feed would stay empty here."""
        if not hello.session:
            await self._openings.take(address)
            return await self._sessions.open(hello.language or "zh")
        session = await self._sessions.find(hello.session, hello.language)
        if session.channel != CHANNEL:
            raise Unauthorised(code="other_channel")
        return hello.session, session
