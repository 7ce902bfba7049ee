"""What passes between the ways of sending (kannel, smpp, webhook) and the core: one vocabulary for all of them.

    queued → sending → accepted → delivered | failed | expired
A receipt may overtake the answer to what it is about, so states are merged by rank (`later`), never by time. A time-out
after sending is `Uncertain`, neither of these.
"""
from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from gateway.errors import WayClosed
from gateway.store.shared import SharedStore

State = Literal["accepted", "delivered", "failed", "expired"]
RANK: dict[State, int] = {"accepted": 1, "expired": 2, "failed": 2, "delivered": 3}


class Blocked(WayClosed):
    """The citizen told the provider to stop, which counts as an opt-out."""


@dataclass(frozen=True, slots=True)
class Sms:
    """One text for one phone. id: ours, at most 64 of [A-Za-z0-9._-], the same at every try; to: E.164; sender: our
    number or code, "" where the provider has one for us; text: with the sign already; valid_s: how long the carrier may
    try to bring it, None for as long as it likes."""

    id: str
    to: str
    text: str = field(repr=False)
    sender: str = ""
    valid_s: int | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a citizen wrote. id: the same when a provider repeats it; sender and to: as the provider writes them; at: ms
    since 1970; missing: numbers of parts that never came."""

    id: str
    sender: str
    to: str
    text: str = field(repr=False)
    at: int
    missing: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one of ours, or of one part of it.

    id        ours, "" where the provider knows only its own
    provider  the provider's id, "" where it has none
    code      its own word, short, without personal data
    blocked   the citizen told the provider to stop, which counts as an opt-out
    """

    id: str
    state: State
    provider: str = ""
    code: str = ""
    blocked: bool = False
    part: int = 1
    parts: int = 1


# Durable when they return. Raise Unavailable, RateLimited: not taken, the provider is to come again.
Take = Callable[[Arrival], Awaitable[None]]
Tell = Callable[[Report], Awaitable[None]]


def _uncounted() -> None:
    """Where nobody counts."""


@dataclass(frozen=True, slots=True)
class Hands:
    """The core, as a way of sending sees it. stray: a receipt found no message of ours; door: the shared store
    for callbacks, which answers also while the store is away."""

    take: Take
    tell: Tell
    stray: Callable[[], None] = _uncounted
    door: SharedStore | None = None


class Carrier(Protocol):
    """A way of sending."""

    async def send(self, sms: Sms) -> tuple[str, ...]:
        """The provider's ids, one for each part where it tells them. Raises SendError."""
        ...


class WatchedCarrier(Carrier, Protocol):
    """One that says how it is."""

    async def well(self) -> str | None:
        """None while messages leave, else a few words."""
        ...


def later(known: State | None, told: State) -> State:
    """The state after one more report; of equals the first stays."""
    return told if known is None or RANK[told] > RANK[known] else known


def digest(*values: str | bytes) -> str:
    """An id for what has none: 128 bits, hex; values cannot run into one another."""
    found = hashlib.blake2b(digest_size=16)
    for value in values:
        octets = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
        found.update(len(octets).to_bytes(4, "big") + octets)
    return found.hexdigest()
