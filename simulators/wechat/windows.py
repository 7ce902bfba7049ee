"""Who may be written to, and how often: the windows that a citizen's own act opens for customer-service messages.

Facts: developers.weixin.qq.com, 客服消息 → 下发条数 (the table in force; the well-known 20 messages are out of date).
Whether a second act adds to a window or fills it up again is not written there: it is filled up, the stricter reading.
"""
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from simulators.wechat.refusals import Refusal

Act = Literal["message", "menu", "subscribe", "scan", "enter"]

OPENS: dict[Act, tuple[int, timedelta]] = {
    "message": (5, timedelta(hours=48)),
    "menu": (3, timedelta(minutes=1)),
    "subscribe": (3, timedelta(minutes=1)),
    "scan": (3, timedelta(minutes=1)),
    "enter": (2, timedelta(minutes=1)),      # a mini-program's session is entered
}


@dataclass
class Window:
    act: Act
    left: int
    until: datetime


class Windows:
    """The windows of every citizen of one account. `closed` and `spent` are the errcodes of the two refusals."""

    def __init__(self, closed: int = 45015, spent: int = 45047) -> None:
        self._refusals = closed, spent
        self._windows: dict[str, dict[Act, Window]] = {}

    def open(self, openid: str, act: Act, now: datetime) -> None:
        messages, life = OPENS[act]
        self._windows.setdefault(openid, {})[act] = Window(act, messages, now + life)

    def spend(self, openid: str, now: datetime) -> None:
        """Take one message from the window that ends first. Raises Refusal: no window is open, or all are used up."""
        alive = self.alive(openid, now)
        closed, spent = self._refusals
        if not alive:
            raise Refusal(closed)
        for window in alive:
            if window.left:
                window.left -= 1
                return
        raise Refusal(spent)

    def alive(self, openid: str, now: datetime) -> list[Window]:
        """The open windows, the one that ends first in front."""
        windows = self._windows.get(openid, {}).values()
        return sorted((window for window in windows if window.until > now), key=lambda window: window.until)

    def close(self, openid: str) -> None:
        """As if all their time had run out."""
        self._windows.pop(openid, None)
