"""What the English words for a day mean (last Monday, March 2025, 3 days ago): the day, and how far it reaches.

time_en.py finds the words; every reader here takes what was said by group name.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

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
_COUNTS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "twelve": 12, "half an": 0.5, "a couple of": 2, "a few": 3, "several": 3,
}
_FROM_TODAY = {"the day before yesterday": -2, "yesterday": -1, "today": 0, "tomorrow": 1}
_ORDINAL = r"(?:st|nd|rd|th)?"
_NTHS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
    "twentieth", "twenty-first", "twenty-second", "twenty-third", "twenty-fourth", "twenty-fifth", "twenty-sixth",
    "twenty-seventh", "twenty-eighth", "twenty-ninth", "thirtieth", "thirty-first")
NTH = "|".join(sorted(_NTHS, key=len, reverse=True))
_YEAR = r"\d{4}(?!\d)|(?:this|last)\syear(?![a-z])"
FEAST = "spring festival|chinese new year|mid-autumn festival|dragon boat festival"
DATE = "|".join((
    rf"(?P<ago>(?P<agn>{_COUNT})\s(?P<agu>min|hour|day|week|month|year)(?:ute)?s?\sago)",
    rf"(?P<rel>{'|'.join(_FROM_TODAY)})",
    rf"(?P<within>the\snight\sbefore\slast|last\snight|tonight|this\s(?:{PART}))",
    r"(?P<vague>(?P<vw>last|this|past)\s(?P<vu>week(?:end)?|month|year))(?![a-z])",
    rf"(?P<wk>(?:(?P<wkw>last|this|next|past)\s)?(?P<wkd>{WEEKDAY})(?:\s(?:of\s)?(?P<wkof>last|this)\sweek)?)(?![a-z])",
    rf"(?P<cal>(?:(?P<cm>{MONTH})\s(?:the\s)?(?P<cd>\d{{1,2}}(?!\d)|(?:the\s)?(?:{NTH})){_ORDINAL}"
    rf"|(?P<cd2>\d{{1,2}}|{NTH}){_ORDINAL}\s(?:of\s)?(?P<cm2>{MONTH}))"
    r"(?:,?\s(?P<cy>\d{4}))?)(?![a-z\d:])",
    r"(?P<slash>\d{1,2}/\d{1,2}/\d{4})(?!\d)",
    rf"(?P<month>{MONTH}),?\s(?:of\s)?(?P<my>{_YEAR})",
    r"(?:(?<=in\s)|(?<=since\s)|(?<=from\s)|(?<=last\s)|(?<=around\s)|(?<=about\s)|(?<=sometime\s)|(?<=during\s)|"
    r"(?<=whole\sof\s)|(?<=all\sof\s))"
    rf"(?P<bmonth>{MONTH})(?![a-z]|\s\d)",
    rf"(?P<fmonth>{MONTH})(?=(?:{TO}|\sand\s){MONTH}(?![a-z]))",
    rf"(?P<third>early|mid|late|(?:the\s)?(?:beginning|start|middle|end|first)\sof)[\s-](?P<thm>{MONTH})(?![a-z])(?:,?\s(?P<thy>\d{{4}}))?",
    rf"(?P<every>(?:every|each)\s(?:single\s)?(?:day|week|weekday|weekend|{PART})|nightly|daily|weekends)(?![a-z])",
    rf"(?P<feast>{FEAST})",
    r"(?:(?<=in\s)|(?<=since\s)|(?<=from\s)|(?<=to\s))(?P<year>(?:19|20)\d\d)(?![\d:/-]|\s?(?:yuan|rmb|people|units|steps))",
))
# March to June: the second month alone; its year may follow.
NEXT_MONTH = rf"(?P<month>{MONTH})(?![a-z])(?:,?\s(?P<my>{_YEAR}))?"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_THIRDS = {"early": 1, "beginning": 1, "start": 1, "first": 1, "mid": 15, "middle": 15, "late": 21}

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
    return Mention(0, 0, every=True, part="night" if words == "nightly" or "night" in words else part)


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
    if "wkof" in said:  # Friday last week
        return Mention(0, 0, today + timedelta(days=place - today.weekday() - 7 * (said["wkof"] == "last")))
    if week == "next":
        return Mention(0, 0, today + timedelta(days=7 - back))
    if week == "this":
        return Mention(0, 0, today + timedelta(days=place - today.weekday()))
    return Mention(0, 0, today - timedelta(days=back or 7), loose="" if week else "week")


def _ago(said: Said, now: datetime) -> Mention:
    count, unit = said["agn"], said["agu"]
    amount = float(_COUNTS.get(count) or count)
    if unit in ("min", "hour"):
        moment = now - timedelta(minutes=amount * (60 if unit == "hour" else 1))
        return Mention(0, 0, exact=moment.replace(second=0, microsecond=0))
    if unit in ("month", "year"):
        return Mention(0, 0, calendars.back(now.date(), int(amount * (12 if unit == "year" else 1))), vague=True)
    day = now.date() - timedelta(days=amount * (7 if unit == "week" else 1))
    return Mention(0, 0, day, vague=count in ("a few", "several"))


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
    number = _number(said.get("month") or said.get("bmonth") or said["fmonth"])
    year = said.get("my", "")
    if year[:1].isdigit():
        return _days(calendars.month(int(year), number))
    if year:
        return _days(calendars.month(now.year - year.startswith("last"), number))
    return _days(calendars.month(now.year if number <= now.month else now.year - 1, number), "year")


def _third(said: Said, now: datetime) -> Mention:
    """early March, the end of September: the day that the third begins with, the last one for an end."""
    number, words = _number(said["thm"]), said["third"].removeprefix("the ")
    year = int(said.get("thy") or (now.year if number <= now.month else now.year - 1))
    first, after = calendars.month(year, number)
    day = after - timedelta(days=1) if words.startswith("end") else first.replace(day=_THIRDS.get(words.split()[0], 1))
    return Mention(0, 0, day, vague=not words.startswith("first"), loose="" if "thy" in said else "year")


def _year(said: Said, now: datetime) -> Mention:
    return _days(calendars.months(int(said["year"]), 1, 12))


def _feast(said: Said, now: datetime) -> Mention:
    days = calendars.holiday(said["feast"], now.year)
    return _days(days if days[0] <= now.date() else calendars.holiday(said["feast"], now.year - 1))


def _relative(said: Said, now: datetime) -> Mention:
    return Mention(0, 0, now.date() + timedelta(days=_FROM_TODAY[said["rel"]]))


def _named(said: Said, now: datetime) -> Mention:
    """Without a year, the latest one that is not in the future."""
    today, month, day = now.date(), _number(said.get("cm") or said["cm2"]), _day_of_month(said.get("cd") or said["cd2"])
    if "cy" in said:
        return Mention(0, 0, date(int(said["cy"]), month, day))
    this = date(today.year, month, day)
    return Mention(0, 0, this if this <= today else date(today.year - 1, month, day), loose="year")


def _number(month: str) -> int:
    return 1 + _MONTHS.index(month[:3])


def _day_of_month(said: str) -> int:
    word = said.removeprefix("the ")
    return int(word) if word.isdigit() else 1 + _NTHS.index(word)


_READERS: dict[str, Callable[[Said, datetime], Mention]] = {
    "every": _every, "within": _within, "wkd": _weekday, "ago": _ago, "vague": _vague, "slash": _slash,
    "month": _month, "bmonth": _month, "fmonth": _month, "rel": _relative, "cal": _named, "feast": _feast,
    "year": _year, "third": _third,
}
