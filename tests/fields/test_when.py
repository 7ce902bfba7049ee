"""From what is said of a point in time to the instant: parts of the day, half days, the latest one that fits."""
from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from gateway.fields.moment import mentions
from gateway.fields.registry import TYPES
from gateway.fields.stretches import around, stretches
from gateway.fields.when import Mention, clock, instant, part_of_day
from tests.fields.table import NOW, context
from tests.tables import table


def said(hour: float | None = None, part: str | None = None, *, half_day: bool = False) -> Mention:
    minutes = None if hour is None else int(hour * 60)
    return Mention(0, 1, part=part, minutes=minutes, half_day=half_day)


@table(("mention", "hour"), [
    (said(9), 9), (said(9, "morning"), 9), (said(2, "dawn"), 2), (said(0, "dawn"), 0),
    (said(2, "afternoon"), 14), (said(14, "afternoon"), 14), (said(12, "afternoon"), 12),
    (said(12, "noon"), 12), (said(1, "noon"), 13), (said(11.5, "noon"), 11.5), (said(6, "dusk"), 18),
    (said(8, "evening"), 20), (said(11.5, "evening"), 23.5), (said(20, "evening"), 20),
    (said(12, "evening"), 24), (said(1, "evening"), 25), (said(2, "night"), 26), (said(0, "night"), 24),
    (said(2, "evening", half_day=True), 26), (said(22, "evening", half_day=True), 22), (said(9, half_day=True), 9),
])
def test_the_clock_on_24_hours(mention: Mention, hour: float) -> None:
    assert clock(mention) == hour * 60


def test_no_clock_no_instant() -> None:
    assert clock(said(part="evening")) is None
    assert instant(said(part="evening"), NOW) is None


@table(("hour", "expected"), [
    (10, "2026-11-23T10:00"), (10.5, "2026-11-23T10:30"), (11, "2026-11-22T11:00"), (23, "2026-11-22T23:00"),
])
def test_without_a_day_the_latest_one_counts(hour: float, expected: str) -> None:
    assert instant(said(hour), NOW) == datetime.fromisoformat(f"{expected}:00+08:00")


def test_five_minutes_ahead_is_today() -> None:
    """Phones' clocks differ."""
    moment = instant(said(10.5 + 5 / 60), NOW)
    assert moment is not None
    assert moment.date() == NOW.date()


def test_hours_beyond_midnight_lie_in_the_next_day() -> None:
    mention = Mention(0, 1, day=date(2026, 11, 22), part="evening", minutes=120)
    assert instant(mention, NOW) == datetime(2026, 11, 23, 2, tzinfo=NOW.tzinfo)


@table(("mention", "start", "hours"), [
    (Mention(0, 1, day=date(2026, 11, 20)), "2026-11-20T00:00", 24),
    (Mention(0, 1, day=date(2026, 11, 20), part="evening"), "2026-11-20T18:00", 6),
    (Mention(0, 1, part="night"), "2026-11-22T22:00", 8),
    (Mention(0, 1, part="dawn"), "2026-11-23T00:00", 6),
    (Mention(0, 1, part="afternoon"), "2026-11-22T12:00", 6),
])
def test_parts_of_the_day(mention: Mention, start: str, hours: int) -> None:
    begun = datetime.fromisoformat(f"{start}:00+08:00")
    assert part_of_day(mention, NOW) == (begun, begun + timedelta(hours=hours))


def test_nothing_said_is_no_stretch() -> None:
    assert around(Mention(0, 1, every=True), NOW) is None


def test_mentions_know_where_they_stand() -> None:
    text = "工地昨晚十点，then last Monday at 9pm，还有2026-11-20T14:05:00+08:00"
    assert [text[one.start:one.end] for one in mentions(text, NOW)] == [
        "昨晚十点", "last Monday at 9pm", "2026-11-20T14:05:00+08:00"]


def test_stretches_know_where_they_stand() -> None:
    text = "从上周一开始，每晚十点到凌晨两点，since Saturday"
    assert [text[one.first:one.last] for one in stretches(text, NOW)] == [
        "从上周一开始", "每晚十点到凌晨两点", "since Saturday"]


@table("zone", ["Asia/Shanghai", "Asia/Urumqi", "America/New_York", "Pacific/Apia"])
def test_times_are_the_citys(zone: str) -> None:
    """The same words, each city's own offset; 1 November 2026 has 25 hours in New York."""
    now = datetime(2026, 11, 2, 10, 30, tzinfo=ZoneInfo(zone))
    value = str(TYPES["moment"].read("昨晚十点", context(now=now)).value)
    moment = datetime.fromisoformat(value)
    assert (moment.day, moment.hour) == (1, 22)
    assert moment.utcoffset() == datetime(2026, 11, 1, 22, tzinfo=ZoneInfo(zone)).utcoffset()


@table(("today", "words", "value"), [
    ("2026-03-31", "上个月31号", None),
    ("2026-03-31", "上个月28号", "2026-02-28"),
    ("2026-03-30", "31号晚上", None),
    ("2024-02-29", "去年2月29日", None),
    ("2024-02-29", "今年2月29日", "2024-02-29"),
    ("2026-01-01", "昨天", "2025-12-31"),
    ("2026-01-01", "上个月", "2025-12-01"),
    ("2026-01-02", "12月31日", "2025-12-31"),
    ("2026-01-04", "周一", "2025-12-29"),
    ("2026-01-04", "this Monday", "2025-12-29"),
    ("2026-01-01", "last month", "2025-12-01"),
])
def test_ends_of_months_and_years(today: str, words: str, value: str | None) -> None:
    now = datetime.fromisoformat(f"{today}T10:30:00").replace(tzinfo=NOW.tzinfo)
    found = [span.reading.value for span in TYPES["moment"].find(words, context(now=now))]
    assert found == ([] if value is None else [value])
