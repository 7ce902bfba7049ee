"""JSON as RFC 7493 wants it, refused early and in linear time (HOSTILE.md 23)."""
from __future__ import annotations

import json
import math
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Malformed
from gateway.ijson import MAX_DEPTH, SAFE_INT, parse_json
from tests.tables import table

CHARACTERS = st.characters(exclude_categories=["Cs"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-SAFE_INT, SAFE_INT) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(CHARACTERS),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(CHARACTERS), inner, max_size=5),
    max_leaves=20,
)


@given(JSON)
def test_whatever_json_writes_is_read_back(value: object) -> None:
    assert parse_json(json.dumps(value)) == value
    assert parse_json(json.dumps(value, ensure_ascii=False).encode()) == value


@table(
    "document",
    [
        b"", b" ", b"{", b"[1,]", b"{'a':1}", b"nul", b"\xff\xfe", b'"\xed\xa0\x80"',
        b'{"a":1,"a":2}', b'{"a":{"b":1,"b":1}}',
        b"NaN", b"[Infinity]", b"[-Infinity]", b"1e999", b"[-1e999]", b"9007199254740992", b"1" * 5000,
        rb'"\ud800"', rb'"\udc00\ud800"', rb'{"\uDFFF":1}', b'"\x00"', b'"a\nb"',
        b"[" * 200_000 + b"]" * 200_000, b'{"a":' * 65 + b"1" + b"}" * 65, b"[" * 65 + b"]" * 65,
    ],
    label=lambda d: repr(d[:20]),
)
def test_what_two_programs_could_read_differently_is_refused(document: bytes) -> None:
    with pytest.raises(Malformed):
        parse_json(document)


@table(
    ("document", "value"),
    [
        (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, None), (rb'"\ud83d\ude00"', "😀"), (b"9007199254740991", SAFE_INT),
        (rb'"\\ud800"', "\\ud800"), ("‮️".join('""').encode(), "‮️"), (b'"' + b"[" * 200 + b'"', "[" * 200),
        (b"[" + b'"\\\\\\"[",' * 99 + b"1]", None),
    ],
)
def test_what_is_only_unusual_is_read(document: bytes, value: object) -> None:
    read = parse_json(document)
    assert value is None or read == value


def test_a_lone_surrogate_in_text_is_refused_too() -> None:
    with pytest.raises(Malformed):
        parse_json('"\ud800"')


@table(
    "document",
    [b'"' + b'\\"' * 32_000, b"[" * 65 + b'"\\"' * 20_000, b"[" * 100 + b'"' * 60_000 + b"\\", b"{" * 65_000],
)
def test_hostile_input_costs_linear_time(document: bytes) -> None:
    start = process_time()
    with pytest.raises(Malformed):
        parse_json(document)
    assert process_time() - start < 0.2


def test_numbers_stay_finite() -> None:
    assert all(math.isfinite(n) for n in parse_json("[1e308, -1e308, 1e-999]"))
