"""How many messages the customer-service API takes for one person, and until when: pure, one ledger per openid.

    a message                        5 in 48 hours    (the well-known 20 is out of date)
    a menu click, following, a scan  3 in 1 minute
    a mini-program's message         5 in 48 hours;   entering its conversation 2 in 1 minute
    a message to customer service    5 in 48 hours
[developers.weixin.qq.com, customer messages, introduction; developer.work.weixin.qq.com, kf/send_msg]. A tap on a
msgmenu counts as a menu click. How the platform adds windows up is not told: a new event of a kind begins its window
anew, and a message counts against every window that is open, so that we never promise more than any way of adding up
gives. Its word is final: 45015 closes what is open, 45047 empties it.

It lives as state of the recipient's key in the lane `out`. Times are ms since 1970, of the platform's CreateTime.
"""
from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct

Event = Literal["message", "menu", "subscribe", "scan", "mini_message", "mini_enter", "kf_message"]
Verdict = Literal["yes", "window_closed", "quota_used"]

HOURS_48_MS = 48 * 3_600_000
MINUTE_MS = 60_000

# What an event opens: messages, ms.
OPENS: dict[Event, tuple[int, int]] = {
    "message": (5, HOURS_48_MS),
    "menu": (3, MINUTE_MS),
    "subscribe": (3, MINUTE_MS),
    "scan": (3, MINUTE_MS),
    "mini_message": (5, HOURS_48_MS),
    "mini_enter": (2, MINUTE_MS),
    "kf_message": (5, HOURS_48_MS),
}


class Window(Struct, frozen=True, array_like=True):
    opened: int
    until: int
    left: int


class Ledger(Struct, frozen=True):
    """Never changed: every method that changes something returns the next one."""

    windows: dict[Event, Window] = {}

    def open(self, event: Event, at: int) -> Ledger:
        """The person did something at `at`. One that comes late, or twice, changes nothing."""
        known = self.windows.get(event)
        if known is not None and at <= known.opened:
            return self
        messages, lasts = OPENS[event]
        return Ledger({**self.windows, event: Window(at, at + lasts, messages)})

    def verdict(self, now: int) -> Verdict:
        """Whether a message may go now, or why not."""
        live = self._live(now)
        if not live:
            return "window_closed"
        return "yes" if any(window.left for window in live.values()) else "quota_used"

    def left(self, now: int) -> int:
        """How many messages may go now."""
        return max((window.left for window in self._live(now).values()), default=0)

    def until(self, now: int) -> int | None:
        """When the last window with something left ends; None when nothing may be sent."""
        return max((window.until for window in self._live(now).values() if window.left), default=None)

    def spend(self, now: int) -> Ledger:
        """A message went, or may have gone."""
        spent = {
            event: msgspec.structs.replace(window, left=max(0, window.left - 1))
            for event, window in self._live(now).items()
        }
        return Ledger({**self.windows, **spent})

    def closed(self, now: int) -> Ledger:
        """The platform said 45015. Late pushes of before do not open it again."""
        cut = {event: Window(window.opened, now, 0) for event, window in self._live(now).items()}
        return Ledger({**self.windows, **cut})

    def used_up(self, now: int) -> Ledger:
        """The platform said 45047."""
        empty = {event: msgspec.structs.replace(window, left=0) for event, window in self._live(now).items()}
        return Ledger({**self.windows, **empty})

    def _live(self, now: int) -> dict[Event, Window]:
        return {event: window for event, window in self.windows.items() if window.until > now}
