"""An address as written, its administrative parts beside it. Nothing is refused for being unknown.

Chinese addresses are read out of runs (wordbreaks.py), English ones by their commas and road words; both are
resolved with the city's gazetteer. Canonical: the text, trimmed; resolved: {province, city, district,
subdistrict, adcode} as far as known. With the limit `home`, a place in another city gets a warning. Where the context
knows a district, an address that names none is given that one (assumed.py).
"""
from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice, zip_longest

from gateway.fields.address_en import english, names
from gateway.fields.address_zh import chinese
from gateway.fields.assumed import ASSUMED, with_district
from gateway.fields.base import Context, Reading, Span, Value
from gateway.fields.city import Place
from gateway.fields.folding import fold, tidy
from gateway.fields.gazetteer import Gazetteer, gazetteer, level, narrowed, within
from gateway.fields.roles import role_of, sent_on
from gateway.fields.spans import MAX_SPANS, apart, span
from gateway.fields.text import checked, words_of

SHORTEST, LONGEST = 2, 300
UNKNOWN_DISTRICT, ELSEWHERE, OTHER_CITY = "unknown_district", "district_elsewhere", "other_city"
_JOURNEY = ("sender", "receiver")  # from Guangzhou to Beijing: there a city says enough


class Address:
    name = "address"
    datatype = "string"

    def find(self, text: str, ctx: Context) -> list[Span]:
        """Spans without the words around them; `role` when those say one, e.g. 从 A 寄到 B."""
        folded, places = fold(text), gazetteer(ctx.city)
        pieces = (*chinese(folded, places), *islice(english(folded, places), MAX_SPANS))
        spans: list[Span] = []
        before = None
        ordered = sorted(pieces, key=lambda piece: piece.start)
        for one, following in zip_longest(ordered, ordered[1:]):
            role = role_of(folded, one.start, one.end, before)
            if role is None and following and sent_on(folded, one.end, following.start):
                role = "sender"
            if one.bare and role not in _JOURNEY:
                continue
            before = (one.end, role)
            reading = _reading(tidy(text[one.start:one.end]), ctx)
            spans.append(span(text, one.start, one.end, reading, role, sure=one.sure))
        return apart(spans)

    def read(self, text: str, ctx: Context) -> Reading:
        """The whole answer is the address."""
        limits = ctx.limits
        return _reading(checked(text, limits.min_length or SHORTEST, limits.max_length or LONGEST), ctx)

    def validate(self, value: Value, ctx: Context) -> Reading:
        return self.read(words_of(value, "address"), ctx)

    def show(self, value: Value, ctx: Context) -> str:
        return str(value)


def _reading(text: str, ctx: Context) -> Reading:
    """Without a district of its own it is in that of the context, and says so."""
    places = gazetteer(ctx.city)
    whole = with_district(text, [group for group, _ in _named(text, places)], ctx.district, places)
    if whole is None:
        return _located(text, ctx, places)
    located = _located(whole, ctx, places)
    return replace(located, warnings=(ASSUMED, *located.warnings))


def _located(text: str, ctx: Context, places: Gazetteer) -> Reading:
    inmost, stray = resolve(text, places)
    if inmost is None:
        return Reading(text, (UNKNOWN_DISTRICT,))
    parts: dict[str, str | float] = {_KEYS[level(place)]: place.name for place in places.around(inmost)}
    parts |= {"adcode": inmost.adcode[:6]}
    if ctx.limits.home and not _at_home(inmost, places):
        return Reading(text, (OTHER_CITY,), parts)
    known = "district" in parts or (level(inmost) == "city" and not places.divided(inmost)) or inmost.name in _UNDIVIDED
    return Reading(text, () if known else (ELSEWHERE if stray else UNKNOWN_DISTRICT,), parts)


def _at_home(place: Place, places: Gazetteer) -> bool:
    return within(place, places.by_code[places.home]) or within(places.by_code[places.home], place)


def resolve(text: str, places: Gazetteer) -> tuple[Place | None, bool]:
    """The innermost place of an address that is certain, and whether a district was named that lies elsewhere."""
    named = _named(text, places)
    chosen = narrowed((group for group, _ in named), places.home)
    if not chosen:
        return None, False
    strays = (group for group, whole in named if whole and not set(group) & set(chosen))
    stray = any(level(group[0]) == "district" for group in strays) and any(level(one) != "province" for one in chosen)
    return max(chosen, key=lambda place: _DEPTH[level(place)]), stray


_KEYS = {"province": "province", "city": "city", "district": "district", "street": "subdistrict"}
_DEPTH = {"province": 0, "city": 1, "district": 2, "street": 3}


# 香港, 澳门 and 台湾 have no districts in the data.
_UNDIVIDED = ("香港特别行政区", "澳门特别行政区", "台湾省")
# 海珠广场 is in another district than its name says.
_NAMESAKE = re.compile(r"广场|大桥|桥|码头|山|机场")
Group = tuple[tuple[Place, ...], bool]  # the places of one name, and whether it was written in full


def _named(text: str, places: Gazetteer) -> list[Group]:
    folded = fold(text)
    return [*_named_han(folded, places), *_named_latin(folded, places)]


def _named_han(folded: str, places: Gazetteer) -> list[Group]:
    named: list[Group] = []
    position = 0
    while hit := places.first(folded, position, len(folded)):
        whole = folded[hit.end - 1] in "区县市旗道镇街村"
        if whole or not _NAMESAKE.match(folded, hit.end):
            named.append((hit.places, whole))
        position = hit.end
        inner = places.district(hit.places[0], folded, position) if hit.level == "city" else None
        other = places.at(folded, position)
        if inner and (other is None or other.end <= inner.end):
            named.append((inner.places, False))
            position = inner.end
    return named


def _named_latin(folded: str, places: Gazetteer) -> list[Group]:
    return [(group, False) for group in map(places.latin, names(folded)) if group]


TYPE = Address()
