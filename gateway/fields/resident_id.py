"""The number of an identity card. Canonical: 18 characters, 15 of an old card, letters in upper case.

GB 11643: six digits of the place, the day of birth, three digits, a check digit (ISO 7064 MOD 11-2); cards until 2004
had 15 digits without century and check digit. Foreigners with permanent residence have three letters and
12 digits, since December 2023 18 digits that begin with 9; the residence permits for people from Hong Kong, Macao
and Taiwan begin with 81 to 83. The check digit is the package python-stdnum's; a place is never checked, since
districts come and go.
"""
from __future__ import annotations

import re
from contextlib import suppress
from datetime import date

from stdnum.cn.ric import calc_check_digit

from gateway.errors import Unreadable
from gateway.fields.base import Context, Reading, Span, Value
from gateway.fields.folding import compact, fold, trimmed
from gateway.fields.spans import MAX_SPANS, only, span
from gateway.fields.text import words_of

MAX_ANSWER = 120
CHECK = "resident_id_check"
_WHOLE = re.compile(r"\d{17}[\dX]|\d{15}|[A-Z]{3}\d{12}")
_CUE = r"身份证件?(?:号码?|编号)?|证件号码?|(?<![a-z])(?:id|identity)(?: card)?(?: number| no\.?)?"
_IS = r"\s{0,3}(?:是|为|:|is|#)?\s{0,3}"
_LABEL = re.compile(rf"^(?:(?:我的|本人|my|the)\s*)*(?:{_CUE}){_IS}", re.IGNORECASE)
_CUED = re.compile(rf"(?:{_CUE}){_IS}$", re.IGNORECASE)
_FOUND = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Za-z]{3}\d{12}|\d(?:[ -]?\d){16}[ -]?[\dXx]|\d{15})(?![A-Za-z0-9])"
)
_REACH = 24
_EARLIEST = date(1880, 1, 1)


class ResidentId:
    name = "resident_id"
    datatype = "string"

    def find(self, text: str, ctx: Context) -> list[Span]:
        """18 digits with a day of birth and the right check digit; others only behind a word for identity card."""
        folded = fold(text)
        spans: list[Span] = []
        for hit in _FOUND.finditer(folded):
            code = compact(hit.group())
            told = _CUED.search(folded, max(0, hit.start() - _REACH), hit.start()) is not None
            if _born(code, ctx) and (told or checks(code)):
                spans.append(span(text, hit.start(), hit.end(), _reading(code)))
            if len(spans) == MAX_SPANS:
                break
        return spans

    def read(self, text: str, ctx: Context) -> Reading:
        if len(text) > MAX_ANSWER:
            raise Unreadable("resident_id")
        code = compact(_LABEL.sub("", trimmed(text)))
        if not _WHOLE.fullmatch(code):
            return only(self.find(text, ctx), "resident_id")
        if not _born(code, ctx):
            raise Unreadable("resident_id")
        return _reading(code)

    def validate(self, value: Value, ctx: Context) -> Reading:
        return self.read(words_of(value, "resident_id"), ctx)

    def show(self, value: Value, ctx: Context) -> str:
        return str(value)


def checks(code: str) -> bool:
    """Whether these are 18 characters whose check digit fits."""
    return len(code) == 18 and code[:17].isdigit() and code[17] == calc_check_digit(code)


def _born(code: str, ctx: Context) -> bool:
    """The digits hold a day that has been; those of foreigners' old cards are not looked at."""
    if not code[:3].isdigit():
        return True
    digits = code[6:14] if len(code) == 18 else f"19{code[6:12]}"
    with suppress(ValueError):
        return _EARLIEST <= date.fromisoformat(digits) <= ctx.now.date()
    return False


def _reading(code: str) -> Reading:
    return Reading(code, () if len(code) == 15 or checks(code) else (CHECK,))


TYPE = ResidentId()
