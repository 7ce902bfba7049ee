"""A stretch of time. Canonical: an ISO 8601 interval "start/end", RFC 3339 with the city's offset.

What comes back (每晚十点到凌晨两点) is given as its latest occurrence so far, with resolved {"recurring": "daily",
"words": …} (or "workdays", "weekly"); what goes on (since last Monday) ends now.
"""
from __future__ import annotations

import re
from datetime import datetime
from itertools import islice

from gateway.errors import Unreadable
from gateway.fields.base import Context, Reading, Span, Value
from gateway.fields.folding import fold
from gateway.fields.moment import LEEWAY, mentions, shown
from gateway.fields.short_dates import short_dates
from gateway.fields.spans import MAX_SPANS, apart, span
from gateway.fields.stretches import Stretch, around, between, stretches
from gateway.fields.text import words_of

MAX_ANSWER = 300
VAGUE = "period_vague"
_INTERVAL = re.compile(r"([^/\s]{10,40})/([^/\s]{10,40})")


class Period:
    name = "period"
    datatype = "string"

    def find(self, text: str, ctx: Context) -> list[Span]:
        """Ranges, "since …", recurring times; guesses carry `period_vague`. A moment alone is no period here."""
        found = [one for one in stretches(fold(text), ctx.now) if not _beyond(one, ctx)]
        return apart(span(text, one.first, one.last, _reading(one, text), sure=not one.alone) for one in found)

    def read(self, text: str, ctx: Context) -> Reading:
        """A range; or one point in time, which then stands for its part of the day, with a warning."""
        if len(text) > MAX_ANSWER:
            raise Unreadable("period")
        folded = fold(text)
        written = _INTERVAL.fullmatch(folded.strip())
        if written:
            return _reading(_written(written[1], written[2], ctx), text)
        told = sorted(islice(stretches(folded, ctx.now), MAX_SPANS), key=lambda one: one.alone)
        found = told[0] if told else _single(folded, ctx)
        if found is None:
            raise Unreadable("period")
        if _beyond(found, ctx):
            raise Unreadable("future")
        return _reading(found, text)

    def validate(self, value: Value, ctx: Context) -> Reading:
        return self.read(words_of(value, "period"), ctx)

    def show(self, value: Value, ctx: Context) -> str:
        start, _, end = str(value).partition("/")
        if not end:
            return shown(start, ctx)
        return f"{shown(start, ctx)} {'至' if ctx.language == 'zh' else 'to'} {shown(end, ctx)}"


def _single(folded: str, ctx: Context) -> Stretch | None:
    named = mentions(folded, ctx.now)
    short = () if named else short_dates(folded, ctx.now)
    if len(short) > 1:
        return between(folded, short[0], short[1], ctx.now)
    wholes = (around(one, ctx.now) for one in named or short)
    return next((whole for whole in wholes if whole), None)


def _written(start: str, end: str, ctx: Context) -> Stretch:
    """An interval in canonical form; local times are the city's."""
    try:
        first, last = datetime.fromisoformat(start), datetime.fromisoformat(end)
    except ValueError as fault:
        raise Unreadable("period") from fault
    first, last = (one if one.tzinfo else one.replace(tzinfo=ctx.now.tzinfo) for one in (first, last))
    if first >= last:
        raise Unreadable("period_order")
    return Stretch(0, 0, first, last)


def _beyond(found: Stretch, ctx: Context) -> bool:
    return ctx.limits.past_only and found.start > ctx.now + LEEWAY


def _reading(found: Stretch, text: str) -> Reading:
    start, end = (one.replace(microsecond=0).isoformat() for one in (found.start, found.end))
    words = {"recurring": found.every, "words": text[found.first:found.last]} if found.every else None
    return Reading(f"{start}/{end}", (VAGUE,) if found.vague else (), words)


TYPE = Period()
