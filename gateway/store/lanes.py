"""The lane store's contract: per key a FIFO mailbox, a lease with a fencing token, back-off, dead letters.

A lane is a name (`in`, `out`, `case`, `events`, `forward`, `journal`, `desk`), a key is a conversation, a
recipient or a work order. Every implementation passes tests/contracts/test_lanes.py (invariants I1 to I11).

Bodies are bytes the store never looks into. Times are ms since 1970. A method that cannot make its effect
durable raises `errors.Unavailable` and has no effect.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    NEW = "new"
    DUPLICATE = "duplicate"  # the same dedupe id was stored before; nothing was added
    FULL = "full"            # the mailbox is at its cap; nothing was added


@dataclass(frozen=True, slots=True)
class Msg:
    """One item of a mailbox; `seq` grows by one per key and is never used twice."""

    seq: int
    body: bytes
    dedupe: str = ""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on one key until `until`; void as soon as `fence` or `nonce` no longer match.

    attempts  raised errors of the head item (`fail`); 5 bury it
    losses    leases of the head item that ran out without a word; 20 bury it
    """

    lane: str
    key: str
    fence: int
    nonce: str
    until: int
    attempts: int
    losses: int
    state: bytes
    version: int
    msgs: tuple[Msg, ...]


@dataclass(frozen=True, slots=True)
class Ingested:
    outcome: Outcome
    seq: int = 0
    lease: Lease | None = None  # present when `owner` was named and the key was free


@dataclass(frozen=True, slots=True)
class Emit:
    """An item for a mailbox: now, or when `due` (ms) has come. A timer is named by its dedupe id:
    arming the same id again moves it. A key of another shard is reached through the `forward` lane,
    at least once, with the same dedupe id; the caller does not see the difference."""

    lane: str
    key: str
    dedupe: str
    body: bytes
    due: int | None = None


@dataclass(frozen=True, slots=True)
class Put:
    """A record to write (body) or to remove (None). See gateway/store/records.py."""

    kind: str
    id: str
    body: bytes | None
    index: Mapping[str, str | int] = field(default_factory=dict)
    expires: int | None = None  # ms since 1970; the clean-up removes it afterwards


@dataclass(frozen=True, slots=True)
class Feed:
    """One message for a web visitor's feed; the same (feed, id) twice is one message."""

    feed: str
    id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Changes:
    """What one commit does, all of it or nothing (I4).

    upto    consume the mailbox up to and including this seq (0: nothing)
    state   the key's new state (None: unchanged)
    cancel  dedupe ids of timers to disarm
    """

    upto: int = 0
    state: bytes | None = None
    emits: Sequence[Emit] = ()
    puts: Sequence[Put] = ()
    feeds: Sequence[Feed] = ()
    cancel: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Dead:
    """A buried or parked item, waiting for an operator."""

    id: int
    lane: str
    key: str
    seq: int
    body: bytes
    why: str
    at: int
    parked: bool


@dataclass(frozen=True, slots=True)
class LaneStats:
    """Items that wait (those under a lease too), keys under a lease, items put aside, buried, armed as timers."""

    waiting: int
    leased: int
    parked: int
    dead: int
    timers: int
    oldest_ms: int  # age of the oldest waiting item, 0 when there is none


class LaneStore(Protocol):
    async def ingest(
        self, lane: str, key: str, dedupe: str, body: bytes, *, owner: str = "", lease_ms: int = 10_000
    ) -> Ingested:
        """Store one item durably before returning (I1). With `owner`, lease the key at once if it is free."""
        ...

    async def claim(
        self, lane: str, owner: str, *, n: int = 32, batch: int = 16, lease_ms: int = 10_000, newest: int = 0
    ) -> list[Lease]:
        """Lease up to n ready keys, each with its first `batch` items; expired leases are counted and taken back.

        Those that have been ready longest, but for `newest` of them (at most n), which became ready last: behind a
        long queue neither end starves.
        """
        ...

    async def commit(self, lease: Lease, changes: Changes, *, keep: bool = True) -> Lease | None:
        """Apply `changes` atomically. With keep, and if items are left, the same lease goes on with them
        (renewed); otherwise the key is given back and None returned.

        Committing the same lease and seq twice has the effect of once (I8). Raises Fenced, with no effect.
        Raises ValueError when `upto` is none of the lease's own items.
        """
        ...

    async def fail(self, lease: Lease, delay_ms: int, why: str) -> None:
        """The head item raised: count it, come back after the delay, bury it at the fifth."""
        ...

    async def defer(self, lease: Lease, delay_ms: int, why: str) -> None:
        """Not the item's fault (breaker open, Retry-After, quiet hours): come back later, nothing counted."""
        ...

    async def park(self, lease: Lease, why: str) -> None:
        """Put the head item aside until an operator replays it; the items behind it go on."""
        ...

    async def bury(self, lease: Lease, why: str) -> None:
        """The head item can never succeed: to the dead letters, the items behind it go on."""
        ...

    async def release(self, lease: Lease) -> None:
        """Give the key back untouched; a void lease is ignored."""
        ...

    async def renew(self, leases: Sequence[Lease], lease_ms: int = 10_000) -> set[tuple[str, str]]:
        """Prolong; returns the (lane, key) of those that were lost."""
        ...

    async def tick(self, n: int = 200) -> int:
        """Enqueue up to n timers that are due, each once (I9); returns how many."""
        ...

    async def dead(
        self, lane: str | None = None, *, key: str | None = None, after: int = 0, n: int = 100
    ) -> list[Dead]:
        """Buried and parked items, of one key or all, oldest first."""
        ...

    async def replay(self, dead_id: int, body: bytes | None = None) -> bool:
        """Back to the head of its mailbox (with a corrected body), whose delay ends; False when there is no such
        item."""
        ...

    async def discard(self, dead_id: int, who: str, why: str) -> bool:
        """Remove for good, and end its key's delay; who and why stand in the `journal` lane afterwards."""
        ...

    async def state(self, lane: str, key: str) -> tuple[bytes, int]:
        """A key's state and version, (b"", 0) for an unknown key."""
        ...

    async def stats(self) -> dict[str, LaneStats]:
        ...

    async def clean(self) -> int:
        """Drop what outlived its time (dedupe ids, feeds, shared values, records); returns how many rows."""
        ...
