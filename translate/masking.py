"""Values give way to placeholders before a text leaves, and come back as they were. Pure.

Masked are the values that the dialogue holds, the longest first, then what translate/tokens.py finds; equal values
share a placeholder. So no engine can change them, and phones, identity numbers and plates do not reach it at all.
"""
from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from translate.tokens import tokens

LEAST = 2  # characters of a known value: a single one is found in other words
_FULL = str.maketrans("［］【】｛｝（）０１２３４５６７８９", "[][]{}()0123456789")


@dataclass(frozen=True, slots=True)
class Shape:
    """How a placeholder is written: `[[1]]`. Engines space it out or use full-width brackets; that is read, too."""

    before: str
    after: str

    def of(self, n: int) -> str:
        return f"{self.before}{n}{self.after}"

    @property
    def pattern(self) -> re.Pattern[str]:
        loose = [r"\s?".join(map(re.escape, mark)) for mark in (self.before, self.after)]
        return re.compile(rf"{loose[0]}\s{{0,2}}(\d{{1,4}})\s{{0,2}}{loose[1]}")

    def taken(self, text: str) -> bool:
        """Whether the text itself has such marks."""
        plain = text.translate(_FULL)
        return self.before in plain or self.after in plain

    def tidy(self, answer: str) -> str:
        """An engine's answer with its placeholders as we write them."""
        found = self.pattern.finditer(answer.translate(_FULL))  # one character for one
        pieces, end = [], 0
        for match in found:
            pieces += [answer[end:match.start()], self.of(int(match[1]))]
            end = match.end()
        return "".join([*pieces, answer[end:]])


SHAPES = {shape.of(1): shape for shape in (
    Shape("[[", "]]"), Shape("{", "}"), Shape("((", "))"), Shape("⟦", "⟧"), Shape("#", "#"),
)}


@dataclass(frozen=True, slots=True)
class Masked:
    """`values[n]` stands where the placeholder n + 1 does."""

    text: str
    shape: Shape
    values: tuple[str, ...] = field(repr=False)

    @property
    def bare(self) -> str:
        """Without the placeholders."""
        return self.shape.pattern.sub(" ", self.text)

    def unmask(self, answer: str) -> str:
        """Placeholders that were never given stay as they are."""
        def value(match: re.Match[str]) -> str:
            n = int(match[1])
            return self.values[n - 1] if 1 <= n <= len(self.values) else match.group()

        return self.shape.pattern.sub(value, answer)


def shapes_for(text: str, preferred: str) -> list[Shape]:
    """Those that the text leaves free, the preferred one first."""
    ordered = [SHAPES[preferred], *(shape for name, shape in SHAPES.items() if name != preferred)]
    return [shape for shape in ordered if not shape.taken(text)]


def mask(text: str, known: Sequence[str], shape: Shape) -> Masked:
    """`shape` must be free in the text."""
    values: dict[str, int] = {}
    pieces, end = [], 0
    for start, stop in _spans(text, known):
        n = values.setdefault(text[start:stop], len(values) + 1)
        pieces += [text[end:start], shape.of(n)]
        end = stop
    return Masked("".join([*pieces, text[end:]]), shape, tuple(values))


def _spans(text: str, known: Sequence[str]) -> list[tuple[int, int]]:
    """What is masked, in order. A known value inside a longer token is a part of that: 12345 in a link."""
    whole = [(start, end) for _, start, end in tokens(text)]
    held = [
        (start, end) for start, end in _known(text, known)
        if not any(first <= start and end <= last and last - first > end - start for first, last in whole)
    ]
    spans, begin = [], 0
    for start, end in [*held, (len(text), len(text))]:
        spans += [(first, last) for _, first, last in tokens(text, begin, start)]
        spans += [(start, end)] if end > start else []
        begin = end
    return spans


def _known(text: str, known: Sequence[str]) -> list[tuple[int, int]]:
    """Where known values stand, whole: 15 is not found in 2150."""
    values = sorted({one for one in known if len(one.strip()) >= LEAST}, key=lambda one: (-len(one), one))
    if not values:
        return []
    pattern = "|".join(
        rf"{_edge(value[0], '<!')}{re.escape(value)}{_edge(value[-1], '!')}" for value in values)
    return [match.span() for match in re.finditer(pattern, text)]


def _edge(character: str, look: str) -> str:
    return rf"(?{look}[A-Za-z0-9])" if character.isascii() and character.isalnum() else ""
