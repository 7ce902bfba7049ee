"""The platform's XML, written and read."""
from __future__ import annotations

import pytest

from simulators.wechat import xml
from tests.tables import table

ROUND = [
    {"Content": "楼上漏水"}, {"Content": "a]]>b"}, {"Content": "<xml>&amp;"}, {"Content": ""}, {"A": {"B": {"C": "d"}}},
    {"List": [{"A": "1"}, {"A": "2"}]}, {"Content": "😀\u2028\u202e\u200b"}, {"Content": " \t\n "},
]


@table("fields", ROUND)
def test_what_is_written_is_read(fields: xml.Fields) -> None:
    assert xml.read(xml.write(fields).encode()) == fields


def test_numbers_are_bare_words_are_cdata_and_illegal_characters_go() -> None:
    assert xml.write({"A": 1, "B": "b\x00\ud800"}) == "<xml><A>1</A><B><![CDATA[b]]></B></xml>"


BAD = [b"", b"<xml>", b"<a/>", b"<xml/>", b"{}", b"<!DOCTYPE x><xml><a>1</a></xml>", b"<xml><a>\xff</a></xml>",
       b"<xml><a>1</a></xml><b/>", b"<xml><a>\x00</a></xml>"]


@table("document", BAD)
def test_what_is_no_document_of_the_platform_is_one_error(document: bytes) -> None:
    with pytest.raises(xml.BadXml):
        xml.read(document)
