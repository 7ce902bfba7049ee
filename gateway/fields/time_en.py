"""Reads English points in time: last Monday, yesterday around 9pm, March 5 at 2:30 pm, two hours ago.

The only door to dateparser: it is handed matched date words alone, never a message (it takes milliseconds, and
finds dates in anything).
"""
from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import dateparser

from gateway.fields.folding import latin_stretches, lower
from gateway.fields.when import MAX_TRIES, Mention

_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\.?"
)
_WORD_COUNT = r"an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|half an|a couple of|a few|several"
_COUNT = rf"(?:\d{{1,3}}|{_WORD_COUNT})"
_PART_WORDS = {
    "morning": "early", "noon": "noon", "midday": "noon", "afternoon": "afternoon", "evening": "evening",
    "night": "evening", "tonight": "evening",
}
_PART = "morning|afternoon|evening|night"
_ORDINAL = r"\d{1,2}(?:st|nd|rd|th)?"
_DATE = "|".join((
    rf"(?P<ago>{_COUNT}\s(?:minutes?|mins?|hours?|days?|weeks?|months?|years?)\sago)",
    r"(?P<rel>the\sday\sbefore\syesterday|yesterday|today|tomorrow)",
    rf"(?P<within>last\snight|tonight|this\s(?:{_PART}))",
    rf"(?P<wk>(?:(?P<wkw>last|this|next|past)\s)?(?P<wkd>{_WEEKDAY}))(?![a-z])",
    rf"(?P<cal>(?:{_MONTH}\s{_ORDINAL}|{_ORDINAL}\s(?:of\s)?{_MONTH})(?:,?\s\d{{4}})?)(?![a-z\d:])",
    r"(?P<slash>\d{1,2}/\d{1,2}/\d{4})(?!\d)",
    rf"(?:(?<=in\s)|(?<=since\s)|(?<=from\s)|(?<=last\s))(?P<month>{_MONTH})(?![a-z]|\s\d)",
    rf"(?P<every>(?:every|each)\s(?:single\s)?(?:day|week|weekday|weekend|{_PART})|nightly|daily)(?![a-z])",
    r"(?P<vague>last\s(?:week|month|year)|this\s(?:week|month))(?![a-z])",
))
_CLOCK = (
    r"(?P<h>\d{1,2})(?:[:.](?P<min>\d\d))?\s?(?P<half>a\.?m\.?|p\.?m\.?)(?![a-z])"
    r"|(?P<h24>\d{1,2}):(?P<min24>\d\d)(?::\d\d)?(?!\d)"
    r"|(?P<oclock>\d{1,2})\so'?clock|(?P<word>noon|midday|midnight)(?![a-z])"
)
_GOES_ON = r"to|until|till|and|in\sthe|at\snight|on|today|yesterday|last|this|every|each|o'?clock"
_HOUR = rf"(?P<bare>\d{{1,2}})(?=\s?(?:$|[,.;!?)](?!\d)|(?:{_GOES_ON})(?![a-z])))"
_BARE = rf"(?:at|from|around|about|since)\s{_HOUR}"
_IN = rf"(?:(?:in\sthe|at|during\sthe|on\sthe)\s)?(?P<{{name}}>{_PART})s?(?![a-z])"
_ABOUT = r"(?:,?\s?(?:at|around|about|by|on|from|approximately|roughly|@))*,?\s?"
_PART_1, _PART_2 = (rf"(?:\s{_IN.format(name=name)})?" for name in ("part", "part2"))
_DATED = re.compile(rf"(?:{_DATE}){_PART_1}(?:{_ABOUT}(?:{_CLOCK})|\s{_BARE})?{_PART_2}")
_CLOCKED = re.compile(rf"(?:{_CLOCK}){_PART_1}(?:(?:\son)?\s(?:{_DATE}))?{_PART_2}")
_BARE_HOUR = re.compile(rf"{_BARE}{_PART_1}")
# A mention begins with one of these; the rest of a message is not tried.
_AFTER_DIGITS = (
    rf"[:.]\d\d|/\d{{1,2}}/\d{{4}}|\s?[ap]\.?m|\so'?clock|st|nd|rd|th|\s(?:of\s)?{_MONTH}|\s(?:min|hour|day|week|month|year)"
)
_FIRST_WORD = (
    rf"{_WEEKDAY}|{_MONTH}|{_WORD_COUNT}|the\sday|yesterday|today|tomorrow|tonight|last|this|next|past|every|each|"
    r"nightly|daily|noon|midday|midnight"
)
_BEGIN = re.compile(
    rf"(?<![a-z0-9:.])(?=\d{{1,3}}(?:{_AFTER_DIGITS})|(?:{_FIRST_WORD})(?![a-z])|(?:at|from|around|about|since)\s\d)"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def english(folded: str, now: datetime) -> Iterator[Mention]:
    plain = re.sub(r"\s", " ", lower(folded))
    for position, end in latin_stretches(plain):
        for _ in range(MAX_TRIES):
            begin = _BEGIN.search(plain, position, end)
            if begin is None:
                break
            mention = _at(plain, begin.start(), end, now)
            if mention:
                yield mention
            position = mention.end if mention else begin.start() + 1


def _at(plain: str, start: int, end: int, now: datetime) -> Mention | None:
    hits = (shape.match(plain, start, end) for shape in (_DATED, _CLOCKED, _BARE_HOUR))
    hit = next(filter(None, hits), None)
    if hit is None:
        return None
    said = {name: words for name, words in hit.groupdict().items() if words}
    try:
        dated, minutes = _dated(said, now), _minutes(said)
    except (ValueError, OverflowError):
        return None
    named = said.get("part") or said.get("part2")
    part = _PART_WORDS[named] if named else dated.part
    half_day = any(name in said for name in ("half", "h24", "word"))
    return replace(dated, start=start, end=hit.end(), part=part, minutes=minutes, half_day=half_day)


def _dated(said: dict[str, str], now: datetime) -> Mention:
    """The day of the words matched; nothing when they are a clock time alone."""
    reader = next((read for name, read in _READERS.items() if name in said), None)
    return reader(said, now) if reader else Mention(0, 0)


def _every(said: dict[str, str], now: datetime) -> Mention:
    words = said["every"]
    part = next((_PART_WORDS[word] for word in _PART.split("|") if word in words), None)
    return Mention(0, 0, every=True, part="evening" if words == "nightly" else part)


def _within(said: dict[str, str], now: datetime) -> Mention:
    words = said["within"]
    back = timedelta(days=words.startswith("last"))
    return Mention(0, 0, now.date() - back, _PART_WORDS[words.split()[-1]])


def _weekday(said: dict[str, str], now: datetime) -> Mention:
    """"Monday" and "last Monday" are the latest one before today, "next" the first one after."""
    today, place, week = now.date(), _WEEKDAYS.index(said["wkd"][:3]), said.get("wkw")
    back = (today.weekday() - place) % 7
    if week == "next":
        return Mention(0, 0, today + timedelta(days=7 - back))
    if week == "this":
        return Mention(0, 0, today + timedelta(days=place - today.weekday()))
    return Mention(0, 0, today - timedelta(days=back or 7))


def _ago(said: dict[str, str], now: datetime) -> Mention:
    words = said["ago"]
    if "min" in words or "hour" in words:
        return Mention(0, 0, exact=_parsed(_plain(words), now.replace(tzinfo=None)).replace(tzinfo=now.tzinfo))
    return replace(_calendar(words, now), vague=any(word in words for word in ("month", "year", "few", "several")))


def _vague(said: dict[str, str], now: datetime) -> Mention:
    today, words = now.date(), said["vague"]
    if words.startswith("last"):
        return replace(_calendar(words, now), vague=True)
    first = today.replace(day=1) if "month" in words else today - timedelta(days=today.weekday())
    return Mention(0, 0, first, vague=True)


def _slash(said: dict[str, str], now: datetime) -> Mention:
    """20/11/2026 and 11/20/2026; where both orders are days, the one that is not to come."""
    first, second, year = (int(part) for part in said["slash"].split("/"))
    days = [date(year, month, day) for day, month in ((first, second), (second, first)) if month <= 12]
    day = next((day for day in days if day <= now.date()), days[0] if days else None)
    return Mention(0, 0, day, vague=len(set(days)) > 1)


def _month(said: dict[str, str], now: datetime) -> Mention:
    """The latest month of that name, from its first day."""
    number = 1 + _MONTHS.index(said["month"][:3])
    year = now.year if number <= now.month else now.year - 1
    return Mention(0, 0, date(year, number, 1), vague=True)


def _calendar(words: str, now: datetime) -> Mention:
    return Mention(0, 0, _parsed(_plain(words), datetime.combine(now.date(), time(12))).date())


def _named(said: dict[str, str], now: datetime) -> Mention:
    return _calendar(said.get("rel") or said["cal"], now)


_READERS: dict[str, Callable[[dict[str, str], datetime], Mention]] = {
    "every": _every, "within": _within, "wkd": _weekday, "ago": _ago, "vague": _vague, "slash": _slash,
    "month": _month, "rel": _named, "cal": _named,
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


def _minutes(said: dict[str, str]) -> int | None:
    if "word" in said:
        return 0 if said["word"] == "midnight" else 720
    hour = next((said[name] for name in ("h", "h24", "oclock", "bare") if name in said), None)
    if hour is None:
        return None
    minutes = int(hour) * 60 + int(said.get("min") or said.get("min24") or 0)
    if "half" in said:
        if not 60 <= minutes < 780:
            raise ValueError("not a clock time")
        minutes = minutes % 720 + 720 * said["half"].startswith("p")
    if minutes > 1440:
        raise ValueError("not a clock time")
    return minutes


# dateparser loads its tables at the first call (0.2 s): here, not in a citizen's turn.
_parsed("3 days ago", datetime(2026, 1, 1, 12))
