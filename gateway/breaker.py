"""A circuit breaker as a pure state machine: the time is handed in, in seconds that never go back.

Of our own, because the libraries open after failures in a row alone, wait the same time before every probe, let more
than one probe through and read the clock themselves (purgatory, src/purgatory/domain/model.py).
"""
from __future__ import annotations

from collections import deque
from enum import Enum

IN_A_ROW = 5
WINDOW, SHARE = 20, 0.5           # of the last 20 calls, half
FIRST_WAIT_S, LAST_WAIT_S = 30.0, 300.0


class Pass(Enum):
    """What a call that may be made is: its verdict counts by it."""

    CALL = "call"
    PROBE = "probe"


class Breaker:
    """Closed, it lets every call through; open, one probe at a time, after a wait that doubles. `scale` multiplies the
    waits."""

    def __init__(self, scale: float = 1.0) -> None:
        self._scale = scale
        self._failed: deque[bool] = deque(maxlen=WINDOW)
        self._in_a_row = 0
        self._wait_s = 0.0      # before the next probe; 0 while it is closed
        self._probe_at = 0.0
        self._probing = False

    @property
    def is_open(self) -> bool:
        return self._wait_s > 0

    def admits(self, now: float) -> bool:
        return not self.is_open or (now >= self._probe_at and not self._probing)

    def left_s(self, now: float) -> float:
        """Seconds until the next call may be made."""
        return max(self._probe_at - now, 0.0) if self.is_open else 0.0

    def begin(self, now: float) -> Pass | None:
        """A call is about to be made; None: it must not be."""
        if not self.admits(now):
            return None
        self._probing = self.is_open
        return Pass.PROBE if self._probing else Pass.CALL

    def succeeded(self, call: Pass) -> bool:
        """What was called answered; True when that closed the circuit."""
        closes = call is Pass.PROBE and self.is_open
        if closes:
            self.close()
        elif not self.is_open:  # else a straggler from before it opened
            self._failed.append(False)
            self._in_a_row = 0
        return closes

    def failed(self, call: Pass, now: float) -> bool:
        """What was called did not answer as it should; True when that opened the circuit."""
        if self.is_open:
            if call is Pass.PROBE:
                self.open(now)
            return False
        self._failed.append(True)
        self._in_a_row += 1
        full = len(self._failed) == WINDOW and sum(self._failed) >= WINDOW * SHARE
        if self._in_a_row < IN_A_ROW and not full:
            return False
        self.open(now)
        return True

    def given_up(self, call: Pass, now: float) -> None:
        """The call ended without a word about what was called: another probe after the same wait."""
        if call is Pass.PROBE and self.is_open:
            self._probing, self._probe_at = False, now + self._wait_s

    def open(self, now: float, *, probe_now: bool = False) -> None:
        """Open it, or open it for longer."""
        longer = min(self._wait_s * 2, LAST_WAIT_S * self._scale)
        self._wait_s = longer or FIRST_WAIT_S * self._scale
        self._probe_at = now if probe_now else now + self._wait_s
        self._probing = False

    def close(self) -> None:
        self._failed.clear()
        self._in_a_row = 0
        self._wait_s, self._probing = 0.0, False
