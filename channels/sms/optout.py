"""Words that end what we send of our own accord, and bring it back. Pure.

A word counts when it is the whole message: 退订宽带的问题 is a complaint. While a draft, a choice or a rating is open,
CANCEL, END, T and R are answers to that; the others always count. The case itself goes on.
Carriers teach 回复T退订, TD, 拒收请回复R; providers act on STOP, STOPALL, UNSUBSCRIBE, CANCEL, END, QUIT by
themselves and then refuse what we send (Twilio: error 21610), which counts as the same wish.
"""
from __future__ import annotations

import re
import unicodedata
from typing import Literal

Wish = Literal["stop", "start"]

_ALWAYS = frozenset({
    "td", "退订", "退訂", "取消订阅", "取消訂閱", "拒收", "stop", "stopall", "stop all", "unsubscribe", "optout",
    "opt out", "opt-out", "revoke", "quit",
})
_WHEN_NOTHING_IS_OPEN = frozenset({"t", "r", "cancel", "end"})
_BACK = frozenset({"start", "unstop", "恢复订阅", "恢復訂閱"})
# A question mark stays: 退订？ asks.
_MARKS = " \t\r\n。.!！~～,，、;；\"'“”‘’「」"
_BETWEEN_HAN = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_UNSEEN = re.compile("[\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff]")


def read(text: str, *, engaged: bool, stopped: bool) -> Wish | None:
    """What a whole message wishes. `engaged`: a draft, a choice or a rating is open; `stopped`: there is something to
    bring back, else START is a word like any other."""
    word = _fold(text)
    if word in _ALWAYS or (word in _WHEN_NOTHING_IS_OPEN and not engaged):
        return "stop"
    return "start" if stopped and word in _BACK else None


def _fold(text: str) -> str:
    """ｔｄ。 is td, 退 订 is 退订."""
    plain = _UNSEEN.sub("", unicodedata.normalize("NFKC", text)).strip(_MARKS).lower()
    return re.sub(r"\s+", " ", _BETWEEN_HAN.sub("", plain))
