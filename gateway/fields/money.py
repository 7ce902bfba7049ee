"""An amount in yuan: 320元, ¥1,299.00, 1.2万, 三百二十块, 四块五, RMB 50, five hundred yuan. Canonical: "320.00"."""
from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from gateway.errors import Unreadable
from gateway.fields.base import Context, Reading, Span, Value
from gateway.fields.folding import fold, trimmed
from gateway.fields.numerals import AMOUNT, HAN, number
from gateway.fields.numerals_en import WORDS
from gateway.fields.spans import MAX_SPANS, span
from gateway.fields.text import words_of

MOST = Decimal(100_000_000)
MAX_ANSWER = 40
_CENT = Decimal("0.01")

_UNIT = r"蚊|块钱|元钱|块|元|圆|yuan|rmb|cny|人民币|kuai|bucks"
_BEFORE = r"(?:¥|rmb|cny|人民币)"
# 四块五毛, 3块5, 五块零五分: a digit after the unit is tenths, unless it says 分.
_TENTHS = rf"(?:零?[\d{HAN}](?:(?:毛|角)(?:[\d{HAN}]分?)?|分|(?![\w])|(?=[的了吧呢啊])))"
_DIGIT = re.compile(rf"([\d{HAN}])([毛角分]?)")
_WHOLE = rf"(?!一块[去来儿走吃玩住干做])(?P<whole>{AMOUNT})[多几余来]?"
_SPOKEN = rf"{_WHOLE}\s*(?:{_UNIT})(?![A-Za-z]|里[大村街站])(?P<rest>{_TENTHS})?"
_SMALL = rf"(?P<tenths>[\d{HAN}]{{1,2}})\s*(?:毛|角)(?:钱)?"
_PREFIXED = rf"{_BEFORE}\s*(?P<amount>{AMOUNT})"
_WORDS = rf"(?P<words>{WORDS})\s(?:{_UNIT})(?![a-z])"
# 欠我三千八, 赔了1万2, 开口要一百五: a loose digit behind 百, 千 or 万 is how money is spoken.
_LOOSE = (
    rf"(?P<loose>[\d{HAN}]{{1,6}}[百千万][1-9一二三四五六七八九])(?!\.\d|[\d{HAN}A-Za-z%米人户个名次年月天号斤公平里元块圆多几])"
)
# 花了850买的, paid 300 for: behind a verb of paying a figure needs no unit.
_PAID = (
    r"(?:(?<=[花付交充收扣赔宰坑]了)|(?<=[宰坑]了我)|(?<=paid )|(?<=cost me )|(?<=charged me ))"
    rf"(?P<paid>\d{{2,6}}(?:\.\d{{1,2}})?|[一二两三四五六七八九][零一二两三四五六七八九十百千万]{{2,7}}(?![{HAN}几多]))"
    r"(?!\d|[,.:/%-]\d|%|\s?[年月日号点天次个节分小份件张斤公米人户]|\s?(?:[ap]m|hours?|times?|days?|months?|years?|weeks?))"
)
_FOUND = re.compile(
    rf"(?=[\d{HAN}¥人a-z])(?<![A-Za-z0-9.{HAN}])(?<![\d{HAN}][-~到至])"
    rf"(?:{_PREFIXED}(?:\s*(?:元|块|yuan))?(?!\d)|{_SPOKEN}|{_SMALL}|{_WORDS}|{_LOOSE}|{_PAID})",
    re.IGNORECASE,
)
# 平时三十块的路收了我六十八: what it costs otherwise is not the sum.
_USUAL = re.compile(
    r"(?:平时|平常|原来|本来|正常|以前|一般|(?<![a-z])(?:usually|normally|used to be))\s?(?:\w{1,3}\s?)?$", re.I)
_LOOK_BACK = 16
_BARE = re.compile(rf"(?:{AMOUNT})[多几余来]?|{WORDS}", re.IGNORECASE)
_LEAD = re.compile(
    r"^(?:大概|大约|约|差不多|就算|就按|算|也就|就|应该|可能|好像|共|一共|总共|合计|花了|付了|交了|扣了|欠了|索赔|要求赔偿?|多收了?|少退了?|收了我?|赔我|退我|是|有|不到|将近|接近|"
    r"他们|老板|公司|还|总数|总额|金额|加起来|"
    r"(?:they|he|she|it|you|the \w+)(?: still)? (?:owes?|owed|charged|cost|took|wants?|wanted)(?: me| us)?(?![a-z])|"
    r"(?:it (?:was|is|cost)|it's|i (?:paid|think|guess)|that'?s|about|around|roughly|approximately|some|almost|nearly|"
    r"maybe|say|just|only|(?:in )?total|altogether)(?![a-z]))\s*",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s*(?:左右|上下|出头|不到|整|吧|的样子|这样|呢|啊|"
    r"(?:or so|i think|i guess|in total|altogether|all together|in all|only))$",
    re.IGNORECASE,
)
_MAX_FILLERS = 4


class Money:
    name = "money"
    datatype = "string"

    def find(self, text: str, ctx: Context) -> list[Span]:
        spans: list[Span] = []
        for hit in _FOUND.finditer(fold(text)):
            amount = _amount(hit)
            if amount is not None and 0 < amount <= MOST and not _usual(hit):
                reading = Reading(_canonical(amount))
                spans.append(span(text, hit.start(), hit.end(), reading, sure=not (hit["loose"] or hit["paid"])))
            if len(spans) == MAX_SPANS:
                break
        return spans

    def read(self, text: str, ctx: Context) -> Reading:
        if len(text) > 4 * MAX_ANSWER:
            raise Unreadable("money")
        amount = _whole_answer(_bare(trimmed(text)))
        if amount is None:
            raise Unreadable("money")
        return Reading(_canonical(_bounded(amount, ctx)))

    def validate(self, value: Value, ctx: Context) -> Reading:
        return self.read(words_of(value, "money"), ctx)

    def show(self, value: Value, ctx: Context) -> str:
        amount = f"{Decimal(str(value)):,.2f}"
        amount = amount.removesuffix(".00")
        return f"{amount} 元" if ctx.language == "zh" else f"{amount} yuan"


def _bare(answer: str) -> str:
    """The answer without the small words around it: 就算300吧, I think it was 300."""
    for _ in range(_MAX_FILLERS):
        answer = _TAIL.sub("", _LEAD.sub("", answer))
    return answer.strip()


def _whole_answer(answer: str) -> Decimal | None:
    """A bare number, or the only amount named in a short sentence."""
    if _BARE.fullmatch(answer):
        return _number(answer)
    last = _bare(re.split(r"，|,(?!\d)", answer)[-1])  # 六百多，六百八吧: who goes on says it better
    if _BARE.fullmatch(last):
        return _number(last)
    hits = (hit for hit in _FOUND.finditer(answer) if not _usual(hit))
    amounts = {amount for hit in hits if (amount := _amount(hit)) is not None}
    return amounts.pop() if len(amounts) == 1 else None


def _usual(hit: re.Match[str]) -> bool:
    return _USUAL.search(hit.string, max(0, hit.start() - _LOOK_BACK), hit.start()) is not None


def _bounded(amount: Decimal, ctx: Context) -> Decimal:
    low = Decimal(str(ctx.limits.min)) if ctx.limits.min is not None else None
    high = min(MOST, Decimal(str(ctx.limits.max))) if ctx.limits.max is not None else MOST
    if amount < _CENT or (low is not None and amount < low):
        raise Unreadable("money_low", min=f"{low or _CENT:f}")
    if amount > high:
        raise Unreadable("money_high", max=f"{high:f}")
    return amount


def _amount(hit: re.Match[str]) -> Decimal | None:
    plain = hit["amount"] or hit["words"] or hit["loose"] or hit["paid"]
    if plain:
        return _number(plain)
    if hit["tenths"]:
        tenths = _number(hit["tenths"])
        return None if tenths is None else tenths / 10
    whole = _number(hit["whole"])
    return None if whole is None else whole + _after_unit(hit["rest"])


def _after_unit(rest: str | None) -> Decimal:
    """五 or 五毛 → 0.5, 五毛二分 → 0.52, 零五分 → 0.05."""
    cents = Decimal(0)
    for place, (digit, unit) in enumerate(_DIGIT.findall((rest or "").removeprefix("零"))):
        cents += (_number(digit) or 0) * (1 if place or unit == "分" else 10)
    return cents / 100


def _number(text: str) -> Decimal | None:
    try:
        return number(text)
    except ValueError:
        return None


def _canonical(amount: Decimal) -> str:
    return str(amount.quantize(_CENT, ROUND_HALF_UP))


TYPE = Money()
