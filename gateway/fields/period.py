"""A stretch of time. Canonical: an ISO 8601 interval "start/end", RFC 3339 with the city's offset.

What comes back (每晚十点到凌晨两点) is given as its latest occurrence so far, with resolved {"recurring": "daily",
"words": …}; what goes on (since last Monday) ends now.
"""
from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

from gateway.errors import Unreadable
from gateway.fields.base import Context, Reading, Span, Value
from gateway.fields.folding import fold
from gateway.fields.moment import LEEWAY, mentions, shown
from gateway.fields.spans import MAX_SPANS, apart, span
from gateway.fields.text import words_of
from gateway.fields.when import Mention, at_hour, clock, instant, stretch

MAX_ANSWER = 300
_JOIN = re.compile(
    r"\s*(?:一直|持续)?(?:到|至|直到|-+|~+|and|to|until|till|through)\s*(?:the\s)?(?:第二天|次日|隔天)?的?"
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
    r"每天|每晚|每日|天天|夜夜|每夜|每个?(?:晚|夜|早|上午|下午)|(?<![a-z])(?:nightly|daily)(?![a-z])"
    r"|(?<![a-z])(?:every|each) (?:single )?(?:day|night|evening|morning|afternoon)", re.IGNORECASE
)
_INTERVAL = re.compile(r"([^/\s]{10,40})/([^/\s]{10,40})")
_GAP = 14  # characters between a time and the word that says it comes back
_ONE_HOUR = timedelta(hours=1)
VAGUE = "period_vague"


class Period:
    name = "period"
    datatype = "string"

    def find(self, text: str, ctx: Context) -> list[Span]:
        """Ranges, "since …" and recurring times; a moment alone is no period here."""
        folded = fold(text)
        named = mentions(folded, ctx.now)
        spans, skip = [], -1
        for place, first in enumerate(named):
            if place == skip:
                continue
            second = named[place + 1] if place + 1 < len(named) else None
            joined = second is not None and _JOIN.fullmatch(folded, first.end, second.start) is not None
            found = _joined(folded, first, second, ctx) if joined and second else _open(folded, first, ctx)
            if found and not _beyond(found, ctx):
                spans.append(span(text, *found[:2], _reading(folded, found, text)))
            skip = place + 1 if joined else -1
        return apart(spans[:MAX_SPANS])

    def read(self, text: str, ctx: Context) -> Reading:
        """A range; or one point in time, which then stands for its part of the day, with a warning."""
        if len(text) > MAX_ANSWER:
            raise Unreadable("period")
        folded = fold(text).strip()
        written = _INTERVAL.fullmatch(folded)
        if written:
            return _canonical(written[1], written[2], ctx)
        spans = self.find(text, ctx)
        if spans:
            return spans[0].reading
        named = mentions(folded, ctx.now)
        if not named:
            raise Unreadable("period")
        return _single(folded, named[0], ctx)

    def validate(self, value: Value, ctx: Context) -> Reading:
        return self.read(words_of(value, "period"), ctx)

    def show(self, value: Value, ctx: Context) -> str:
        start, _, end = str(value).partition("/")
        if not end:
            return shown(start, ctx)
        return f"{shown(start, ctx)} {'至' if ctx.language == 'zh' else 'to'} {shown(end, ctx)}"


_Found = tuple[int, int, datetime, datetime]


def _joined(folded: str, first: Mention, second: Mention, ctx: Context) -> _Found | None:
    """A 到 B: B takes over the day and half-day of A, or is the next such hour after it."""
    now = ctx.now
    every = first.every or second.every or _comes_back(folded, first.start, second.end)
    start = instant(first, now) or stretch(first, now)[0]
    if not first.day and second.day and not second.every:
        start = instant(replace(first, day=second.day), now) or start
    end = _ending(first, second, start, now)
    if _NEXT_DAY.search(folded, first.end, second.start) and end.date() == start.date():
        end += timedelta(days=1)
    begin = _begin(folded, first.start)
    return (begin, second.end, start, end) if every or start < end else None


def _ending(first: Mention, second: Mention, start: datetime, now: datetime) -> datetime:
    if second.exact:
        return second.exact
    minutes = clock(second)
    if second.day:
        return at_hour(second.day, minutes, now) if minutes is not None else at_hour(second.day, 1440, now)
    if minutes is None:
        return at_hour(start.date(), stretch_end(second), now)
    same = at_hour(first.day or start.date(), minutes, now)
    halves = (same,) if second.part or second.half_day else (same, same + timedelta(hours=12))
    return next((one for one in halves if one > start), same + timedelta(days=1))


def stretch_end(mention: Mention) -> int:
    """Minutes after midnight at which the mentioned part of the day ends."""
    start, end = stretch(mention, datetime(2000, 1, 1, 23, 59))
    return int((end - start.replace(hour=0, minute=0)).total_seconds() // 60)


def _open(folded: str, first: Mention, ctx: Context) -> _Found | None:
    """since A, A 以来: until now; 每晚: its latest occurrence."""
    now = ctx.now
    after = _SINCE_AFTER.match(folded, first.end)
    so_far = _SO_FAR.match(folded, after.end() if after else first.end)
    before = _SINCE_BEFORE.search(folded, max(0, first.start - 12), first.start)
    start = instant(first, now) or stretch(first, now)[0]
    if so_far or after or (before and first.end != before.end()):
        close = (so_far or after)
        end = close.end() if close else first.end
        return (_begin(folded, first.start), end, start, now) if start < now else None
    if first.every or _comes_back(folded, first.start, first.end):
        moment = instant(first, now)
        span_of = (moment, moment + _ONE_HOUR) if moment else stretch(first, now)
        return first.start, first.end, *span_of
    return None


def _single(folded: str, first: Mention, ctx: Context) -> Reading:
    moment = instant(first, ctx.now)
    start, end = (moment, moment + _ONE_HOUR) if moment else stretch(first, ctx.now)
    end = min(end, ctx.now) if start < ctx.now and ctx.limits.past_only else end
    reading = _checked(start, end, ctx)
    return replace(reading, warnings=(VAGUE,))


def _begin(folded: str, start: int) -> int:
    """Includes 从, since, from."""
    before = _SINCE_BEFORE.search(folded, max(0, start - 12), start)
    return before.start() if before else start


def _comes_back(folded: str, start: int, end: int) -> bool:
    return bool(_EVERY.search(folded, max(0, start - _GAP), min(len(folded), end + _GAP)))


def _beyond(found: _Found, ctx: Context) -> bool:
    return ctx.limits.past_only and found[2] > ctx.now + LEEWAY


def _reading(folded: str, found: _Found, text: str) -> Reading:
    begin, stop, start, end = found
    if not _comes_back(folded, begin, stop):
        return Reading(_interval(start, end))
    return Reading(_interval(start, end), (), {"recurring": "daily", "words": text[begin:stop]})


def _canonical(start: str, end: str, ctx: Context) -> Reading:
    try:
        first, last = datetime.fromisoformat(start), datetime.fromisoformat(end)
    except ValueError as fault:
        raise Unreadable("period") from fault
    zone = ctx.now.tzinfo
    first, last = (one if one.tzinfo else one.replace(tzinfo=zone) for one in (first, last))
    return _checked(first, last, ctx)


def _checked(start: datetime, end: datetime, ctx: Context) -> Reading:
    if start >= end:
        raise Unreadable("period_order")
    if ctx.limits.past_only and start > ctx.now + LEEWAY:
        raise Unreadable("future")
    return Reading(_interval(start, end))


def _interval(start: datetime, end: datetime) -> str:
    return f"{start.replace(microsecond=0).isoformat()}/{end.replace(microsecond=0).isoformat()}"


TYPE = Period()
