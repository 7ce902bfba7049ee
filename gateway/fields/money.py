"""An amount in yuan: 320元, ¥1,299.00, 1.2万, 三百二十块, 四块五, RMB 50. Canonical: "320.00"."""
from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from gateway.errors import Unreadable
from gateway.fields.base import Context, Reading, Span, Value
from gateway.fields.folding import fold, trimmed
from gateway.fields.numerals import AMOUNT, HAN, number
from gateway.fields.spans import MAX_SPANS, span
from gateway.fields.text import words_of

MOST = Decimal(100_000_000)
MAX_ANSWER = 40
_CENT = Decimal("0.01")

_UNIT = r"块钱|元钱|块|元|圆|yuan|rmb|cny|人民币|kuai"
_BEFORE = r"(?:¥|rmb|cny|人民币)"
# 四块五毛, 3块5, 320元: the part after the unit is tenths, with 分 hundredths.
_TENTHS = rf"(?:[\d{HAN}](?:(?:毛|角)(?:[\d{HAN}]分)?|(?![\w])|(?=[的了吧呢啊])))"
_WHOLE = rf"(?!一块[去来儿走吃玩住干做])(?P<whole>{AMOUNT})[多几余来]?"
_SPOKEN = rf"{_WHOLE}\s*(?:{_UNIT})(?![A-Za-z]|里[大村街站])(?P<rest>{_TENTHS})?"
_SMALL = rf"(?P<tenths>[\d{HAN}]{{1,2}})\s*(?:毛|角)(?:钱)?"
_PREFIXED = rf"{_BEFORE}\s*(?P<amount>{AMOUNT})"
_FOUND = re.compile(
    rf"(?<![A-Za-z0-9.{HAN}])(?:{_PREFIXED}(?:\s*(?:元|块|yuan))?(?!\d)|{_SPOKEN}|{_SMALL})", re.IGNORECASE
)
_BARE = re.compile(rf"{AMOUNT}[多几余来]?", re.IGNORECASE)
_ABOUT = re.compile(
    r"^(?:大概|大约|约|差不多|共|一共|总共|about|around|roughly|approximately|some)\s*|\s*(?:左右|上下|整)$",
    re.IGNORECASE,
)


class Money:
    name = "money"
    datatype = "string"

    def find(self, text: str, ctx: Context) -> list[Span]:
        spans: list[Span] = []
        for hit in _FOUND.finditer(fold(text)):
            amount = _amount(hit)
            if amount is not None and 0 < amount <= MOST:
                spans.append(span(text, hit.start(), hit.end(), Reading(_canonical(amount))))
            if len(spans) == MAX_SPANS:
                break
        return spans

    def read(self, text: str, ctx: Context) -> Reading:
        if len(text) > 4 * MAX_ANSWER:
            raise Unreadable("money")
        answer = _ABOUT.sub("", _ABOUT.sub("", trimmed(text))).strip()
        amount = _whole_answer(answer)
        if amount is None:
            raise Unreadable("money")
        return Reading(_canonical(_bounded(amount, ctx)))

    def validate(self, value: Value, ctx: Context) -> Reading:
        return self.read(words_of(value, "money"), ctx)

    def show(self, value: Value, ctx: Context) -> str:
        amount = f"{Decimal(str(value)):,.2f}"
        amount = amount.removesuffix(".00")
        return f"{amount} 元" if ctx.language == "zh" else f"{amount} yuan"


def _whole_answer(answer: str) -> Decimal | None:
    """A bare number, or the only amount named in a short sentence."""
    if _BARE.fullmatch(answer):
        return _number(answer)
    amounts = {amount for hit in _FOUND.finditer(answer) if (amount := _amount(hit)) is not None}
    return amounts.pop() if len(amounts) == 1 else None


def _bounded(amount: Decimal, ctx: Context) -> Decimal:
    low = Decimal(str(ctx.limits.min)) if ctx.limits.min is not None else None
    high = min(MOST, Decimal(str(ctx.limits.max))) if ctx.limits.max is not None else MOST
    if amount < _CENT or (low is not None and amount < low):
        raise Unreadable("money_low", min=f"{low or _CENT:f}")
    if amount > high:
        raise Unreadable("money_high", max=f"{high:f}")
    return amount


def _amount(hit: re.Match[str]) -> Decimal | None:
    if hit["amount"]:
        return _number(hit["amount"])
    if hit["tenths"]:
        tenths = _number(hit["tenths"])
        return None if tenths is None else tenths / 10
    whole = _number(hit["whole"])
    return None if whole is None else whole + _after_unit(hit["rest"])


def _after_unit(rest: str | None) -> Decimal:
    """五 or 五毛 → 0.5, 五毛二分 → 0.52."""
    digits = [digit for character in rest or "" if (digit := _number(character)) is not None and digit < 10]
    return sum((digit / 10 ** place for place, digit in enumerate(digits, 1)), Decimal(0))


def _number(text: str) -> Decimal | None:
    try:
        return number(text)
    except ValueError:
        return None


def _canonical(amount: Decimal) -> str:
    return str(amount.quantize(_CENT, ROUND_HALF_UP))


TYPE = Money()
