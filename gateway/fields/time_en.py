"""Reads English points in time: last Monday, yesterday around 9pm, March 5 at 2:30 pm, two hours ago.

The only door to dateparser: it is handed matched date words alone, never a message (it takes milliseconds, and
finds dates in anything).
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import dateparser

from gateway.fields.when import Mention

_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
_MONTH = (r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
          r"nov(?:ember)?|dec(?:ember)?)\.?")
_COUNT = r"(?:\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|half an|a couple of|a few|several)"
_PART_WORDS = {"morning": "early", "noon": "noon", "midday": "noon", "afternoon": "afternoon", "evening": "evening", "night": "evening",
               "tonight": "evening", "midnight": "night", "nights": "evening", "evenings": "evening", "mornings": "early", "afternoons": "afternoon"}
_PART = "morning|afternoon|evening|night"
_DATE = "|".join((
    rf"(?P<ago>{_COUNT}\s(?:minutes?|mins?|hours?|days?|weeks?|months?|years?)\sago)",
    r"(?P<rel>the\sday\sbefore\syesterday|yesterday|today|tomorrow)",
    rf"(?P<relpart>last\snight|tonight|this\s(?:{_PART}))",
    rf"(?P<wk>(?:(?P<wkw>last|this|next|past)\s)?(?P<wkd>{_WEEKDAY}))(?![a-z])",
    rf"(?P<cal>(?:{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?|\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?{_MONTH})(?:,?\s\d{{4}})?)(?![a-z\d:])",
    rf"(?P<every>(?:every|each)\s(?:single\s)?(?:day|week|weekday|weekend|{_PART})|nightly|daily)",
    r"(?P<vague>last\s(?:week|month|year)|this\s(?:week|month))",
))
_CLOCK = (r"(?P<h>\d{1,2})(?:[:.](?P<min>\d\d))?\s?(?P<half>a\.?m\.?|p\.?m\.?)(?![a-z])|(?P<h24>\d{1,2}):(?P<min24>\d\d)(?::\d\d)?(?!\d)"
          r"|(?P<oclock>\d{1,2})\so'?clock|(?P<word>noon|midday|midnight)")
_BARE = r"(?:at|from|around|about)\s(?P<bare>\d{1,2})(?![\d:.%/-]|\s?(?:yuan|rmb|days?|weeks?|months?|people|of|st|nd|rd|th|am|pm|am|hours?|minutes?))"
_IN = rf"(?:(?:in\sthe|at|during\sthe|on\sthe)\s)?(?P<{{name}}>{_PART}s?)(?![a-z])"
_ABOUT = r"(?:,?\s?(?:at|around|about|by|on|from|approximately|roughly|@))*\s?"
_DATE_FIRST = rf"(?:{_DATE})(?:\s{_IN.format(name='part')})?(?:{_ABOUT}(?:{_CLOCK}))?(?:\s{_IN.format(name='part2')})?"
_DATED = re.compile(rf"(?<![a-z0-9]){_DATE_FIRST}", re.IGNORECASE)
_CLOCKED = re.compile(rf"(?<![a-z0-9:])(?:{_CLOCK})(?:\s{_IN.format(name='part')})?(?:(?:\son)?\s(?:{_DATE})(?![a-z]))?", re.IGNORECASE)
_BARE_HOUR = re.compile(rf"(?<![a-z]){_BARE}(?:\s(?:o'?clock))?(?:\s{_IN.format(name='part')})?", re.IGNORECASE)
_BEGIN = re.compile(r"(?<![a-z0-9])(?=[\dajmfsoedtynlhwp])", re.IGNORECASE)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def english(folded: str, now: datetime) -> Iterator[Mention]:
    position = 0
    lowered = re.sub(r"\s", " ", folded)
    while begin := _BEGIN.search(lowered, position):
        at = begin.start()
        hit = _DATED.match(lowered, at) or _CLOCKED.match(lowered, at) or _BARE_HOUR.match(lowered, at)
        mention = _read(hit, now) if hit else None
        if mention:
            yield mention
        position = mention.end if mention else at + 1


def _read(hit: re.Match[str], now: datetime) -> Mention | None:
    said = hit.groupdict()
    try:
        day, part, exact, vague = _dated(said, now)
        minutes = _minutes(said)
    except (ValueError, OverflowError):
        return None
    named = said.get("part") or said.get("part2")
    part = _PART_WORDS[named.lower()] if named else part
    half_day = bool(said.get("half") or said.get("h24") or said.get("word"))
    return Mention(hit.start(), hit.end(), day, part, minutes, exact, bool(said.get("every")), vague, half_day)


_Dated = tuple[date | None, str | None, datetime | None, bool]


def _dated(said: dict[str, str | None], now: datetime) -> _Dated:
    today = now.date()
    every, relative, within, weekday, ago = (said.get(name) for name in ("every", "rel", "relpart", "wkd", "ago"))
    if every:
        part = next((_PART_WORDS[word] for word in _PART.split("|") if word in every.lower()), None)
        return None, "evening" if every.lower() == "nightly" else part, None, False
    if within:
        back = within.lower() == "last night"
        return today - timedelta(days=back), _PART_WORDS[within.lower().split()[-1]], None, False
    if weekday:
        return _weekday(weekday, said.get("wkw"), today), None, None, False
    if ago and re.search(r"min|hour", ago, re.IGNORECASE):
        return None, None, _parsed(_plain(ago), now.replace(tzinfo=None)).replace(tzinfo=now.tzinfo), False
    words = ago or relative or said.get("cal") or said.get("vague")
    if not words:
        return None, None, None, False
    if said.get("vague") and words.lower().startswith("this"):
        return today.replace(day=1) if "month" in words.lower() else today - timedelta(days=today.weekday()), None, None, True
    day = _parsed(_plain(words), datetime.combine(today, time(12))).date()
    return day, None, None, bool(said.get("vague")) or bool(ago and re.search("month|year|few|several", ago, re.IGNORECASE))


def _plain(words: str) -> str:
    """Counts that dateparser does not know, as digits."""
    plain = re.sub(r"\s+", " ", words.lower())
    for word, count in (("half an hour", "30 minutes"), ("a couple of", "2"), ("a few", "3"), ("several", "3")):
        plain = plain.replace(word, count)
    return plain.replace("the day before yesterday", "2 days ago")


@lru_cache(maxsize=1024)
def _parsed(words: str, base: datetime) -> datetime:
    found = dateparser.parse(words, languages=["en"], settings={"RELATIVE_BASE": base, "PREFER_DATES_FROM": "past"})
    if found is None:
        raise ValueError("not a date")
    return found.replace(second=0, microsecond=0, tzinfo=None)


def _weekday(name: str, week: str | None, today: date) -> date:
    """"Monday" and "last Monday" are the latest one before today; "next" the first one after."""
    back = (today.weekday() - _WEEKDAYS.index(name[:3].lower())) % 7
    if week and week.lower() == "next":
        return today + timedelta(days=7 - back)
    if week and week.lower() == "this":
        return today - timedelta(days=today.weekday()) + timedelta(days=_WEEKDAYS.index(name[:3].lower()))
    return today - timedelta(days=back or 7)


def _minutes(said: dict[str, str | None]) -> int | None:
    if said.get("word"):
        return 0 if said["word"] == "midnight" else 720
    hour = next((said[name] for name in ("h", "h24", "oclock", "bare") if said.get(name)), None)
    if hour is None:
        return None
    minutes = int(hour) * 60 + int(said.get("min") or said.get("min24") or 0)
    half = (said.get("half") or "").lower()
    if half:
        if not 60 <= minutes < 780:
            raise ValueError("not a clock time")
        minutes = minutes % 720 + 720 * half.startswith("p")
    if minutes > 1440:
        raise ValueError("not a clock time")
    return minutes


# dateparser loads its tables at the first call (0.2 s): here, not in a citizen's turn.
_parsed("3 days ago", datetime(2026, 1, 1, 12))
