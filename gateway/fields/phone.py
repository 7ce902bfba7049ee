"""A telephone number: mobiles, landlines, service numbers, short codes. Canonical: E.164; short codes stay digits;
an extension in resolved["extension"].

Validity is the package phonenumbers' (numbering plan of each country); short codes such as 12345, 10086 or 95338
are China's own (MIIT's plan of 1xx, 12xxx, 10xxx, 95xxx, 96xxx) and not in it.
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

import phonenumbers

from gateway.errors import Unreadable
from gateway.fields.base import Context, Reading, Span, Value
from gateway.fields.folding import fold, trimmed
from gateway.fields.spans import MAX_SPANS, apart, only, span
from gateway.fields.text import words_of

MAX_ANSWER = 80
_CHINA = 86
_HAN_DIGITS = "零〇一二三四五六七八九幺"
_SPOKEN = str.maketrans(_HAN_DIGITS, "001234567891")
_SHORT = re.compile(r"1(?:10|19|2[02])|12[0-9]{3}|100[0-9]{2}|9[56][0-9]{3,4}|11[46]")
_LOCAL = re.compile(r"[2-8]\d{7}(?!\d|[ -]\d)")
# 8333 0020，前面加020: the area code comes after.
_AREA_AFTER = re.compile(
    r"(?<!\d)([2-8]\d{2,3}[ -]?\d{4})(?!\d)[,，、\s]{0,3}"
    r"(?:前面|区号|area code)要?再?(?:加上?|是|is)?\s?(0\d{2,3})(?!\d)", re.IGNORECASE)
# Digits in groups, as spoken or dialled; never a part of a longer code such as SF1380013800012.
_CANDIDATE = re.compile(
    r"(?<![A-Za-z0-9])(?:\+\d{1,3}[ -]{0,2})?(?:\(\d{2,4}\)[ -]?)?\d{2,12}(?:[ .-]\d{2,8}){0,4}(?![A-Za-z0-9])"
)
_HAN_RUN = re.compile(rf"(?<![{_HAN_DIGITS}\d])[{_HAN_DIGITS}](?:[ -]?[{_HAN_DIGITS}\d]){{9,12}}(?![{_HAN_DIGITS}\d])")
_WORDS = {word: str(digit) for digit, word in enumerate(
    ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"))} | {"oh": "0", "o": "0"}
_TIMES = {"double": 2, "triple": 3, "treble": 3}
_WORD = rf"(?:(?:{'|'.join(_TIMES)})[ -])?(?:{'|'.join(_WORDS)}|\d{{1,4}})(?![a-z0-9])"
_EN_RUN = re.compile(rf"(?<![a-z0-9]){_WORD}(?:,?[ -]{_WORD}){{2,13}}", re.IGNORECASE)
_WORD_AHEAD = re.compile(r"(?:one|zero|double|oh|triple)[ -]", re.IGNORECASE)
_LETTER = re.compile("[A-Za-z]")
_LABEL = re.compile(
    r"^(?:我的|my)?\s*(?:手机号?码?|电话号?码?|联系电话|手机|number|phone|mobile|tel)?\s*(?:是|为|is)?\s*[:：]?\s*",
    re.IGNORECASE,
)
_EXTENSION = re.compile(r"\s*(?:转|ext(?:ension)?\.?|x|(?<=\d{7})-)\s*(?:分机号?)?\s*(\d{1,6})(?!\d)", re.IGNORECASE)
_AREA = re.compile(
    r"(?:区号|前面|前头|area code)\D{0,8}(?P<after>0\d{2,3})(?!\d)"
    r"|(?<!\d)(?P<before>0\d{2,3})(?=\s?(?:的|是区号|区号|in front|first|before|as (?:the )?area code))", re.IGNORECASE)
_SUBSCRIBER = re.compile(r"(?<!\d)[2-8]\d{2,3}[ -]?\d{4}(?!\d)")
_JOINTS = re.compile(r"[\s()\-.·]")
_ABROAD = re.compile(r"^00(?=[1-9])")


class Phone:
    name = "phone"
    datatype = "string"

    def find(self, text: str, ctx: Context) -> list[Span]:
        """Digits, and digits in words as voice input writes them; an extension belongs to its number."""
        folded = fold(text)
        plain = _HAN_RUN.sub(_as_digits, folded)
        spans: list[Span] = []
        for hit in sorted((*_CANDIDATE.finditer(plain), *_in_words(plain)), key=lambda hit: hit.start()):
            number = _international(_digits(hit.group()))
            if number:
                extension = _EXTENSION.match(plain, hit.end())
                end = extension.end() if extension else hit.end()
                spans.append(span(text, hit.start(), end, _reading(number, extension)))
            if len(spans) == MAX_SPANS:
                break
        for hit in islice(_AREA_AFTER.finditer(plain), MAX_SPANS):
            number = _international(hit[2] + _digits(hit[1]))
            spans += [span(text, hit.start(), hit.end(), Reading(number))] if number else []
        return apart(spans)

    def read(self, text: str, ctx: Context) -> Reading:
        if len(text) > 4 * MAX_ANSWER:
            raise Unreadable("phone")
        answer = _joined(_LABEL.sub("", trimmed(text)).translate(_SPOKEN))
        extension = _EXTENSION.search(answer)
        digits = _digits(answer[:extension.start()] if extension and extension.end() == len(answer) else answer)
        if _SHORT.fullmatch(digits):
            return Reading(digits)
        local = _LOCAL.fullmatch(digits) or _LOCAL.match(answer)  # 83330000，这是家里座机
        if local and ctx.city.area_code:
            digits = ctx.city.area_code + local.group()
        number = _international(digits) if re.fullmatch(r"\+?\d{7,15}", digits) else None
        return _reading(number, extension) if number else only(self.find(text, ctx), "phone")

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


def _reading(number: str, extension: re.Match[str] | None) -> Reading:
    """The extension stands beside the number, which is E.164 alone."""
    return Reading(number, (), {"extension": extension[1]} if extension else None)


def _joined(answer: str) -> str:
    """8333 0020，前面加020: the area code that is said apart stands in front."""
    area = _AREA.search(answer)
    local = _SUBSCRIBER.search(answer[:area.start()] + " " + answer[area.end():]) if area else None
    return (area["after"] or area["before"]) + local.group() if area and local else answer


def _as_digits(run: re.Match[str]) -> str:
    return run.group().translate(_SPOKEN)


def _in_words(plain: str) -> Iterator[re.Match[str]]:
    """one three eight double zero …"""
    if not _WORD_AHEAD.search(plain):
        return iter(())
    return (hit for hit in islice(_EN_RUN.finditer(plain), MAX_SPANS) if _LETTER.search(hit.group()))


def _digits(text: str) -> str:
    """Without joints; words as their digits, double eight as 88."""
    if not _LETTER.search(text):
        return _JOINTS.sub("", text)
    digits, times = "", 1
    for word in re.findall(r"[a-z]+|\d+|\+", text.lower()):
        if word in _TIMES:
            times = _TIMES[word]
        else:
            digits, times = digits + _WORDS.get(word, word) * times, 1
    return digits


def _international(text: str) -> str | None:
    """E.164 of a valid number, else None."""
    text = _ABROAD.sub("+", text)
    if not 7 <= len(text) <= 16:
        return None
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        return None
    abroad = number.country_code != _CHINA and text.startswith("+")  # their plans change without us
    if not (phonenumbers.is_valid_number(number) or (abroad and phonenumbers.is_possible_number(number))):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


_REACHED = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)


def mobile(number: str) -> str | None:
    """E.164 of a number as a carrier writes it, when text messages reach it: at home, or with its country code with or
    without +. None for 12345 (which would parse to +8612345), for 106… and 955…, landlines, premium and free ones."""
    digits = _ABROAD.sub("+", _JOINTS.sub("", number.strip()))
    for written in (digits, digits if digits.startswith("+") else f"+{digits}"):
        try:
            parsed = phonenumbers.parse(written, "CN")
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(parsed) and phonenumbers.number_type(parsed) in _REACHED:
            return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return None


TYPE = Phone()
