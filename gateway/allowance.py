"""So many times in so long, exactly: over all processes, over restarts, in any stretch of time."""
from __future__ import annotations

import hashlib

from gateway.protocols import SharedStore


class Allowance:
    """At most `n` takings by one caller in any `window_ms`; each is a value that is there for so long.

    For small n: a rate (http.RateLimiter) costs nothing but lets twice its burst through in its window, and forgets
    at a restart; whoever guesses codes would wait for that.
    """

    def __init__(self, store: SharedStore, name: str, n: int, window_ms: int) -> None:
        self._store, self._name, self._n, self._window_ms = store, name, n, window_ms

    async def take(self, who: str) -> str | None:
        """What was taken, for `give_back`; None when there is nothing left."""
        caller = hashlib.sha256(who.encode("utf-8", "replace")).hexdigest()
        for place in range(self._n):
            key = f"allowance:{self._name}:{caller}:{place}"
            if await self._store.get(key) is None and await self._store.add(key, b"", self._window_ms):
                return key
        return None

    async def give_back(self, taken: str) -> None:
        await self._store.delete(taken)
