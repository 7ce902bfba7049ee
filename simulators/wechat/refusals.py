"""How the platform says no: an errcode in a JSON answer with status 200, and its words.

Codes and words: developers.weixin.qq.com and developer.work.weixin.qq.com, 全局返回码. Those from 95000 on are of kf.
"""
from __future__ import annotations

ERRMSG = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40004: "invalid media type",
    40007: "invalid media_id",
    40008: "invalid message type",
    40013: "invalid appid",
    40014: "invalid access_token",
    40029: "invalid code",
    40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
    40037: "invalid template_id",
    40058: "invalid parameter",
    40096: "invalid external userid",
    40125: "invalid appsecret",
    40163: "code been used",
    40164: "invalid ip, not in whitelist",
    40200: "invalid account type",
    40226: "code blocked",
    41001: "access_token missing",
    41005: "media data missing",
    42001: "access_token expired",
    43004: "require subscribe",
    43101: "user refuse to accept the msg",
    44004: "empty content",
    45001: "media size out of limit",
    45002: "content size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    45072: "invalid command",
    45080: "need message from the user first",
    45081: "typing status already set",
    47001: "data format error",
    47003: "argument invalid",
    48001: "api unauthorized",
    48002: "user block the message",
    95000: "invalid open_kfid",
    95001: "send msg count limit",
    95002: "send msg time limit",
    95007: "invalid msg token",
    95008: "too many menu items",
    95013: "session has ended",
    95016: "not allow to change to the session state",
    95018: "send msg session status invalid",
}


class Refusal(Exception):
    """An endpoint's no. `code` is the errcode, `detail` is added to the platform's words."""

    def __init__(self, code: int, detail: str = "") -> None:
        super().__init__(f"{code} {ERRMSG.get(code, 'refused')} {detail}".strip())
        self.code = code
        self.words = f"{ERRMSG.get(code, 'refused')} {detail}".strip()
