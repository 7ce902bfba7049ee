"""Finds English addresses: "88 Jianguo Road, Chaoyang District, Beijing", in any case of letters."""
from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.fields.gazetteer import Gazetteer
from gateway.fields.spans import Piece

_WORD = r"[A-Za-z][A-Za-z'’-]{0,20}"
_ROAD = r"(?:Road|Rd|Street|St|Avenue|Ave|Lane|Alley|Boulevard|Blvd|Highway|Hutong|Lu|Jie|Dadao)(?![A-Za-z])\.?"
_AREA = r"(?:District|County|Sub-?district|Town(?:ship)?|Village|New Area|Province|City)(?![A-Za-z])"
_SITE = (r"(?:Building|Plaza|Mansion|Tower|Garden|Gardens|Square|Community|Estate|Residence|Apartments|Mall|Park|Campus|University|"
         r"Hospital|Hotel|Station|Metro Station|Market|Village|Centre|Center)(?![A-Za-z])")
_DIRECTION = r"(?:East|West|South|North|Middle|Central|Zhong|Dong|Xi|Nan|Bei)"
_UNIT = (r"(?:(?:No\.?|Number|Room|Rm\.?|Unit|Flat|Apt\.?|Apartment|Block|Building|Bldg\.?|Floor|Suite)\s?#?[A-Z]?-?\d{1,5}[A-Z]?"
         r"|\d{1,3}(?:st|nd|rd|th|/)\s?(?:Floor|F)|\d{1,2}/F)(?![A-Za-z0-9])")
# Words that lead to a place but are none of its names.
_NOT = (r"(?!(?:the|a|an|on|in|at|to|from|of|off|by|near|along|around|across|my|our|your|this|that|and|or|is|are|was|were|it|its|with|for|"
        r"this|whole|main|busy|same|sent|shipped|parcel|package|bought|live|lives|living|noise|bike|bikes|site|block|blocking|blocks|"
        r"every|since|until|till|between|please|road|street|no|room|building|construction)(?![A-Za-z]))")
_NAMED = rf"(?:{_NOT}{_WORD}\s){{1,2}}?(?:{_DIRECTION}\s)?"
_PART = (rf"(?:{_UNIT}|(?:(?:No\.?\s?)?\d{{1,5}}[A-Z]?,?\s)?{_NAMED}(?:{_ROAD}|{_AREA}|{_SITE})(?:\s{_DIRECTION})?)")
_START = re.compile(rf"(?<![A-Za-z0-9])(?:{_PART})", re.IGNORECASE)
_MORE = re.compile(rf"\s?,?\s?(?:{_PART})", re.IGNORECASE)
_PLACE = re.compile(rf"(?<![A-Za-z0-9])({_NOT}{_WORD}(?:\s(?:Kong|Mongolia))?)", re.IGNORECASE)
_PLACE_AFTER = re.compile(rf"\s?,\s?({_WORD}(?:\s(?:Kong|Mongolia))?)(?![A-Za-z])", re.IGNORECASE)
_COUNTRY = re.compile(r"\s?,\s?(?:P\.?\s?R\.?\s)?China(?![A-Za-z])|\s?,?\s?\d{6}(?!\d)", re.IGNORECASE)
GENERIC = re.compile(rf"\s(?:{_AREA}|City|Municipality)\s*$", re.IGNORECASE)
_MAX_PARTS = 10


def english(folded: str, places: Gazetteer) -> Iterator[Piece]:
    position = 0
    while True:
        begun = _next(folded, position, places)
        if begun is None:
            return
        start, end, bare = begun
        stop = _follow(folded, end, places)
        yield Piece(start, stop, bare=bare and stop == end)
        position = stop


def _next(folded: str, position: int, places: Gazetteer) -> tuple[int, int, bool] | None:
    """The next part of an address, or a city's name, whichever comes first."""
    part = _START.search(folded, position)
    limit = part.start() if part else len(folded)
    for word in _PLACE.finditer(folded, position, limit):
        if places.latin(word[1]):
            return word.start(), word.end(), True
    return (part.start(), part.end(), False) if part else None


def _follow(folded: str, position: int, places: Gazetteer) -> int:
    for _ in range(_MAX_PARTS):
        more = _MORE.match(folded, position) or _COUNTRY.match(folded, position)
        if not more:
            more = _PLACE_AFTER.match(folded, position)
            if not more or not places.latin(more[1]):
                break
        position = more.end()
    return position
