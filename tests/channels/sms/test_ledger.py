"""channels/sms/ledger.py: never too often, never at night, never after a no."""
from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from itertools import pairwise, permutations
from typing import get_args
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.sms import ledger as books
from channels.sms.ledger import DAY_MS, HOUR_MS, MOST_KEPT, Fate, Ledger, Purpose, Terms, Verdict
from channels.sms.traffic import RANK, Report, State
from tests.tables import table

SHANGHAI = ZoneInfo("Asia/Shanghai")
TERMS = Terms(SHANGHAI)
MINUTE = 60_000
GO = Verdict()


def at(hour: int, minute: int = 0, day: int = 23) -> int:
    """ms of the city's clock on a day of November 2026."""
    return int(datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI).timestamp() * 1000)


NOON = at(12)


def asked(ledger: Ledger, purpose: Purpose, now: int, *, since: int | None = None) -> Verdict:
    return ledger.verdict(purpose, now, TERMS, since=now if since is None else since)


def test_somebody_new_may_be_told_by_day() -> None:
    for purpose in get_args(Purpose):
        assert asked(Ledger(), purpose, NOON) == GO


# --- how long a carrier may try -----------------------------------------------------------------------------

@table(("purpose", "since", "now", "minutes"), [
    ("reply", at(12), at(12), None), ("notice", at(12), at(12), 9 * 60), ("invitation", at(12), at(20, 59), 1),
    ("invitation", at(9, day=22), at(8, 30), 30), ("notice", at(9, day=20), at(8, 59), 1),
    ("notice", at(9, day=20), at(9, 30), 1), ("reminder", at(20), at(21), 1), ("notice", at(2), at(8), 13 * 60),
])
def test_a_carrier_tries_until_the_evening_or_until_it_is_old(
    purpose: Purpose, since: int, now: int, minutes: int | None
) -> None:
    assert books.lasting(purpose, now, TERMS, since=since) == (None if minutes is None else minutes * MINUTE)


def test_without_quiet_hours_age_alone_counts() -> None:
    terms = replace(TERMS, quiet=(time(8), time(8)))
    assert books.lasting("invitation", NOON, terms, since=at(10)) == 22 * HOUR_MS
    assert books.lasting("notice", NOON, replace(TERMS, quiet=(time(13), time(14))), since=NOON) == HOUR_MS


# --- quiet hours --------------------------------------------------------------------------------------------

@table(("now", "until"), [
    (at(21), at(8, day=24)), (at(23, 59), at(8, day=24)), (at(0), at(8)), (at(7, 59), at(8)), (at(8), None),
    (at(20, 59), None),
])
def test_at_night_the_morning_is_waited_for(now: int, until: int | None) -> None:
    told = Verdict("quiet", until) if until else GO
    for purpose in ("notice", "invitation", "reminder"):
        assert asked(Ledger(), purpose, now) == told
    assert asked(Ledger(), "reply", now) == GO, "who writes at night is answered at night"


@table(("quiet", "now", "until"), [
    ((time(13), time(14)), at(13, 30), at(14)), ((time(13), time(14)), at(14), None), ((time(8), time(8)), at(3), None),
])
def test_quiet_hours_are_a_setting(quiet: tuple[time, time], now: int, until: int | None) -> None:
    verdict = Ledger().verdict("notice", now, replace(TERMS, quiet=quiet), since=now)
    assert verdict == (Verdict("quiet", until) if until else GO)


# --- caps ---------------------------------------------------------------------------------------------------

def test_one_invitation_or_reminder_in_five_minutes() -> None:
    ledger = Ledger().sent("m1", "invitation", NOON)
    assert asked(ledger, "reminder", NOON + MINUTE) == Verdict("too_soon", NOON + 5 * MINUTE)
    assert asked(ledger, "reminder", NOON + 5 * MINUTE) == GO
    assert asked(ledger, "notice", NOON + MINUTE) == GO


def test_three_a_day() -> None:
    ledger = Ledger()
    for number in range(3):
        ledger = ledger.sent(f"m{number}", "invitation", NOON + number * HOUR_MS)
    assert asked(ledger, "reminder", NOON + 3 * HOUR_MS) == Verdict("enough_today", NOON + DAY_MS)
    assert asked(ledger, "reminder", NOON + DAY_MS) == GO
    ledger = ledger.sent("m3", "reminder", NOON + DAY_MS)
    assert len(ledger.told) == 3, "what is over is forgotten"


def test_replies_and_second_attempts_count_for_nothing() -> None:
    ledger = Ledger().sent("m1", "invitation", NOON)
    assert ledger.sent("m1", "invitation", NOON + HOUR_MS) == ledger
    for number in range(10):
        ledger = ledger.sent(f"r{number}", "reply", NOON + number)
    assert ledger.told == (NOON,)


# --- age ----------------------------------------------------------------------------------------------------

@table(("purpose", "hours", "why"), [
    ("invitation", 24, ""), ("invitation", 25, "too_old"), ("reminder", 25, "too_old"), ("notice", 25, ""),
    ("notice", 73, "too_old"), ("reply", 1_000, ""),
])
def test_what_comes_too_late_is_not_sent(purpose: Purpose, hours: int, why: str) -> None:
    assert asked(Ledger(), purpose, NOON, since=NOON - hours * HOUR_MS).why == why


def test_what_would_be_too_old_by_morning_is_not_kept_for_it() -> None:
    assert asked(Ledger(), "invitation", at(22), since=at(9)).why == "quiet"
    assert asked(Ledger(), "invitation", at(22), since=at(7)).why == "too_old"


# --- opting out ---------------------------------------------------------------------------------------------

def test_who_opted_out_gets_answers_alone_until_start() -> None:
    ledger = Ledger().stop(NOON)
    assert ledger.silent
    for purpose in ("notice", "invitation", "reminder"):
        assert asked(ledger, purpose, NOON) == Verdict("stopped")
    assert asked(ledger, "reply", NOON) == GO
    assert asked(ledger.start(), "notice", NOON) == GO


def test_what_the_provider_blocked_gets_nothing() -> None:
    ledger = Ledger().sent("m1", "notice", NOON).reported(Report("m1", "failed", code="21610", blocked=True), NOON)
    assert ledger.silent
    for purpose in get_args(Purpose):
        assert asked(ledger, purpose, NOON) == Verdict("blocked")
    assert not ledger.start().silent


# --- receipts -----------------------------------------------------------------------------------------------

@table(("reports", "state"), [
    (("accepted", "delivered"), "delivered"), (("accepted", "failed"), "failed"), (("accepted", "expired"), "expired"),
    (("failed", "delivered"), "delivered"), (("accepted", "expired", "delivered"), "delivered"),
    (("accepted",), "accepted"),
])
def test_receipts_are_merged_by_rank_in_any_order(reports: tuple[State, ...], state: State) -> None:
    for order in permutations(reports):
        ledger = Ledger().sent("m1", "notice", NOON)
        for number, told in enumerate(order):
            ledger = ledger.reported(Report("m1", told), NOON + number)
        assert ledger.fates == {"m1": Fate(NOON, state)}


def test_every_state_has_its_rank() -> None:
    assert set(get_args(State)) == RANK.keys()
    assert max(RANK, key=lambda state: RANK[state]) == "delivered", "the phone's own word"


def test_a_receipt_may_come_before_the_answer() -> None:
    ledger = Ledger().reported(Report("m1", "delivered"), NOON).sent("m1", "invitation", NOON + 1)
    assert ledger.fates["m1"].state == "delivered"
    assert ledger.told == (NOON + 1,), "and it counts as sent all the same"


def test_a_message_is_not_there_because_its_second_part_is() -> None:
    ledger = Ledger().sent("m1", "notice", NOON).reported(Report("m1", "delivered", part=2, parts=2), NOON)
    assert ledger.fates["m1"].state is None
    assert ledger.reported(Report("m1", "failed", part=2, parts=2), NOON).fates["m1"].state == "failed"


def test_it_stays_small() -> None:
    ledger = Ledger()
    for number in range(300):
        ledger = ledger.sent(f"m{number}", "notice", NOON + number)
    assert len(ledger.fates) == MOST_KEPT
    assert len(msgspec.json.encode(ledger)) < 8_000
    assert ledger.sent("late", "notice", NOON + 5 * DAY_MS).fates.keys() == {"late"}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 6 * HOUR_MS), max_size=40))
def test_whatever_happens_the_caps_hold(waits: list[int]) -> None:
    ledger, now = Ledger(), NOON
    went: list[int] = []
    for number, wait in enumerate(waits):
        now += wait
        if asked(ledger, "invitation", now) == GO:
            ledger = ledger.sent(f"m{number}", "invitation", now)
            went.append(now)
        assert msgspec.json.decode(msgspec.json.encode(ledger), type=Ledger) == ledger
    assert all(second - first >= TERMS.gap_ms for first, second in pairwise(went))
    assert all(first + DAY_MS <= fourth for first, fourth in zip(went, went[3:], strict=False))
    assert all(8 <= datetime.fromtimestamp(at_ / 1000, SHANGHAI).hour < 21 for at_ in went)
