"""What staff of another system read of a case, in Chinese: the operations that follow a submission."""
from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

URGED = "【催办】"
_ANSWERS = {"yes": "是", "partly": "部分", "no": "否"}
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legal(text: str) -> str:
    """Without characters that no XML 1.0 document may hold, lone surrogates among them: feeds and databases of other
    systems refuse them."""
    return _ILLEGAL.sub("", text)


def rated(payload: Mapping[str, Any]) -> str:
    """The three answers, as far as they were given."""
    told = [
        f"{label}：{_ANSWERS[payload[name]]}" for label, name in (("已联系", "contacted"), ("已解决", "resolved"))
        if payload.get(name) in _ANSWERS
    ]
    if payload.get("satisfaction"):
        told.append(f"满意度：{payload['satisfaction']} 分（满分 5 分）")
    if payload.get("reason"):
        told.append(f"原因：{payload['reason']}")
    return "市民评价　" + "；".join(told)


def reworked(payload: Mapping[str, Any]) -> str:
    return f"退回重办（第 {payload.get('round')} 次）。{payload.get('reason') or ''}"


def withdrawn(payload: Mapping[str, Any]) -> str:
    return f"市民撤回诉求。{payload.get('reason') or ''}"
