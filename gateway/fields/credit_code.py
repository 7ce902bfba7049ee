"""The unified social credit code of a firm or institution. Canonical: 18 characters in upper case.

GB 32100-2015: authority, kind, six digits of the place, nine of the organisation, a check character; the letters
I, O, S, V, Z are not used. The check character is the package python-stdnum's; codes in use are known to fail it
(early ones), so that it only warns. Older papers carry a registration number (15 digits) or an organisation's
code (9 characters): kept with a warning.
"""
from __future__ import annotations

import re

from stdnum.cn.uscc import calc_check_digit

from gateway.errors import Unreadable
from gateway.fields import resident_id
from gateway.fields.base import Context, Reading, Span, Value
from gateway.fields.folding import compact, fold, trimmed
from gateway.fields.spans import MAX_SPANS, only, span
from gateway.fields.text import words_of

MAX_ANSWER = 120
CHECK, SHAPE = "credit_code_check", "credit_code_shape"
_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}")
_WHOLE = re.compile(r"(?=[A-Z]*\d)[A-Z0-9]{18}|\d{15}|[A-Z0-9]{8}[\dX]")
_ALIKE = str.maketrans("IOZS", "1025")  # letters that the code does not use, taken for what they look like
_CUE = (
    r"(?:统一)?(?:社会)?信用代码|税号|纳税人识别号|机构代码|注册号|营业执照号?码?"
    r"|(?<![a-z])(?:(?:unified )?(?:social )?credit|tax|registration) (?:id|code|number|no\.?)"
)
_IS = r"\s{0,3}(?:是|为|:|is|#)?\s{0,3}"
_LABEL = re.compile(rf"^(?:(?:我们?的?|公司的?|my|our|the)\s*)*(?:{_CUE}){_IS}", re.IGNORECASE)
_CUED = re.compile(rf"(?:{_CUE}){_IS}$", re.IGNORECASE)
_FOUND = re.compile(r"(?<![A-Za-z0-9])(?=[A-Za-z]?\d)[A-Za-z0-9](?:[ -]?[A-Za-z0-9]){17}(?![A-Za-z0-9])")
_REACH = 40


class CreditCode:
    name = "credit_code"
    datatype = "string"

    def find(self, text: str, ctx: Context) -> list[Span]:
        """18 characters whose check fits and that are no identity card's; others only behind their name."""
        folded = fold(text)
        spans: list[Span] = []
        for hit in _FOUND.finditer(folded):
            code = repaired(hit.group())
            told = _CUED.search(folded, max(0, hit.start() - _REACH), hit.start()) is not None
            if _CODE.fullmatch(code) and (told or (checks(code) and not resident_id.checks(code))):
                spans.append(span(text, hit.start(), hit.end(), _reading(code)))
            if len(spans) == MAX_SPANS:
                break
        return spans

    def read(self, text: str, ctx: Context) -> Reading:
        if len(text) > MAX_ANSWER:
            raise Unreadable("credit_code")
        code = repaired(_LABEL.sub("", trimmed(text)))
        return _reading(code) if _WHOLE.fullmatch(code) else only(self.find(text, ctx), "credit_code")

    def validate(self, value: Value, ctx: Context) -> Reading:
        return self.read(words_of(value, "credit_code"), ctx)

    def show(self, value: Value, ctx: Context) -> str:
        return str(value)


def repaired(text: str) -> str:
    return compact(text).translate(_ALIKE)


def checks(code: str) -> bool:
    return _CODE.fullmatch(code) is not None and code[17] == calc_check_digit(code)


def _reading(code: str) -> Reading:
    if len(code) != 18 or not _CODE.fullmatch(code):
        return Reading(code, (SHAPE,))
    return Reading(code, () if checks(code) else (CHECK,))


TYPE = CreditCode()
