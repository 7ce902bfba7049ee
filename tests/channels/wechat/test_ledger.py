"""channels/wechat/ledger.py: what may be sent to one person, never more than the platform gives."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.wechat.ledger import OPENS, Event, Ledger, Verdict
from tests.tables import table

NOW = 1_790_000_000_000
MINUTE, HOUR = 60_000, 3_600_000


def drained(ledger: Ledger, now: int) -> int:
    """How many messages it lets go before it says no."""
    sent = 0
    while ledger.verdict(now) == "yes":
        ledger, sent = ledger.spend(now), sent + 1
    return sent


# WECHAT.md, "Answering": how many, for how long.
@table(("event", "messages", "lasts"), [
    ("message", 5, 48 * HOUR), ("menu", 3, MINUTE), ("subscribe", 3, MINUTE), ("scan", 3, MINUTE),
    ("mini_message", 5, 48 * HOUR), ("mini_enter", 2, MINUTE), ("kf_message", 5, 48 * HOUR),
])
def test_each_event_opens_its_window(event: Event, messages: int, lasts: int) -> None:
    ledger = Ledger().open(event, NOW)
    assert (ledger.left(NOW), ledger.until(NOW)) == (messages, NOW + lasts)
    assert drained(ledger, NOW) == messages
    assert drained(ledger, NOW + lasts - 1) == messages
    assert ledger.verdict(NOW + lasts) == "window_closed"


def test_why_not_is_told_apart() -> None:
    assert Ledger().verdict(NOW) == "window_closed"
    ledger = Ledger().open("menu", NOW)
    for _ in range(3):
        ledger = ledger.spend(NOW)
    assert ledger.verdict(NOW) == "quota_used"
    assert ledger.until(NOW) is None
    assert ledger.spend(NOW) == ledger, "nothing below nothing"
    assert ledger.verdict(NOW + MINUTE) == "window_closed"


def test_the_next_message_begins_anew() -> None:
    ledger = Ledger().open("message", NOW).spend(NOW).spend(NOW)
    assert ledger.left(NOW + 1) == 3
    ledger = ledger.open("message", NOW + HOUR)
    assert (ledger.left(NOW + HOUR), ledger.until(NOW + HOUR)) == (5, NOW + 49 * HOUR)


def test_a_push_that_comes_twice_or_late_gives_nothing() -> None:
    ledger = Ledger().open("message", NOW).spend(NOW)
    assert ledger.open("message", NOW) == ledger
    assert ledger.open("message", NOW - 1000) == ledger


@table(("first", "second"), [("message", "menu"), ("menu", "message")])
def test_what_goes_counts_against_every_open_window(first: Event, second: Event) -> None:
    """Whichever of them the platform takes it from."""
    ledger = Ledger().open(first, NOW).open(second, NOW + 1)
    assert ledger.left(NOW + 1) == 5, "a tap does not shorten what a message opened"
    spent = ledger.spend(NOW + 1)
    assert {event: window.left for event, window in spent.windows.items()} == {"message": 4, "menu": 2}


@table(("learn", "verdict"), [
    (Ledger.closed, "window_closed"), (Ledger.used_up, "quota_used"),
])
def test_the_platforms_word_is_final(learn: Callable[[Ledger, int], Ledger], verdict: Verdict) -> None:
    told = learn(Ledger().open("message", NOW).open("menu", NOW), NOW + 10)
    assert told.verdict(NOW + 10) == verdict
    assert told.open("message", NOW).verdict(NOW + 10) == verdict, "an old push comes again"
    assert told.open("message", NOW + 20).verdict(NOW + 20) == "yes"


def test_it_is_kept_as_it_was() -> None:
    ledger = Ledger().open("message", NOW).open("scan", NOW + 5).spend(NOW + 6)
    assert msgspec.json.decode(msgspec.json.encode(ledger), type=Ledger) == ledger


# --- against every way of adding up that the platform may have ----------------------------------------------

@dataclass
class Window:
    event: Event
    opened: int
    until: int
    left: int


ORDERS: dict[str, Callable[[Window], int]] = {
    "first opened": lambda window: window.opened,
    "first to end": lambda window: window.until,
    "last to end": lambda window: -window.until,
}


class Generosity:
    """A platform that keeps each kind of window once and spends in one order."""

    def __init__(self, order: Callable[[Window], int]) -> None:
        self.order = order
        self.windows: dict[Event, Window] = {}

    def open(self, event: Event, at: int) -> None:
        messages, lasts = OPENS[event]
        self.windows[event] = Window(event, at, at + lasts, messages)

    def takes(self, now: int) -> bool:
        usable = [window for window in self.windows.values() if window.until > now and window.left]
        if usable:
            min(usable, key=self.order).left -= 1
        return bool(usable)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(
    st.sampled_from([*OPENS, "send", "send", "send"]), st.sampled_from([1, 1000, 59_999, MINUTE, HOUR, 47 * HOUR]),
), max_size=25))
def test_what_we_promise_the_platform_takes(steps: list[tuple[str, int]]) -> None:
    for order in ORDERS.values():
        platform, ledger, now = Generosity(order), Ledger(), NOW
        for what, later in steps:
            now += later
            if what != "send":
                event: Event = what  # type: ignore[assignment]
                platform.open(event, now)
                ledger = ledger.open(event, now)
            elif ledger.verdict(now) == "yes":
                assert platform.takes(now)
                ledger = ledger.spend(now)
