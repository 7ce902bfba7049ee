"""A visitor's session: a 256-bit opaque token, stored as its SHA-256 only; 30 days at most, 7 days without use.

A session may belong to a conversation of another channel: a mini-program's citizen calls the API with it.
"""
from __future__ import annotations

import hashlib

import msgspec
from msgspec import Struct

from gateway.clock import Clock, Ids, to_ms
from gateway.errors import Unauthorised
from gateway.messages import conversation_key
from gateway.store.shared import SharedStore

HOUR_MS = 3_600_000
IDLE_MS = 7 * 24 * HOUR_MS
ABSOLUTE_MS = 30 * 24 * HOUR_MS
CHANNEL = "web"


class Session(Struct, frozen=True):
    """`visitor` is random, or who it is on another `channel`; `created` and `seen` are ms since 1970."""

    visitor: str
    language: str
    created: int
    seen: int
    channel: str = CHANNEL

    @property
    def conversation(self) -> str:
        return conversation_key(self.channel, self.visitor)


class Sessions:
    def __init__(self, store: SharedStore, clock: Clock, ids: Ids) -> None:
        self._store, self._clock, self._ids = store, clock, ids

    async def open(self, language: str, conversation: str = "") -> tuple[str, Session]:
        """(token, session) of this conversation, else of a new visitor. The token is told once and kept nowhere."""
        token, now = self._ids.token(), to_ms(self._clock.now())
        channel, _, visitor = (conversation or conversation_key(CHANNEL, self._ids.unique())).partition(":")
        session = Session(visitor, language, now, now, channel)
        await self._keep(token, session)
        return token, session

    async def find(self, token: str | None, language: str | None = None) -> Session:
        """Whose token this is; being used prolongs it, and `language` changes what it speaks. Raises Unauthorised."""
        body = await self._store.get(_key(token)) if token and len(token) <= 128 else None
        if token is None or body is None:
            raise Unauthorised
        session = msgspec.json.decode(body, type=Session)
        now = to_ms(self._clock.now())
        if now >= min(session.created + ABSOLUTE_MS, session.seen + IDLE_MS):
            raise Unauthorised
        if now - session.seen > HOUR_MS or language not in (None, session.language):
            session = msgspec.structs.replace(session, seen=now, language=language or session.language)
            await self._keep(token, session)
        return session

    async def lasts(self, token: str) -> bool:
        """Whether nobody has revoked it."""
        return await self._store.get(_key(token)) is not None

    async def revoke(self, token: str, session: Session | None = None) -> None:
        """`session`: whose open pages are to learn it, wherever they are."""
        await self._store.delete(_key(token))
        if session:
            await self._store.publish(f"feed:{session.conversation}")

    async def _keep(self, token: str, session: Session) -> None:
        left = min(IDLE_MS, session.created + ABSOLUTE_MS - session.seen)
        await self._store.put(_key(token), msgspec.json.encode(session), left)


def _key(token: str) -> str:
    return "web:session:" + hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
