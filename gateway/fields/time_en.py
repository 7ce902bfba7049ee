"""Reads English points in time: last Monday, yesterday around 9pm, March 5 at 2:30 pm, two hours ago.

The words for days are days_en.py's.
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from gateway.fields.days_en import DATE, FEAST, MONTH, NEXT_MONTH, NTH, PART, PART_WORDS, TO, WEEKDAY, WORD_COUNT, dated
from gateway.fields.folding import latin_stretches, lower
from gateway.fields.when import MAX_TRIES, Mention

_HOUR_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_HOURS = "|".join(_HOUR_WORDS)
_PAST = {"half": 30, "quarter": 15, "five": 5, "ten": 10, "twenty": 20}
_CLOCK = (
    r"(?P<h>\d{1,2})(?:[:.](?P<min>\d\d))?\s?(?P<half>a\.?m\.?|p\.?m\.?)(?![a-z])"
    r"|(?P<h24>\d{1,2}):(?P<min24>\d\d)(?::\d\d)?(?!\d)"
    r"|(?P<oclock>\d{1,2})\so'?clock|(?P<word>noon|midday|midnight)(?![a-z])"
    # half past ten; with "to" only a quarter or minutes: ten to twelve is a stretch
    rf"|(?P<past>half|(?:a\s)?quarter|five|ten|twenty|\d{{1,2}})(?:\sminutes)?\s(?:past|after)\s(?P<pasth>{_HOURS}|\d{{1,2}})(?![a-z\d:])"
    rf"|(?P<till>(?:a\s)?quarter|(?:five|ten|twenty|\d{{1,2}})\sminutes)\s(?:to|before)\s(?P<tillh>{_HOURS}|\d{{1,2}})(?![a-z\d:])"
)
_GOES_ON = r"to|until|till|and|in\sthe|at\snight|on|today|yesterday|last|this|every|each|o'?clock"
# from 8 to 10pm: am or pm is said once, for both
_SHARED = rf"(?=(?:{TO}|\s?and\s)(?P<upto>\d{{1,2}})(?:[:.](?P<uptomin>\d\d))?\s?(?P<uptohalf>[ap])\.?m)"
_BARE_MIN = rf"(?P<bare>\d{{1,2}}|(?:{_HOURS})(?![a-z]))(?::(?P<baremin>\d\d))?"
_HOUR = rf"{_BARE_MIN}(?:{_SHARED}|(?=\s?(?:$|[,.;!?)](?!\d)|-\d|(?:{_GOES_ON})(?![a-z]))))"
_BARE = rf"(?:at|from|around|about|since|between)\s{_HOUR}"
_IN = rf"(?:(?:in\sthe|at|during\sthe|on\sthe)\s)?(?P<{{name}}>{PART})s?(?![a-z])"
_ABOUT = r"(?:,?\s?(?:at|around|about|by|on|from|approximately|roughly|@))*,?\s?"
_PART_1, _PART_2 = (rf"(?:\s{_IN.format(name=name)})?" for name in ("part", "part2"))
_DAY_AFTER = rf"(?:(?:\son)?\s(?:{DATE}))?"
_DATED = re.compile(rf"(?:{DATE}){_PART_1}(?:{_ABOUT}(?:{_CLOCK})|\s{_BARE})?{_PART_2}")
_CLOCKED = re.compile(rf"(?:{_CLOCK}){_PART_1}{_DAY_AFTER}{_PART_2}")
_BARE_HOUR = re.compile(rf"{_BARE}{_PART_1}{_DAY_AFTER}{_PART_2}")
_SHARED_HOUR = re.compile(rf"{_BARE_MIN}{_SHARED}")
# to 12 last night, to 5 in the morning: no more than an hour, the rest says that it is one
_SAYS_HOUR = rf"\s(?:last\snight|yesterday|tonight|(?:in\sthe|at|this)\s(?:{PART}))(?![a-z])"
_LAST_HOUR = re.compile(rf"{_BARE_MIN}(?={_SAYS_HOUR}){_PART_1}{_DAY_AFTER}{_PART_2}")
_NEXT_MONTH = re.compile(rf"(?:{TO}|\sand\s)(?P<said>{NEXT_MONTH})")
_NEXT_HOUR = re.compile(rf"{TO}(?:about\s|around\s)?{_BARE_MIN}(?=\s?(?:$|[,.;!?](?!\d)))")
# A mention begins with one of these; the rest of a message is not tried.
_AFTER_DIGITS = (
    rf"[:.]\d\d|/\d{{1,2}}/\d{{4}}|\s?[ap]\.?m|\so'?clock|st|nd|rd|th|\s(?:of\s)?{MONTH}|\s(?:min|hour|day|week|month|year)"
    rf"|(?:{TO}|\s?and\s)\d{{1,2}}(?:[:.]\d\d)?\s?[ap]\.?m|{_SAYS_HOUR}"
)
_FIRST_WORD = (
    rf"{WEEKDAY}|{MONTH}|{WORD_COUNT}|the\sday|the\snight\sbefore|yesterday|today|tomorrow|tonight|last|this|past|next|every|each|"
    rf"nightly|daily|weekends|noon|midday|midnight|{FEAST}"
)
_BEGIN = re.compile(
    rf"(?<![a-z0-9:.])(?=\d{{1,3}}(?:{_AFTER_DIGITS})|(?:{_FIRST_WORD})(?![a-z])|(?:at|from|around|about|since|between)\s(?:\d|(?:{_HOURS})(?![a-z]))"
    r"|half\spast|quarter\s(?:past|after|to|before)|(?:twenty|\d{1,2})(?:\sminutes)?\s(?:past|after|to|before)\s"
    rf"|(?:early|mid|late)[\s-]{MONTH}(?![a-z])|(?:(?:the\s)?(?:beginning|start|middle|end)|(?:the\s)?first)\sof\s{MONTH}(?![a-z])"
    rf"|(?:{MONTH})\sand\s(?:{MONTH})(?![a-z])|(?:{NTH})\s(?:of\s)?{MONTH}(?![a-z])"
    r"|(?:19|20)\d\d(?![\d:/-]))"
)
_SHAPES = (_DATED, _CLOCKED, _BARE_HOUR, _SHARED_HOUR, _LAST_HOUR)


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
                second = _second_month(plain, mention, end, now) or _second_hour(plain, mention, end)
                if second:
                    yield second
                    mention = second
            position = mention.end if mention else begin.start() + 1


def _at(plain: str, start: int, end: int, now: datetime) -> Mention | None:
    hits = (shape.match(plain, start, end) for shape in _SHAPES)
    hit = next(filter(None, hits), None)
    if hit is None:
        return None
    said = {name: words for name, words in hit.groupdict().items() if words}
    try:
        day, minutes = dated(said, now), _minutes(said)
    except (ValueError, OverflowError):
        return None
    named = said.get("part") or said.get("part2")
    part = PART_WORDS[named] if named else day.part
    half_day = any(name in said for name in ("half", "word", "uptohalf")) or _on_24_hours(said, part)
    return replace(day, start=start, end=hit.end(), part=part, minutes=minutes, half_day=half_day)


def _second_month(plain: str, first: Mention, end: int, now: datetime) -> Mention | None:
    """The June of "March to June"."""
    hit = _NEXT_MONTH.match(plain, first.end, end) if first.until else None
    if hit is None:
        return None
    said = {name: words for name, words in hit.groupdict().items() if words}
    return replace(dated(said, now), start=hit.start("said"), end=hit.end())


def _second_hour(plain: str, first: Mention, end: int) -> Mention | None:
    """The 2 of "from 10 to 2", with which the clause ends."""
    hit = _NEXT_HOUR.match(plain, first.end, end) if first.minutes is not None else None
    if hit is None or _hour(hit["bare"]) > 24:
        return None
    return Mention(hit.start("bare"), hit.end(), minutes=60 * _hour(hit["bare"]) + int(hit["baremin"] or 0))


def _minutes(said: dict[str, str]) -> int | None:
    if "word" in said:
        return 0 if said["word"] == "midnight" else 720
    if "past" in said or "till" in said:
        return _around_hour(said)
    spoken = next((said[name] for name in ("h", "h24", "oclock", "bare") if name in said), None)
    if spoken is None:
        return None
    hour = _hour(spoken)
    past = next((said[name] for name in ("min", "min24", "baremin") if name in said), "0")
    minutes = hour * 60 + int(past)
    if "half" in said:
        return _on_24(minutes, said["half"][0])
    if "uptohalf" in said:
        return _shared(minutes, said)
    if minutes > 1440:
        raise ValueError("not a clock time")
    return minutes


def _on_24_hours(said: dict[str, str], part: str | None) -> bool:
    """22:00, 08:30; not the 11:30 of "11:30 last night"."""
    hour = said.get("h24", "")
    return bool(hour) and (part is None or int(hour) > 12 or hour.startswith("0"))


def _hour(spoken: str) -> int:
    return int(spoken) if spoken.isdigit() else 1 + _HOUR_WORDS.index(spoken)


def _around_hour(said: dict[str, str]) -> int:
    """half past ten, a quarter to nine. Raises ValueError for what is no clock time."""
    hour, words = _hour(said.get("pasth") or said["tillh"]), said.get("past") or said["till"]
    word = words.removeprefix("a ").removesuffix(" minutes")
    minutes = _PAST.get(word) or int(word)
    if not (1 <= hour <= 24 and 0 < minutes < 60):
        raise ValueError("not a clock time")
    return 60 * hour + (minutes if "past" in said else -minutes)


def _on_24(minutes: int, half: str) -> int:
    """Raises ValueError for 14 pm."""
    if not 60 <= minutes < 780:
        raise ValueError("not a clock time")
    return minutes % 720 + 720 * (half == "p")


def _shared(minutes: int, said: dict[str, str]) -> int:
    """8 of "8 to 10pm" is pm too; 10 of "10 to 2pm" is in the morning, 11 of "11 to 1am" the night before."""
    half = said["uptohalf"]
    first, last = _on_24(minutes, half), _on_24(60 * int(said["upto"]) + int(said.get("uptomin", "0")), half)
    return first if first < last else (first + 720) % 1440
