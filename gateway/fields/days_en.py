"""What the English words for a day mean (last Monday, March 2025, 3 days ago): the day, and how far it reaches.

The only door to dateparser: it is handed matched date words alone, never a message (it takes milliseconds, and
finds dates in anything). time_en.py finds the words; every reader here takes what was said by group name.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import dateparser

from gateway.fields import calendars
from gateway.fields.when import Mention

WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\.?"
)
WORD_COUNT = r"an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|half an|a couple of|a few|several"
PART = "morning|afternoon|evening|night"
PART_WORDS = {
    "morning": "early", "noon": "noon", "midday": "noon", "afternoon": "afternoon", "evening": "evening",
    "night": "evening", "tonight": "evening",
}
TO = r"\s?(?:-+|~|to|until|till|through)\s?"
_COUNT = rf"(?:\d{{1,3}}|{WORD_COUNT})"
_ORDINAL = r"\d{1,2}(?:st|nd|rd|th)?"
_YEAR = r"\d{4}(?!\d)|(?:this|last)\syear(?![a-z])"
FEAST = "spring festival|chinese new year|mid-autumn festival|dragon boat festival"
DATE = "|".join((
    rf"(?P<ago>{_COUNT}\s(?:minutes?|mins?|hours?|days?|weeks?|months?|years?)\sago)",
    r"(?P<rel>the\sday\sbefore\syesterday|yesterday|today|tomorrow)",
    rf"(?P<within>the\snight\sbefore\slast|last\snight|tonight|this\s(?:{PART}))",
    r"(?P<vague>(?P<vw>last|this|past)\s(?P<vu>week(?:end)?|month|year))(?![a-z])",
    rf"(?P<wk>(?:(?P<wkw>last|this|next|past)\s)?(?P<wkd>{WEEKDAY}))(?![a-z])",
    rf"(?P<cal>(?:{MONTH}\s{_ORDINAL}(?!\d)|{_ORDINAL}\s(?:of\s)?{MONTH})(?P<caly>,?\s\d{{4}})?)(?![a-z\d:])",
    r"(?P<slash>\d{1,2}/\d{1,2}/\d{4})(?!\d)",
    rf"(?P<month>{MONTH}),?\s(?:of\s)?(?P<my>{_YEAR})",
    rf"(?:(?<=in\s)|(?<=since\s)|(?<=from\s)|(?<=last\s))(?P<bmonth>{MONTH})(?![a-z]|\s\d)",
    rf"(?P<fmonth>{MONTH})(?={TO}{MONTH}(?![a-z]))",
    rf"(?P<every>(?:every|each)\s(?:single\s)?(?:day|week|weekday|weekend|{PART})|nightly|daily|weekends)(?![a-z])",
    rf"(?P<feast>{FEAST})",
    r"(?:(?<=in\s)|(?<=since\s)|(?<=from\s)|(?<=to\s))(?P<year>(?:19|20)\d\d)(?![\d:/-]|\s?(?:yuan|rmb|people|units|steps))",
))
# March to June: the second month alone; its year may follow.
NEXT_MONTH = rf"(?P<month>{MONTH})(?![a-z])(?:,?\s(?P<my>{_YEAR}))?"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Said = dict[str, str]


def dated(said: Said, now: datetime) -> Mention:
    """The day of the words matched; nothing when they are a clock time alone. Raises ValueError."""
    reader = next((read for name, read in _READERS.items() if name in said), None)
    return reader(said, now) if reader else Mention(0, 0)


def _days(days: calendars.Days, loose: str = "") -> Mention:
    return Mention(0, 0, days[0], until=days[1], vague=True, loose=loose)


def _every(said: Said, now: datetime) -> Mention:
    words = said["every"]
    part = next((PART_WORDS[word] for word in PART.split("|") if word in words), None)
    if "weekend" in words:
        return replace(_weekend(now), every=True)
    return Mention(0, 0, every=True, part="evening" if words == "nightly" else part)


def _within(said: Said, now: datetime) -> Mention:
    words = said["within"]
    if words.startswith("the"):
        return Mention(0, 0, now.date() - timedelta(days=2), "evening")
    back = timedelta(days=words.startswith("last"))
    return Mention(0, 0, now.date() - back, PART_WORDS[words.split()[-1]])


def _weekday(said: Said, now: datetime) -> Mention:
    """"Monday" and "last Monday" are the latest one before today, "next" the first one after."""
    today, place, week = now.date(), _WEEKDAYS.index(said["wkd"][:3]), said.get("wkw")
    back = (today.weekday() - place) % 7
    if week == "next":
        return Mention(0, 0, today + timedelta(days=7 - back))
    if week == "this":
        return Mention(0, 0, today + timedelta(days=place - today.weekday()))
    return Mention(0, 0, today - timedelta(days=back or 7), loose="" if week else "week")


def _ago(said: Said, now: datetime) -> Mention:
    words = said["ago"]
    if "min" in words or "hour" in words:
        return Mention(0, 0, exact=_parsed(_plain(words), now.replace(tzinfo=None)).replace(tzinfo=now.tzinfo))
    return replace(_calendar(words, now), vague=any(word in words for word in ("month", "year", "few", "several")))


def _vague(said: Said, now: datetime) -> Mention:
    """last month, this week: all of it; the weekend is the latest that has begun, last weekend too."""
    today, unit, steps = now.date(), said["vu"], -1 if said["vw"] != "this" else 0
    if unit == "weekend":
        return _weekend(now)
    if unit == "week":
        return _days(calendars.week(today + timedelta(weeks=steps)))
    if unit == "year":
        return _days(calendars.months(today.year + steps, 1, 12))
    first = calendars.moved(today.replace(day=1), "month", steps)
    return _days(calendars.month(first.year, first.month))


def _weekend(now: datetime) -> Mention:
    saturday = now.date() - timedelta(days=(now.weekday() - 5) % 7)
    return _days((saturday, saturday + timedelta(days=2)))


def _slash(said: Said, now: datetime) -> Mention:
    """20/11/2026 and 11/20/2026; where both orders are days, the one that is not to come."""
    first, second, year = (int(part) for part in said["slash"].split("/"))
    days = [date(year, month, day) for day, month in ((first, second), (second, first)) if month <= 12]
    day = next((day for day in days if day <= now.date()), days[0] if days else None)
    return Mention(0, 0, day, vague=len(set(days)) > 1)


def _month(said: Said, now: datetime) -> Mention:
    """March 2025, June this year; alone the latest month of that name."""
    number = 1 + _MONTHS.index((said.get("month") or said.get("bmonth") or said["fmonth"])[:3])
    year = said.get("my", "")
    if year[:1].isdigit():
        return _days(calendars.month(int(year), number))
    if year:
        return _days(calendars.month(now.year - year.startswith("last"), number))
    return _days(calendars.month(now.year if number <= now.month else now.year - 1, number), "year")


def _year(said: Said, now: datetime) -> Mention:
    return _days(calendars.months(int(said["year"]), 1, 12))


def _feast(said: Said, now: datetime) -> Mention:
    days = calendars.holiday(said["feast"], now.year)
    return _days(days if days[0] <= now.date() else calendars.holiday(said["feast"], now.year - 1))


def _calendar(words: str, now: datetime) -> Mention:
    return Mention(0, 0, _parsed(_plain(words), datetime.combine(now.date(), time(12))).date())


def _relative(said: Said, now: datetime) -> Mention:
    return _calendar(said["rel"], now)


def _named(said: Said, now: datetime) -> Mention:
    return replace(_calendar(said["cal"], now), loose="" if "caly" in said else "year")


_READERS: dict[str, Callable[[Said, datetime], Mention]] = {
    "every": _every, "within": _within, "wkd": _weekday, "ago": _ago, "vague": _vague, "slash": _slash,
    "month": _month, "bmonth": _month, "fmonth": _month, "rel": _relative, "cal": _named, "feast": _feast,
    "year": _year,
}


def _plain(words: str) -> str:
    """Counts that dateparser does not know, as digits."""
    for word, count in _COUNTS:
        words = words.replace(word, count)
    return words


_COUNTS = (
    ("half an hour", "30 minutes"), ("a couple of", "2"), ("a few", "3"), ("several", "3"),
    ("the day before yesterday", "2 days ago"),
)


@lru_cache(maxsize=1024)
def _parsed(words: str, base: datetime) -> datetime:
    found = dateparser.parse(words, languages=["en"], settings={"RELATIVE_BASE": base, "PREFER_DATES_FROM": "past"})
    if found is None:
        raise ValueError("not a date")
    return found.replace(second=0, microsecond=0, tzinfo=None)


# dateparser loads its tables at the first call (0.2 s): here, not in a citizen's turn.
_parsed("3 days ago", datetime(2026, 1, 1, 12))
