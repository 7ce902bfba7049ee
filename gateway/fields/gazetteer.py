"""Names of places, indexed for look-up at a position: every division of the country, the home city's streets.

An adcode's digits nest: 44 0000 province, 44 01 00 city, 44 01 05 district, 440105 014 street.
"""
from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from gateway.fields.city import City, Place
from gateway.fields.wordbreaks import ends_here

_GENERIC = ("特别行政区", "维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "地区", "省", "市", "盟")
_DISTRICT_GENERIC = ("区", "县", "市")
MUNICIPALITIES = ("11", "12", "31", "50")
_COMPLETE = "省市区县盟旗州道镇乡"  # a name that ends so is whole
_OTHER = re.compile(r"[东南西北中上下前后一二三四五六七八九十]{0,2}(?:路|街|大道)|大学|银行|饭店|大厦|公寓|宾馆")
_KEY = 2  # every name has at least two characters


@dataclass(frozen=True, slots=True)
class Named:
    """A name found at [start, end), and every place that has it."""

    start: int
    end: int
    places: tuple[Place, ...]

    @property
    def level(self) -> str:
        return level(self.places[0])


def level(place: Place) -> str:
    """province, city, district or street, by the shape of the adcode; a municipality is a city."""
    if len(place.adcode) > 6:
        return "street"
    if place.adcode.endswith("0000"):
        return "city" if place.adcode[:2] in MUNICIPALITIES else "province"
    return "city" if place.adcode.endswith("00") else "district"


def _city_stem(place: Place) -> str:
    """The digits that all places of one city have in common."""
    return place.adcode[:2] if place.adcode[:2] in MUNICIPALITIES else place.adcode[:4]


def within(place: Place, outer: Place) -> bool:
    """Whether the place lies inside the outer one."""
    code = outer.adcode
    stem = code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") and len(code) == 6 else code
    return place.adcode.startswith(stem)


class Gazetteer:
    """Longest name at a position in constant time; Latin names by whole words."""

    def __init__(self, city: City) -> None:
        self.home = city.adcode
        self.by_code = {place.adcode: place for place in (*city.divisions, *city.streets)}
        self._han: dict[str, dict[str, list[Place]]] = {}
        self._latin: dict[str, list[Place]] = {}
        for place in (*city.divisions, *city.streets):
            for name in self._names(place):
                self._han.setdefault(name[:_KEY], {}).setdefault(name, []).append(place)
            if place.en:
                self._latin.setdefault(place.en.lower(), []).append(place)
        self._short: dict[str, dict[str, Place]] = {}
        for place in city.divisions:
            if level(place) == "district" and len(place.name) > _KEY:
                self._short.setdefault(_city_stem(place), {})[place.name[:-1]] = place
        self._lengths = {key: sorted({len(name) for name in names}, reverse=True) for key, names in self._han.items()}

    def _names(self, place: Place) -> Iterable[str]:
        """The official name; provinces, all cities, and the home city's districts also without the generic part;
        大石街道 also as 大石街, 大石镇 (what many were before) and 大石村."""
        yield place.name
        stem = place.name.removesuffix("街道")
        if stem != place.name:
            yield from (stem + "街", stem + "镇", stem if stem.endswith("村") else stem + "村")
        here = level(place)
        home_district = here == "district" and place.adcode[:4] == self.home[:4]
        if here == "street" or (here == "district" and not home_district and not place.name.endswith("市")):
            return
        for tail in _DISTRICT_GENERIC if home_district else _GENERIC:
            short = place.name.removesuffix(tail)
            if short != place.name and len(short) >= _KEY:
                yield short
                return

    def at(self, text: str, position: int) -> Named | None:
        """The longest name that begins here."""
        key = text[position:position + _KEY]
        names = self._han.get(key)
        if names is None:
            return None
        for length in self._lengths[key]:
            name = text[position:position + length]
            if name in names:
                found = Named(position, position + len(name), tuple(names[name]))
                return None if name[-1] not in _COMPLETE and self._means_another(text, found) else found
        return None

    def _means_another(self, text: str, found: Named) -> bool:
        """北京 in 北京路 is a road's; 义乌, a county-level city's short name, stands at the end of its words only."""
        if _OTHER.match(text, found.end):
            return True
        small = found.level == "district" and found.places[0].adcode[:4] != self.home[:4]
        return small and not ends_here(text, found.end)

    def first(self, text: str, start: int, end: int) -> Named | None:
        """The first name that begins at or after start and ends by end."""
        if text[start:end].isascii():
            return None
        for position in range(start, end - 1):
            if text[position:position + _KEY] in self._han:
                named = self.at(text, position)
                if named and named.end <= end:
                    return named
        return None

    def district(self, city: Place, text: str, position: int) -> Named | None:
        """A district of this city without its generic part, as people write behind the city's name: 上海徐汇."""
        short = self._short.get(_city_stem(city), {})
        names = (text[position:position + length] for length in (4, 3, 2))
        name = next((name for name in names if name in short), None)
        return Named(position, position + len(name), (short[name],)) if name else None

    def divided(self, place: Place) -> bool:
        """Whether the place has districts; Dongguan and Zhongshan have none, nor have Hong Kong and Macao here."""
        return _city_stem(place) in self._short

    def latin(self, name: str) -> tuple[Place, ...]:
        """Places romanised so, without generic part and in any case; Beijing is the city, not the sub-district."""
        places = self._latin.get(" ".join(name.lower().split()), ())
        large = tuple(place for place in places if level(place) != "street")
        return large or tuple(places)

    def around(self, place: Place) -> list[Place]:
        """The place and what it lies in, inside first."""
        code = place.adcode
        outer = (code[:6], code[:4] + "00", code[:2] + "0000")
        chain = [place, *(self.by_code[one] for one in outer if one in self.by_code and one != code)]
        return list({one.adcode: one for one in chain}.values())


@lru_cache(maxsize=8)
def gazetteer(city: City) -> Gazetteer:
    """Built once per loaded city."""
    return Gazetteer(city)


def narrowed(named: Iterable[tuple[Place, ...]], home: str) -> list[Place]:
    """One place per name as far as they fit together: 朝阳区 beside 北京, first names first. An ambiguous name
    alone is the home city's when it has one; otherwise it is left out."""
    groups = sorted(named, key=lambda group: len(group) > 1)
    chosen: list[Place] = []
    for group in groups:
        fitting = [place for place in group if all(_nested(place, other) for other in chosen)]
        if len(fitting) > 1 and not any(level(place) != "province" for place in chosen):
            fitting = [place for place in fitting if place.adcode[:4] == home[:4]]
        if len(fitting) == 1:
            chosen.append(fitting[0])
    return chosen


def _nested(one: Place, other: Place) -> bool:
    return within(one, other) or within(other, one)
