"""One character in, one character out: folded text keeps every offset, so spans refer to what was written.

Full-width forms, circled digits and compatibility characters become their plain form (NFKC) where that is a
single character, traditional characters their simplified one, what cannot be seen a space; all others stay.
"""
from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

MAX_TEXT = 2_000  # characters that `find` looks at: the longest description
REMEMBERED = 64   # texts, of turns that run at the same time and of their clauses

# Blocks that hold compatibility characters: Latin-1 … CJK compatibility, presentation forms … full-width forms.
_BLOCKS = (range(0xA0, 0x3400), range(0xF900, 0xFFF0))
# NFKC leaves these, people mix them.
_ALIKE = {"–": "-", "—": "-", "―": "-", "−": "-", "‑": "-", "‐": "-", "‘": "'", "’": "'", "“": '"', "”": '"'}
# Pairs "國国": a traditional or Cantonese character and the one that patterns are written with.
_VARIANTS = Path(__file__).with_name("variants.txt")
# Control, format and filler characters, lone surrogates, non-characters. Line breaks, tabs and the emoji style stay.
_UNSEEN = (
    (0x00, 0x08), (0x0B, 0x1F), (0x7F, 0x9F), (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160),
    (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F), (0x2028, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164),
    (0xD800, 0xDFFF), (0xFDD0, 0xFDEF), (0xFE00, 0xFE0E), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB),
    (0xFFFE, 0xFFFF), (0xE0000, 0xE007F),
)


def _table() -> dict[int, str]:
    compatible = ((code, unicodedata.normalize("NFKC", chr(code))) for block in _BLOCKS for code in block)
    table = {code: to for code, to in compatible if len(to) == 1 and to != chr(code)}
    simplified = {ord(pair[0]): pair[1] for pair in _VARIANTS.read_text("utf-8").split()}
    unseen = {code: " " for first, last in _UNSEEN for code in range(first, last + 1)}
    return table | simplified | unseen | {ord(one): to for one, to in _ALIKE.items()}


_FOLD = _table()
_LOWER = {code: chr(code).lower() for code in range(0x250) if len(chr(code).lower()) == 1}
_INVISIBLE = re.compile(f"[{''.join(f'{chr(first)}-{chr(last)}' for first, last in _UNSEEN)}]")
_LATIN = re.compile(r"[ -~]{2,}")
_JOINTS = re.compile(r"[\s\-_.·•‧・]")
_EDGES = " \t\r\n,.;:!?。、…·~'\"「」"


@lru_cache(maxsize=REMEMBERED)
def fold(text: str) -> str:
    """The text in plain forms, as long as before, cut at MAX_TEXT. Kept for a moment: every type folds the message."""
    return text[:MAX_TEXT].translate(_FOLD)


@lru_cache(maxsize=REMEMBERED)
def lower(folded: str) -> str:
    """Lower case, one character for one."""
    return folded.lower() if folded.isascii() else folded.translate(_LOWER)


def fold_lower(text: str) -> str:
    """`fold`, in lower case."""
    return lower(fold(text))


def latin_stretches(folded: str) -> Iterator[tuple[int, int]]:
    """[start, end) of every stretch of plain Latin text, so that English patterns skip the rest."""
    for found in _LATIN.finditer(folded):
        yield found.span()


def tidy(text: str) -> str:
    """An answer as written: NFC, without invisible and control characters, trimmed."""
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).strip()


def trimmed(text: str) -> str:
    """A short answer, folded, without the punctuation and spaces around it."""
    return text[:MAX_TEXT].translate(_FOLD).strip(_EDGES)


def bare(text: str) -> str:
    """`trimmed`, in lower case."""
    return lower(trimmed(text))


def compact(text: str) -> str:
    """An identifier in upper case, without the spaces, dashes and dots that it is grouped with."""
    return _JOINTS.sub("", text.translate(_FOLD)).upper()


def in_groups(text: str) -> bool:
    """Whether this may be one identifier: behind the first group each has a digit (SF 1234 5678, not E123 and more)."""
    return all(any(one.isdigit() for one in group) for group in _JOINTS.split(text.strip())[1:] if group)
