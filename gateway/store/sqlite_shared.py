"""Shared values and feeds on SQLite: gateway/store/shared.py. Rates and hints stay in memory: there is one process."""
from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from gateway.store.buckets import Buckets
from gateway.store.hub import Hub
from gateway.store.lanes import Feed
from gateway.store.limits import Limits
from gateway.store.shared import FeedItem, Subscription
from gateway.store.sqlite_jobs import Session
from gateway.store.sqlite_writer import Writer
from gateway.store.steady import Steady

PUT = """INSERT INTO shared (key, expires, value) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE
    SET expires = excluded.expires, value = excluded.value"""
PUT_NEW = PUT + " WHERE expires <= ?"
GET = "SELECT value FROM shared WHERE key = ? AND expires > ?"
DELETE = "DELETE FROM shared WHERE key = ?"
EXPIRE = "DELETE FROM shared WHERE key IN (SELECT key FROM shared WHERE expires <= ? ORDER BY expires LIMIT ?)"
APPEND = "INSERT OR IGNORE INTO feed_item (feed, id, at, body) VALUES (?, ?, ?, ?)"
READ = """SELECT seq, id, body FROM feed_item WHERE feed = ?
    AND seq > coalesce((SELECT seq FROM feed_item WHERE feed = ? AND id = ?), 0) ORDER BY seq LIMIT ?"""
TRIM = "DELETE FROM feed_item WHERE seq IN (SELECT seq FROM feed_item WHERE at <= ? ORDER BY at LIMIT ?)"

Fetch = Callable[[], Awaitable[tuple[bytes, int]]]


class SqliteShared:
    """SharedStore."""

    def __init__(self, writer: Writer, hub: Hub, time: Steady, limits: Limits) -> None:
        self._writer = writer
        self._hub = hub
        self._time = time
        self._limits = limits
        self._buckets = Buckets()
        self._flights: dict[str, asyncio.Task[bytes]] = {}

    async def cached(
        self, name: str, fetch: Fetch, *, min_left_ms: int = 0, unlike: bytes | None = None
    ) -> bytes:
        """`fetch` fails → all who waited for it get its error, and the next caller tries again."""
        key = f"cached:{name}"
        value = await self._writer.read(_get, key, self._time.now() + min_left_ms)
        if value is not None and value != unlike:
            return value
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = asyncio.create_task(self._fetch(key, fetch))
            flight.add_done_callback(lambda done: self._land(key, done))
        return await asyncio.shield(flight)

    async def _fetch(self, key: str, fetch: Fetch) -> bytes:
        value, ttl_ms = await fetch()
        await self.put(key, value, ttl_ms)
        return value

    def _land(self, key: str, flight: asyncio.Task[bytes]) -> None:
        del self._flights[key]
        if not flight.cancelled():
            flight.exception()  # seen, even when every caller was cancelled meanwhile

    async def take(self, bucket: str, per_ms: int, burst: int, n: int = 1) -> int:
        return self._buckets.take(bucket, per_ms, burst, n, self._time.now())

    async def put(self, key: str, value: bytes, ttl_ms: int) -> None:
        await self._writer.write(_put, key, value, self._time.now() + ttl_ms)

    async def add(self, key: str, value: bytes, ttl_ms: int) -> bool:
        now = self._time.now()
        return await self._writer.write(_add, key, value, now, now + ttl_ms)

    async def get(self, key: str) -> bytes | None:
        return await self._writer.read(_get, key, self._time.now())

    async def delete(self, key: str) -> None:
        await self._writer.write(_delete, key)

    async def publish(self, topic: str, hint: str = "") -> None:
        self._hub.publish((topic,))

    def subscribe(self, topics: Sequence[str]) -> Subscription:
        return self._hub.subscribe(topics)

    async def feed_append(self, feed: str, id: str, body: bytes) -> bool:
        return await self._writer.write(append, Feed(feed, id, body), self._time.now())

    async def feed_read(self, feed: str, after: str | None, n: int = 200) -> list[FeedItem]:
        return await self._writer.read(_feed_read, feed, after, n)

    async def clean(self) -> int:
        now = self._time.now()
        rows = await self._writer.sweep(_expire, now) + await self._writer.sweep(_trim, now - self._limits.feed_ms)
        return rows + self._buckets.prune(now)


def append(session: Session, feed: Feed, now: int) -> bool:
    """Inside a transaction: one more item of a feed; False when it is there already."""
    if not session.sql.execute(APPEND, (feed.feed, feed.id, now, feed.body)).rowcount:
        return False
    session.hints.add(f"feed:{feed.feed}")
    return True


def _put(session: Session, key: str, value: bytes, expires: int) -> None:
    session.sql.execute(PUT, (key, expires, value))


def _add(session: Session, key: str, value: bytes, now: int, expires: int) -> bool:
    return session.sql.execute(PUT_NEW, (key, expires, value, now)).rowcount > 0


def _get(session: Session, key: str, alive_at: int) -> bytes | None:
    row = session.sql.execute(GET, (key, alive_at)).fetchone()
    return bytes(row[0]) if row else None


def _delete(session: Session, key: str) -> None:
    session.sql.execute(DELETE, (key,))


def _feed_read(session: Session, feed: str, after: str | None, n: int) -> list[FeedItem]:
    return [FeedItem(*row) for row in session.sql.execute(READ, (feed, feed, after, n))]


def _expire(session: Session, before: int, n: int) -> int:
    return session.sql.execute(EXPIRE, (before, n)).rowcount


def _trim(session: Session, before: int, n: int) -> int:
    return session.sql.execute(TRIM, (before, n)).rowcount
