"""Reads Chinese points in time by own rules (昨晚十点, 上周三, 三天前, 每晚); dateparser fails on these."""
from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from gateway.fields.numerals import number
from gateway.fields.when import MAX_TRIES, Mention

_N = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})"
_PARTS_BY_HOUR = {
    "dawn": "凌晨", "early": "清晨 早晨 早上 大清早 一早 早", "morning": "上午", "noon": "中午",
    "afternoon": "午后 下午", "dusk": "傍晚 黄昏", "evening": "晚上 晚间 夜晚 晚",
    "night": "夜里 夜间 半夜 深夜 大半夜 午夜 夜", "day": "白天",
}
_PART_WORDS = {word: part for part, words in _PARTS_BY_HOUR.items() for word in words.split()}
_PART = "|".join(sorted(_PART_WORDS, key=len, reverse=True))
_DAYS_FROM_NOW = {
    -3: "大前天", -2: "前天 前日 前晚", -1: "昨天 昨日 昨晚 昨夜", 0: "今天 今日 今早 今晨 今晚 今夜 当天",
    1: "明天 明日 明早 明晚", 2: "后天",
}
_DAY_WORDS = {word: days for days, words in _DAYS_FROM_NOW.items() for word in words.split()}
_DAY_PARTS = {"晚": "evening", "夜": "evening", "早": "early", "晨": "early"}
_WEEK = ("一1", "二2", "三3", "四4", "五5", "六6", "日天7")
_WEEKDAYS = {name: day for day, names in enumerate(_WEEK) for name in names}
_WEEKS = {"上上": -2, "上": -1, "下": 1}
_UNITS = {"小时": 60, "钟头": 60, "分钟": 1, "天": 1440, "日": 1440, "周": 10080, "星期": 10080, "礼拜": 10080}
_FEASTS = {"元旦": (1, 1), "五一": (5, 1), "国庆": (10, 1), "双十一": (11, 11), "双11": (11, 11)}
_FEW = Decimal(3)  # 几天前

_DATE = "|".join((
    r"(?P<iso>(?P<y>\d{4})(?:[-/.]|\s?年\s?)(?P<m>\d{1,2})(?:[-/.]|\s?月\s?)(?P<d>\d{1,2})(?!\d)\s?[日号]?)",
    rf"(?P<md>(?P<mdy>今年|去年|前年|明年)?的?(?P<mdm>{_N})\s?月\s?(?P<mdd>{_N})(?:\s?[日号]|(?!\d)))",
    rf"(?P<rm>(?P<rmw>上个?月|这个?月|本月)的?(?P<rmd>{_N})[日号])",
    rf"(?P<ago>(?P<agn>{_N}|半|几|\d{{3}})\s?(?P<agu>个?(?:小时|钟头|分钟|星期|礼拜|月)|天|日|周|年)(?:多)?(?:之前|以前|前))",
    rf"(?P<rel>{'|'.join(sorted(_DAY_WORDS, key=len, reverse=True))})",
    r"(?P<wk>(?P<wkw>上上|上|这|本|下)?个?(?:周|星期|礼拜)(?P<wkd>[一二三四五六日天1-7])(?!\d))",
    r"(?P<every>每天|每日|(?<![今昨前后明每])天天(?!气)|每个?(?=[早晚夜白凌]|[上下中]午)|夜夜|连续几[天晚])",
    rf"(?P<mo>(?P<moy>今年|去年|前年|明年)?(?P<mom>{_N})月份?(?:初|中旬|底)?|(?P<mol>上个月|这个月|本月|(?<![楼早晚])上周(?!末)|上个星期|上星期|这周(?!末)|去年|前几天|前段时间))",
    r"(?P<end>(?:(?<!楼)上个?)?(?<!每)周末)",
    r"(?P<feast>(?P<fy>今年|去年|前年|明年)?(?P<fn>元旦|五一|国庆|双十一|双11)(?:节|假期|长假|期间|当天)?)",
    rf"(?P<dom>(?P<domd>{_N})[号日](?=(?:{_PART}|那天|开始|起|以来|到|至|[一二两三四五六七八九十\d]+点)))",
))
_CLOCK = (
    rf"(?P<h>{_N})\s?(?:[点點时](?![点候间常事建意问要子钱])|:(?=\d\d)|(?=\s?(?:到|至|-|~)\s?{_N}\s?[点點]))"
    r"(?:(?P<half>半)|(?P<q>[一三1３3])刻|(?P<min>\d{1,2}|零?[一二三四五六七八九十]{1,3})(?:分|(?![\d点個个天]))(?::\d\d)?)?(?:钟|整)?"
)
_MENTION = re.compile(
    rf"(?:(?:{_DATE})(?:的|那天|这天|，|,|\s)?\s?)?(?P<part>{_PART})?(?:的|大概|大约|约|差不多|\s)?(?:{_CLOCK})?"
)
# A mention begins with one of these; the lookahead keeps the search from trying everything everywhere.
_BEGIN = re.compile(
    r"(?<![A-Za-z0-9.])(?:\d{4}(?=[-/.]\d|\s?年)|\d{1,3}(?=\s?[年月日号点點时:天小个周分星礼])|\d{1,2}(?=\s?[-~到至]\s?\d{1,2}\s?[点點]))"
    r"|(?<![一二两三四五六七八九十])[一二两三四五六七八九十]{1,3}+(?=[年月日号点點时天小个周分星礼到至~])"
    r"|(?=[半几上下中这本今昨前明后大当每天夜去早晚凌清傍黄深午白周星礼连一元五国双])(?:半[个小天年夜]|几[天个]|[上下这本]个?[周月星礼午]|上上个?[周星礼]|中午|"
    r"[今明][天日晚早夜晨年]|昨[天日晚夜]|前[天日晚年几段]|后天|大[前半清]|当天|每[天日晚夜早个]|(?<![今昨前后明每])天天(?!气)|夜[夜里间晚]|去年|早[上晨\d]|"
    r"晚[上间]|[早晚][\d一二两三四五六七八九十]|元旦|五一|国庆|双[十1]|周末|[今去]年|凌晨|清晨|傍晚|黄昏|深夜|午[后夜]|白天|周[一二三四五六日天]|星期|礼拜|连续|一早)"
)
_NOW = re.compile(r"刚才|刚刚|现在|此刻|目前")
_CLOCK_ALONE = re.compile(r"[半刻分:钟整]|\d\s?[点點时]")
# 两点到五点: the second needs no more than its hour.
_AFTER_ANOTHER = re.compile(r"[点點时分半刻天日号晚]\s?(?:一直|持续)?(?:到|至|-|~)\s?$")


def chinese(folded: str, now: datetime) -> Iterator[Mention]:
    position = 0
    for _ in range(MAX_TRIES):
        begin = _BEGIN.search(folded, position)
        if begin is None:
            return
        hit = _MENTION.match(folded, begin.start())
        mention = _read(hit, now) if hit and hit.end() > hit.start() else None
        if mention:
            yield mention
        impossible = mention is None and hit is not None and any(hit[name] for name in _READERS)  # 2月30日
        position = mention.end if mention else hit.end() if hit and impossible else begin.start() + 1


def now_word(folded: str) -> re.Match[str] | None:
    return _NOW.search(folded)


def _read(hit: re.Match[str], now: datetime) -> Mention | None:
    """None for what only looks like a time: 一点, 两点问题, 晚 inside a word."""
    if hit.lastgroup is None:
        return None
    try:
        dated = _dated(hit, now)
        minutes = _minutes(hit)
    except (ValueError, OverflowError):
        return None
    part = _PART_WORDS.get(hit["part"] or "")
    if dated is None:
        if not hit["part"] and (minutes is None or not _stands_alone(hit)):
            return None
        if minutes is None and len(hit["part"]) == 1:
            return None
        return Mention(hit.start(), _end(hit), part=part, minutes=minutes)
    return replace(dated, start=hit.start(), end=_end(hit), part=part or dated.part, minutes=minutes)


def _stands_alone(hit: re.Match[str]) -> bool:
    before = hit.string[max(0, hit.start() - 8):hit.start()]
    return bool(_CLOCK_ALONE.search(hit.group()) or _AFTER_ANOTHER.search(before))


def _end(hit: re.Match[str]) -> int:
    return hit.start() + len(hit.group().rstrip(" ，,的"))


def _dated(hit: re.Match[str], now: datetime) -> Mention | None:
    kind = next((name for name in _READERS if hit[name]), None)
    return _READERS[kind](hit, now) if kind else None


def _minutes(hit: re.Match[str]) -> int | None:
    if not hit["h"]:
        return None
    past = 30 if hit["half"] else 15 * _int(hit["q"]) if hit["q"] else _int((hit["min"] or "0").lstrip("零") or "0")
    hour = _int(hit["h"])
    if hour > 24 or past > 59:
        raise ValueError("not a clock time")
    return hour * 60 + past


def _int(text: str) -> int:
    return int(number(text))


def _day(day: date, part: str | None = None, *, vague: bool = False) -> Mention:
    return Mention(0, 0, day, part, vague=vague)


def _iso(hit: re.Match[str], now: datetime) -> Mention:
    return _day(date(int(hit["y"]), int(hit["m"]), int(hit["d"])))


def _month_day(hit: re.Match[str], now: datetime) -> Mention:
    return _day(_latest(hit["mdy"], _int(hit["mdm"]), _int(hit["mdd"]), now.date()))


def _latest(year: str | None, month: int, day: int, today: date) -> date:
    """Without a year, the latest one that is not in the future."""
    if year:
        return date(today.year - {"今年": 0, "去年": 1, "前年": 2, "明年": -1}[year], month, day)
    this = date(today.year, month, day)
    return this if this <= today else date(today.year - 1, month, day)


def _of_month(hit: re.Match[str], now: datetime) -> Mention:
    first = now.date().replace(day=1)
    if hit["rmw"].startswith("上"):
        first = (first - timedelta(days=1)).replace(day=1)
    return _day(first.replace(day=_int(hit["rmd"])))


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
    """上周三 lies in the week before this one (weeks begin on Monday); 周三 alone is the latest Wednesday."""
    today = now.date()
    monday = today - timedelta(days=today.weekday())
    day = monday + timedelta(days=_WEEKDAYS[hit["wkd"]])
    if hit["wkw"]:
        return _day(day + timedelta(weeks=_WEEKS.get(hit["wkw"], 0)))
    return _day(day if day <= today else day - timedelta(weeks=1))


def _every(hit: re.Match[str], now: datetime) -> Mention:
    return Mention(0, 0, every=True, part="evening" if hit["every"] == "夜夜" else None)


def _month(hit: re.Match[str], now: datetime) -> Mention:
    today = now.date()
    if hit["mom"]:
        return _day(_latest(hit["moy"], _int(hit["mom"]), 1, today), vague=True)
    word = hit["mol"]
    if word == "去年":
        return _day(date(today.year - 1, 1, 1), vague=True)
    if "月" in word:
        first = today.replace(day=1)
        return _day((first - timedelta(days=1)).replace(day=1) if word.startswith("上") else first, vague=True)
    if word.startswith("前"):
        return _day(today - timedelta(days=3 if word == "前几天" else 14), vague=True)
    monday = today - timedelta(days=today.weekday())
    return _day(monday - timedelta(weeks=word.startswith("上")), vague=True)


def _weekend(hit: re.Match[str], now: datetime) -> Mention:
    """The latest Saturday that has begun."""
    today = now.date()
    return _day(today - timedelta(days=(today.weekday() - 5) % 7), vague=True)


def _feast(hit: re.Match[str], now: datetime) -> Mention:
    month, day = _FEASTS[hit["fn"]]
    return _day(_latest(hit["fy"], month, day, now.date()), vague=True)


def _day_of_month(hit: re.Match[str], now: datetime) -> Mention:
    today, day = now.date(), _int(hit["domd"])
    this = today.replace(day=day) if day <= today.day else (today.replace(day=1) - timedelta(days=1)).replace(day=day)
    return _day(this)


_READERS: dict[str, Callable[[re.Match[str], datetime], Mention]] = {
    "iso": _iso, "md": _month_day, "rm": _of_month, "ago": _ago, "rel": _relative, "wk": _weekday, "every": _every,
    "mo": _month, "end": _weekend, "feast": _feast, "dom": _day_of_month,
}
