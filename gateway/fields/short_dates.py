"""Dates as short as an answer to "when?" may be: 20号, the 20th, 11.20, 5/3, 20261120. Read in answers, never looked
for in messages, where such digits mean anything."""
from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from gateway.fields.calendars import moved
from gateway.fields.days_zh import N, integer
from gateway.fields.when import Mention

_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d\d)(0[1-9]|1[0-2])([0-3]\d)(?!\d)")
_PAIR = re.compile(r"(?<![\d.:/])(\d{1,2})([./])(\d{1,2})(?![\d:/]|\.\d)")
_DAY = re.compile(
    rf"(?<![\d.月一二三四五六七八九十])({N})[号日]|(?<![a-z])the (\d{{1,2}})(?:st|nd|rd|th)(?![a-z])",
    re.IGNORECASE,
)
_MOST = 2


def short_dates(folded: str, now: datetime) -> tuple[Mention, ...]:
    """At most two, in reading order; those that are no days are left out."""
    found = []
    for shape, read in ((_COMPACT, _compact), (_PAIR, _pair), (_DAY, _day)):
        for hit in shape.finditer(folded):
            try:
                found.append(read(hit, now.date()))
            except ValueError:
                continue
        if found:
            break
    return tuple(found[:_MOST])


def _compact(hit: re.Match[str], today: date) -> Mention:
    return Mention(*hit.span(), date(int(hit[1]), int(hit[2]), int(hit[3])))


def _pair(hit: re.Match[str], today: date) -> Mention:
    """Month and day, as written in China; 20/11 can only be the other way round."""
    first, second = int(hit[1]), int(hit[3])
    turned = first > 12
    number, day = (second, first) if turned else (first, second)
    this = date(today.year, number, day)
    day_ = this if this <= today else date(today.year - 1, number, day)
    either = hit[2] == "/" and not turned and second <= 12 and first != second
    return Mention(*hit.span(), day_, vague=either, loose="year")


def _day(hit: re.Match[str], today: date) -> Mention:
    """The latest day of that number."""
    number = integer(hit[1] or hit[2])
    if number <= today.day:
        return Mention(*hit.span(), today.replace(day=number), loose="month")
    last_month = moved(today.replace(day=1), "month", -1)
    day = last_month + timedelta(days=number - 1)
    if number < 1 or day.month != last_month.month:
        raise ValueError("no day of the month")
    return Mention(*hit.span(), day, loose="month")
