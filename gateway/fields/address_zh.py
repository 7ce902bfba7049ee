"""Finds Chinese addresses: a place name of the gazetteer or a road, then everything that goes on as an address."""
from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice

from gateway.fields.gazetteer import Gazetteer
from gateway.fields.spans import MAX_SPANS, Piece
from gateway.fields.wordbreaks import runs

_HAN = r"[\u4e00-\u9fff]"
_NAME = r"[\u4e00-\u9fffA-Za-z0-9·]"
_ROADS = "大道|马路|公路|快速路|高速|大街|步行街|胡同|街道|路|街|巷|弄|(?<![公哪这那家村店城夜屋心])里|堤|道"
_SITES = (
    "经济开发区|开发区|高新区|工业园|科技园|产业园|园区|社区|居委会|村委会|新村|花园|花苑|家园|雅苑|公馆|公寓|大厦|大楼|广场|"
    "中心|商场|商城|市场|购物城|大学城|小区|校区|宿舍|医院|大学|学院|中学|小学|学校|幼儿园|酒店|宾馆|地铁站|公交站|火车站|高铁站|汽车站|"
    "车站|机场|码头|大桥|立交|公园|体育馆|图书馆|博物馆|电影院|派出所|工地|工厂|仓库|大院|城|苑|镇|乡|村|屯|庄|岛|站|桥|院|楼|寨|庭|府|湾"
)
_DIGITS = r"(?:\d{1,5}|[一二三四五六七八九十百]{1,5})"
_COUNTED = "号楼|号院|号线|号|栋|幢|座|单元|层|楼|室|房|户|弄|巷|期|区|街坊|排|库|门"
_NUMBER = rf"{_DIGITS}[A-Za-z]?(?:[-之]\d{{1,4}})*(?:{_COUNTED})"
_LETTER = r"[A-Z]\d{0,4}(?:座|栋|幢|区|出口|口|馆|单元)"
_ROOM = r"(?<=[栋幢座楼号元层期])[A-Z]?\d{2,5}(?!\d)(?![号元块年月日点个天])"
_NEAR = (
    r"(?:\s?(?:与|和|交))?(?:交叉口|路口|十字路口|门口|门前|对面|旁边|旁|附近|楼下|楼上|工地|项目部|围挡|[A-Z]\d?出?口|"
    r"[东南西北][门侧段边面])"
)
_WHOLE = r"(?![东西南北中一二三四五六]?[路街巷道])"  # 科苑路 is no 苑
_NAMED = rf"{_NAME}{{1,9}}?(?:{_ROADS}|(?:{_SITES}){_WHOLE})[东西南北中]?(?:段|(?={_NUMBER}))?"
_TAIL = re.compile(rf"{_NUMBER}|{_LETTER}|{_ROOM}|{_NEAR}|{_NAMED}")
# A road nobody announced: the shortest name in front of it, then cut free of the words that lead to it.
_ROAD = re.compile(
    rf"{_HAN}{{2,6}}?(?:大道|大街|公路|(?<![绕跑走马公网线电问带让挡堵修赶过迷出死思套销半铁])路|(?<![逛上满炸])街|巷)(?![由过线灯边上面口况费途障])"
)
_SITE = re.compile(rf"{_HAN}{{2,8}}?(?:小区|花园|花苑|大厦|广场|公寓|新村|地铁站|站(?=[A-Z]\d?出?口)|工业园|商场)")
_LEAD = re.compile(
    r"(?:[家我离去来要有就放于对从沿因今当]|楼下|楼上|门口|附近|旁边|对面|隔壁|前面|后面|周边|公司|单位|小孩|孩子|老人|经常|经过|"
    r"路过|走到|走在|市民|居民|整个|小区|本人|家住|发现|正在|政府|有关|部门|工地|夜晚|晚间|马路|一条|所有|各|沿着|关于|事发)+"
)
_COMMON = frozenset((
    "步行街", "高速公路", "这条路", "那条路", "柏油马路", "人行道路", "整条路", "整条街", "商业街", "美食街",
))
_GENERIC_SITE = frozenset((
    "小区", "老旧小区", "老小区", "本小区", "住宅小区", "居民小区", "地铁站", "公交站", "火车站", "高铁站",
    "文化广场", "购物广场", "商业广场",
))
_ROAD_END = re.compile("[路街巷]|大道")
_SITE_END = re.compile("小区|花园|花苑|大厦|广场|公寓|新村|站|工业园|商场")
_TELLING = re.compile("[路街巷道区园苑厦场寓村站]")  # one of the two has to stand there
# 天河区社保局 is an office, not a place.
_OFFICE = re.compile(rf"{_HAN}{{0,10}}?(?:局|委员会|消委会|政府|法院|检察院|办公室|大队|支队|热线|市民)")
_SHORTEST, _LONGEST_NAME, _MAX_ENDINGS = 2, 8, 8
_MAX_TAILS = 12


@lru_cache(maxsize=4)
def chinese(folded: str, places: Gazetteer) -> tuple[Piece, ...]:
    """At most MAX_SPANS, in reading order. Kept for a moment: a firm's name begins where its address ends."""
    wide = ((start, end) for start, end in runs(folded) if end - start >= _SHORTEST)
    pieces = (_anchored(folded, start, end, places) or _unanchored(folded, start, end) for start, end in wide)
    return tuple(islice(filter(None, pieces), MAX_SPANS))


def _anchored(folded: str, start: int, end: int, places: Gazetteer) -> Piece | None:
    """From the first place name of the run; provinces, cities and short names alone are bare."""
    named = places.first(folded, start, end)
    if named is None:
        return None
    inner = places.district(named.places[0], folded, named.end) if named.level == "city" else None  # 杭州余杭
    known = inner is None or inner.end > end or places.at(folded, named.end) is not None
    stop, tails = _follow(folded, named.end if inner is None or known else inner.end, end, places)
    if _OFFICE.match(folded, stop, end):
        return None
    full = named.level in ("district", "street") and folded[named.end - 1] in "区县市镇乡道旗"
    return Piece(named.start, stop, bare=not (tails or full))


def _follow(folded: str, position: int, end: int, places: Gazetteer) -> tuple[int, bool]:
    """How far the address goes on, and whether it says more than a province or city."""
    told = False
    for _ in range(_MAX_TAILS):
        named = places.at(folded, position)
        tail = _TAIL.match(folded, position, end) if not named or named.end > end else None
        if tail:
            position, told = tail.end(), True
        elif named and named.end <= end:
            position, told = named.end, told or named.level in ("district", "street")
        else:
            break
    return position, told


def _ending(
    name: re.Pattern[str], ends: re.Pattern[str], folded: str, start: int, end: int
) -> re.Match[str] | None:
    """The first name with such an ending; only what stands right before an ending is looked at."""
    for word in islice(ends.finditer(folded, start, end), _MAX_ENDINGS):
        found = name.search(folded, max(start, word.start() - _LONGEST_NAME), min(end, word.end() + 4))
        if found:
            return found
    return None


def _unanchored(folded: str, start: int, end: int) -> Piece | None:
    """A road or a housing estate without a place name: its left edge is a guess."""
    if end - start <= _SHORTEST or not _TELLING.search(folded, start, end):
        return None
    found = _ending(_ROAD, _ROAD_END, folded, start, end) or _ending(_SITE, _SITE_END, folded, start, end)
    if not found:
        return None
    lead = _LEAD.match(folded, found.start(), found.end())
    begin = lead.end() if lead else found.start()
    name = folded[begin:found.end()]
    if len(name) < 3 or name in _COMMON or name in _GENERIC_SITE:
        return None
    stop = found.end()
    for _ in range(_MAX_TAILS):
        tail = _TAIL.match(folded, stop, end)
        if not tail:
            break
        stop = tail.end()
    return Piece(begin, stop, sure=False)
