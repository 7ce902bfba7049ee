"""A telephone number: mobiles, landlines, service numbers, short codes. Canonical: E.164; short codes stay digits.

Validity is the package phonenumbers' (numbering plan of each country); short codes such as 12345, 10086 or 95338
are China's own (MIIT's plan of 1xx, 12xxx, 10xxx, 95xxx, 96xxx) and not in it.
"""
from __future__ import annotations

import re

import phonenumbers

from gateway.errors import Unreadable
from gateway.fields.base import Context, Reading, Span, Value
from gateway.fields.folding import fold, trimmed
from gateway.fields.spans import MAX_SPANS, only, span
from gateway.fields.text import words_of

MAX_ANSWER = 40
_CHINA = 86
_SPOKEN = str.maketrans("零〇一二三四五六七八九幺", "001234567891")
_SHORT = re.compile(r"1(?:10|19|2[02])|12[0-9]{3}|100[0-9]{2}|9[56][0-9]{3,4}|11[46]")
# Digits in groups, as spoken or dialled; never a part of a longer code such as SF1380013800012.
_CANDIDATE = re.compile(
    r"(?<![A-Za-z0-9])(?:\+\d{1,3}[ -]{0,2})?(?:\(\d{2,4}\)[ -]?)?\d{2,12}(?:[ -]\d{2,8}){0,4}(?![A-Za-z0-9])"
)
_LABEL = re.compile(
    r"^(?:我的|my)?\s*(?:手机号?码?|电话号?码?|联系电话|手机|number|phone|mobile|tel)?\s*(?:是|为|is)?\s*[:：]?\s*",
    re.IGNORECASE,
)
_EXTENSION = re.compile(r"\s*(?:转|ext\.?|x)\s*\d{1,6}$", re.IGNORECASE)


class Phone:
    name = "phone"
    datatype = "string"

    def find(self, text: str, ctx: Context) -> list[Span]:
        folded = fold(text)
        spans: list[Span] = []
        for hit in _CANDIDATE.finditer(folded):
            number = _international(hit.group())
            if number:
                spans.append(span(text, hit.start(), hit.end(), Reading(number)))
            if len(spans) == MAX_SPANS:
                break
        return spans

    def read(self, text: str, ctx: Context) -> Reading:
        if len(text) > 4 * MAX_ANSWER:
            raise Unreadable("phone")
        answer = _EXTENSION.sub("", _LABEL.sub("", trimmed(text))).translate(_SPOKEN)
        digits = re.sub(r"[\s()\-.·]", "", answer)
        if _SHORT.fullmatch(digits):
            return Reading(digits)
        number = _international(digits) if re.fullmatch(r"\+?\d{7,15}", digits) else None
        if number:
            return Reading(number)
        return only(self.find(text, ctx), "phone")

    def validate(self, value: Value, ctx: Context) -> Reading:
        return self.read(words_of(value, "phone"), ctx)

    def show(self, value: Value, ctx: Context) -> str:
        """Chinese numbers as dialled at home (138 0013 8000), others with their country code."""
        if not str(value).startswith("+"):
            return str(value)
        try:
            number = phonenumbers.parse(str(value))
        except phonenumbers.NumberParseException:
            return str(value)
        home = number.country_code == _CHINA
        shape = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
        return phonenumbers.format_number(number, shape)


def _international(text: str) -> str | None:
    """E.164 of a valid number, else None."""
    digits = sum(character.isdigit() for character in text)
    if not 7 <= digits <= 15:
        return None
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        return None
    abroad = number.country_code != _CHINA and text.startswith("+")  # their plans change without us
    if not (phonenumbers.is_valid_number(number) or (abroad and phonenumbers.is_possible_number(number))):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


TYPE = Phone()
