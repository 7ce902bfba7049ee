"""The platform's XML: flat elements, CDATA around words, lists as repeated elements. A writer and a strict reader."""
from __future__ import annotations

import re
from typing import Any
from xml.parsers import expat

Fields = dict[str, Any]

_ILLEGAL = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")   # XML 1.0, production 2


class BadXml(ValueError):
    """Not one well-formed document, or one with a DOCTYPE."""


def write(fields: Fields) -> str:
    """`<xml>…</xml>`: words as CDATA, numbers bare, a dict as an element, a list as the element repeated."""
    return f"<xml>{_inner(fields)}</xml>"


def _inner(fields: Fields) -> str:
    return "".join(_element(name, each) for name, value in fields.items() for each in _each(value))


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _element(name: str, value: Any) -> str:
    if isinstance(value, dict):
        return f"<{name}>{_inner(value)}</{name}>"
    if isinstance(value, int | float):
        return f"<{name}>{value}</{name}>"
    words = _ILLEGAL.sub("", value).replace("]]>", "]]]]><![CDATA[>")
    return f"<{name}><![CDATA[{words}]]></{name}>"


class _Reader:
    """Builds nested dicts as expat reports; an element that comes again becomes a list."""

    def __init__(self) -> None:
        self._open: list[tuple[str, Fields, list[str]]] = [("", {}, [])]
        self._parser = expat.ParserCreate("utf-8")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._words
        self._parser.StartDoctypeDeclHandler = self._doctype

    def read(self, document: bytes) -> Fields:
        self._parser.Parse(document, True)
        return self._open[0][1]

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self._open.append((name, {}, []))

    def _words(self, words: str) -> None:
        self._open[-1][2].append(words)

    def _end(self, _name: str) -> None:
        name, inside, words = self._open.pop()
        value: Any = inside or "".join(words)
        around = self._open[-1][1]
        around[name] = [*_each(around[name]), value] if name in around else value

    def _doctype(self, *_declared: object) -> None:
        raise BadXml("DOCTYPE")


def read(document: bytes) -> Fields:
    """The contents of `<xml>`. Raises BadXml."""
    try:
        root = _Reader().read(document)
    except expat.ExpatError as wrong:
        raise BadXml(str(wrong)) from wrong
    if not isinstance(root.get("xml"), dict):
        raise BadXml("the root is not <xml>, or it is empty")
    fields: Fields = root["xml"]
    return fields
