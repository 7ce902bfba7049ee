"""Time and chance, handed in everywhere so that tests can hold them still."""
from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime
from typing import Protocol

# Crockford base 32: no I, L, O, U, so that a number read over the phone is not misheard.
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Clock(Protocol):
    def now(self) -> datetime:
        """The wall clock, aware, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back; only differences mean something."""
        ...


class Ids(Protocol):
    def token(self) -> str:
        """256 bits, URL-safe: bearer tokens and one-time secrets."""
        ...

    def unique(self) -> str:
        """128 bits, hex: ids of citizens, visitors, uploads, events."""
        ...

    def work_order(self, day: datetime) -> str:
        """`WO-YYYYMMDD-` + 10 Crockford characters (50 bits): unguessable, sortable by day."""
        ...

    def digits(self, n: int) -> str:
        """n decimal digits: look-up and one-time codes."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class RandomIds:
    def token(self) -> str:
        return secrets.token_urlsafe(32)

    def unique(self) -> str:
        return secrets.token_hex(16)

    def work_order(self, day: datetime) -> str:
        bits = secrets.randbits(50)
        return f"WO-{day:%Y%m%d}-" + "".join(CROCKFORD[bits >> shift & 31] for shift in range(0, 50, 5))

    def digits(self, n: int) -> str:
        return "".join(secrets.choice("0123456789") for _ in range(n))


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970-01-01T00:00Z, the store's unit of time."""
    return int(moment.timestamp() * 1000)


def from_ms(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
