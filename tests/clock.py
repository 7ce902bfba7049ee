"""Time and chance held still: a clock that moves when told to, ids that count."""
from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gateway.clock import CROCKFORD, to_ms

START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in China


class ManualClock:
    """Stands still until `advance` (both clocks) or `jump` (the wall clock alone, as NTP or an operator does)."""

    def __init__(self, start: datetime = START) -> None:
        self._wall = start
        self._monotonic = 1000.0

    def now(self) -> datetime:
        return self._wall

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Time passes."""
        self._wall += timedelta(seconds=seconds)
        self._monotonic += seconds

    def jump(self, seconds: float) -> None:
        """Somebody sets the wall clock; no time passes."""
        self._wall += timedelta(seconds=seconds)

    def ms(self, seconds: float = 0) -> int:
        """The store's unit: ms since 1970, `seconds` from now."""
        return to_ms(self._wall) + round(seconds * 1000)


class SerialIds:
    """The ids of a run in order: the first token, the second, …; each looks like a real one."""

    def __init__(self) -> None:
        self._n = 0

    def _next(self) -> int:
        self._n += 1
        return self._n

    def token(self) -> str:
        return f"token-{self._next():037d}"

    def unique(self) -> str:
        return f"{self._next():032x}"

    def work_order(self, day: datetime) -> str:
        n, tail = self._next(), ""
        for _ in range(10):
            n, digit = divmod(n, len(CROCKFORD))
            tail = CROCKFORD[digit] + tail
        return f"WO-{day:%Y%m%d}-{tail}"

    def digits(self, n: int) -> str:
        return f"{self._next() % 10**n:0{n}d}"
