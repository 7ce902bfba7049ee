"""Finds stretches of time in folded text: A 到 B, since A, 每晚十点, 已经三天了."""
from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice, zip_longest

from gateway.fields.calendars import back, moved
from gateway.fields.days_en import WEEKDAY
from gateway.fields.moment import mentions
from gateway.fields.numerals import number
from gateway.fields.spans import MAX_SPANS
from gateway.fields.when import PARTS, Mention, at_hour, clock, instant, part_of_day

_JOIN = re.compile(
    r"\s*(?:多|左右|钟|过)?\s*(?:一直|持续|[干做住租用吵响闹停断嚎唱跳轰砸敲钻打震叫弄搞挖吼排忙])?(?:到|至|直到|-+|~+|and(?:\s(?:ended|stopped|finished))?|to|until|till|through)\s*(?:the\s)?(?:第二天|次日|隔天)?的?"
    r"\s*(?:at\s|about\s|around\s)?", re.IGNORECASE
)
_AND = re.compile(r"\s*(?:和|、|，|,)\s*")  # 8月和9月: months that follow one another
_NEXT_DAY = re.compile(r"第二天|次日|隔天")
_SINCE_BEFORE = re.compile(
    r"(?:自从|从|自|(?<![a-z])(?:ever )?since|(?<![a-z])from|(?<![a-z])after)\s*$", re.IGNORECASE
)
_SINCE_AFTER = re.compile(
    r"\s*(?:开始|起|以来|至今|到现在|到今天|之后|以后|过后|后|onwards?|till now|until now)(?![a-z])", re.IGNORECASE
)
_SO_FAR = re.compile(r"\s*(?:一直)?(?:到|至|-|~|to|until|till)\s*(?:现在|目前|今天|今|此刻|now|today)", re.IGNORECASE)
# How often a time comes back: the first that is said.
_EVERY = {
    "workdays": re.compile(
        r"工作日|(?<![上这本下])周一[到至-]周五|(?<![a-z])(?:on |every )?weekdays?(?![a-z])"
        r"|(?<!last )monday (?:to|through) friday", re.IGNORECASE
    ),
    "weekly": re.compile(
        r"每个?周末|周末[都也经常总]|每个?(?:周|星期|礼拜)[一二三四五六日天]"
        rf"|(?<![a-z])(?:weekends|(?:every|each) (?:{WEEKDAY}|weekend))(?![a-z])", re.IGNORECASE
    ),
    "daily": re.compile(
        r"每天|每晚|每日|(?<![今昨前后明])天天(?!气)|夜夜|每夜|每个?(?:晚|夜|早|上午|下午)|(?<![a-z])(?:nightly|daily)(?![a-z])"
        r"|(?<![a-z])(?:every|each) (?:single )?(?:day|night|evening|morning|afternoon)", re.IGNORECASE
    ),
}
_ALL_DAY = re.compile(
    r"(?:一天)?24小时(?=都|不停|不间断|施工|连续|在|$)|一?整天|全天|从早到晚|没日没夜|不分昼夜"
    r"|(?<![a-z])(?:all day(?: long)?(?:,? (?:and )?all night)?|24 hours a day|24/7|round the clock|day and night)"
    r"(?![a-z])", re.IGNORECASE
)
_ALL_NIGHT = re.compile(
    r"(?:一)?整[晚夜](?:都)?|通宵|彻夜|一夜到天亮|(?<![a-z])(?:all|the whole) night(?: long)?(?![a-z])", re.IGNORECASE)
_COUNT = r"\d{1,3}|[一二两三四五六七八九十]{1,3}|半|几"
_ZH_UNIT = r"(?:个?多?(?:小时|星期|礼拜)|多?(?:天|周|年)|个多?月)"
_EN_NUMBER = r"\d{1,3}|an?|two|three|four|five|six|seven|ten|a few|several"
_EN_UNIT = r"hour|day|week|month|year"
_FOR = r"(?:for|over|in|during) (?:the (?:last|past) |about |over )?|(?:the )?(?:last|past) "
_LASTED = re.compile(
    r"(?=[已连持一整最过近都这拖欠吵停断漏堵臭响闹\d二两三四五六七八九十半几foidtlp])(?:(?:已经|连续|持续|一连|整整|最近|过去|[近都这]|[拖欠吵停断漏堵臭响闹][了欠]?)\S{0,4}?"
    rf"(?P<zh>{_COUNT})(?P<zhu>{_ZH_UNIT})(?!前)"
    rf"|(?<![第\d一二三四五六七八九十])(?P<zh2>{_COUNT})(?P<zhu2>{_ZH_UNIT})(?:了(?!解)|没有?发|没给|不发|未发)"
    rf"|(?<![a-z])(?:{_FOR})(?P<en>{_EN_NUMBER}) (?P<enu>{_EN_UNIT})s?(?! ago)(?![a-z]))", re.IGNORECASE
)
_HOURS = {"小时": 1, "天": 24, "周": 168, "星期": 168, "礼拜": 168, "hour": 1, "day": 24, "week": 168}
_MONTHS = {"月": 1, "年": 12, "month": 1, "year": 12}
_FEW = dict.fromkeys(("几", "a few", "several"), Decimal(3))
_COUNTS = {"半": Decimal("0.5"), "a": Decimal(1), "an": Decimal(1), **_FEW}
# 10月1号到7号, Oct 1-7: the second day is a number alone.
_DAY_RANGE = re.compile(
    r"\s?(?:-|~|to|到|至)\s?(?:the )?(\d{1,2})(?:st|nd|rd|th|号|日)?(?![\d:.点时/-]|\s?[ap]\.?m)", re.IGNORECASE
)
_FINER = {"week": 0, "month": 1, "year": 2, "": 3}
_LONG = timedelta(days=28)  # a month or more is a period even when nothing else is said
_GAP = 14  # characters between a time and the word that says it comes back
_REACH = 12  # characters before a time in which since, from, 从 stand
_ONE_HOUR, _ONE_DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """From start to end, said at [first, last) of the text; vague: an end was guessed.

    every  how often it comes back: "daily", "workdays", "weekly", "" for once
    alone  a month, a year: only its name was said
    """

    first: int
    last: int
    start: datetime
    end: datetime
    every: str = ""
    vague: bool = False
    alone: bool = False


def stretches(folded: str, now: datetime) -> Iterator[Stretch]:
    """In reading order; a moment or a day alone is none."""
    named = mentions(folded, now)
    joined = False
    for mention, follower in zip_longest(named, named[1:]):
        if joined:
            joined = False
            continue
        joined = follower is not None and _joins(folded, mention, follower)
        second = follower if joined else _second_day(folded, mention)
        found = between(folded, mention, second, now) if second else None
        found = found or (None if joined else _open(folded, mention, now))
        if found:
            yield found
    yield from _lasted(folded, now)


def _same_half(first: Mention, second: Mention) -> Mention:
    """from 9 to 11 in the evening: both."""
    alone = first.minutes is not None and not (first.part or first.half_day or first.exact)
    if not alone or second.part not in ("afternoon", "evening", "night") or second.minutes is None:
        return first
    both = replace(first, part=second.part)
    return both if (clock(both) or 0) < (clock(second) or 0) else first


def _joins(folded: str, one: Mention, other: Mention) -> bool:
    """From one to the other; or both months, the second right after the first."""
    if _AND.fullmatch(folded, one.end, other.start):
        return one.until is not None and one.until == other.day
    return _JOIN.fullmatch(folded, one.end, other.start) is not None


def around(mention: Mention, now: datetime) -> Stretch | None:
    """One point in time as a stretch: the month or week it stands for, its part of the day, its day, or its hour."""
    moment = instant(mention, now)
    if moment:
        return Stretch(mention.start, mention.end, moment, moment + _ONE_HOUR, vague=True)
    if mention.day is None and mention.part is None:
        return None
    if mention.day and mention.until and not mention.part:
        return Stretch(mention.start, mention.end, at_hour(mention.day, 0, now), at_hour(mention.until, 0, now))
    start, end = part_of_day(mention, now)
    return Stretch(mention.start, mention.end, start, end, vague=True)


def _second_day(folded: str, first: Mention) -> Mention | None:
    """The 7 of "Oct 1-7", which says neither month nor hour."""
    if first.day is None or first.until or first.minutes is not None or not folded[first.end - 1:first.end].isalnum():
        return None
    hit = _DAY_RANGE.match(folded, first.end)
    if hit is None or not 1 <= int(hit[1]) <= monthrange(first.day.year, first.day.month)[1]:
        return None
    return Mention(first.end, hit.end(), first.day.replace(day=int(hit[1])), loose="month")


def between(folded: str, first: Mention, second: Mention, now: datetime) -> Stretch | None:
    """A 到 B: B takes over the day and half-day of A, or is the next such hour after it."""
    every = _comes_back(folded, first, second)
    if not first.day and not first.exact and second.day and not second.until:
        first = replace(first, day=second.day, part=first.part or second.part)
    first = _same_half(first, second)
    try:
        first, second = _aligned(first, second)
    except ValueError:
        return None
    start = instant(first, now) or part_of_day(first, now)[0]
    end = _ending(first, second, start, now)
    overnight = end <= start < end + _ONE_DAY and (not second.day or first.day == second.day)
    if overnight or (_NEXT_DAY.search(folded, first.end, second.start) and end.date() == start.date()):
        end += _ONE_DAY
    guessed = first.day is None and first.minutes is None and first.exact is None  # 天天干到夜里十点: from when?
    return Stretch(_begin(folded, first.start), second.end, start, end, every, guessed) if start < end else None


def _aligned(first: Mention, second: Mention) -> tuple[Mention, Mention]:
    """What was left out of one end is the other's: 去年三月到六月, 11月到2月, from March to June this year.

    Raises ValueError where there is no such day.
    """
    if first.day and _FINER[second.loose] < _FINER[first.loose]:
        while second.day and second.day >= first.day:
            second = _moved(second, -1)
        while second.day and second.day < first.day:
            second = _moved(second, 1)
    while first.loose and first.day and second.day and first.day > second.day:
        first = _moved(first, -1)
    return first, second


def _moved(mention: Mention, by: int) -> Mention:
    day = moved(mention.day, mention.loose, by) if mention.day else None
    until = moved(mention.until, mention.loose, by) if mention.until else None
    return replace(mention, day=day, until=until)


def _ending(first: Mention, second: Mention, start: datetime, now: datetime) -> datetime:
    if second.exact:
        return second.exact
    minutes = clock(second)
    if second.until and minutes is None:
        return at_hour(second.until, 0, now)
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
    every = _comes_back(folded, first, first)
    begin = _begin(folded, first.start)
    if (so_far or after or begin < first.start) and whole.start < now:
        last = so_far or after
        return Stretch(begin, last.end() if last else first.end, whole.start, now, every,
            first.vague and whole.end - whole.start < _LONG)
    alone = not every and whole.end - whole.start >= _LONG
    return replace(whole, every=every, alone=alone) if every or alone else None


def _lasted(folded: str, now: datetime) -> Iterator[Stretch]:
    """已经三天了, for two weeks: back from now; all day long: the last 24 hours."""
    for hit in islice(_LASTED.finditer(folded), MAX_SPANS):
        count, unit = hit["zh"] or hit["zh2"] or hit["en"], hit["zhu"] or hit["zhu2"] or hit["enu"]
        start = _ago(count.lower(), unit.lower().lstrip("个多"), now)
        if start:
            yield Stretch(hit.start(), hit.end(), start, now, vague=True)
    whole_day = list(islice(_ALL_DAY.finditer(folded), 1))
    for hit in whole_day:
        yield Stretch(hit.start(), hit.end(), now - _ONE_DAY, now, "daily", vague=True)
    for hit in islice(_ALL_NIGHT.finditer(folded), 0 if whole_day or mentions(folded, now) else 1):
        start, end = part_of_day(Mention(0, 0, part="night"), now)
        yield Stretch(hit.start(), hit.end(), start, end, vague=True)


def _ago(count: str, unit: str, now: datetime) -> datetime | None:
    """None for longer than anybody waits."""
    amount = _COUNTS.get(count) or number(count)
    try:
        if unit not in _MONTHS:
            return now - timedelta(hours=float(amount * _HOURS[unit]))
        whole, rest = divmod(amount * _MONTHS[unit], 1)
        day = back(now.date(), int(whole)) - timedelta(days=int(rest * 30))
    except (ValueError, OverflowError):
        return None
    return now.replace(year=day.year, month=day.month, day=day.day)


def _begin(folded: str, start: int) -> int:
    """Takes 从, since, from in."""
    before = _SINCE_BEFORE.search(folded, max(0, start - _REACH), start)
    return before.start() if before else start


def _comes_back(folded: str, first: Mention, last: Mention) -> str:
    """How often the time from first to last comes back; "" when nothing says that it does."""
    low, high = max(0, first.start - _GAP), min(len(folded), last.end + _GAP)
    said = next((every for every, words in _EVERY.items() if words.search(folded, low, high)), "")
    return said or ("daily" if first.every or last.every else "")
