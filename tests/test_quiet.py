"""Quiet hours as they are written, and which morning is waited for."""
from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from gateway.quiet import QuietHours, read
from tests.tables import table

ZONE = ZoneInfo("Asia/Shanghai")
NIGHT, SIESTA, NEVER = ((time(21), time(8)), (time(12, 30), time(14)), (time(), time()))


def at(day: int, hour: int, minute: int = 0) -> int:
    return int(datetime(2026, 11, day, hour, minute, tzinfo=ZONE).timestamp() * 1000)


@table(("hours", "told"), [
    ("21–8", NIGHT), ("21-8", NIGHT), ("21:00-08:00", NIGHT), (" 21 – 08:00 ", NIGHT), ("12:30-14", SIESTA),
    ("", NEVER), (" ", NEVER), ("0-0", NEVER),
])
def test_hours_are_read_as_people_write_them(hours: str, told: tuple[time, time]) -> None:
    assert read(hours) == told


@table("hours", ["21", "21-", "21-8-9", "25-8", "21:60-8", "9pm-8am", "night", "21:0-8"])
def test_what_are_no_hours_is_refused(hours: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        read(hours)


@table(("hours", "now", "until"), [
    (NIGHT, at(23, 20, 59), None), (NIGHT, at(23, 21), at(24, 8)), (NIGHT, at(24, 0), at(24, 8)),
    (NIGHT, at(24, 7, 59), at(24, 8)), (NIGHT, at(24, 8), None),
    (SIESTA, at(23, 12, 29), None), (SIESTA, at(23, 12, 30), at(23, 14)), (SIESTA, at(23, 14), None),
    (NEVER, at(23, 0), None), (NEVER, at(23, 12), None),
])
def test_the_morning_is_waited_for(hours: tuple[time, time], now: int, until: int | None) -> None:
    assert QuietHours(ZONE, *hours).until(now) == until
