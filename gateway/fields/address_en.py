"""Finds English addresses: "88 Jianguo Road, Chaoyang District, Beijing", in any case of letters."""
from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.fields.folding import latin_stretches, lower
from gateway.fields.gazetteer import Gazetteer
from gateway.fields.spans import Piece

# All patterns are for lower-cased text; letter case says nothing in chat.
_WORD = r"[a-z][a-z'-]{0,20}"
_ROAD = (
    r"(?:(?:road|street|avenue|lane|alley|boulevard|highway|hutong|lu|jie|dadao)(?![a-z])|(?:rd|st|ave|blvd)(?![a-z])\.?)"
)
_AREA = (
    r"(?:district|county|sub-?district|new area|province|city|"
    r"town(?:ship)?(?!\s(?:station|metro|road|street|park))|qu|jiedao|zhen)(?![a-z])"
)
_SITE = (
    r"(?:building|plaza|mansion|tower|gardens?|square|community|estates?|residence|apartments|mall|park|campus|university|"
    r"hospital|hotel|(?:metro |railway |bus )?station|market|village|cent(?:re|er))(?![a-z])"
    r"(?!\s(?:restaurant|hotel|store|shop|supermarket|school|gym|club|cafe|bar|co|company|ltd|limited|clinic|pharmacy)"
    r"(?![a-z]))"  # Garden Restaurant is a firm
)
_DIRECTION = r"(?:east|west|south|north|middle|central|zhong|dong|xi|nan|bei)"
_UNIT = (
    r"(?:(?:no\.?|number|room|rm\.?|unit|flat|apt\.?|apartment|block|building|bldg\.?|floor|suite)\s?#?(?:[a-z]-?)?\d{1,5}[a-z]?"
    r"|\d{1,3}(?:st|nd|rd|th)\s(?:floor|f)|\d{1,2}/f)(?![a-z0-9])"
)
# Words that lead to a place but are none of its names.
_NOT = (
    r"(?!(?:the|a|an|on|in|at|to|from|of|off|by|near|along|around|across|my|our|your|his|her|their|this|that|these|and|or|is|are|was|"
    r"were|be|it|its|with|for|whole|main|busy|same|public|private|shared|sent|shipped|parcel|package|bought|live|lives|living|"
    r"noise|noisy|bikes?|bicycles?|site|block|blocking|blocks|every|since|until|till|between|please|road|street|no|room|"
    r"building|construction|into|onto|local|nearby|big|old|car|next|opposite|outside|inside|me|i|we|you|he|she|they|not|"
    r"there|here|where|which|some|any|residential|shopping|parking|called|named)(?![a-z]))"
)
_NAMED = rf"(?:{_NOT}{_WORD}\s){{1,3}}?(?:{_DIRECTION}\s)?"
_AFTER_ROAD = rf"(?:\s{_DIRECTION}(?![a-z]))?(?:\s(?:no\.?\s?)?\d{{1,5}}(?=\s?(?:[,.;]|$)))?"
_HOUSE = r"(?:(?:no\.?\s?)?\d{1,5}[a-z]?,?\s)?"
_PART = rf"(?:{_UNIT}|{_HOUSE}{_NAMED}(?:{_ROAD}{_AFTER_ROAD}|{_AREA}|{_SITE}))"
_START = re.compile(rf"(?<![a-z0-9])(?=[a-z0-9])(?:{_PART})")
_TELLING = re.compile(rf"(?<![a-z])(?:{_ROAD}|{_AREA}|{_SITE})|(?:{_UNIT})")
_MORE = re.compile(
    rf"\s?,?\s?(?:in\s)?(?:{_PART})|\s(?:and|&)\s{_NAMED}{_ROAD}|(?<=station)\sexit\s[a-z]\d?(?![a-z0-9])"
)
_CITY = rf"{_WORD}(?:\s(?:kong|mongolia))?"
_PLACE = re.compile(rf"(?<![a-z0-9])(?=[a-z]){_NOT}({_CITY})")
_PLACE_AFTER = re.compile(rf"(?:\s?,\s?|\s(?:in\s)?)({_CITY})(?![a-z])")
_COUNTRY = re.compile(r"\s?,\s?(?:p\.?\s?r\.?\s)?china(?![a-z])|\s?,?\s?\d{6}(?!\d)")
_GENERIC = re.compile(rf"\s(?:{_AREA}|municipality|shi|sheng)\s*$")
_ANY = re.compile(rf"(?:{_SITE}|{_AREA})$")
_ANY_ROAD = frozenset((
    "ring", "side", "dirt", "service", "access", "back", "high", "wrong", "long", "ambulance", "bus", "bike", "cycle",
    "fire", "emergency", "left", "right", "fast", "slow",
))
_PARTS = re.compile(r",|\sin\s|(?<=district)\s|(?<=county)\s|(?<=road)\s|(?<=street)\s|(?<=avenue)\s")
_MAX_PARTS = 10


def english(folded: str, places: Gazetteer) -> Iterator[Piece]:
    lowered = lower(folded)
    for start, end in latin_stretches(lowered):
        telling = _TELLING.search(lowered, start, end) is not None
        yield from _addresses(folded, lowered, (start, end), places, telling)


def names(address: str) -> list[str]:
    """The parts without their generic word: "Haizhu District, Guangzhou" → "haizhu", "guangzhou"."""
    return [_GENERIC.sub("", part).strip() for part in _PARTS.split(lower(address)) if part.isascii()]


def _addresses(
    folded: str, lowered: str, stretch: tuple[int, int], places: Gazetteer, telling: bool
) -> Iterator[Piece]:
    position, end = stretch
    while True:
        part = _START.search(lowered, position, end) if telling else None
        city = _city(lowered, position, part.start() if part else end, places)
        begun = city or part
        if begun is None:
            return
        stop = _follow(lowered, begun.end(), end, places)
        alone = stop == begun.end()
        if not (alone and _common(folded, begun)):
            yield Piece(begun.start(), stop, bare=city is not None and alone)
        position = stop


def _common(folded: str, part: re.Match[str]) -> bool:
    """A building, market or station in small letters and without a number is any of its kind, as is a ring road."""
    words = folded[part.start():part.end()]
    plain = words.islower() and not any(letter.isdigit() for letter in words)
    return plain and (_ANY.search(words) is not None or words.split()[0] in _ANY_ROAD)


def _city(lowered: str, position: int, end: int, places: Gazetteer) -> re.Match[str] | None:
    """The next word that is the name of a place."""
    return next((word for word in _PLACE.finditer(lowered, position, end) if places.latin(word[1])), None)


def _follow(lowered: str, position: int, end: int, places: Gazetteer) -> int:
    for _ in range(_MAX_PARTS):
        more = _MORE.match(lowered, position, end) or _COUNTRY.match(lowered, position, end)
        if not more:
            more = _PLACE_AFTER.match(lowered, position, end)
            if not more or not places.latin(more[1]):
                break
        position = more.end()
    return position
