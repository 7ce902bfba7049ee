"""Spans that were found: how they are made, sorted, and kept apart."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.errors import Unreadable
from gateway.fields.base import Reading, Span

MAX_SPANS = 20  # nobody names more things of one kind in a message; floods cost nothing beyond it


def span(text: str, start: int, end: int, reading: Reading, role: str | None = None, *, sure: bool = True) -> Span:
    """The span of text[start:end]."""
    return Span(start, end, text[start:end], reading, role, sure)


def apart(spans: Iterable[Span]) -> list[Span]:
    """In reading order, without overlaps: the longer one stays, at equal length the earlier one."""
    kept: list[Span] = []
    for one in sorted(spans, key=lambda found: (found.start - found.end, found.start)):
        if all(one.end <= other.start or other.end <= one.start for other in kept):
            kept.append(one)
        if len(kept) == MAX_SPANS:
            break
    return sorted(kept, key=lambda found: found.start)


def only(spans: Iterable[Span], code: str) -> Reading:
    """What was named, when it is one value. Raises Unreadable(code) for none or several."""
    named = {str(one.reading.value): one.reading for one in spans}
    if len(named) != 1:
        raise Unreadable(code)
    return next(iter(named.values()))


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that looks like what is sought. bare: alone it says too little (a city's name);
    sure: False when its left edge is a guess."""

    start: int
    end: int
    bare: bool = False
    sure: bool = True
