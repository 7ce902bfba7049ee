"""What a store allows and how long it keeps things; the same numbers for every implementation."""
from __future__ import annotations

from dataclasses import dataclass

DAY_MS = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Limits:
    """mailbox_cap   items waiting per key before `ingest` answers FULL; a commit's own emits are never refused
    max_attempts  raised errors (`fail`) that bury an item
    max_losses    leases that ran out without a word that bury an item
    dedupe_ms     how long a dedupe id is remembered at least (WIRE.md: 7 days)
    feed_ms       how long a visitor's feed is kept at least (WIRE.md: 7 days)
    max_mb        largest size of the store's file, 0: as large as the disk; beyond it writes are Unavailable
    """

    mailbox_cap: int = 1000
    max_attempts: int = 5
    max_losses: int = 20
    dedupe_ms: int = 7 * DAY_MS
    feed_ms: int = 7 * DAY_MS
    max_mb: int = 0


DEFAULT_LIMITS = Limits()
