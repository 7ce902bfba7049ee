"""Numbers in Chinese words: 三百二十元, 两三天, 晚上十点半, 周三, 百分之五, 3千8. See translate/numbers.py."""
from __future__ import annotations

import re
from decimal import Decimal

from gateway.fields.numerals import number
from translate.numbers import HALF, Numbers, digits, plain

_HAN = "零〇一二三四五六七八九十百千万亿两俩壹贰叁肆伍陆柒捌玖拾佰仟"
_MEASURES = (
    "个多|多个|个月|小时|分钟|星期|礼拜|公里|千米|公斤|平米|平方|立方|周年|单元|块钱|工作日|"
    "[天日号个年月周点元块毛角次回趟遍人位名户家间层楼栋幢座室房米斤克吨升度辆台部只条张份件根棵盏株桶袋箱瓶级岁处段组批"
    "门项种页册倍秒期扇颗盆笔封起线排列套本架堆具棵片]"
)
_IDIOMS = re.compile(
    "三天两头|三番五次|一五一十|乱七八糟|七嘴八舌|三三两两|四面八方|五花八门|三令五申|七上八下|一清二楚|一干二净|接二连三|"
    "千千万万|千万别|千万不|千万要|千方百计|万一|十分(?!钟)|百姓|一二再|再三|十字|四处|三轮|五金|五一|六一|十一黄金周"
)
_RUN = re.compile(
    rf"(?P<before>第|百分之|星期|礼拜|周|[几数上好]|初)?(?P<n>[{_HAN}]+)"
    rf"(?:点(?P<point>[{_HAN}]+)(?P<minutes>分)?)?(?P<vague>几)?(?P<more>[多余来]?)(?P<unit>{_MEASURES})?(?P<half>半)?"
)
_WEEKDAY = re.compile(r"(?:星期|礼拜|周)([一二三四五六日天末])(?![次个天回趟家年十])")
_DIGIT_WEEKDAY = re.compile(r"(?:星期|礼拜|周)([1-7])(?!\d)(?![次个天回趟家年])")
_DAYS = {day: n for n, day in enumerate("一二三四五六日", 1)} | {"天": 7}
_DIGIT_HOUR = re.compile(r"(?<![\d.])(\d{1,2})(?:点|时)(半|[一三]刻)?")
_DIGIT_HALF = re.compile(r"(\d{1,4})(?:个|年|天|块|点|倍)半")
_PENCE = re.compile(rf"([{_HAN}]+|\d{{1,6}})块([一二三四五六七八九]|\d(?!\d))")
_DISCOUNT = re.compile(rf"([{_HAN}]+|\d{{1,2}}(?:\.\d)?)([成折])([一二三四五六七八九])?")
_COINS = re.compile(rf"([{_HAN}]+|\d+(?:\.\d+)?)(?:毛|角)")
_FRACTION = re.compile(rf"([{_HAN}]+)分之([{_HAN}]+)")
_PAIR = re.compile(r"([一二两三四五六七八九])([二两三四五六七八九])([十百千万]*)")
_WORDS: tuple[tuple[str, tuple[Decimal | int, ...]], ...] = (
    ("半", (HALF, 30, 6, 15, 50)), ("[双俩两]", (2,)), ("[一首单每整壹初本]", (1,)), ("[零〇没无免]", (0,)),
    ("刻", (15, 45)),
    ("中午|正午", (12,)), ("午夜|半夜|凌晨", (0, 12, 24)), ("季", (3,)), ("打(?=啤|鸡|装)", (12,)), ("百分百", (100,)),
)


def numbers_zh(text: str) -> Numbers:
    found = Numbers()
    text = plain(text)
    _around(text, found)
    text = _IDIOMS.sub(" ", text)
    _weekdays(text, found)
    text = _WEEKDAY.sub(" ", _DIGIT_WEEKDAY.sub(" ", text))
    rest = digits(text, found)
    for match in _FRACTION.finditer(rest):
        found.allow(*(value for part in match.groups() for value in _read(part)))
    for match in _RUN.finditer(rest):
        _run(match, found)
    for pattern, values in _WORDS:
        if re.search(pattern, text):
            found.allow(*values)
    return found


def _weekdays(text: str, found: Numbers) -> None:
    for match in _WEEKDAY.finditer(text):
        if match[1] in _DAYS:
            found.said.add(f"day {_DAYS[match[1]]}")
        else:
            found.may.update(("day 6", "day 7"))  # 周末
    found.said.update(f"day {match[1]}" for match in _DIGIT_WEEKDAY.finditer(text))
    found.may |= found.said


def _around(text: str, found: Numbers) -> None:
    for match in _DIGIT_HOUR.finditer(text):
        found.hour(int(match[1]), strictly=False)
    for match in _DIGIT_HALF.finditer(text):
        found.allow(int(match[1]) + HALF)
    for match in _PENCE.finditer(text):
        found.allow(*(value + part / 10 for value in _read(match[1]) for part in _read(match[2])))
    for match in _DISCOUNT.finditer(text):
        for value in _read(match[1]):
            percent = (value * 10 if value < 10 else value) + sum(_read(match[3] or ""))
            found.allow(percent, 100 - percent)
    for match in _COINS.finditer(text):
        found.allow(*(part for value in _read(match[1]) for part in (value / 10, value * 10)))


def _read(written: str) -> list[Decimal]:
    try:
        return [number(written)]
    except ValueError:
        return []


def _run(match: re.Match[str], found: Numbers) -> None:
    """One numeral with what stands around it."""
    pair = _PAIR.fullmatch(match["n"])
    if pair:
        found.allow(*(value for one in (pair[1] + pair[3], pair[2] + pair[3]) for value in _read(one)))
    for value in _read(match["n"]):
        vague = match["vague"] or pair or match["before"] in ("几", "数", "上", "好", "初")
        counted = match["unit"] or match["point"] or match["before"] in ("第", "百分之")
        if counted and value >= 2 and not vague and not _within(match):
            found.say(value)
        found.allow(value)
        if match["point"] or match["unit"] == "点":
            found.hour(value, strictly=False)
        if match["half"]:
            found.allow(value + HALF, 30)
    _point(match, found)


def _within(match: re.Match[str]) -> bool:
    """三元里: the character behind is no unit here."""
    return match["unit"] in ("元", "家") and match.string[match.end():match.end() + 1] == "里"


def _point(match: re.Match[str], found: Numbers) -> None:
    """三点五 is 3.5 or five past three: whatever the other side says of it."""
    for value in _read(match["point"] or ""):
        found.allow(value)
        if match["minutes"] and value:
            found.say(value)
    if match["point"]:
        found.allow(*_read(f"{match['n']}点{match['point']}"))
