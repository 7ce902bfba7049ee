"""A count or a measure: digits or numerals in words, inside the template's bounds."""
from __future__ import annotations

import re
from decimal import Decimal
from itertools import islice

from gateway.errors import Unreadable
from gateway.fields.base import Context, Reading, Span, Value
from gateway.fields.folding import bare, fold
from gateway.fields.numerals import AMOUNT, HAN, number
from gateway.fields.numerals_en import WORDS
from gateway.fields.spans import MAX_SPANS, span
from gateway.fields.text import words_of

# An answer may carry a unit: 65分贝, 3 floors, 约三十户, a dozen households.
_ANSWER = re.compile(
    rf"(?:大概|大约|约|差不多|about|around)?\s*((?:{WORDS})|-?(?:{AMOUNT}))[多几余来]?\s*(?:[^\W\d_]{{0,12}}|%|℃)?(?:左右)?",
    re.IGNORECASE,
)
_ANY = re.compile(
    rf"(?<![A-Za-z0-9第.:/-])(?:(?<![a-z-])(?:{WORDS})(?![a-z])|(?:{AMOUNT})(?![A-Za-z0-9.:/-]))", re.IGNORECASE
)
# In free text only what is surely a count: short digits, or a numeral before a measure word.
_FOUND = re.compile(
    rf"(?=[\d{HAN}atfsen])(?:(?<![A-Za-z0-9.¥-])(?<!\d[ ,])\d{{1,6}}(?:\.\d{{1,2}})?(?![\d,.:/% -]{{0,8}}\d)"
    r"(?!\s?(?:[年月日号点时元块万栋室楼周天]|个?(?:多|半)?(?:月|星期|礼拜|小时|钟头)|[ap]m|yuan|rmb|(?:minute|hour|day|week|month|year)s?(?![a-z])))"
    rf"|(?<![{HAN}第])(?!一[个人位户层节次辆台])[{HAN}]{{1,8}}(?=[几多来]?(?:分贝"
    r"|个(?:人|工友|工人|同事|员工|民工|老乡|兄弟|孩子|同学)|口人|人|位|户|层|节|次|辆|台))"
    r"|(?<![a-z])(?:a|two|three|four) dozen(?![a-z])"
    r"|(?<![a-z])(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
    r"(?= (?:\w+ )?of (?:us|them|my|our)(?![a-z])))",
    re.IGNORECASE,
)
# 就我自己, just me: one; 我们俩: two; 一个都没有: none. 一节都没上 begins like one, and who knows of what it is none?
_ALONE = re.compile(
    r"(?:就|只有|只|仅)?(?:我|本人)(?:自己|一个人?|本人)?(?:一个人?)?"
    r"|(?:just|only)? ?(?:me|myself|one person)(?: alone| only)?")
_PAIR = re.compile(r"(?:就|只有)?(?:我们|我和\w{1,4})(?:俩|两个人?|二人)|(?:both|two|the two) of us")
_NONE = re.compile(r"一\w{1,2}(?:都|也)没(?:有|剩|剩下|了)了?|none(?: left| at all)?|not (?:a single one|one) left")
_NOT_ONE = re.compile(r"一\w{1,2}(?:都|也)[没不]|not (?:a single|one)")
_FAMILY = re.compile(r"(?:我们)?一家(?P<n>\d|[二两三四五六七八九])口")  # 一家三口: three
MAX_ANSWER = 40


class Number:
    name = "number"
    datatype = "number"

    def find(self, text: str, ctx: Context) -> list[Span]:
        """Never sure: a number belongs to the field whose words stand beside it."""
        spans: list[Span] = []
        for hit in islice(_FOUND.finditer(fold(text)), MAX_SPANS):
            try:
                reading = Reading(_bounded(number(hit.group()), ctx))
            except (ValueError, Unreadable):
                continue
            spans.append(span(text, hit.start(), hit.end(), reading, sure=False))
        return spans

    def read(self, text: str, ctx: Context) -> Reading:
        plain = bare(text[: MAX_ANSWER + 1])
        few = _few(plain)
        if few is not None:
            return Reading(_bounded(Decimal(few), ctx))
        answer, family = _ANSWER.fullmatch(plain), _FAMILY.search(plain)
        said = [family["n"]] if family else [answer.group(1)] if answer else _ANY.findall(plain)
        if len(said) != 1 or len(text.strip()) > MAX_ANSWER or _NOT_ONE.match(plain):
            raise Unreadable("number")
        try:
            return Reading(_bounded(number(said[0]), ctx))
        except ValueError as fault:
            raise Unreadable("number") from fault

    def validate(self, value: Value, ctx: Context) -> Reading:
        return self.read(words_of(value, "number"), ctx)

    def show(self, value: Value, ctx: Context) -> str:
        return str(value)


def _few(plain: str) -> int | None:
    """What people say instead of a figure: 0, 1 or 2."""
    said = (_NONE.fullmatch(plain), _ALONE.fullmatch(plain), _PAIR.fullmatch(plain))
    return next((count for count, hit in enumerate(said) if hit), None)


def _bounded(amount: Decimal, ctx: Context) -> int | float:
    low, high = ctx.limits.min, ctx.limits.max
    if low is not None and amount < Decimal(str(low)):
        raise Unreadable("number_low", min=f"{low:g}")
    if high is not None and amount > Decimal(str(high)):
        raise Unreadable("number_high", max=f"{high:g}")
    return int(amount) if amount == amount.to_integral_value() else float(amount)


TYPE = Number()
