"""Points in time as people name them: a day, a part of the day, a clock time; any of them may be missing.

Both readers (time_zh.py, time_en.py) yield `Mention`; moment.py and period.py decide what it means.
"""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

MAX_TRIES = 200  # places of a message that are tried; nobody names so many times

# Part of the day → first and last hour; above 24 is the next day.
PARTS = {
    "dawn": (0, 6), "early": (6, 9), "morning": (8, 12), "noon": (11, 14), "afternoon": (12, 18), "dusk": (17, 20),
    "evening": (18, 24), "night": (22, 30), "day": (0, 24),
}
_AFTER_NOON = ("noon", "afternoon", "dusk", "evening", "night")
_DARK = ("evening", "night")  # 昨晚两点, "2 am last night": the small hours that follow


YEARS = range(1900, 2200)


@dataclass(frozen=True, slots=True)
class Mention:
    """A point in time at [start, end) of the text.

    minutes  of the day as spoken (10:00 may mean 22:00 when `part` says so); None: no clock time
    exact    an instant that needs no reading: "two hours ago", RFC 3339
    every    said to come back: 每晚, every night
    vague    stands for more than its day: last week, 三月份
    until    the day after the last one it stands for, where it says more than a day
    loose    what was not said and taken for the latest: the "year" of 3月5号, the "month" of 7号, the "week" of 周三
    """

    start: int
    end: int
    day: date | None = None
    part: str | None = None
    minutes: int | None = None
    exact: datetime | None = None
    every: bool = False
    vague: bool = False
    until: date | None = None
    loose: str = ""
    half_day: bool = False  # am or pm was said: minutes are of 24 hours

    def __post_init__(self) -> None:
        """Raises ValueError for a year nobody complains about; the calendar ends soon behind 9999."""
        for day in (self.day, self.exact):
            if day is not None and day.year not in YEARS:
                raise ValueError("a year out of range")


def at_hour(day: date, minutes: int, now: datetime) -> datetime:
    """Minutes after that day's midnight, in now's time zone; may lie in the next day."""
    return datetime(day.year, day.month, day.day, tzinfo=now.tzinfo) + timedelta(minutes=minutes)


def clock(mention: Mention) -> int | None:
    """Minutes of the day on 24 hours, counting the part of the day; beyond 1440 in the next day."""
    spoken = mention.minutes
    if spoken is None or mention.part not in _AFTER_NOON:
        return spoken
    if mention.half_day:
        return spoken + 1440 if spoken < 360 and mention.part in _DARK else spoken
    if mention.part == "noon":
        return spoken + 720 if spoken < 300 else spoken
    if spoken >= 780:
        return spoken
    if mention.part in _DARK and (spoken < 360 or spoken >= 720):
        return spoken % 720 + 1440
    return spoken + 720 if spoken < 720 else spoken


def instant(mention: Mention, now: datetime) -> datetime | None:
    """The moment, None when no clock time was said. Without a day: the latest one not in the future."""
    if mention.exact:
        return mention.exact
    minutes = clock(mention)
    if minutes is None:
        return None
    if mention.day:
        return at_hour(mention.day, minutes, now)
    today = at_hour(now.date(), minutes, now)
    return today if today <= now + timedelta(minutes=5) else today - timedelta(days=1)


def part_of_day(mention: Mention, now: datetime) -> tuple[datetime, datetime]:
    """First and last instant of a mentioned part of the day, or of the whole day."""
    first, last = PARTS[mention.part or "day"]
    day = mention.day or now.date()
    start = at_hour(day, first * 60, now)
    if mention.day is None and start > now:  # the latest one that has begun
        start -= timedelta(days=1)
    return start, start + timedelta(hours=last - first)
