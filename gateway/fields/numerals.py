"""Numbers as people write them: 1,299.50, 1.2万, 3千8, 三百二十, 两百多, 十几, twelve, a dozen."""
from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache

import cn2an

from gateway.fields.numerals_en import number_en

# Fragments for patterns over folded text; bounded, so that no run of digits is walked twice.
DIGITS = r"\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,4})?|\d{1,12}(?:\.\d{1,4})?"
HAN = "零〇一二三四五六七八九十百千万亿两俩壹贰叁肆伍陆柒捌玖拾佰仟萬"
CHINESE = rf"[{HAN}]{{1,16}}(?:点[{HAN}]{{1,4}})?"
AMOUNT = rf"(?:(?:{DIGITS})(?:(?:[wWkK]| ?[十百千万亿])(?:\d{{1,4}}[十百千]){{0,3}}(?:\d(?!\d))?)?|{CHINESE})"

_SCALE = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000, "w": 10_000, "k": 1_000}
_SCALED = re.compile(r"(?:[\d.]{1,18}[十百千万亿wk]){1,4}\d?")
_STEP = re.compile(r"([\d.]+)([十百千万亿wk])")
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟萬俩", "一二三四五六七八九十百千万两")
_PLAIN_RUN = re.compile(r"[零〇一二三四五六七八九]{2,}")
_RUN_DIGITS = str.maketrans("零〇一二三四五六七八九", "00123456789")
_IN_WORDS = re.compile(r"[A-Za-z]{2}$")
_MOST = Decimal(10) ** 12
_VAGUE = re.compile(r"[多几余来]")


@lru_cache(maxsize=512)
def number(text: str) -> Decimal:
    """A folded numeral as a Decimal. 三千八 is 3800, 3千8 is 3800, 多/几 are dropped. Raises ValueError."""
    if _IN_WORDS.search(text):
        return number_en(text)
    plain = _VAGUE.sub("", text.strip().lower().replace(",", "").replace(" ", "")).translate(_FORMAL)
    try:
        value = _value(plain)
    except (InvalidOperation, ValueError, KeyError, IndexError, TypeError) as fault:
        raise ValueError("not a number") from fault
    if not value.is_finite() or abs(value) >= _MOST:
        raise ValueError("too large to be meant")
    return value


def _value(plain: str) -> Decimal:
    if _SCALED.fullmatch(plain):
        return _scaled(plain)
    if plain.isascii():
        return Decimal(plain)
    if _PLAIN_RUN.fullmatch(plain):
        return Decimal(plain.translate(_RUN_DIGITS))
    return Decimal(str(cn2an.cn2an(plain.replace("〇", "零"), "smart")))


def _scaled(plain: str) -> Decimal:
    """1.2万 → 12000, 3千8百 → 3800; a loose digit at the end is one unit below: 3千8."""
    steps = _STEP.findall(plain)
    total = sum((Decimal(digits) * _SCALE[unit] for digits, unit in steps), Decimal(0))
    loose = plain[-1] if plain[-1].isdigit() else "0"
    return total + Decimal(loose) * (_SCALE[steps[-1][1]] // 10)
