"""Shared values, rates, hints and feeds on Redis: gateway/store/shared.py. lane_shared.lua does the work."""
from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from gateway.store.limits import Limits
from gateway.store.redis_calls import Calls
from gateway.store.redis_hints import Hints
from gateway.store.shared import FeedItem, Subscription

Fetch = Callable[[], Awaitable[tuple[bytes, int]]]

FLIGHT_MS = 15_000  # who fetches for all has this long; if it dies, another may then
LOOK_S = 0.05       # how often those who wait look


class RedisShared:
    """SharedStore."""

    def __init__(self, calls: Calls, hints: Hints, limits: Limits) -> None:
        self._calls = calls
        self._hints = hints
        self._limits = limits
        self._flights: dict[str, asyncio.Task[bytes]] = {}

    async def cached(
        self, name: str, fetch: Fetch, *, min_left_ms: int = 0, unlike: bytes | None = None
    ) -> bytes:
        """`fetch` fails → all who waited for it here get its error, and the next caller tries again."""
        key = f"cached:{name}"
        value = await self._fresh(key, min_left_ms, unlike)
        if value is not None:
            return value
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = asyncio.create_task(self._fetch(key, fetch, min_left_ms, unlike))
            flight.add_done_callback(lambda done: self._land(key, done))
        return await asyncio.shield(flight)

    async def _fresh(self, key: str, left: int, unlike: bytes | None) -> bytes | None:
        value: bytes | None = await self._calls.call("get", shard=self._calls.home(key), key=key, left=left)
        return None if value == unlike else value

    async def _fetch(self, key: str, fetch: Fetch, left: int, unlike: bytes | None) -> bytes:
        """One gateway of all fetches; the others wait for what it puts there, or for its time to be over."""
        lock, ours = f"fetching:{key}", self._calls.stamp().encode()
        while not await self.add(lock, ours, FLIGHT_MS):
            await asyncio.sleep(LOOK_S)
            value = await self._fresh(key, left, unlike)
            if value is not None:
                return value
        try:
            value = await self._fresh(key, left, unlike)  # another may have landed just before
            if value is None:
                value, ttl_ms = await fetch()
                await self.put(key, value, ttl_ms)
            return value
        finally:
            await self._calls.call("delete", shard=self._calls.home(lock), key=lock, value=ours)

    def _land(self, key: str, flight: asyncio.Task[bytes]) -> None:
        del self._flights[key]
        if not flight.cancelled():
            flight.exception()  # seen, even when every caller was cancelled meanwhile

    async def take(self, bucket: str, per_ms: int, burst: int, n: int = 1) -> int:
        return int(await self._calls.call(
            "take", shard=self._calls.home(bucket), bucket=bucket, per_ms=per_ms, burst=burst, n=n))

    async def put(self, key: str, value: bytes, ttl_ms: int) -> None:
        await self._calls.call("put", shard=self._calls.home(key), key=key, value=value, ttl=ttl_ms)

    async def add(self, key: str, value: bytes, ttl_ms: int) -> bool:
        return bool(await self._calls.call("add", shard=self._calls.home(key), key=key, value=value, ttl=ttl_ms))

    async def get(self, key: str) -> bytes | None:
        value: bytes | None = await self._calls.call("get", shard=self._calls.home(key), key=key, left=0)
        return value

    async def delete(self, key: str) -> None:
        await self._calls.call("delete", shard=self._calls.home(key), key=key, value=b"")

    async def publish(self, topic: str, hint: str = "") -> None:
        self._hints.tell(topic)

    def subscribe(self, topics: Sequence[str]) -> Subscription:
        return self._hints.subscribe(topics)

    async def feed_append(self, feed: str, id: str, body: bytes) -> bool:
        return bool(await self._calls.call("append", shard=self._calls.home(feed), feed=feed, id=id, body=body))

    async def feed_read(self, feed: str, after: str | None, n: int = 200) -> list[FeedItem]:
        rows = await self._calls.call("feed", shard=self._calls.home(feed), feed=feed, after=after, n=n)
        return [FeedItem(seq, id.decode(), body) for seq, id, body in rows]

    async def clean(self) -> int:
        values = await self._calls.sweep("expire_values")
        fed = await self._calls.sweep("trim", age=self._limits.feed_ms)
        return values + fed + sum(int(n) for n in await self._calls.every("expire_buckets"))
