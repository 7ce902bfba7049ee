"""The shared store for the doors: who proves, counts and remembers what platforms bring, also while the store is away.

Meanwhile a value is this gateway's own. What it kept then it still knows after the store is back; so a push that was
taken here is not taken again with another body.
"""
from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from gateway.errors import Unavailable
from gateway.store.shared import SharedStore
from gateway.store.spool_state import PATIENCE_S, SpoolState

T = TypeVar("T")


class Door:
    """SharedStore. Feeds, subscriptions and fetched values are the store's alone."""

    def __init__(self, front: SharedStore, local: SharedStore, state: SpoolState) -> None:
        self._front, self._local, self._state = front, local, state
        self._strayed = True  # something may be known here alone, from before our start too
        self.cached = front.cached
        self.subscribe = front.subscribe
        self.feed_append, self.feed_read = front.feed_append, front.feed_read

    async def take(self, bucket: str, per_ms: int, burst: int, n: int = 1) -> int:
        return await self._ask(lambda store: store.take(bucket, per_ms, burst, n))

    async def put(self, key: str, value: bytes, ttl_ms: int) -> None:
        await self._ask(lambda store: store.put(key, value, ttl_ms), strays=True)

    async def add(self, key: str, value: bytes, ttl_ms: int) -> bool:
        if self._strayed and await self._local.get(key) is not None:
            return False
        return await self._ask(lambda store: store.add(key, value, ttl_ms), strays=True)

    async def get(self, key: str) -> bytes | None:
        found = await self._ask(lambda store: store.get(key))
        return await self._local.get(key) if found is None and self._strayed else found

    async def publish(self, topic: str, hint: str = "") -> None:
        """Nobody hears it while the store is away, and a hint may be lost."""
        await self._ask(lambda store: store.publish(topic, hint))

    async def delete(self, key: str) -> None:
        if self._strayed:
            await self._local.delete(key)
        await self._ask(lambda store: store.delete(key), strays=True)

    async def _ask(self, what: Callable[[SharedStore], Awaitable[T]], *, strays: bool = False) -> T:
        """The store's answer; our own while there is none."""
        if not self._state.away:
            try:
                async with asyncio.timeout(PATIENCE_S):
                    return await what(self._front)
            except (Unavailable, TimeoutError) as error:
                self._state.shut(str(error))
        self._strayed = self._strayed or strays
        return await what(self._local)
