"""Reads Chinese points in time by rules (昨晚十点, 上周三, 三天前, 每晚).

The words for days are days_zh.py's.
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from gateway.fields.days_zh import DATE, N, dated, integer, kind_of
from gateway.fields.when import MAX_TRIES, Mention

_PARTS_BY_HOUR = {
    "dawn": "凌晨", "early": "清晨 早晨 早上 大清早 一早 早", "morning": "上午", "noon": "中午",
    "afternoon": "午后 下午", "dusk": "傍晚 黄昏", "evening": "晚上 晚间 夜晚 晚",
    "night": "夜里 夜间 半夜 深夜 大半夜 午夜 夜", "day": "白天",
}
_PART_WORDS = {word: part for part, words in _PARTS_BY_HOUR.items() for word in words.split()}
_PART = "|".join(sorted(_PART_WORDS, key=len, reverse=True))
_CLOCK = (
    rf"(?P<h>{N})\s?(?:[点點时](?![点候间常事建意问要子钱])|:(?=\d\d)|(?=\s?(?:到|至|-|~)\s?{N}\s?[点點]))"
    r"(?:(?P<half>半)|(?P<q>[一三1３3])刻|(?P<min>\d{1,2}|零?[一二三四五六七八九十]{1,3})(?:分|(?![\d点個个天直些起下会])(?!百|千))(?::\d\d)?)?(?:钟|整)?"
)
_MENTION = re.compile(
    rf"(?:(?:{DATE})(?:的|那天|这天|，|,|从|\s)?\s?)?(?P<part>{_PART})?(?:的|大概|大约|约|差不多|\s)?(?:{_CLOCK})?"
)
# A mention begins with one of these; the lookahead keeps the search from trying everything everywhere.
_BEGIN = re.compile(
    r"(?<![A-Za-z0-9.])(?:(?:19|20)\d\d(?=[-/.]\d|\s?年)|\d{1,3}(?=\s?[年月日号点點时:天小个周分星礼])|\d{1,2}(?=\s?[-~到至]\s?\d{1,2}\s?[点點]))"
    r"|(?<![一二两三四五六七八九十])[一二两三四五六七八九十]{1,3}+(?=[年月日号点點时天小个周分星礼到至~])"
    r"|(?=[半几上下中这本今昨前明后大当每天夜去早晚凌清傍黄深午白周星礼连一元五国双春过端十第二三四])(?:半[个小天年夜]|几[天个]|[上下这本当]个?[周月星礼午]|上上个?[周星礼月]|[上下]半年|中午|"
    r"[今明][天日晚早夜晨年儿]|昨[天日晚夜儿]|前[天日晚年几段阵儿]|后天|大[前半清]|当天|每[天日晚夜早个周]|(?<![今昨前后明每])天天(?!气)|夜[夜里间晚]|去年|早[上晨\d]|"
    r"晚[上间]|[早晚][\d一二两三四五六七八九十]|元旦|五一|国庆|春节|过年|清明|端午|中秋|十一(?=[期假长黄])|第?[一二三四1-4]季度|双[十1]|周末|[今去]年|凌晨|清晨|傍晚|黄昏|深夜|午[后夜]|白天|周[一二三四五六日天]|星期|礼拜|连续|一早)"
)
_BETWEEN = re.compile(r"([一二两三四五六七八九])[一二三四五六七八九]$")  # 三四点: from three on
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
        impossible = mention is None and hit is not None and kind_of(hit) is not None  # 2月30日
        position = mention.end if mention else hit.end() if hit and impossible else begin.start() + 1


def now_word(folded: str) -> re.Match[str] | None:
    return _NOW.search(folded)


def _read(hit: re.Match[str], now: datetime) -> Mention | None:
    """None for what only looks like a time: 一点, 两点问题, 晚 inside a word."""
    if hit.lastgroup is None:
        return None
    try:
        day, minutes = dated(hit, now), _minutes(hit)
    except (ValueError, OverflowError):
        return None
    part = _PART_WORDS.get(hit["part"] or "")
    if day is None:
        if not hit["part"] and (minutes is None or not _stands_alone(hit)):
            return None
        if minutes is None and len(hit["part"]) == 1:
            return None
        return Mention(hit.start(), _end(hit), part=part, minutes=minutes)
    return replace(day, start=hit.start(), end=_end(hit), part=part or day.part, minutes=minutes)


def _stands_alone(hit: re.Match[str]) -> bool:
    before = hit.string[max(0, hit.start() - 8):hit.start()]
    return bool(_CLOCK_ALONE.search(hit.group()) or _AFTER_ANOTHER.search(before))


def _end(hit: re.Match[str]) -> int:
    return hit.start() + len(hit.group().rstrip(" ，,的"))


def _minutes(hit: re.Match[str]) -> int | None:
    if not hit["h"]:
        return None
    hour, past = integer(_BETWEEN.sub(r"\1", hit["h"])), integer((hit["min"] or "").lstrip("零") or "0")
    past = 30 if hit["half"] else 15 * integer(hit["q"]) if hit["q"] else past
    if hour > 24 or past > 59:
        raise ValueError("not a clock time")
    return hour * 60 + past
