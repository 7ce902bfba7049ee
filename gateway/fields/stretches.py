"""Finds stretches of time in folded text: A 到 B, since A, 每晚十点, 已经三天了."""
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import zip_longest

from gateway.fields.moment import mentions
from gateway.fields.numerals import number
from gateway.fields.when import PARTS, Mention, at_hour, clock, instant, part_of_day

_JOIN = re.compile(
    r"\s*(?:一直|持续)?(?:到|至|直到|-+|~+|and(?:\s(?:ended|stopped|finished))?|to|until|till|through)\s*(?:the\s)?(?:第二天|次日|隔天)?的?"
    r"\s*(?:at\s|about\s|around\s)?", re.IGNORECASE
)
_NEXT_DAY = re.compile(r"第二天|次日|隔天")
_SINCE_BEFORE = re.compile(
    r"(?:自从|从|自|(?<![a-z])(?:ever )?since|(?<![a-z])from|(?<![a-z])after)\s*$", re.IGNORECASE
)
_SINCE_AFTER = re.compile(
    r"\s*(?:开始|起|以来|至今|到现在|到今天|之后|以后|过后|后|onwards?|till now|until now)(?![a-z])", re.IGNORECASE
)
_SO_FAR = re.compile(r"\s*(?:一直)?(?:到|至|-|~|to|until|till)\s*(?:现在|目前|今天|今|此刻|now|today)", re.IGNORECASE)
_EVERY = re.compile(
    r"每天|每晚|每日|(?<![今昨前后明])天天(?!气)|夜夜|每夜|每个?(?:晚|夜|早|上午|下午)|(?<![a-z])(?:nightly|daily)(?![a-z])"
    r"|(?<![a-z])(?:every|each) (?:single )?(?:day|night|evening|morning|afternoon)", re.IGNORECASE
)
_COUNT = r"\d{1,3}|[一二两三四五六七八九十]{1,3}|半"
_LASTED = re.compile(
    rf"(?:已经|连续|持续|一连|整整|都)\S{{0,4}}?(?P<zh>{_COUNT})个?(?P<zhu>多?(?:小时|天|周|星期|礼拜|月|年))"
    r"|(?<![a-z])for (?:the (?:last|past) |about |over )?(?P<en>\d{1,3}|an?|two|three|four|five|six|seven|ten) "
    r"(?P<enu>hour|day|week|month|year)s?(?![a-z])", re.IGNORECASE
)
_HOURS = {"小时": 1, "天": 24, "周": 168, "星期": 168, "礼拜": 168, "月": 720, "年": 8760,
          "hour": 1, "day": 24, "week": 168, "month": 720, "year": 8760}
_EN_COUNT = {"a": 1, "an": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10}
_GAP = 14  # characters between a time and the word that says it comes back
_REACH = 12  # characters before a time in which since, from, 从 stand
_ONE_HOUR, _ONE_DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """From start to end, said at [first, last) of the text; `every` day; vague: an end was guessed."""

    first: int
    last: int
    start: datetime
    end: datetime
    every: bool = False
    vague: bool = False


def stretches(folded: str, now: datetime) -> Iterator[Stretch]:
    """In reading order; a moment alone is none."""
    named = mentions(folded, now)
    joined = False
    for mention, follower in zip_longest(named, named[1:]):
        if joined:
            joined = False
            continue
        joined = follower is not None and bool(_JOIN.fullmatch(folded, mention.end, follower.start))
        found = _range(folded, mention, follower, now) if joined and follower else _open(folded, mention, now)
        if found:
            yield found
    yield from _lasted(folded, now)


def around(mention: Mention, now: datetime) -> Stretch | None:
    """One point in time as a stretch: its part of the day, its day, or the hour after it."""
    moment = instant(mention, now)
    if moment:
        return Stretch(mention.start, mention.end, moment, moment + _ONE_HOUR, vague=True)
    if mention.day is None and mention.part is None:
        return None
    start, end = part_of_day(mention, now)
    return Stretch(mention.start, mention.end, start, end, vague=True)


def _range(folded: str, first: Mention, second: Mention, now: datetime) -> Stretch | None:
    """A 到 B: B takes over the day and half-day of A, or is the next such hour after it."""
    every = first.every or second.every or _comes_back(folded, first.start, second.end)
    if not first.day and not first.exact and second.day:
        first = replace(first, day=second.day, part=first.part or second.part)
    start = instant(first, now) or part_of_day(first, now)[0]
    end = _ending(first, second, start, now)
    overnight = end <= start < end + _ONE_DAY and (not second.day or first.day == second.day)
    if overnight or (_NEXT_DAY.search(folded, first.end, second.start) and end.date() == start.date()):
        end += _ONE_DAY
    return Stretch(_begin(folded, first.start), second.end, start, end, every) if start < end else None


def _ending(first: Mention, second: Mention, start: datetime, now: datetime) -> datetime:
    if second.exact:
        return second.exact
    minutes = clock(second)
    if second.day:
        return at_hour(second.day, 60 * PARTS[second.part or "day"][1] if minutes is None else minutes, now)
    if minutes is None:
        return at_hour(start.date(), 60 * PARTS[second.part or "day"][1], now)
    same = at_hour(first.day or start.date(), minutes, now)
    halves = (same,) if second.part or second.half_day else (same, same + timedelta(hours=12))
    return next((one for one in halves if one > start), same + _ONE_DAY)


def _open(folded: str, first: Mention, now: datetime) -> Stretch | None:
    """since A, A 以来: until now; 每晚十点: its latest occurrence."""
    whole = around(first, now)
    if whole is None:
        return None
    after = _SINCE_AFTER.match(folded, first.end)
    so_far = _SO_FAR.match(folded, after.end() if after else first.end)
    every = first.every or _comes_back(folded, first.start, first.end)
    begin = _begin(folded, first.start)
    if (so_far or after or begin < first.start) and whole.start < now:
        last = so_far or after
        return Stretch(begin, last.end() if last else first.end, whole.start, now, every, first.vague)
    return replace(whole, every=True) if every else None


def _lasted(folded: str, now: datetime) -> Iterator[Stretch]:
    """已经三天了, for two weeks: back from now."""
    for hit in _LASTED.finditer(folded):
        unit = hit["enu"].lower() if hit["enu"] else hit["zhu"].removeprefix("多")
        ago = timedelta(hours=float(_count(hit) * _HOURS[unit]))
        yield Stretch(hit.start(), hit.end(), now - ago, now, vague=True)


def _count(hit: re.Match[str]) -> Decimal:
    if hit["zh"]:
        return Decimal("0.5") if hit["zh"] == "半" else number(hit["zh"])
    words = hit["en"].lower()
    return Decimal(_EN_COUNT[words]) if words in _EN_COUNT else Decimal(words)


def _begin(folded: str, start: int) -> int:
    """Takes 从, since, from in."""
    before = _SINCE_BEFORE.search(folded, max(0, start - _REACH), start)
    return before.start() if before else start


def _comes_back(folded: str, start: int, end: int) -> bool:
    return bool(_EVERY.search(folded, max(0, start - _GAP), min(len(folded), end + _GAP)))
