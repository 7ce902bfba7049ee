"""What is a description, and what only announces one."""
from __future__ import annotations

from gateway.dialogue.substance import tells
from tests.tables import table


@table("words", [
    "快递五天没动了，客服也不理", "我要举报一家公司偷税漏税", "My parcel is late again",
    "我要投诉顺丰，单号SF1234567890123",
    "the lift has been broken for days",
])
def test_a_description(words: str) -> None:
    assert tells(words)


@table("words", [
    "", "我要投诉", "13800138000", "我要投诉！！！请尽快处理，谢谢！", "你好，我想反映一个问题，麻烦您了",
    "housing fund",
    "我要投诉公积金的事情", "I want to file a complaint", "SF1234567890123",
    "hello, I'd like to report a problem please",
])
def test_no_description(words: str) -> None:
    assert not tells(words)


@table("words", ["想要" * 40_000, "i want to make " * 5_000, "请尽快" * 30_000])
def test_long_words_are_quick(words: str) -> None:
    tells(words)
