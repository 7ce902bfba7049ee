"""One text in the response: whole characters, escaped, numbered, and read back by another reader as it was meant."""
from __future__ import annotations

import json

import xmltodict
from hypothesis import given, settings
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto

from channels.wechat import replies
from channels.wechat.pushes import Written
from channels.wechat.wire import Keys, Seal, Stamp
from gateway.messages import Option, Outbound
from tests.channels.wechat.house import APPID, KEY, OPENID, TOKEN
from tests.tables import table

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"  # one sign of five characters
PUSH = Written(id="1", appid=APPID, to="gh_1", user=OPENID, created=1_700_000_000, text="在吗")


def xml(text: str) -> str:
    return replies.written(replies.document(PUSH, text, 1_700_000_001), "xml")


def read(document: str) -> str:
    return xmltodict.parse(document, strip_whitespace=False)["xml"]["Content"] or ""


WORDS = ["你好", "]]>", "]]]]>>", "<![CDATA[", "a]]>b]]>c", "<b>&amp;</b>", "🙂", "\u2028\u202e\u200b", " x\t\n "]


@table("text", WORDS)
def test_words_are_data(text: str) -> None:
    document = xml(text)
    assert read(document) == text
    parsed = xmltodict.parse(document)["xml"]
    assert (parsed["ToUserName"], parsed["FromUserName"]) == (OPENID, "gh_1")
    assert (parsed["CreateTime"], parsed["MsgType"]) == ("1700000001", "text")


@settings(max_examples=40)
@given(st.text(st.characters()))
def test_whatever_is_said_leaves_as_a_document(text: str) -> None:
    cleaned = replies.clean(text)
    assert replies.clean(cleaned) == cleaned
    assert read(xml(cleaned)) == cleaned.replace("\r\n", "\n").replace("\r", "\n")


def test_only_what_xml_cannot_hold_is_dropped() -> None:
    assert replies.clean("a\0b\x0bc\ud800d\ufffee\U0001f642\u202e\u200b\t\n") == "abcde\U0001f642\u202e\u200b\t\n"


@settings(max_examples=40)
@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(8, 60))
def test_parts_hold_so_many_bytes_and_lose_nothing_but_line_ends(text: str, most: int) -> None:
    parts = replies.parts(text, most)
    assert all(len(part.encode()) <= most for part in parts)
    assert "".join(parts).replace("\n", "") == text.replace("\n", "")


@table(
    ("text", "expected"),
    [
        ("", [""]), ("好" * 20, ["好" * 20]), ("好" * 21, ["好" * 20, "好"]),
        ("a" * 40 + "\n" + "b" * 40, ["a" * 40, "b" * 40]),
        ("a\n" + "b" * 70, ["a\n" + "b" * 58, "b" * 12]),                      # a line's end too early to cut at
        ("a" * 58 + "é", ["a" * 58 + "é"]), ("a" * 59 + "e\u0301", ["a" * 59, "e\u0301"]),
        ("a" * 50 + FAMILY, ["a" * 50, FAMILY]),
        ("a" * 56 + "\U0001f44d\U0001f3fd", ["a" * 56, "\U0001f44d\U0001f3fd"]),
        ("\u0301" * 60, ["\u0301" * 30, "\u0301" * 30]),                       # nothing to hold on to: cut all the same
    ],
)
def test_where_a_text_is_cut(text: str, expected: list[str]) -> None:
    assert replies.parts(text, 60) == expected


def test_wechats_limit() -> None:
    assert [len(part.encode()) for part in replies.parts("好" * 1_000)] == [2_046, 954]


def test_options_are_numbered_since_a_response_has_no_buttons() -> None:
    options = (Option("yes", "是"), Option("no", "否"))
    said = Outbound(id="1.0", at=0, text="夜间施工吗？", choices=options)
    assert replies.words(said) == "夜间施工吗？\n1. 是\n2. 否\n（回复数字选择）"
    english = Outbound(id="1.0", at=0, text="At night?", language="en", choices=(Option("yes", "Yes"),))
    assert replies.words(english) == "At night?\n1. Yes\n(Reply with a number.)"
    assert replies.words(Outbound(id="1.0", at=0, text="好的")) == "好的"


@table(("language", "shown"), [("zh", "摘要\n（可以回：提交、修改）"), ("en", "摘要\n(You can reply: 提交, 修改)")])
def test_beside_a_summary_options_are_words(language: str, shown: str) -> None:
    """Its lines have the numbers: "2" there means the second line."""
    options = (Option("submit", "提交"), Option("change", "修改"))
    said = Outbound(id="1.0", at=0, text="摘要", language=language, ask="confirm", choices=options)
    assert replies.words(said) == shown


POINTS = tuple(Option(str(n), f"{n} 分") for n in (5, 4, 3, 2, 1))


@table(("options", "numbers"), [
    (POINTS, [5, 4, 3, 2, 1]),                               # "5" is never the fifth of them
    (POINTS[:2], [5, 4]),
    ((Option("yes", "是"), Option("no", "否")), [1, 2]),
    ((*POINTS, Option("skip", "跳过")), [1, 2, 3, 4, 5, 6]),
    ((), []),
])
def test_options_that_are_numbers_keep_their_own(options: tuple[Option, ...], numbers: list[int]) -> None:
    assert [number for number, _ in replies.numbered(options)] == numbers


def test_a_label_that_begins_with_its_number_has_it_once() -> None:
    said = Outbound(id="1.0", at=0, text="几分？", choices=(Option("5", "5 非常满意"), Option("1", "不满意")))
    assert replies.words(said) == "几分？\n5 非常满意\n1. 不满意\n（回复数字选择）"


def test_a_sealed_answer_is_opened_by_wechatpy() -> None:
    seal, stamp = Seal(Keys(APPID, TOKEN, (KEY,))), Stamp("1700000000", "nonce")
    envelope = replies.written(replies.sealed(seal, xml("好的 ]]> 🙂"), stamp, 0), "xml")
    parsed = xmltodict.parse(envelope)["xml"]
    assert (parsed["TimeStamp"], parsed["Nonce"]) == ("1700000000", "nonce")
    opened = WeChatCrypto(TOKEN, KEY, APPID).decrypt_message(
        envelope, parsed["MsgSignature"], parsed["TimeStamp"], parsed["Nonce"])
    assert read(opened) == "好的 ]]> 🙂"


def test_an_account_set_to_json_is_answered_in_json() -> None:
    document = replies.written(replies.document(PUSH, "好的 \u2028 \" ]]>", 1_700_000_001), "json")
    assert json.loads(document) == {
        "ToUserName": OPENID, "FromUserName": "gh_1", "CreateTime": 1_700_000_001, "MsgType": "text",
        "Content": "好的 \u2028 \" ]]>",
    }
    assert "好的" in document, "UTF-8, not escapes (40033)"
