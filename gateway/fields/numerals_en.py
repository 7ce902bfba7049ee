"""English numbers in words: twelve, a dozen, one hundred and twenty, two thousand. All patterns are for lower case."""
from __future__ import annotations

import re
from decimal import Decimal

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_UNITS = {word: place for place, word in enumerate(_ONES)} | {
    word: 10 * place for place, word in enumerate(_TENS, 2)} | {"a": 1, "an": 1}
_SCALES = {"dozen": 12, "hundred": 100, "thousand": 1_000, "million": 1_000_000}
_UNIT = "|".join(sorted(_UNITS.keys() - {"a", "an"}, key=len, reverse=True))
_SCALE = "|".join(_SCALES)
_DIGITS = r"\d{1,4}(?:\.\d{1,2})?"
# twenty five, two thousand three hundred, a dozen, 2 thousand; "a" and digits only before hundred, dozen, …
WORDS = (
    rf"(?:(?:an?|{_DIGITS})[ -](?:{_SCALE})s?|(?:{_UNIT})(?![a-z]))"
    rf"(?:[ -](?:and )?(?:(?:{_UNIT})(?![a-z])|(?:{_SCALE})s?(?![a-z])|{_DIGITS}(?=[ -](?:{_SCALE})))){{0,7}}"
)
_WHOLE = re.compile(WORDS)
_WORD = re.compile(rf"{_DIGITS}|[a-z]+")


def number_en(text: str) -> Decimal:
    """Raises ValueError."""
    words = text.strip().lower()
    if not _WHOLE.fullmatch(words):
        raise ValueError("not a number in words")
    total, part = Decimal(0), Decimal(0)
    for word in _WORD.findall(words):
        scale = _SCALES.get(word) or _SCALES.get(word.removesuffix("s"))
        if scale is None:
            part += Decimal(word) if word[0].isdigit() else _UNITS.get(word, 0)
        elif scale >= 1_000:
            total, part = total + (part or 1) * scale, Decimal(0)
        else:
            part = (part or Decimal(1)) * scale
    return total + part
