"""A yes in many words files; a word of doubt, a question or anything else never does."""
from __future__ import annotations

from gateway.dialogue.assent import agrees, leaves, nothing

YES = [
    "yes that's all correct, please go ahead and file it",
    "Looks right to me, thank you",
    "no changes",
    "fine, send it",
    "everything looks good, go ahead",
    "Perfect, thanks",
    "ok!",
    "I've checked it, all correct",
    "no need to change it",
    "看过了没问题就这样交吧",
    "嗯都对的，麻烦您了",
    "好了提交吧",
    "没什么要改的，确认",
    "可以了谢谢",
    "内容都正确，帮我提交",
    "不改了",
    "不用改",
    "没有要改的",
    "没有需要修改的",
    "don't change anything",
]
NOT_YES = [
    "thank you",
    "don't send it",
    "yes but change the phone",
    "no",
    "not right",
    "it's not correct",
    "can you file it?",
    "this is all",
    "send me the form",
    "yes and also the lift is broken",
    "can i go",
    "right?",
    "no, that's wrong",
    "谢谢",
    "好了",
    "别提交",
    "是的但是电话错了",
    "可以改吗",
    "好的，电话是13800138000",
    "可以提交吗",
    "问题",
    "那就",
    "不可以",
    "不对",
    "没有提交",
    "先不交",
    "",
    "没有",
    "没有了",
    "不改不行",
    "不能不改",
    "nothing",
    "no thanks",
]
NOTHING = ["没有", "没有。", "没有呢", "没", "没啥", "没有了", "没了", "都没有", "不用", "none", "Nothing.", "no need"]


def test_a_yes_in_many_words() -> None:
    assert [text for text in YES if not agrees(text)] == []


def test_nothing_else_is_a_yes() -> None:
    assert [text for text in NOT_YES if agrees(text)] == []


def test_nothing_says_only_that() -> None:
    assert [text for text in NOTHING if not nothing(text) or agrees(text) or not leaves(text)] == []
    assert [text for text in ("不", "no", "没有提交", "不对", "没有人来过", "nothing works") if nothing(text)] == []
