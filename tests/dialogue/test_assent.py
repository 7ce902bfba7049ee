"""A yes in many words files; a word of doubt, a question or anything else never does."""
from __future__ import annotations

from gateway.dialogue.assent import agrees

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
]


def test_a_yes_in_many_words() -> None:
    assert [text for text in YES if not agrees(text)] == []


def test_nothing_else_is_a_yes() -> None:
    assert [text for text in NOT_YES if agrees(text)] == []
