"""The district of an address that names none: 新港中路12号, written where a code of 海珠区 hangs.

It is put into the address itself, so that the citizen sees it, confirms it with everything else and can change it.
"""
from __future__ import annotations

import re
from collections.abc import Sequence

from gateway.fields.address_en import names as parts_of
from gateway.fields.city import Place
from gateway.fields.folding import fold
from gateway.fields.gazetteer import Gazetteer, level, within

ASSUMED = "district_assumed"
_HAN = re.compile(r"[\u4e00-\u9fff]")
# A district or zone that the gazetteer does not know is named all the same; 小区, 园区, 工业区 are none, nor is 新县路.
_SOME_DISTRICT = re.compile(
    r"^[\u4e00-\u9fff]{2,5}(?<![小社园校景厂库片宅辖业街])[区县旗](?![路街道巷号栋])|\b(?:district|county)\b",
    re.IGNORECASE)
_FEWEST = 2  # characters beside the names of city and province that say where in them
_GENERIC_EN = {"区": " District", "县": " County"}


def with_district(text: str, named: Sequence[Sequence[Place]], code: str, places: Gazetteer) -> str | None:
    """The address with this district (adcode) in it; None where it names one itself, lies elsewhere, or names no more
    than a city.

    named  what the text names, each with all places that are called so
    """
    district = places.by_code.get(code)
    if district is None or _SOME_DISTRICT.search(text):
        return None
    for group in named:
        if any(level(place) in ("district", "street") or not within(district, place) for place in group):
            return None
    return _han(text, district, places) if _HAN.search(text) else _latin(text, district, places)


def _han(text: str, district: Place, places: Gazetteer) -> str | None:
    """Behind the city's name, 广州海珠区新港中路12号; at the beginning, with the city where that is not ours."""
    folded, end, covered = fold(text), 0, 0
    while (hit := places.first(folded, end, len(folded))) and hit.level in ("province", "city"):
        end, covered = hit.end, covered + hit.end - hit.start
    if sum(mark.isalnum() for mark in text) - covered < _FEWEST:
        return None
    if end:
        return f"{text[:end]}{district.name}{text[end:]}"
    return "".join([*(city.name for city in _afar(district, places)), district.name, text])


def _latin(text: str, district: Place, places: Gazetteer) -> str | None:
    parts = parts_of(fold(text))
    if all(places.latin(part) for part in parts):
        return None
    name = f"{district.en}{_GENERIC_EN.get(district.name[-1], '')}" if district.en else district.name
    told = any(places.latin(part) for part in parts)
    return ", ".join([text, name, *(city.en or city.name for city in _afar(district, places) if not told)])


def _afar(district: Place, places: Gazetteer) -> list[Place]:
    """The city of a district that is none of ours: 朝阳区 alone may be anywhere."""
    if within(district, places.by_code[places.home]):
        return []
    return [place for place in places.around(district) if level(place) == "city"][:1]
