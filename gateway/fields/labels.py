"""Options and the words people use for them: labels, aliases, ordinals, in zh and en."""
from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from gateway.fields.base import Option
from gateway.fields.folding import bare, fold, fold_lower, lower

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
# A label right after one of these is denied: 不满意 is not 满意, "not damaged" is not "damaged", nor is it wished for
# or meant: 不是要退款, "I don't want a refund", "it isn't about the money"; 怕, 是不是 and "in case" only fear or ask.
_DENIED = re.compile(
    r"(?:不|不要|不想要?|不是(?:要|说|因为|为了|来|想)?|没|没有|未|非|无|别|并非|并未|不太|不很|不够|不求|不图|不需要|不用|用不着|不打算"
    r"|没打算|只肯|只愿意|只答应|最多|顶多|是不是|会不会|万一|担心|(?<![恐可])怕)\s*$"
    r"|(?:(?<![a-z])(?:not|no|never|without|isn't|wasn't|aren't|than|instead of|apart from|in case)|n't)"
    r"\s+(?:\w{1,8}\s+)?$"
    r"|(?:(?<![a-z])not|n't)\s+(?:want(?:ing)?|need|after|about|asking for|looking for|interested in|here for)\s+"
    r"(?:(?:a|an|the|any|my|your|their|another|to|get|be|have)\s+){0,3}$"
)
# And right before one of these: 退款就不用了, 工资准时, "the bill is fine, but".
_WAIVED = re.compile(
    r"(?:款|钱|费)?(?:这块|的事情?|的问题|方面)?(?:也|都|就|倒|倒是|是|先|我)?"
    r"(?:(?<=(?<!报)修)了?(?:[一二两三四五六七八九十几好\d]{1,2})[回次遍]|算了|不用了?(?=[,，。.!]|$)|不要了|不必|免了|没毛病|没问题|不是问题|不是重点|不说|另说|准时|按时|不怪|不图)"
    r"|\s(?:(?:is|was|are|were)\s)?(?:all\s)?(?:fine|ok|okay|punctual|not the (?:problem|issue|point)|beside the point)"
)
# 主要是电, 先说电吧, it's the power: what stands around the one word of an answer.
_FILLER = re.compile(
    r"(?:(?:应该|可能|大概|好像|主要|就|还|都|那就|那)?(?:是|算)|先说|选|要"
    r"|it'?s|it is|i think it'?s|mainly|mostly|just)\s*(?:the |a )?"
    r"(?P<word>.{1,12}?)\s*(?:吧|的吧|的|了|的问题|那个|这个|问题)?")
# Said in passing all the time; they are an option only as the whole answer.
_PRONOUNS = frozenset({"me", "us", "it", "my", "no", "on"})
_LOOK_BACK = 36
_CODE_PREFIX = 3  # ZTO7532…: a name of three letters is still one before the digits of a code; A1, SF12… are codes
MAX_HITS = 100
_NOT = "n't "  # hasn't, didn't, won't
_OPEN = re.compile("[…~]")
_CHARACTERS_BETWEEN = r"[^,，。.;；!！?？:：\n]{0,6}?"
_WORDS_BETWEEN = r"(?:[ -][^ ,.;!?:\n]+){0,4}? "


@dataclass(frozen=True, slots=True)
class Hit:
    """An option named in folded text at [start, end)."""

    start: int
    end: int
    value: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All words of some options: `exact` for whole answers, `pattern` for free text.

    words    labels and aliases, except of `other`
    meaning  what the pattern finds, letter for letter, or the name of its group → value
    """

    exact: dict[str, str]
    order: tuple[str, ...]
    words: dict[str, str]
    meaning: dict[str, str]
    pattern: re.Pattern[str] | None


@lru_cache(maxsize=2048)
def lexicon(options: tuple[Option, ...]) -> Lexicon:
    exact: dict[str, str] = {}
    words: dict[str, str] = {}
    told: dict[str, str] = {}
    for option in options:
        names = (option.label.zh, option.label.en, *option.aliases)
        for name in names:
            exact.setdefault(bare(name), option.value)
            if option.value != OTHER and len(bare(name)) > 1 and bare(name) not in _PRONOUNS:
                words.setdefault(bare(name), option.value)
        told |= {lower(fold(phrase)): option.value for phrase in option.told}
    exact |= {option.value: option.value for option in options}
    plain = {phrase: value for phrase, value in told.items() if not _OPEN.search(phrase)} | words
    named = {f"p{n}": phrase for n, phrase in enumerate(phrase for phrase in told if phrase not in plain)}
    pattern = _pattern([*((word, "") for word in plain), *((phrase, name) for name, phrase in named.items())])
    meaning = plain | {name: told[phrase] for name, phrase in named.items()}
    return Lexicon(exact, tuple(option.value for option in options), words, meaning, pattern)


def _pattern(sought: list[tuple[str, str]]) -> re.Pattern[str] | None:
    """`sought`: words, and phrases with the name of their group. By first character, then longest first, so that few
    are tried at each place."""
    by_first: dict[str, list[str]] = defaultdict(list)
    for word, name in sorted(sought, key=lambda one: len(one[0]), reverse=True):
        by_first[word[0]].append(f"(?P<{name}>{_phrase(word)})" if name else _bounded(word))
    if not by_first:
        return None
    first = re.escape("".join(by_first))
    return re.compile(f"(?=[{first}])(?:{'|'.join(_beginning(*one) for one in by_first.items())})")


def _beginning(first: str, alternatives: list[str]) -> str:
    return f"(?={re.escape(first)})(?:{'|'.join(alternatives)})"


def _bounded(word: str) -> str:
    begins = word[0].isascii() and word[0].isalnum() and not word.startswith(_NOT)
    before = "(?<![a-z0-9])" if begins else ""
    behind = "a-z" if len(word) >= _CODE_PREFIX else "a-z0-9"
    after = f"(?![{behind}])" if word[-1].isascii() and word[-1].isalnum() else ""
    return before + re.escape(word) + after


def _phrase(told: str) -> str:
    """… stands for up to six characters of the clause, between spaces for up to four words; ~ for any ending."""
    between = _WORDS_BETWEEN if " … " in told else _CHARACTERS_BETWEEN
    return between.join(_bounded(piece.strip()).replace(r"\~", "[a-z]*") for piece in told.split("…"))


def hits(text: str, options: tuple[Option, ...]) -> Iterator[Hit]:
    """Options named in free text, left to right, those that are denied left out."""
    lexical = lexicon(options)
    if lexical.pattern is None:
        return
    folded = fold_lower(text)
    for found in islice(lexical.pattern.finditer(folded), MAX_HITS):
        if not _denied(folded, *found.span()):
            yield Hit(found.start(), found.end(), lexical.meaning[found.lastgroup or found.group()])


def _denied(folded: str, start: int, end: int) -> bool:
    before = folded[max(0, start - _LOOK_BACK):start]
    return bool(_DENIED.search(before) or _WAIVED.match(folded, end))


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
