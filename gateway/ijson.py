"""JSON as I-JSON (RFC 7493): no duplicate names, no NaN, no number beyond a double, no lone surrogate, not too deep."""
from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from gateway.errors import Malformed

MAX_DEPTH = 64
SAFE_INT = 2**53 - 1  # RFC 7493, 2.2: beyond it two programs may read two numbers

_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)  # possessive: linear on hostile input
_BRACKET = re.compile(rb"[\[{\]}]")
_ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def parse_json(data: bytes | str) -> Any:
    """One I-JSON document. Raises Malformed."""
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    _check_depth(raw)
    try:
        value = _decoder.decode(raw.decode("utf-8"))
        if _ESCAPED_SURROGATE.search(raw):
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as fault:  # UnicodeError and JSONDecodeError are ValueErrors
        raise Malformed("not a JSON document we accept", code="bad_json") from fault
    return value


def _check_depth(raw: bytes) -> None:
    if raw.count(b"[") + raw.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    for bracket in _BRACKET.findall(_STRING.sub(b"", raw)):
        depth += 1 if bracket in b"[{" else -1
        if depth > MAX_DEPTH:
            raise Malformed("nested too deep", code="bad_json")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("duplicate name")
    return members


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("number out of range")
    return number


def _integer(text: str) -> int:
    number = int(text)
    if abs(number) > SAFE_INT:
        raise ValueError("number out of range")
    return number


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_decoder = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=_finite, parse_int=_integer, parse_constant=_constant
)
