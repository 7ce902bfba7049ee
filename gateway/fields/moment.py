"""A point in time. Canonical: RFC 3339 with the city's offset, or the date alone where no time was said."""
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from gateway.errors import Unreadable
from gateway.fields.base import Context, Reading, Span, Value
from gateway.fields.folding import fold
from gateway.fields.short_dates import short_dates
from gateway.fields.spans import MAX_SPANS, apart, span
from gateway.fields.text import words_of
from gateway.fields.time_en import english
from gateway.fields.time_zh import chinese, now_word
from gateway.fields.when import Mention, instant

LEEWAY = timedelta(minutes=5)  # clocks of phones differ
MAX_ANSWER = 200
VAGUE = "moment_vague"
_RFC3339 = re.compile(r"(?<!\d)\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d\d:\d\d)?(?![\d:])")
# What ends lies ahead: 12月5号到期, expires on 5 December; 过期了 and "expired" look back.
_ENDS_ZH = re.compile(r"\s?(?:就要|就|将|会)?(?:到期|截止|失效|期满)(?!了|的时候我)")
_ENDS_EN = re.compile(
    r"(?:expires?|expiring|valid (?:until|till|to)|runs out|ends|due) (?:on |by |until )?(?:the )?$", re.IGNORECASE)
_LOOK_BACK = 24
_SINCE = re.compile(r"(?<![a-z])since (?:about |around )?$", re.IGNORECASE)
_NOW_EN = re.compile(r"(?<![a-z])(?:just now|right now|now)(?![a-z])", re.IGNORECASE)


@lru_cache(maxsize=4)
def mentions(folded: str, now: datetime) -> tuple[Mention, ...]:
    """All points in time of the text, in reading order, without overlaps; the longer mention wins.

    Kept for a moment: moments and periods look for the same.
    """
    found = [*_written(folded, now), *_bounded(chinese(folded, now)), *_bounded(english(folded, now))]
    kept: list[Mention] = []
    for one in sorted(found, key=lambda mention: (mention.start, -mention.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(_ahead(one, folded, now.date()))
    return tuple(kept)


def _ahead(mention: Mention, folded: str, today: date) -> Mention:
    """The next such day instead of the latest, where the words speak of an end and no year was said."""
    day = mention.day
    if mention.loose != "year" or day is None or day >= today or mention.until:
        return mention
    before = folded[max(0, mention.start - _LOOK_BACK):mention.start]
    if not (_ENDS_ZH.match(folded, mention.end) or _ENDS_EN.search(before)):
        return mention
    leap = day.month == 2 and day.day == 29
    return replace(mention, day=day.replace(year=day.year + 1, day=28 if leap else day.day))


def _bounded(found: Iterator[Mention]) -> list[Mention]:
    return [one for one, _ in zip(found, range(2 * MAX_SPANS), strict=False)]


def _written(folded: str, now: datetime) -> Iterator[Mention]:
    """RFC 3339, as forms and browsers send it."""
    for hit in _RFC3339.finditer(folded):
        try:
            moment = datetime.fromisoformat(hit.group().upper().replace(" ", "T"))
            aware = moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)
            mention = Mention(hit.start(), hit.end(), exact=aware.astimezone(now.tzinfo))
        except (ValueError, OverflowError):
            continue
        yield mention


class Moment:
    name = "moment"
    datatype = "datetime"

    def find(self, text: str, ctx: Context) -> list[Span]:
        """Days and times; those in the future are left out where the template wants the past."""
        folded = fold(text)
        spans = []
        for one in mentions(folded, ctx.now):
            reading = None if one.every else _reading(one, ctx)  # what comes back is a period
            if reading is None or (ctx.limits.past_only and is_future(str(reading.value), ctx.now)):
                continue
            spans.append(span(text, one.start, one.end, reading, sure=_dated(one, folded)))
        return apart(spans)

    def read(self, text: str, ctx: Context) -> Reading:
        if len(text) > MAX_ANSWER:
            raise Unreadable("moment")
        folded = fold(text)
        said = mentions(folded, ctx.now) or short_dates(folded, ctx.now)
        found = [reading for one in said if (reading := _reading(one, ctx))]
        if not found and (now_word(folded) or _NOW_EN.search(folded)):
            found = [Reading(ctx.now.replace(microsecond=0).isoformat())]
        if not found:
            raise Unreadable("moment")
        if ctx.limits.past_only and is_future(str(found[0].value), ctx.now):
            raise Unreadable("future")
        return found[0]

    def validate(self, value: Value, ctx: Context) -> Reading:
        return self.read(words_of(value, "moment"), ctx)

    def show(self, value: Value, ctx: Context) -> str:
        return shown(str(value), ctx)


def _dated(mention: Mention, folded: str) -> bool:
    """A day was said, or that it goes on since then: since 5am is the latest 5am."""
    since = _SINCE.search(folded, max(0, mention.start - _LOOK_BACK), mention.start)
    return mention.day is not None or mention.exact is not None or since is not None


def _reading(mention: Mention, ctx: Context) -> Reading | None:
    """None when only a part of some day was said (晚上)."""
    warnings = (VAGUE,) if mention.vague else ()
    moment = instant(mention, ctx.now)
    if moment:
        return Reading(moment.isoformat(), warnings)
    return Reading(mention.day.isoformat(), warnings) if mention.day else None


def is_future(value: str, now: datetime) -> bool:
    if len(value) == 10:
        return date.fromisoformat(value) > now.date()
    return datetime.fromisoformat(value) > now + LEEWAY


def shown(value: str, ctx: Context) -> str:
    """2026年11月22日 21:00 / 22 Nov 2026, 21:00; the text itself when it is no canonical value."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    moment = moment.astimezone(ctx.now.tzinfo) if moment.tzinfo else moment
    chinese_day = f"{moment.year}年{moment.month}月{moment.day}日"
    day = chinese_day if ctx.language == "zh" else f"{moment.day} {moment:%b} {moment.year}"
    if len(value) == 10:
        return day
    return f"{day} {moment:%H:%M}" if ctx.language == "zh" else f"{day}, {moment:%H:%M}"


TYPE = Moment()
