"""channels/sms/optout.py: a whole message that is one word ends what we send; nothing else does."""
from __future__ import annotations

from channels.sms import optout
from tests.tables import table


@table("text", [
    "TD", "td", "ｔｄ", " TD。", "“TD”", "退订", "退 订", "退訂！", "拒收", "取消订阅", "STOP", "stop.", "Stop all",
    "STOPALL", "UNSUBSCRIBE", "Opt-out", "quit", "\u200bTD\ufe0f",
])
def test_these_always_end_it(text: str) -> None:
    for engaged in (True, False):
        assert optout.read(text, engaged=engaged, stopped=False) == "stop"
        assert optout.read(text, engaged=engaged, stopped=True) == "stop"


@table("text", ["T", "ｒ", "R。", "CANCEL", "end"])
def test_these_belong_to_what_is_open(text: str) -> None:
    assert optout.read(text, engaged=False, stopped=False) == "stop"
    assert optout.read(text, engaged=True, stopped=False) is None


@table("text", [
    "退订宽带的问题", "退订？", "我要退订", "请停止施工", "stop the noise", "please stop", "T恤", "TD 满意", "1 TD",
    "取消", "结束", "no", "", "cancel my booking", "tdtd", "STOP?",
])
def test_nothing_else_does(text: str) -> None:
    assert optout.read(text, engaged=False, stopped=False) is None


@table("text", ["START", "start。", "ＳＴＡＲＴ", "unstop", "恢复订阅"])
def test_start_brings_back_only_who_was_gone(text: str) -> None:
    assert optout.read(text, engaged=False, stopped=True) == "start"
    assert optout.read(text, engaged=False, stopped=False) is None, "a word like any other"
    assert optout.read(f"{text} now", engaged=False, stopped=True) is None


@table("text", ["yes", "是", "1", "好"])
def test_an_answer_brings_nobody_back(text: str) -> None:
    assert optout.read(text, engaged=True, stopped=True) is None
