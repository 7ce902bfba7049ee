"""XML and JSON as one kind of tree, and nothing but small plain documents."""
from __future__ import annotations

import pytest
import xmltodict
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.wechat import documents
from channels.wechat.documents import MAX_DEPTH, MAX_NAMES, Tree
from channels.wechat.wire import BadCallback
from tests.tables import table

READ: list[tuple[str, Tree]] = [
    ("<xml><A>1</A><B><![CDATA[<b>&amp;]]></B></xml>", {"A": "1", "B": "<b>&amp;"}),
    ("\n  <?xml version='1.0'?>\n <xml> <A> x </A> <C/> </xml>\n", {"A": " x ", "C": ""}),
    ("<xml><L>1</L><L>2</L><L>3</L></xml>", {"L": ["1", "2", "3"]}),
    ("<xml><S><X>1</X></S></xml>", {"S": {"X": "1"}}),
    ("<xml><A> <![CDATA[ two  ]]> </A></xml>", {"A": " two  "}),
    ("<xml><A><![CDATA[]]]]><![CDATA[>]]></A></xml>", {"A": "]]>"}),
    ("<xml/>".replace("/", "></xml"), {}),
    ('{"A": 1, "B": {"C": [{"D": 6260957665266699303}]}, "N": null}',
     {"A": "1", "B": {"C": [{"D": "6260957665266699303"}]}, "N": ""}),
]


@table(("body", "expected"), READ)
def test_documents_are_read(body: str, expected: Tree) -> None:
    assert documents.read(body) == expected
    assert documents.read(body.encode()) == expected


@settings(max_examples=40)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_a_cdata_section_keeps_its_words_as_another_reader_has_them(words: str) -> None:
    body = f"<xml><A><![CDATA[{words.replace(']]>', ']]]]><![CDATA[>')}]]></A></xml>"
    try:
        peer = xmltodict.parse(body, strip_whitespace=False)["xml"]["A"] or ""
    except ValueError:  # U+FFFE and U+FFFF are no characters of XML
        peer = words
    assert documents.read(body)["A"] == peer == words


LAUGHS = '<!DOCTYPE xml [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><xml><A>&b;</A></xml>'
BAD = [
    ("billion laughs", LAUGHS),
    ("an external entity", '<!DOCTYPE xml [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><A>&a;</A></xml>'),
    ("a doctype behind the declaration", '<?xml version="1.0"?>' + LAUGHS),
    ("a doctype behind a comment", "<!-- --><!DOCTYPE xml><xml></xml>"),
    ("a doctype within", "<xml><!DOCTYPE xml></xml>"),
    ("an entity nobody declared", "<xml><A>&b;</A></xml>"),
    ("another root", "<html><A>1</A></html>"),
    ("an open end", "<xml><A>1</A>"),
    ("two roots", "<xml></xml><xml></xml>"),
    ("nothing", ""), ("white space", "  \n"), ("words", "你好"), ("zero", "<xml>\0</xml>"),
    ("a lone surrogate", "<xml>\ud800</xml>"),
    ("too deep", "<xml>" + "<a>" * MAX_DEPTH + "</a>" * MAX_DEPTH + "</xml>"),
    ("too many", "<xml>" + "<a/>" * MAX_NAMES + "</xml>"),
    ("a JSON list", "[1]"), ("half a JSON", '{"A":'), ("a name twice", '{"A":1,"A":2}'), ("NaN", '{"A":NaN}'),
    ("JSON too deep", '{"A":' + "[" * MAX_DEPTH + "]" * MAX_DEPTH + "}"),
    ("JSON very deep", '{"A":' * 9_000), ("JSON too many", "{" + ",".join(f'"{n}":1' for n in range(501)) + "}"),
    ("half of a pair", '{"A":"\\ud800"}'), ("JSON and more", '{"A":1} {"B":2}'),
]


@table(("what", "body"), BAD)
def test_everything_else_is_refused(what: str, body: str) -> None:
    with pytest.raises(BadCallback) as bad:
        documents.read(body)
    assert bad.value.status == 400, what


@table("body", [b"\xff\xfe<\0x\0", "<xml></xml>".encode("utf-16"), b"<xml>\xed\xa0\x80</xml>", "<xml>好".encode()[:-1]])
def test_bytes_are_utf8_or_nothing(body: bytes) -> None:
    with pytest.raises(BadCallback):
        documents.read(body)


def test_the_deepest_that_is_read() -> None:
    deep = MAX_DEPTH - 1
    assert documents.read("<xml>" + "<a>" * deep + "</a>" * deep + "</xml>")
    assert documents.read('{"A":' * MAX_DEPTH + "1" + "}" * MAX_DEPTH)


def test_members_by_name() -> None:
    tree = documents.read("<xml><A> 1 </A><B><C>2</C></B><L><M>3</M></L><L><M>4</M></L></xml>")
    assert (documents.text(tree, "A"), documents.text(tree, "B"), documents.text(tree, "X")) == ("1", "", "")
    assert documents.tree(tree, "B") == {"C": "2"}
    assert documents.tree(tree, "A") == {}
    assert [documents.text(one, "M") for one in documents.trees(tree, "L")] == ["3", "4"]
    assert documents.trees(tree, "B") == [{"C": "2"}]
    assert documents.trees(tree, "A") == []
