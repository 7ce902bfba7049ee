"""Options and the words people use for them: labels, aliases, ordinals, in zh and en."""
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from gateway.fields.base import Option
from gateway.fields.folding import bare, fold_lower

OTHER = "other"

_HAN_ORDER = "一二三四五六七八九十"
_EN_ORDER = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_EN_COUNT = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_ORDINAL = re.compile(
    r"(?:我?选择?)?第?\s*(?P<zh>[一二三四五六七八九十])(?:个|项|条|种)?"
    r"|(?:(?:我?选择?|第|option|choice|number|no\.?|#)\s*)?(?P<digits>\d{1,2})\s*(?:个|项|条|号|[.)、])?"
    rf"|(?:(?:the|option|choice|number)\s+)?(?P<en>{'|'.join(_EN_ORDER + _EN_COUNT)})(?:\s+(?:one|option|choice))?"
    r"|(?:option\s+)?(?P<letter>[a-j])"
)
# A label right after one of these is denied: 不满意 is not 满意, "not damaged" is not "damaged".
_DENIED = re.compile(
    r"(?:不|不要|不想|没|没有|未|非|无|别|不是|并非|并未|不太|不很|不够)\s*$"
    r"|(?:(?<![a-z])(?:not|no|never|without|isn't|wasn't|aren't)|n't)\s+(?:\w{1,8}\s+)?$"
)
# 主要是电, 先说电吧, it's the power: what stands around the one word of an answer.
_FILLER = re.compile(
    r"(?:(?:应该|可能|大概|好像|主要|就|还|都|那就|那)?(?:是|算)|先说|选|要"
    r"|it'?s|it is|i think it'?s|mainly|mostly|just)\s*(?:the |a )?"
    r"(?P<word>.{1,12}?)\s*(?:吧|的吧|的|了|的问题|那个|这个|问题)?")
# Said in passing all the time; they are an option only as the whole answer.
_PRONOUNS = frozenset({"me", "us", "it", "my", "no", "on"})
_LOOK_BACK = 16
_CODE_PREFIX = 3  # ZTO7532…: a name of three letters is still one before the digits of a code; A1, SF12… are codes
MAX_HITS = 100


@dataclass(frozen=True, slots=True)
class Hit:
    """An option named in folded text at [start, end)."""

    start: int
    end: int
    value: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All words of some options: `exact` for whole answers, `pattern` for free text (never `other`)."""

    exact: dict[str, str]
    order: tuple[str, ...]
    words: dict[str, str]
    pattern: re.Pattern[str] | None


@lru_cache(maxsize=512)
def lexicon(options: tuple[Option, ...]) -> Lexicon:
    exact: dict[str, str] = {}
    words: dict[str, str] = {}
    for option in options:
        names = (option.label.zh, option.label.en, *option.aliases)
        for name in names:
            exact.setdefault(bare(name), option.value)
            if option.value != OTHER and len(bare(name)) > 1 and bare(name) not in _PRONOUNS:
                words.setdefault(bare(name), option.value)
    exact |= {option.value: option.value for option in options}
    return Lexicon(exact, tuple(option.value for option in options), words, _pattern(words))


def _pattern(words: dict[str, str]) -> re.Pattern[str] | None:
    """Longest first; Latin words stand alone, 汉字 words may stand anywhere."""
    if not words:
        return None
    first = re.escape("".join({word[0] for word in words}))
    either = "|".join(_bounded(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(f"(?=[{first}])(?:{either})")


def _bounded(word: str) -> str:
    before = "(?<![a-z0-9])" if word[0].isascii() and word[0].isalnum() else ""
    behind = "a-z" if len(word) >= _CODE_PREFIX else "a-z0-9"
    after = f"(?![{behind}])" if word[-1].isascii() and word[-1].isalnum() else ""
    return before + re.escape(word) + after


def hits(text: str, options: tuple[Option, ...]) -> Iterator[Hit]:
    """Options named in free text, left to right, those that are denied left out."""
    lexical = lexicon(options)
    if lexical.pattern is None:
        return
    folded = fold_lower(text)
    for found in islice(lexical.pattern.finditer(folded), MAX_HITS):
        if not _DENIED.search(folded[max(0, found.start() - _LOOK_BACK):found.start()]):
            yield Hit(found.start(), found.end(), lexical.words[found.group()])


def answered(text: str, options: tuple[Option, ...]) -> str | None:
    """The option a whole answer names: by value, label, alias or place in the list."""
    answer = bare(text)
    lexical = lexicon(options)
    if answer in lexical.exact:
        return lexical.exact[answer]
    filled = _FILLER.fullmatch(answer)
    if filled and filled["word"] in lexical.exact:
        return lexical.exact[filled["word"]]
    ordinal = _ORDINAL.fullmatch(answer)
    place = _place(ordinal) if ordinal else None
    return lexical.order[place - 1] if place and place <= len(lexical.order) else None


def _place(ordinal: re.Match[str]) -> int | None:
    if ordinal["digits"]:
        return int(ordinal["digits"])
    if ordinal["zh"]:
        return _HAN_ORDER.index(ordinal["zh"]) + 1
    if ordinal["letter"]:
        return ord(ordinal["letter"]) - ord("a") + 1
    words = _EN_ORDER if ordinal["en"] in _EN_ORDER else _EN_COUNT
    return words.index(ordinal["en"]) + 1
