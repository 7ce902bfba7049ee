"""Numbers as people write them: 1,299.50, 1.2万, 3千8, 三百二十, 两百多, 十几."""
from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

import cn2an

# Fragments for patterns over folded text; bounded, so that no run of digits is walked twice.
DIGITS = r"\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,4})?|\d{1,12}(?:\.\d{1,4})?"
HAN = "零〇一二三四五六七八九十百千万亿两俩壹贰叁肆伍陆柒捌玖拾佰仟萬"
CHINESE = rf"[{HAN}]{{1,16}}(?:点[{HAN}]{{1,4}})?"
AMOUNT = rf"(?:(?:{DIGITS})(?:[十百千万亿wWkK](?:\d(?!\d))?)?|{CHINESE})"

_SCALE = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000, "w": 10_000, "k": 1_000}
_SCALED = re.compile(r"([\d.]+)([十百千万亿wk])(\d?)")
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟萬俩", "一二三四五六七八九十百千万两")
_PLAIN_RUN = re.compile(r"[零〇一二三四五六七八九]{2,}")
_RUN_DIGITS = str.maketrans("零〇一二三四五六七八九", "00123456789")
_VAGUE = re.compile(r"[多几余来]")


def number(text: str) -> Decimal:
    """A folded numeral as a Decimal. 三千八 is 3800, 3千8 is 3800, 多/几 are dropped. Raises ValueError."""
    plain = _VAGUE.sub("", text.strip().lower().replace(",", "").replace(" ", "")).translate(_FORMAL)
    scaled = _SCALED.fullmatch(plain)
    try:
        if scaled:
            return _scaled(*scaled.groups())
        if plain.isascii():
            return Decimal(plain)
        if _PLAIN_RUN.fullmatch(plain):
            return Decimal(plain.translate(_RUN_DIGITS))
        return Decimal(str(cn2an.cn2an(plain.replace("〇", "零"), "smart")))
    except (InvalidOperation, ValueError, KeyError, IndexError, TypeError) as fault:
        raise ValueError("not a number") from fault


def _scaled(digits: str, unit: str, rest: str) -> Decimal:
    """1.2万 → 12000; 3千8 → 3800 (the loose digit is one unit below)."""
    scale = _SCALE[unit]
    return Decimal(digits) * scale + Decimal(rest or 0) * (scale // 10)
