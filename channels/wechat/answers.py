"""What WeChat's API answered and what it decides: its error codes as a table, with a place for the unknown.

Success is errcode 0 or no errcode at all, whatever else the answer looks like: errors come with HTTP status 200, JSON
often as text/plain, and boxes on the way answer with HTML pages and status 200 [WECHAT.md, "The package"].

    WayClosed            another way to the citizen may be open
    ├── WindowClosed     the citizen wrote too long ago       ├── NoMenu      no msgmenu for this kind of account
    ├── QuotaUsed        nothing left of what the window gave ├── NoTyping    "is typing" cannot be shown now
    ├── NoConsent        no subscription for this template    └── WithPerson  a member of staff has the conversation
    ├── NotFollowing     template messages reach followers only
    └── Blocked          the citizen does not want us, or may not receive
    OldNews              a Rejected: the callback whose token this is came too long ago
    StaleToken           a Retry: another token may be better, at once
    Cut                  a Retry: the answer broke off, so what it said is not known
"""
from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import msgspec
from msgspec import Struct

from gateway.errors import (
    Forbidden,
    HuiyinError,
    Paused,
    RateLimited,
    Rejected,
    Retry,
    Unauthorised,
    Uncertain,
    WayClosed,
)

SHOWN = 60            # characters of a request id that we keep
MINUTE_S = 60.0       # 45011 is a limit per minute

_TRACE = re.compile(r"(?:rid: |hint: ?\[)([\w-]{6,})")

T = TypeVar("T")


class WindowClosed(WayClosed):
    pass


class QuotaUsed(WayClosed):
    pass


class NoConsent(WayClosed):
    pass


class NotFollowing(WayClosed):
    pass


class Blocked(WayClosed):
    pass


class NoMenu(WayClosed):
    pass


class NoTyping(WayClosed):
    pass


class WithPerson(WayClosed):
    pass


class OldNews(Rejected):
    pass


class StaleToken(Retry):
    pass


class Cut(Retry):
    pass


def _code_spent(_: str) -> HuiyinError:
    return Unauthorised("the login code is used or too old: ask for another", code="wechat_code")


def _user_at_risk(_: str) -> HuiyinError:
    return Forbidden("WeChat lets this user not log in", code="wechat_user")


def _logins_too_often(_: str) -> HuiyinError:
    return RateLimited(code="wechat_logins", retry_after=MINUTE_S)


def _too_often(why: str) -> HuiyinError:
    return Retry(why, after_s=MINUTE_S)


Decision = Callable[[str], HuiyinError]
Codes = Mapping[int, tuple[Decision, str]]

# WECHAT.md, "Errors" and "Answering"; the words are ours, short and free of personal data.
CODES: Codes = {
    -1: (Retry, "busy"),
    40001: (StaleToken, "token not valid"),
    40014: (StaleToken, "token not valid"),
    42001: (StaleToken, "token expired"),
    45015: (WindowClosed, "reply window closed"),
    45047: (QuotaUsed, "reply quota used"),
    48002: (Blocked, "the user refuses our messages"),
    43004: (NotFollowing, "the user does not follow"),
    43019: (Blocked, "the user is on our block list"),
    43101: (NoConsent, "no subscription"),
    50002: (Blocked, "the user is restricted"),
    40200: (NoMenu, "no msgmenu for this account"),
    45072: (NoTyping, "typing command"),
    45080: (NoTyping, "typing needs a recent message"),
    45081: (NoTyping, "typing is shown already"),
    40003: (Rejected, "openid"),
    40007: (Rejected, "media id"),
    40008: (Rejected, "message type"),
    40033: (Rejected, "characters"),
    40037: (Rejected, "template id"),
    44004: (Rejected, "empty content"),
    45002: (Rejected, "content too long"),
    45008: (Rejected, "articles"),
    47001: (Rejected, "JSON"),
    47003: (Rejected, "template values"),
    40013: (Paused, "appid"),
    40125: (Paused, "app secret"),
    40164: (Paused, "our address is not on the allow-list"),
    45009: (Paused, "daily limit"),
    48001: (Paused, "no right to this API"),
    48004: (Paused, "API forbidden"),
    61004: (Paused, "our address is not registered"),
    45011: (_too_often, "asked too often"),
}

# Where somebody logs in, who waits for the answer is told.
LOGIN_CODES: Codes = {
    **CODES,
    40029: (_code_spent, "login code"),
    40163: (_code_spent, "login code used"),
    40226: (_user_at_risk, "user at risk"),
    45011: (_logins_too_often, "too many logins"),
}

# Where a token is asked for, a wrong secret is no stale token [stable_token and gettoken, official pages].
TOKEN_CODES: Codes = {
    **CODES,
    40001: (Paused, "app secret"),
    40243: (Paused, "app secret frozen"),
    50004: (Paused, "account forbidden"),
    50007: (Paused, "account frozen"),
    60020: (Paused, "our address is not on the allow-list"),
}

# WeChat customer service [global error codes of WeCom]; 48002 there says what 48001 says here.
KF_CODES: Codes = {
    **CODES,
    40029: (Rejected, "the event's code is too old"),
    40096: (Rejected, "external user id"),
    48002: (Paused, "no right to this API"),
    60011: (Paused, "no right to this API"),
    60020: (Paused, "our address is not on the allow-list"),
    95000: (Rejected, "open_kfid"),
    95001: (QuotaUsed, "reply quota used"),
    95002: (WindowClosed, "reply window closed"),
    95007: (OldNews, "the callback's token is too old"),
    95013: (WindowClosed, "conversation ended"),
    95016: (Rejected, "state change not allowed"),
    95018: (WithPerson, "the conversation's state does not let us speak"),
}


# A msgid that was used before is refused, and no page says by which code: what was to be a repeat may have arrived.
KF_SEND_CODES: Codes = {**KF_CODES, 40058: (Uncertain, "a parameter, as when the msgid was used before")}


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back over HTTP; `media_type` without parameters, lower case."""

    status: int
    media_type: str
    body: bytes


class Head(Struct):
    errcode: int = 0
    errmsg: str = ""


class Quoting(Struct):
    """An answer that holds what people wrote: half an emoji of one of them must not cost the words of all."""


def read(reply: Reply, shape: type[T], codes: Codes = CODES) -> T:
    """The answer in its shape. Raises what its error code decides, Cut when it is no whole answer."""
    check_page(reply)
    try:
        return _read(reply.body, shape, codes)
    except Cut:
        if not issubclass(shape, Quoting):
            raise
    return _read(mended(reply.body), shape, codes)


def mended(body: bytes) -> bytes:
    """JSON with a sign in place of what is no character; Python's reader, unlike msgspec's, lets half of a pair of
    surrogates pass. Raises Cut."""
    try:
        read = json.loads(body.decode("utf-8", "replace"))
        return json.dumps(read, ensure_ascii=False).encode("utf-8", "replace")
    except (ValueError, RecursionError) as fault:
        raise Cut("wechat's answer is not whole") from fault


def _read(body: bytes, shape: type[T], codes: Codes) -> T:
    head = _decode(body, Head)
    if head.errcode:
        raise decide(head, codes)
    return _decode(body, shape)


def check_page(reply: Reply) -> None:
    """Raises Retry or Paused when somebody else than the API answered."""
    if reply.status >= 500 or reply.status in (408, 429):
        raise Retry(f"wechat HTTP {reply.status}")
    if reply.status != 200:
        raise Paused(f"wechat HTTP {reply.status}: is the base address right?")
    if reply.media_type == "text/html" or reply.body[:1] == b"<":
        raise Retry("wechat sent a page instead of an answer")


def decide(head: Head, codes: Codes = CODES) -> HuiyinError:
    decision, words = codes.get(head.errcode, (Rejected, "unknown"))
    trace = _TRACE.search(head.errmsg)
    return decision(f"wechat {head.errcode} {words}" + (f" ({trace[1][:SHOWN]})" if trace else ""))


def _decode(body: bytes, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=shape, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise Cut("wechat's answer is not whole") from fault
