"""Values that every process sees: sessions, codes, rates, feeds, hints."""
from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class FeedItem:
    seq: int
    id: str
    body: bytes


class Subscription(Protocol):
    """Hints on topics; they may be lost or come twice, so a reader also sweeps."""

    async def next(self, timeout_s: float) -> str | None:
        """The topic that was hinted, or None when the time is up."""
        ...

    def close(self) -> None:
        ...


class SharedStore(Protocol):
    async def cached(
        self, name: str, fetch: Callable[[], Awaitable[tuple[bytes, int]]], *, min_left_ms: int = 0,
        unlike: bytes | None = None,
    ) -> bytes:
        """The cached value if it lives for min_left_ms more, else `fetch` once for all callers → (value, ttl_ms).

        A caller for whom the value turned out to be no good shows it as `unlike` and gets the next one: of all who
        were given the bad one, one fetches.
        """
        ...

    async def take(self, bucket: str, per_ms: int, burst: int, n: int = 1) -> int:
        """GCRA: one token every per_ms, up to `burst` at once. 0 = taken, else the ms to wait (nothing taken)."""
        ...

    async def put(self, key: str, value: bytes, ttl_ms: int) -> None:
        ...

    async def add(self, key: str, value: bytes, ttl_ms: int) -> bool:
        """Put only if there is none; False when there was (nonces, one-time use)."""
        ...

    async def get(self, key: str) -> bytes | None:
        ...

    async def delete(self, key: str) -> None:
        ...

    async def publish(self, topic: str, hint: str = "") -> None:
        ...

    def subscribe(self, topics: Sequence[str]) -> Subscription:
        """Commits hint by themselves: `lane:<lane>` when a key became ready, `feed:<feed>` when a feed grew."""
        ...

    async def feed_append(self, feed: str, id: str, body: bytes) -> bool:
        """False when (feed, id) is there already."""
        ...

    async def feed_read(self, feed: str, after: str | None, n: int = 200) -> list[FeedItem]:
        """Items behind the one with id `after` in order; from the start when it is None or unknown."""
        ...
