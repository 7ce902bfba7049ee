"""Whether a translation may be shown: every value in it, nothing invented, numbers, script and length right. Pure.

It cannot say that a translation is good; it says that nothing which counts was lost or changed. Faults are words:
empty, lost, duplicated, invented, token, number, script, echo, repeated, long, short, case, markup, hidden, chatter.
"""
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from translate.masking import Masked
from translate.numbers import Numbers, digits, plain
from translate.numbers_en import numbers_en
from translate.numbers_zh import numbers_zh
from translate.tokens import tokens

_HAN, _KANA, _HANGUL = "\u3400-\u4dbf\u4e00-\u9fff", "\u3040-\u30ff", "\uac00-\ud7af"
_SCRIPTS = {
    "zh": _HAN, "ja": _HAN + _KANA, "ko": _HANGUL, "ru": "\u0400-\u04ff", "ar": "\u0600-\u06ff\u0750-\u077f",
}
_LATIN = "A-Za-z\u00c0-\u024f"
_ANY = re.compile(f"[{_LATIN}{_HAN}{_KANA}{_HANGUL}\u0400-\u04ff\u0600-\u06ff\u0750-\u077f]")
_BRACKETED = re.compile(r"[(（][^()（）]{0,40}[)）]")
_WORDS: dict[str, Callable[[str], Numbers]] = {"zh": numbers_zh, "en": numbers_en}

_AGAIN = re.compile(r"(.{1,40}?)\1{5,}", re.DOTALL)
_MARKUP = re.compile(r"&(?:[a-z]{2,8}|#\d{1,6}|#x[0-9a-f]{1,6});|</?[a-z][^<>]{0,200}>", re.IGNORECASE)
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_MOST_TIMES, _MOST_MORE = 6, 40
# Of the source's length: a page of Chinese is some four pages of letters. Below it, something is left out.
_LEAST = {("zh", "Latin"): 0.8, ("Latin", "zh"): 0.12}
_LEAST_ELSE, _JUDGED = 0.3, 24
_SHOUTED = 8
_CHATTER = re.compile(
    r"\s*(?:(?:sure|certainly)\b[,!]|here(?:'s| is) the\b.{0,20}\btranslation|translation:|(?:译文|翻译)[:：]"
    r"|以下是.{0,6}翻译)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Pair:
    """The masked text, and its translation with tidy placeholders."""

    masked: Masked
    answer: str
    source: str
    to: str

    @property
    def rest(self) -> str:
        """The translation without its placeholders."""
        return self.masked.shape.pattern.sub(" ", self.answer)


def faults(pair: Pair) -> tuple[str, ...]:
    """() where it may be shown."""
    if not pair.answer.strip():
        return ("empty",)
    return tuple(dict.fromkeys([*_placeholders(pair), *(name for name, found in _CHECKS.items() if found(pair))]))


def _placeholders(pair: Pair) -> Iterator[str]:
    """Each at least once and at most as often as in the text; none that was not there."""
    pattern = pair.masked.shape.pattern
    wanted, got = (Counter(int(n) for n in pattern.findall(text)) for text in (pair.masked.text, pair.answer))
    if wanted - got and any(not got[n] for n in wanted):
        yield "lost"
    if any(got[n] > times for n, times in wanted.items()):
        yield "duplicated"
    if got.keys() - wanted.keys() or pair.masked.shape.taken(pair.rest):
        yield "invented"


def _token(pair: Pair) -> bool:
    """A link, phone or long number that was not in the text; emoji do no harm."""
    return any(kind != "emoji" for kind, _, _ in tokens(pair.rest))


def _number(pair: Pair) -> bool:
    ours, theirs = _numbers(pair.masked.bare, pair.source), _numbers(pair.rest, pair.to)
    if pair.source not in _WORDS or pair.to not in _WORDS:  # words of numbers are read in two languages only
        ours, theirs = _in_digits(pair.masked.bare, ours), _in_digits(pair.rest, theirs)
    return bool(ours.said - theirs.may or theirs.said - ours.may)


def _numbers(text: str, language: str) -> Numbers:
    return _WORDS[language](text) if language in _WORDS else _in_digits(text, Numbers())


def _in_digits(text: str, known: Numbers) -> Numbers:
    """Said is only what is written in digits."""
    found = Numbers()
    digits(plain(text), found)
    return Numbers(found.said, found.may | known.may)


def _script(pair: Pair) -> bool:
    """Han beside Latin only in brackets, as names are: Tianhe (天河区). Elsewhere most letters are the language's."""
    rest = _BRACKETED.sub(" ", pair.rest) if _script_of(pair.to) == "Latin" else pair.rest
    letters = _ANY.findall(rest)
    right = re.findall(f"[{_SCRIPTS.get(pair.to, _LATIN)}]", rest)
    if not letters:
        return bool(_ANY.search(pair.masked.bare))
    if pair.to == "ja" and len(letters) >= 12 and not re.search(f"[{_KANA}]", rest):
        return True
    if _script_of(pair.to) == "Latin":
        return len(right) < len(letters)
    return len(right) * 2 < len(letters) and len(letters) - len(right) >= 8


def _script_of(language: str) -> str:
    return language if language in _SCRIPTS else "Latin"


def _echo(pair: Pair) -> bool:
    return " ".join(pair.answer.lower().split()) == " ".join(pair.masked.text.lower().split())


def _repeated(pair: Pair) -> bool:
    return bool(_AGAIN.search(pair.rest)) and not _AGAIN.search(pair.masked.bare)


def _long(pair: Pair) -> bool:
    return len(pair.answer) > _MOST_TIMES * len(pair.masked.text) + _MOST_MORE


def _short(pair: Pair) -> bool:
    ways = _script_of(pair.source), _script_of(pair.to)
    ours = len("".join(_ANY.findall(pair.masked.bare)))
    return ours >= _JUDGED and len("".join(_ANY.findall(pair.rest))) < ours * _LEAST.get(ways, _LEAST_ELSE)


def _case(pair: Pair) -> bool:
    """All in capitals, as LibreTranslate writes when the text's only letters were a tracking number's."""
    return _shouts(pair.rest) and not _shouts(pair.masked.bare)


def _shouts(text: str) -> bool:
    letters = re.findall(r"[A-Za-z]", text)
    return len(letters) >= _SHOUTED and all(letter.isupper() for letter in letters)


def _markup(pair: Pair) -> bool:
    return bool(set(_MARKUP.findall(pair.rest)) - set(_MARKUP.findall(pair.masked.bare)))


def _hidden(pair: Pair) -> bool:
    return bool(_HIDDEN.search(pair.answer)) and not _HIDDEN.search(pair.masked.text)


def _chatter(pair: Pair) -> bool:
    return bool(_CHATTER.match(pair.answer)) and not _CHATTER.match(pair.masked.text)


_CHECKS: dict[str, Callable[[Pair], bool]] = {
    "token": _token, "number": _number, "script": _script, "echo": _echo, "repeated": _repeated, "long": _long,
    "short": _short, "case": _case, "markup": _markup, "hidden": _hidden, "chatter": _chatter,
}
