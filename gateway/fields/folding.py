"""One character in, one character out: folded text keeps every offset, so spans refer to what was written.

Full-width forms, circled digits and compatibility characters become their plain form (NFKC) where that is a
single character; all others stay. Traditional characters stay too: aliases name them where they matter.
"""
from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

MAX_TEXT = 2_500  # characters that `find` looks at: more than the longest description (2,000)

# Blocks that hold compatibility characters: Latin-1 … CJK compatibility, presentation forms … full-width forms.
_BLOCKS = (range(0xA0, 0x3400), range(0xF900, 0xFFF0))
# NFKC leaves these, people mix them: dashes, curly quotes, the ideographic zero.
_ALIKE = {"–": "-", "—": "-", "―": "-", "−": "-", "﹣": "-", "‑": "-", "‐": "-", "‘": "'", "’": "'", "“": '"', "”": '"'}


def _table() -> dict[int, str]:
    folded = ((code, unicodedata.normalize("NFKC", chr(code))) for block in _BLOCKS for code in block)
    table = {code: to for code, to in folded if len(to) == 1 and to != chr(code)}
    return table | {ord(one): to for one, to in _ALIKE.items()}


_FOLD = _table()
_LOWER = {code: chr(code).lower() for code in range(0x250) if len(chr(code).lower()) == 1}
# Control, format and filler characters, lone surrogates, non-characters; line breaks, tabs and emoji styles stay.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
_LATIN = re.compile(r"[ -~]{2,}")
_EDGES = " \t\r\n\u3000\u00a0,.;:!?，。；：！？、…·~～\"'“”‘’「」"


def fold(text: str) -> str:
    """The text in plain forms, as long as before, cut at MAX_TEXT."""
    return text[:MAX_TEXT].translate(_FOLD)


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


def bare(text: str) -> str:
    """A short answer for matching: folded, lower case, without the punctuation and spaces around it."""
    return fold_lower(text).strip(_EDGES)
