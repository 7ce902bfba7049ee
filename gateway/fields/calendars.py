"""Weeks, months, parts of the year and public holidays as first day and the day after the last.

The only door to the package chinese-calendar: the State Council's days off and working weekends.
"""
from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache, lru_cache

import chinese_calendar

Days = tuple[date, date]  # the first day, and the day after the last

_THIRDS = {"初": (1, 10), "上": (1, 10), "中": (11, 20), "下": (21, 31), "底": (21, 31), "末": (21, 31)}
_HOLIDAYS: Mapping[str, str] = {
    "春节": "Spring Festival", "过年": "Spring Festival", "清明": "Tomb-sweeping Day", "端午": "Dragon Boat Festival",
    "中秋": "Mid-autumn Festival", "spring festival": "Spring Festival", "chinese new year": "Spring Festival",
    "mid-autumn festival": "Mid-autumn Festival", "dragon boat festival": "Dragon Boat Festival",
}


def month(year: int, number: int) -> Days:
    """Raises ValueError for a month that does not exist."""
    first = date(year, number, 1)
    return first, first + timedelta(days=monthrange(year, number)[1])


def third(days: Days, said: str) -> Days:
    """月初, 中旬, 月底 of a month; said: the first character of the word, "" for all of it."""
    if not said:
        return days
    low, high = _THIRDS[said[0]]
    return days[0].replace(day=low), min(days[0].replace(day=low) + timedelta(days=high - low + 1), days[1])


def week(day: date) -> Days:
    """The week of this day; weeks begin on Monday."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(weeks=1)


def months(year: int, first: int, count: int) -> Days:
    """A half, a quarter or a whole year: `count` months from the one numbered `first`."""
    return date(year, first, 1), month(year, first + count - 1)[1]


def moved(day: date, unit: str, by: int) -> date:
    """The same day `by` years, months or weeks later. Raises ValueError when there is none (the 31st, 29 February)."""
    if unit == "week":
        return day + timedelta(weeks=by)
    years, number = divmod(12 * day.year + day.month - 1 + (by * 12 if unit == "year" else by), 12)
    return day.replace(year=years, month=number + 1)


def back(day: date, count: int) -> date:
    """`count` months ago, the last day of that month where it is shorter."""
    first = moved(day.replace(day=1), "month", -count)
    return first.replace(day=min(day.day, monthrange(first.year, first.month)[1]))


def holiday(said: str, year: int) -> Days:
    """The days off of a feast of the moon's calendar, as the State Council set them.

    Raises ValueError for a year the package does not know.
    """
    days = _days_off().get((_HOLIDAYS[said], year))
    if days is None:
        raise ValueError("the days of this year's feast are not known")
    return days


def known(year: int) -> bool:
    """Whether the package knows the days off of this year."""
    return date(year, 1, 1) in chinese_calendar.holidays


@lru_cache(maxsize=1000)
def worked(day: date) -> bool:
    """Whether people work on that day of a known year; the package looks through all its years at every call."""
    return bool(chinese_calendar.is_workday(day))


@cache
def _days_off() -> dict[tuple[str, int], Days]:
    found: dict[tuple[str, int], list[date]] = {}
    for day, name in chinese_calendar.holidays.items():
        found.setdefault((name, day.year), []).append(day)
    return {key: (min(days), max(days) + timedelta(days=1)) for key, days in found.items()}
