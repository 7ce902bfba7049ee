"""An address as written, its administrative parts beside it. Nothing is refused for being unknown.

Chinese addresses are read out of runs (wordbreaks.py), English ones by their commas and road words; both are
resolved with the city's gazetteer. Canonical: the text, trimmed; resolved: {province, city, district,
subdistrict, adcode} as far as known.
"""
from __future__ import annotations

from itertools import islice

from gateway.fields.address_en import english, names
from gateway.fields.address_zh import chinese
from gateway.fields.base import Context, Reading, Span, Value
from gateway.fields.city import Place
from gateway.fields.folding import fold, tidy
from gateway.fields.gazetteer import Gazetteer, gazetteer, level, narrowed
from gateway.fields.roles import role_of
from gateway.fields.spans import MAX_SPANS, apart, span
from gateway.fields.text import checked, words_of

SHORTEST, LONGEST = 2, 300
UNKNOWN_DISTRICT = "unknown_district"
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
        for one in sorted(pieces, key=lambda piece: piece.start):
            role = role_of(folded, one.start, one.end, before)
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
    places = gazetteer(ctx.city)
    parts = resolve(text, places)
    warnings = () if "district" in parts else (UNKNOWN_DISTRICT,)
    return Reading(text, warnings, parts or None)


def resolve(text: str, places: Gazetteer) -> dict[str, str | float]:
    """The administrative parts named in an address: the innermost one that is certain, and what it lies in."""
    folded = fold(text)
    named = [*_named_han(folded, places), *_named_latin(folded, places)]
    chosen = narrowed(named, places.home)
    if not chosen:
        return {}
    inmost = max(chosen, key=lambda place: _DEPTH[level(place)])
    parts: dict[str, str | float] = {_KEYS[level(place)]: place.name for place in places.around(inmost)}
    return parts | {"adcode": inmost.adcode[:6]}


_KEYS = {"province": "province", "city": "city", "district": "district", "street": "subdistrict"}
_DEPTH = {"province": 0, "city": 1, "district": 2, "street": 3}


def _named_han(folded: str, places: Gazetteer) -> list[tuple[Place, ...]]:
    named, position = [], 0
    while hit := places.first(folded, position, len(folded)):
        named.append(hit.places)
        position = hit.end
    return named


def _named_latin(folded: str, places: Gazetteer) -> list[tuple[Place, ...]]:
    return [group for group in map(places.latin, names(folded)) if group]


TYPE = Address()
