"""Rates by GCRA in memory: enough for one process, and a restart only forgives what was spent.

A bucket is one number: the theoretical arrival time (ms) until which its tokens are spent.
"""
from __future__ import annotations

PRUNE_AT = 10_000  # buckets; they are made by strangers (addresses, visitors), so they must not pile up


class Buckets:
    def __init__(self) -> None:
        self._spent: dict[str, int] = {}
        self._prune_at = PRUNE_AT

    def __len__(self) -> int:
        return len(self._spent)

    def take(self, bucket: str, per_ms: int, burst: int, n: int, now: int) -> int:
        """0 when n tokens were taken, else the ms to wait."""
        spent = max(self._spent.get(bucket, 0), now) + per_ms * n
        wait = spent - now - per_ms * burst
        if wait > 0:
            return wait
        self._spent[bucket] = spent
        if len(self._spent) > self._prune_at:
            self.prune(now)
        return 0

    def prune(self, now: int) -> int:
        """Forget buckets that are full again."""
        before = len(self._spent)
        self._spent = {bucket: spent for bucket, spent in self._spent.items() if spent > now}
        self._prune_at = max(PRUNE_AT, 2 * len(self._spent))
        return before - len(self._spent)
