"""A passport's number. Canonical: letters and digits in upper case. Unknown shapes only warn.

ICAO 9303 allows nine characters in the field for it; China's: E, EA … EZ (electronic), G (until 2012), D, P and S with
or without E (diplomatic, public affairs, service), K, KJ and H (Hong Kong), MA, MB (Macao), 14 and 15 (before G).
"""
from __future__ import annotations

import re

from gateway.errors import Unreadable
from gateway.fields.base import Context, Reading, Span, Value
from gateway.fields.folding import compact, fold, in_groups, trimmed
from gateway.fields.spans import MAX_SPANS, only, span
from gateway.fields.text import words_of

MAX_ANSWER = 120
SHAPE = "passport_shape"
_WHOLE = re.compile(r"(?=[A-Z]{0,4}\d|\d)[A-Z0-9]{5,15}")
_CHINESE = re.compile(
    r"[EG]\d{8}|E[A-HJ-NP-Z]\d{7}|[DPS]E?\d{7,8}|1[45]\d{7}|(?:K|KJ|H)\d{7,8}|M[AB]\d{7}"
)
_FOREIGN = re.compile(r"(?=(?:[A-Z]*\d){4})[A-Z0-9]{6,9}")
_CUE = r"护照(?:号码?|编号)?|(?<![a-z])passport(?: number| no\.?)?"
_IS = r"\s{0,3}(?:是|为|:|is|#)?\s{0,3}"
_LABEL = re.compile(rf"^(?:(?:我的|本人|my|the)\s*)*(?:{_CUE}){_IS}", re.IGNORECASE)
_FOUND = re.compile(
    rf"(?:{_CUE}){_IS}(?P<code>(?=[A-Za-z]{{0,3}}[ .-]?\d)[A-Za-z0-9]{{1,15}}(?:[ .-]\d{{2,9}}){{0,3}})(?![A-Za-z0-9])",
    re.IGNORECASE,
)


class Passport:
    name = "passport"
    datatype = "string"

    def find(self, text: str, ctx: Context) -> list[Span]:
        """Only behind the word passport: alone, its shape is that of any order number."""
        spans: list[Span] = []
        for hit in _FOUND.finditer(fold(text)):
            code = compact(hit["code"])
            if _WHOLE.fullmatch(code):
                spans.append(span(text, *hit.span("code"), _reading(code)))
            if len(spans) == MAX_SPANS:
                break
        return spans

    def read(self, text: str, ctx: Context) -> Reading:
        if len(text) > MAX_ANSWER:
            raise Unreadable("passport")
        answer = _LABEL.sub("", trimmed(text))
        code = compact(answer)
        if not _WHOLE.fullmatch(code) or not in_groups(answer):
            return only(self.find(text, ctx), "passport")
        return _reading(code)

    def validate(self, value: Value, ctx: Context) -> Reading:
        return self.read(words_of(value, "passport"), ctx)

    def show(self, value: Value, ctx: Context) -> str:
        return str(value)


def _reading(code: str) -> Reading:
    known = _CHINESE.fullmatch(code) or _FOREIGN.fullmatch(code)
    return Reading(code, () if known else (SHAPE,))


TYPE = Passport()
