"""A push's body as plain names and texts, from XML or JSON alike, read within limits.

Which of the two WeChat sends is a setting of the account. Both become a Tree: names to texts, trees, or lists of them
where a name repeats. Numbers stay the digits they came as: a MsgId has 64 bits.
"""
from __future__ import annotations

import json
import re
from typing import Any, Literal, NoReturn
from xml.parsers import expat

from channels.wechat.wire import BadCallback

MAX_DEPTH = 16   # WeChat's deepest push has five levels
MAX_NAMES = 500  # elements or members in all; the longest push known has 60

Form = Literal["xml", "json"]
Tree = dict[str, Any]  # names to str, Tree, or a list of them; JSON may hold a truth value too

# Nothing before the root but an XML declaration: with no DOCTYPE there are no entities to expand.
_PROLOG = re.compile(r"(?:<\?xml[^<>]{0,100}\?>\s*+)?<xml\s*>")
_JSON_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)  # possessive: linear on hostile input
_LAYOUT = " \t\r\n"  # XML 1.0, 2.3
_BRACKET = re.compile(r"[\[{\]}]")


def form(body: bytes | str) -> Form:
    """What a body is meant to be."""
    return "json" if body.lstrip()[:1] in ("{", b"{") else "xml"


def read(body: bytes | str) -> Tree:
    """The document's root. Raises BadCallback 400 for anything but one small, plain document."""
    try:
        text = (body if isinstance(body, str) else body.decode("utf-8")).strip()
    except UnicodeDecodeError:
        raise BadCallback(400, "not UTF-8") from None
    return _json(text) if form(text) == "json" else _xml(text)


def text(tree: Tree, name: str) -> str:
    """A text by its name, without the white space around it; "" when there is none."""
    value = tree.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def tree(parent: Tree, name: str) -> Tree:
    """What lies below a name; empty when nothing does."""
    value = parent.get(name)
    return value if isinstance(value, dict) else {}


def trees(parent: Tree, name: str) -> list[Tree]:
    """All that lies below a name, which may be there once, several times (XML) or hold a list (JSON)."""
    value = parent.get(name, [])
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]


# --- XML ----------------------------------------------------------------------------------------------------

def _xml(text: str) -> Tree:
    if not _PROLOG.match(text):
        raise BadCallback(400, "more than a declaration before <xml>")
    builder = _Builder()
    try:
        builder.parse(text)
    except (expat.ExpatError, ValueError):  # ValueError: a lone surrogate
        raise BadCallback(400, "not XML") from None
    return builder.root


class _Builder:
    """Expat's events as a Tree. White space beside a CDATA section is layout, inside one it is the citizen's."""

    def __init__(self) -> None:
        self.root: Tree = {}
        self._open: list[tuple[str, Tree, list[str]]] = []
        self._names, self._literal = 0, False

    def parse(self, text: str) -> None:
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        parser.StartCdataSectionHandler = lambda: self._cdata(True)
        parser.EndCdataSectionHandler = lambda: self._cdata(False)
        parser.Parse(text, True)

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self._names += 1
        if len(self._open) == MAX_DEPTH or self._names > MAX_NAMES:
            raise BadCallback(400, "too deep or too many elements")
        self._open.append((name, {}, []))

    def _end(self, _name: str) -> None:
        name, below, words = self._open.pop()
        if not self._open:
            self.root = below
            return
        _add(self._open[-1][1], name, below or "".join(words))

    def _cdata(self, literal: bool) -> None:
        self._literal = literal

    def _data(self, data: str) -> None:
        if self._literal or data.strip(_LAYOUT):
            self._open[-1][2].append(data)


def _add(parent: Tree, name: str, value: str | Tree) -> None:
    """A name that repeats becomes a list."""
    if name not in parent:
        parent[name] = value
    elif isinstance(parent[name], list):
        parent[name].append(value)
    else:
        parent[name] = [parent[name], value]


# --- JSON ---------------------------------------------------------------------------------------------------

def _json(text: str) -> Tree:
    _check_depth(text)
    try:
        value: Tree = _decoder.decode(text)
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # an escape may be half of a pair of surrogates
    except ValueError:  # what JSON and UTF-8 raise, both
        raise BadCallback(400, "not JSON") from None
    return value


def _check_depth(text: str) -> None:
    depth = 0
    for bracket in _BRACKET.findall(_JSON_STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > MAX_DEPTH:
            raise BadCallback(400, "nested too deep")


def _unique(pairs: list[tuple[str, Any]]) -> Tree:
    members = {name: "" if value is None else value for name, value in pairs}
    if len(members) != len(pairs) or len(members) > MAX_NAMES:
        raise ValueError("duplicate names, or too many")
    return members


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


_decoder = json.JSONDecoder(object_pairs_hook=_unique, parse_int=str, parse_float=str, parse_constant=_no_constant)
