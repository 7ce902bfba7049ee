"""Is this a matter of another line? Some were never merged into 12345; whoever writes to us is told where to go.

The lines and the words that announce their matters are the city's data (city/lines.yaml): what is merged differs
from city to city. It is a hint, never a refusal: a form that the words begin for us goes on behind it.
"""
from __future__ import annotations

import re
from functools import lru_cache

from gateway.fields.city import City, OtherLine
from gateway.fields.folding import fold_lower, tidy

LONGEST = 1000  # characters that are looked at


def elsewhere(text: str, city: City) -> OtherLine | None:
    """The first line whose matter the text speaks of, None for nearly all."""
    plain = fold_lower(tidy(text[:LONGEST]))
    for line, about, unless in _patterns(city):
        if about.search(plain) and not (unless and unless.search(plain)):
            return line
    return None


@lru_cache(maxsize=4)
def _patterns(city: City) -> tuple[tuple[OtherLine, re.Pattern[str], re.Pattern[str] | None], ...]:
    return tuple((line, any_of(line.about), any_of(line.unless) if line.unless else None) for line in city.lines)


def any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """Latin words are whole words; a 汉字 needs no boundary. Raises re.error."""
    return re.compile("|".join(f"(?<![a-z])(?:{one})(?![a-z])" if one.isascii() else f"(?:{one})" for one in words))
