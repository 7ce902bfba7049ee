"""What GeoReport v2 servers answer, as plain rows, whatever wrapping they chose; and words that any of them can take.

Facts [wiki.open311.org/GeoReport_v2; mysociety/open311-adapter, perllib/Open311/Endpoint.pm; 2026-11-23]: the standard
answers XML, JSON where offered; JSON is an array of rows by the standard, an object around an array at mySociety's, one
object or an array under `data` elsewhere. Ids are numbers in the examples and strings at mySociety's, booleans too.
"""
from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from typing import Any
from xml.parsers import expat

import msgspec

from casebridge.wording import legal

Row = dict[str, Any]

DEEPEST, MOST_ELEMENTS = 12, 200_000
LONGEST_ID = 100  # gateway/work-order.schema.json, external[].id
_TRUE = frozenset({"true", "1", "yes"})


class Unreadable(ValueError):
    """Neither JSON nor XML."""


def rows(body: bytes, *marks: str) -> list[Row]:
    """The objects that have one of these keys, in order, at whatever depth they stand. Raises Unreadable."""
    return list(_marked(_document(body), marks, 0))


def below(row: Row, key: str, *marks: str) -> list[Row]:
    """Those inside one value of a row: a list by JSON, an element with elements by XML."""
    return list(_marked(row.get(key), marks, 0))


def _marked(node: Any, marks: tuple[str, ...], depth: int) -> Iterator[Row]:
    if isinstance(node, dict) and any(mark in node for mark in marks):
        yield node
        return
    below = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    if depth < DEEPEST:
        for one in below:
            yield from _marked(one, marks, depth + 1)


def _document(body: bytes) -> Any:
    """By its first character: some servers answer XML under `.json` when something is wrong, and the other way."""
    body = body.removeprefix(b"\xef\xbb\xbf").strip()
    if not body:
        return None
    try:
        return _Tree().read(body) if body.startswith(b"<") else msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, expat.ExpatError, ValueError) as fault:
        raise Unreadable("neither JSON nor XML") from fault


class _Tree:
    """XML as JSON would have it: an element with elements is an object, one that comes again a list, others words."""

    def __init__(self) -> None:
        self._open: list[tuple[str, Row, list[str]]] = [("", {}, [])]
        self._elements = 0

    def read(self, body: bytes) -> Row:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._words
        parser.Parse(body, True)
        return self._open[0][1]

    def _doctype(self, *_declared: object) -> None:
        raise Unreadable("a document type")  # entities that blow up need one

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self._elements += 1
        if len(self._open) > DEEPEST or self._elements > MOST_ELEMENTS:
            raise Unreadable("too deep or too many elements")
        self._open.append((name, {}, []))

    def _words(self, words: str) -> None:
        self._open[-1][2].append(words)

    def _end(self, _name: str) -> None:
        name, below, words = self._open.pop()
        value = below or "".join(words)
        parent = self._open[-1][1]
        if name not in parent:
            parent[name] = value
        elif isinstance(parent[name], list):
            parent[name].append(value)
        else:
            parent[name] = [parent[name], value]


# --- values of a row ----------------------------------------------------------------------------------------

def words(row: Row, key: str) -> str:
    """Stripped text; "" for what is absent, null, an empty element or no text at all."""
    value = row.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return legal(str(value)).strip()


def identifier(row: Row, key: str) -> str | None:
    """Number or string, as a string; None for none, and for one longer than a work order may name."""
    value = words(row, key)
    return value if 0 < len(value) <= LONGEST_ID and value.isprintable() else None


def truth(value: object) -> bool:
    """Of a boolean, or of "true", "TRUE", "1"."""
    return str(value).strip().lower() in _TRUE


def moment(row: Row, key: str, zone: tzinfo) -> datetime | None:
    """Aware; a time without an offset, which the standard forbids, is read in the city's zone. None: unreadable."""
    try:
        read = datetime.fromisoformat(words(row, key).replace(" ", "T"))
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=zone)


def stamp(at: datetime) -> str:
    """`2026-11-23T02:00:00Z`: mySociety's servers refuse fractions of a second."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
