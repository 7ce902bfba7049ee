"""The store's two times: the wall clock for moments somebody named, a steady one for spans.

An operator, NTP or a resumed virtual machine may set the wall clock while the store is open. Leases, back-off and
times to live are spans: they follow the monotonic clock and never jump. Timers and records name moments of the wall
clock; if that leaves the monotonic one by more than five minutes, timers hold (they would all fire at once, or
citizens would be reminded at night) until the clock agrees again or an operator accepts it.
"""
from __future__ import annotations

from gateway.clock import Clock, to_ms

TOLERANCE_MS = 5 * 60 * 1000


class Steady:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._anchor = self._offset()
        self._agreed = self._anchor
        self.held = False

    def _monotonic(self) -> int:
        return round(self._clock.monotonic() * 1000)

    def _offset(self) -> int:
        return self.wall() - self._monotonic()

    def wall(self) -> int:
        """ms since 1970 as the wall clock says."""
        return to_ms(self._clock.now())

    def now(self) -> int:
        """ms since 1970 when the store was opened, and as many more as have really passed since."""
        return self._anchor + self._monotonic()

    def begin(self, newest: int) -> None:
        """The file remembers `newest`: if the wall clock was set back while it was closed, go on from there."""
        self._anchor = max(self._anchor, newest - self._monotonic())

    def check(self) -> bool:
        """True while timers must hold. Slow slewing is followed: only a jump between two checks counts."""
        offset = self._offset()
        self.held = abs(offset - self._agreed) > TOLERANCE_MS
        if not self.held:
            self._agreed = offset
        return self.held

    def accept(self) -> None:
        """The wall clock is right as it is now: timers go on by it."""
        self._agreed = self._offset()
        self.held = False
