"""One of the template's options, named by value, label, alias or ordinal. Canonical: the option's value."""
from __future__ import annotations

import re

from gateway.errors import Unreadable
from gateway.fields.base import Context, Option, Reading, Span, Value
from gateway.fields.folding import MAX_TEXT, tidy
from gateway.fields.labels import OTHER, answered, hits
from gateway.fields.spans import MAX_SPANS, span
from gateway.fields.text import words_of

_MAX_WORDS = 200
_OTHER_WORDS = re.compile(
    r"\s*(?:其他|其它|别的|others?|something else)\s*(?:[:：,，(（\-—]|是|is)?\s*(?P<words>.+?)[)）]?\s*",
    re.IGNORECASE | re.DOTALL,
)


class Choice:
    name = "choice"
    datatype = "singlevaluelist"

    def find(self, text: str, ctx: Context) -> list[Span]:
        """Each option that is named; the dialogue asks when several are."""
        spans = []
        for hit in hits(text, ctx.options):
            spans.append(span(text, hit.start, hit.end, Reading(hit.value)))
            if len(spans) == MAX_SPANS:
                break
        return spans

    def read(self, text: str, ctx: Context) -> Reading:
        """`other` keeps the words that follow it in resolved["words"]."""
        value = answered(text[:MAX_TEXT], ctx.options)
        if value is not None:
            return Reading(value)
        words = other_words(text, ctx.options)
        if words:
            return Reading(OTHER, (), {"words": words})
        named = {hit.value for hit in hits(text, ctx.options)}
        if len(named) != 1:
            raise Unreadable("choice_several" if named else "choice")
        return Reading(named.pop())

    def validate(self, value: Value, ctx: Context) -> Reading:
        return self.read(words_of(value, "choice"), ctx)

    def show(self, value: Value, ctx: Context) -> str:
        return label(str(value), ctx)


def other_words(text: str, options: tuple[Option, ...]) -> str | None:
    """What follows 其他: / other: when the template offers `other`."""
    if len(text) > _MAX_WORDS or all(option.value != OTHER for option in options):
        return None
    found = _OTHER_WORDS.fullmatch(tidy(text))
    return found["words"] if found else None


def label(value: str, ctx: Context) -> str:
    """The option's label, the value itself for one the template no longer has."""
    return next((option.label.of(ctx.language) for option in ctx.options if option.value == value), value)


TYPE = Choice()
