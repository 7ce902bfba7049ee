"""Months, weeks and feasts as their first day and the day after the last."""
from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.fields import calendars
from tests.fields.table import NOW
from tests.tables import table

days = st.dates(date(1950, 1, 1), date(2100, 12, 31))


def span(first: str, after: str) -> calendars.Days:
    return date.fromisoformat(first), date.fromisoformat(after)


@table(("year", "number", "first", "after"), [
    (2026, 2, "2026-02-01", "2026-03-01"), (2024, 2, "2024-02-01", "2024-03-01"),
    (2025, 12, "2025-12-01", "2026-01-01"),
])
def test_a_month_ends_before_the_next_begins(year: int, number: int, first: str, after: str) -> None:
    assert calendars.month(year, number) == span(first, after)


def test_there_is_no_thirteenth_month() -> None:
    with pytest.raises(ValueError, match="month"):
        calendars.month(2026, 13)


@table(("said", "first", "after"), [
    ("", "2026-02-01", "2026-03-01"), ("初", "2026-02-01", "2026-02-11"), ("上旬", "2026-02-01", "2026-02-11"),
    ("中旬", "2026-02-11", "2026-02-21"), ("底", "2026-02-21", "2026-03-01"), ("末", "2026-02-21", "2026-03-01"),
])
def test_the_thirds_of_a_month(said: str, first: str, after: str) -> None:
    assert calendars.third(calendars.month(2026, 2), said) == span(first, after)


@given(day=days)
def test_a_week_holds_its_day_and_begins_on_monday(day: date) -> None:
    first, after = calendars.week(day)
    assert first.weekday() == 0
    assert first <= day < after == first + timedelta(days=7)


@table(("first", "count", "expected"), [
    (1, 6, ("2025-01-01", "2025-07-01")), (7, 6, ("2025-07-01", "2026-01-01")), (10, 3, ("2025-10-01", "2026-01-01")),
    (1, 12, ("2025-01-01", "2026-01-01")),
])
def test_halves_quarters_and_years(first: int, count: int, expected: tuple[str, str]) -> None:
    assert calendars.months(2025, first, count) == span(*expected)


@table(("day", "unit", "by", "expected"), [
    ("2026-11-23", "week", -1, "2026-11-16"), ("2026-01-31", "month", -1, "2025-12-31"),
    ("2026-11-23", "month", 2, "2027-01-23"), ("2024-02-28", "year", -1, "2023-02-28"),
])
def test_the_same_day_of_another_week_month_or_year(day: str, unit: str, by: int, expected: str) -> None:
    assert calendars.moved(date.fromisoformat(day), unit, by) == date.fromisoformat(expected)


@pytest.mark.parametrize(("day", "unit", "by"), [("2026-03-31", "month", -1), ("2024-02-29", "year", 1)])
def test_some_months_and_years_lack_the_day(day: str, unit: str, by: int) -> None:
    with pytest.raises(ValueError, match="day"):
        calendars.moved(date.fromisoformat(day), unit, by)


@given(day=days, count=st.integers(0, 400))
def test_months_ago_is_always_a_day(day: date, count: int) -> None:
    """三个月前 on the 31st is the last day of a shorter month."""
    earlier = calendars.back(day, count)
    assert (day.year - earlier.year) * 12 + day.month - earlier.month == count
    assert earlier.day <= day.day


@table(("feast", "year", "first"), [
    ("春节", 2026, "2026-02-15"), ("spring festival", 2026, "2026-02-15"), ("中秋", 2025, "2025-10-06"),
])
def test_the_feasts_of_the_moon_move(feast: str, year: int, first: str) -> None:
    begin, after = calendars.holiday(feast, year)
    assert begin == date.fromisoformat(first)
    assert begin < after


def test_a_year_without_a_notice_has_no_feast() -> None:
    assert not calendars.known(NOW.year + 20)
    with pytest.raises(ValueError, match="not known"):
        calendars.holiday("春节", NOW.year + 20)


def test_working_days_are_the_state_councils() -> None:
    assert calendars.known(2026)
    assert not calendars.worked(date(2026, 10, 1))
    assert calendars.worked(NOW.date())
