"""A customer's or contract's number at a utility, a fund or a bank. Canonical: its digits, letters in upper case.

Every company has its own shape: 6 to 20 digits are usual, anything else with a digit in it only warns.
"""
from __future__ import annotations

import re

from gateway.errors import Unreadable
from gateway.fields.base import Context, Reading, Span, Value
from gateway.fields.folding import compact, fold, in_groups, trimmed
from gateway.fields.spans import MAX_SPANS, only, span
from gateway.fields.text import words_of

MAX_ANSWER = 120
SHAPE = "account_number_shape"
_USUAL = re.compile(r"\d{6,20}")
_WHOLE = re.compile(r"(?=[A-Z]*\d)[A-Z0-9]{2,30}")
_CUE = (
    r"(?:客户|用户|缴费|户|账|卡)(?:编?号)码?"
    r"|(?<![a-z])(?:account|customer|consumer|contract|meter|card)(?: number| no\.?| id| #)"
)
_IS = r"\s{0,3}(?:是|为|:|is|#)?\s{0,3}"
_LABEL = re.compile(
    rf"^(?:(?:我家?的?|水费|电费|燃气|煤气|公积金|银行|社保|个人|my|the|our)\s*)*(?:{_CUE}){_IS}", re.IGNORECASE
)
_FOUND = re.compile(
    rf"(?=[客用缴户账卡acm])(?:{_CUE}){_IS}(?P<code>\d(?:[ -]?\d){{5,19}})(?![A-Za-z0-9])", re.IGNORECASE
)


class AccountNumber:
    name = "account_number"
    datatype = "string"

    def find(self, text: str, ctx: Context) -> list[Span]:
        """Digits behind a word for account; a number without one could be anything."""
        spans: list[Span] = []
        for hit in _FOUND.finditer(fold(text)):
            spans.append(span(text, *hit.span("code"), _reading(compact(hit["code"]))))
            if len(spans) == MAX_SPANS:
                break
        return spans

    def read(self, text: str, ctx: Context) -> Reading:
        if len(text) > MAX_ANSWER:
            raise Unreadable("account_number")
        answer = _LABEL.sub("", trimmed(text))
        code = compact(answer)
        if not _WHOLE.fullmatch(code) or not in_groups(answer):
            return only(self.find(text, ctx), "account_number")
        return _reading(code)

    def validate(self, value: Value, ctx: Context) -> Reading:
        return self.read(words_of(value, "account_number"), ctx)

    def show(self, value: Value, ctx: Context) -> str:
        return str(value)


def _reading(code: str) -> Reading:
    return Reading(code, () if _USUAL.fullmatch(code) else (SHAPE,))


TYPE = AccountNumber()
