"""What the Chinese words for a day mean (昨天, 上周三, 去年三月, 国庆): the day, and how far it reaches.

time_zh.py finds them; every reader here takes its match and the time of the message.
"""
from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from gateway.fields import calendars
from gateway.fields.calendars import Days
from gateway.fields.numerals import number
from gateway.fields.when import Mention

N = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})"
_DAYS_FROM_NOW = {
    -3: "大前天", -2: "前天 前日 前晚 前儿", -1: "昨天 昨日 昨晚 昨夜 昨儿",
    0: "今天 今日 今早 今晨 今晚 今夜 当天 今儿", 1: "明天 明日 明早 明晚", 2: "后天",
}
_DAY_WORDS = {word: days for days, words in _DAYS_FROM_NOW.items() for word in words.split()}
_DAY_PARTS = {"晚": "evening", "夜": "evening", "早": "early", "晨": "early"}
_WEEK = ("一1", "二2", "三3", "四4", "五5", "六6", "日天7")
_WEEKDAYS = {name: day for day, names in enumerate(_WEEK) for name in names}
_WEEKS = {"上上": -2, "上": -1, "下": 1}
_UNITS = {"小时": 60, "钟头": 60, "分钟": 1, "天": 1440, "日": 1440, "周": 10080, "星期": 10080, "礼拜": 10080}
_FEASTS = {"元旦": (1, 1, 1), "五一": (5, 1, 5), "国庆": (10, 1, 7), "十一": (10, 1, 7),
           "双十一": (11, 11, 1), "双11": (11, 11, 1)}
_MOON = ("春节", "过年", "清明", "端午", "中秋")
_YEARS = {"今年": 0, "去年": 1, "前年": 2, "明年": -1}
_FEW = Decimal(3)  # 几天前
_THIRD = "初|上旬|中旬|下旬|底|末"
_YEAR = r"今年|去年|前年|明年"

DATE = "|".join((
    r"(?P<iso>(?P<y>\d{4})(?:[-/.]|\s?年\s?)(?P<m>\d{1,2})(?:[-/.]|\s?月\s?)(?P<d>\d{1,2})(?!\d)\s?[日号]?)",
    rf"(?P<md>(?P<mdy>{_YEAR})?的?(?P<mdm>{N})\s?月\s?(?P<mdd>{N})(?:\s?[日号]|(?![\d个])))",
    rf"(?P<ym>(?P<ymy>\d{{4}})(?:\s?年\s?的?(?P<ymm>{N})\s?月份?(?P<ymt>{_THIRD})?|[-/.](?P<ymn>1[0-2]|0?[1-9])(?![\d.]|\s?[元块万])))",
    rf"(?P<sem>(?P<hy>{_YEAR}|\d{{4}}年)?的?(?:(?P<hn>[上下])半年|第?(?P<hq>[一二三四1-4])季度))",
    rf"(?P<rm>(?P<rmw>上个?月|这个?月|本月)的?(?P<rmd>{N})[日号])",
    rf"(?P<ago>(?P<agn>{N}|半|几|\d{{3}})\s?(?P<agu>个?(?:小时|钟头|分钟|星期|礼拜|月)|天|日|周|年)(?:多)?(?:之前|以前|前))",
    rf"(?P<rel>{'|'.join(sorted(_DAY_WORDS, key=len, reverse=True))})",
    r"(?P<wk>(?P<wkw>上上|上|这|本|下)?个?(?:周|星期|礼拜)(?P<wkd>[一二三四五六日天1-7])(?!\d))",
    r"(?P<every>每天|每日|(?<![今昨前后明每])天天(?!气)|每个?(?=[早晚夜白凌]|[上下中]午)|夜夜|连续几[天晚])",
    rf"(?P<mo>(?:(?P<moy>{_YEAR})的?)?(?P<mom>{N})月份?(?P<mot>{_THIRD})?)",
    rf"(?P<last>(?P<lastw>(?:上上个|上上?个?|这个?|本|当)月|(?<![楼早晚])上上?周(?!末)|上上?个?(?:星期|礼拜)|(?:这个?|本)(?:周|星期|礼拜)(?!末))(?P<lastt>{_THIRD})?"
    r"|前几天|前段时间|前阵子)",
    r"(?P<end>(?P<endw>(?<!楼)上个?|这个?|本|每个?)?周末)",
    rf"(?P<feast>(?P<fy>{_YEAR}|\d{{4}}年)?的?(?P<fn>元旦|五一|国庆|双十一|双11|十一(?=期间|假期|长假|黄金周)|{'|'.join(_MOON)})"
    r"(?:节|假期|长假|黄金周|期间|当天){0,2})",
    r"(?P<yr>(?P<yrn>(?:19|20)\d\d)年(?!\s?\d)|(?P<yrw>去年|前年|今年(?=以来|到现在|至今|开始|全年|一整?年)))(?:全年|一整年)?",
    rf"(?P<dom>(?P<domd>{N})[号日](?:(?=[上中下早晚凌清傍半深夜]|[发寄买](?:的|了|货|出)|那天|当天|开始|起|以来|到|至|[-~]\d|[一二两三四五六七八九十\d]+点)"
    r"|(?<=[日号][到至~-][\d一二三四五六七八九十][日号])|(?<=[日号][到至~-][\d一二三四五六七八九十]{2}[日号])))",
))


def dated(hit: re.Match[str], now: datetime) -> Mention | None:
    """None when no day was said. Raises ValueError for a day that does not exist."""
    kind = kind_of(hit)
    return _READERS[kind](hit, now) if kind else None


def kind_of(hit: re.Match[str]) -> str | None:
    return next((name for name in _READERS if hit[name]), None)


def integer(text: str) -> int:
    return int(number(text))


def _day(day: date, part: str | None = None, *, vague: bool = False, loose: str = "") -> Mention:
    return Mention(0, 0, day, part, vague=vague, loose=loose)


def _days(days: Days, loose: str = "") -> Mention:
    return Mention(0, 0, days[0], until=days[1], vague=True, loose=loose)


def _year(said: str | None, today: date) -> int:
    """去年, 2025年; this year when nothing was said."""
    if not said:
        return today.year
    return int(said[:4]) if said[0].isdigit() else today.year - _YEARS[said]


def _iso(hit: re.Match[str], now: datetime) -> Mention:
    return _day(date(int(hit["y"]), int(hit["m"]), int(hit["d"])))


def _month_day(hit: re.Match[str], now: datetime) -> Mention:
    day = _latest(hit["mdy"], integer(hit["mdm"]), integer(hit["mdd"]), now.date())
    return _day(day, loose="" if hit["mdy"] else "year")


def _latest(year: str | None, number_: int, day: int, today: date) -> date:
    """Without a year, the latest one that is not in the future."""
    this = date(_year(year, today), number_, day)
    return this if year or this <= today else date(today.year - 1, number_, day)


def _year_month(hit: re.Match[str], now: datetime) -> Mention:
    days = calendars.month(int(hit["ymy"]), integer(hit["ymm"] or hit["ymn"]))
    return _days(calendars.third(days, hit["ymt"] or ""))


def _month(hit: re.Match[str], now: datetime) -> Mention:
    first = _latest(hit["moy"], integer(hit["mom"]), 1, now.date())
    days = calendars.third(calendars.month(first.year, first.month), hit["mot"] or "")
    return _days(days, "" if hit["moy"] else "year")


def _half(hit: re.Match[str], now: datetime) -> Mention:
    """上半年, 第三季度: without a year the latest one that has begun."""
    count = 6 if hit["hn"] else 3
    first = {"上": 1, "下": 7}[hit["hn"]] if hit["hn"] else 3 * integer(hit["hq"]) - 2
    year = _year(hit["hy"], now.date())
    if not hit["hy"] and date(year, first, 1) > now.date():
        year -= 1
    return _days(calendars.months(year, first, count), "" if hit["hy"] else "year")


def _whole_year(hit: re.Match[str], now: datetime) -> Mention:
    return _days(calendars.months(_year(hit["yrn"] or hit["yrw"], now.date()), 1, 12))


def _of_month(hit: re.Match[str], now: datetime) -> Mention:
    first = now.date().replace(day=1)
    if hit["rmw"].startswith("上"):
        first = (first - timedelta(days=1)).replace(day=1)
    return _day(first.replace(day=integer(hit["rmd"])))


def _ago(hit: re.Match[str], now: datetime) -> Mention:
    count = Decimal("0.5") if hit["agn"] == "半" else _FEW if hit["agn"] == "几" else number(hit["agn"])
    unit = hit["agu"].removeprefix("个")
    minutes = int(count * {**_UNITS, "月": 43_200, "年": 525_600}[unit])
    moment = now - timedelta(minutes=minutes)
    if unit in ("小时", "钟头", "分钟"):
        return Mention(0, 0, exact=moment.replace(second=0, microsecond=0))
    return _day(moment.date(), vague=unit in ("月", "年") or hit["agn"] == "几")


def _relative(hit: re.Match[str], now: datetime) -> Mention:
    word = hit["rel"]
    return _day(now.date() + timedelta(days=_DAY_WORDS[word]), _DAY_PARTS.get(word[-1]))


def _weekday(hit: re.Match[str], now: datetime) -> Mention:
    """上周三 lies in the week before this one; 周三 alone is the latest Wednesday."""
    today = now.date()
    day = calendars.week(today)[0] + timedelta(days=_WEEKDAYS[hit["wkd"]])
    if hit["wkw"]:
        return _day(day + timedelta(weeks=_WEEKS.get(hit["wkw"], 0)))
    return _day(day if day <= today else day - timedelta(weeks=1), loose="week")


def _every(hit: re.Match[str], now: datetime) -> Mention:
    return Mention(0, 0, every=True, part="evening" if hit["every"] == "夜夜" else None)


def _last(hit: re.Match[str], now: datetime) -> Mention:
    """上个月, 上上周, 本月底, 前几天."""
    today, word = now.date(), hit["lastw"]
    if not word:
        return _day(today - timedelta(days=3 if hit["last"] == "前几天" else 14), vague=True)
    steps = -2 if word.startswith("上上") else -1 if word.startswith("上") else 0
    if not word.endswith("月"):
        return _days(calendars.week(today + timedelta(weeks=steps)))
    first = calendars.moved(today.replace(day=1), "month", steps)
    return _days(calendars.third(calendars.month(first.year, first.month), hit["lastt"] or ""))


def _weekend(hit: re.Match[str], now: datetime) -> Mention:
    """The latest weekend that has begun."""
    today = now.date()
    saturday = today - timedelta(days=(today.weekday() - 5) % 7)
    found = _days((saturday, saturday + timedelta(days=2)))
    return replace(found, every=(hit["endw"] or "").startswith("每"))


def _feast(hit: re.Match[str], now: datetime) -> Mention:
    today, name, said = now.date(), hit["fn"], hit["fy"]
    if name in _MOON:
        days = calendars.holiday(name, _year(said, today))
        return _days(days if said or days[0] <= today else calendars.holiday(name, today.year - 1))
    first, day, length = _FEASTS[name]
    begin = date(_year(said, today), first, day) if said else _latest(None, first, day, today)
    return _days((begin, begin + timedelta(days=length)))


def _day_of_month(hit: re.Match[str], now: datetime) -> Mention:
    today, day = now.date(), integer(hit["domd"])
    this = today.replace(day=day) if day <= today.day else (today.replace(day=1) - timedelta(days=1)).replace(day=day)
    return _day(this, loose="month")


_READERS: dict[str, Callable[[re.Match[str], datetime], Mention]] = {
    "iso": _iso, "md": _month_day, "ym": _year_month, "sem": _half, "yr": _whole_year, "rm": _of_month, "ago": _ago,
    "rel": _relative, "wk": _weekday, "every": _every, "mo": _month, "last": _last, "end": _weekend, "feast": _feast,
    "dom": _day_of_month,
}
