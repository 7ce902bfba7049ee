"""Free text: NFC, no control or invisible characters, a length. Never looked for, only asked."""
from __future__ import annotations

import re

from gateway.errors import Unreadable
from gateway.fields.base import Context, Reading, Span, Value
from gateway.fields.folding import tidy

MAX_LENGTH = 2000


def checked(text: str, low: int, high: int) -> str:
    """The tidied text. Raises Unreadable(empty | too_short | too_long)."""
    kept = tidy(text) if len(text) <= 4 * high else text
    if not kept:
        raise Unreadable("empty")
    if len(kept) < low:
        raise Unreadable("too_short", min=str(low))
    if len(kept) > high:
        raise Unreadable("too_long", max=str(high))
    return kept


def words_of(value: Value, code: str) -> str:
    """The value as a string. Raises Unreadable(code) for another type; a number from a form counts as its digits."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise Unreadable(code)
    return value if isinstance(value, str) else str(value)


class Text:
    name = "text"
    datatype = "text"

    def find(self, text: str, ctx: Context) -> list[Span]:
        return []

    def read(self, text: str, ctx: Context) -> Reading:
        limits = ctx.limits
        kept = checked(text, limits.min_length or 1, limits.max_length or MAX_LENGTH)
        if limits.pattern and not re.fullmatch(limits.pattern, kept):
            raise Unreadable("pattern")
        return Reading(kept)

    def validate(self, value: Value, ctx: Context) -> Reading:
        return self.read(words_of(value, "text"), ctx)

    def show(self, value: Value, ctx: Context) -> str:
        return str(value)


TYPE = Text()
