"""Whatever a server answers is read as rows or refused, and positions leave where they are."""
from __future__ import annotations

from datetime import timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casebridge.open311.position import shift, to_wgs84
from casebridge.open311.wire import LONGEST_ID, Unreadable, identifier, moment, rows, stamp, truth, words
from casebridge.wording import legal
from tests.tables import table

ID = "service_request_id"
CHINA = timezone(timedelta(hours=8))
XML = "<?xml version='1.0' encoding='utf-8'?><service_requests type='array'>{}</service_requests>"
ONE = f"<request><{ID}>7</{ID}><status/></request>"


@table(("body", "ids"), [
    ('[{"service_request_id": 293944}]', ["293944"]), ('{"service_request_id": "a-1"}', ["a-1"]),
    ('{"service_requests": [{"service_request_id": 1}, {"service_request_id": 2}]}', ["1", "2"]),
    ('{"service_requests": {"request": {"service_request_id": 1}}}', ["1"]),
    ('{"data": {"service_request_id": 1}, "errors": []}', ["1"]), ('{"data": [{"service_request_id": 1}]}', ["1"]),
    ('\ufeff [{"service_request_id": 9007199254740993}]', ["9007199254740993"]),
    ('[{"service_request_id": null}, {"service_request_id": true}, {"service_request_id": ""}]', [None, None, None]),
    ('[{"service_request_id": {"a": 1}}, {"service_request_id": [1]}]', [None, None]),
    ('{"service_request_id": " b "}', ["b"]), ('{"errors": [{"code": 400, "description": "no"}]}', []),
    ("[]", []), ("null", []), ("", []), ("7", []), ('"x"', []),
    (XML.format(ONE), ["7"]), (XML.format(ONE * 2), ["7", "7"]), (XML.format(""), []), (XML.format(ONE * 3), ["7"] * 3),
    (XML.format(f"<request><{ID}/></request>"), [None]),
    (XML.format(f"<request><{ID}><![CDATA[a&b]]></{ID}></request>"), ["a&b"]),
], label=str)
def test_rows_are_found_in_whatever_wraps_them(body: str, ids: list[str | None]) -> None:
    assert [identifier(row, ID) for row in rows(body.encode(), ID)] == ids


@table("body", [
    b"<html>", b"{", b"[1,", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 100_000, b"<a>" * 100_000, b"<a/><b/>",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", b"<a>&b;</a>", b"NaN", b"hello", b"<a>\x00</a>",
    b"<r>" + b"<a/>" * 200_001 + b"</r>",
], label=lambda body: str(body[:40]))
def test_what_is_neither_json_nor_xml_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable):
        rows(body, ID)


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.text(alphabet='<>/a&;{}[]":,01 \n', max_size=80).map(str.encode)))
def test_nothing_else_is_ever_raised(body: bytes) -> None:
    try:
        found = rows(body, "a")
    except Unreadable:
        return
    assert all(isinstance(row, dict) for row in found)


def test_a_number_no_work_order_may_name_is_none() -> None:
    assert identifier({ID: "a" * LONGEST_ID}, ID) == "a" * LONGEST_ID
    assert identifier({ID: "a" * (LONGEST_ID + 1)}, ID) is None
    assert identifier({ID: "a\u202eb"}, ID) is None
    assert identifier({ID: "a\nb"}, ID) is None


def test_booleans_are_read_however_they_are_told() -> None:
    assert [truth(one) for one in (True, "true", "TRUE", " True ", 1, "1")] == [True] * 6
    assert [truth(one) for one in (False, "false", None, "", 0, "no")] == [False] * 6


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=50))
def test_legal_words_are_xml(text: str) -> None:
    """By the reader itself."""
    cleaned = legal(text)
    body = cleaned.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    (row,) = rows(f"<r><a>{body}</a></r>".encode(), "a")
    assert words(row, "a") == cleaned.replace("\r\n", "\n").replace("\r", "\n").strip()


def test_a_moment_is_read_as_the_standard_writes_it() -> None:
    """[wiki.open311.org/GeoReport_v2, Date/time format, 2026-11-23]"""
    for written in ("1994-11-05T08:15:30-05:00", "1994-11-05T13:15:30Z"):
        read = moment({"at": written}, "at", CHINA)
        assert read is not None
        assert stamp(read) == "1994-11-05T13:15:30Z"
    assert moment({"at": "05/11/1994"}, "at", CHINA) is None


# --- positions ----------------------------------------------------------------------------------------------

def test_the_shift_is_the_published_one() -> None:
    """[wandergis/coordtransform, test/app.js, 2015: wgs84togcj02(116.404, 39.915)]"""
    north, east = shift(39.915, 116.404)
    assert (39.915 + north, 116.404 + east) == pytest.approx((39.91640428150164, 116.41024449916938), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.floats(18.2, 53.5), st.floats(73.7, 135.0))
def test_there_and_back_is_a_centimetre(lat: float, long: float) -> None:
    north, east = shift(lat, long)
    assert to_wgs84(lat + north, long + east) == pytest.approx((lat, long), abs=1e-7)


def test_outside_china_nothing_is_shifted() -> None:
    assert to_wgs84(51.5, -0.12) == (51.5, -0.12)
