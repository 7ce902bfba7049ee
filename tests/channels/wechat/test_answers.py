"""channels/wechat/answers.py: what each code and each odd answer decides."""
from __future__ import annotations

import msgspec
import pytest
from msgspec import Struct

from channels.wechat.answers import (
    CODES,
    KF_CODES,
    LOGIN_CODES,
    TOKEN_CODES,
    Blocked,
    Codes,
    Cut,
    NoConsent,
    NoMenu,
    NotFollowing,
    QuotaUsed,
    Reply,
    StaleToken,
    WindowClosed,
    WithPerson,
    read,
)
from gateway.errors import (
    Forbidden,
    HuiyinError,
    Paused,
    RateLimited,
    Refused,
    Rejected,
    Retry,
    SendError,
    Unauthorised,
    WayClosed,
)
from tests.tables import table


class Sent(Struct):
    msgid: int | str


def answer(body: bytes, media_type: str = "text/plain", status: int = 200) -> Reply:
    return Reply(status, media_type, body)


def refusal(code: int, errmsg: str = "", codes: Codes = CODES) -> HuiyinError:
    with pytest.raises(HuiyinError) as raised:
        read(answer(msgspec.json.encode({"errcode": code, "errmsg": errmsg})), Sent, codes)
    return raised.value


# --- codes: the table of WECHAT.md, "Errors" ----------------------------------------------------------------

CLASSES: list[tuple[type[HuiyinError], list[int]]] = [
    (StaleToken, [40001, 40014, 42001]),
    (Retry, [-1]),
    (WayClosed, [45015, 45047, 48002, 43004, 43019, 43101, 50002]),
    (Rejected, [40003, 40007, 40008, 40033, 40037, 44004, 45002, 45008, 47001, 47003]),
    (Paused, [40013, 40125, 40164, 45009, 48001, 48004, 61004]),
]


@table(("kind", "codes"), CLASSES)
def test_a_code_decides_as_the_table_says(kind: type[HuiyinError], codes: list[int]) -> None:
    for code in codes:
        assert isinstance(refusal(code), kind), code
        assert isinstance(refusal(code), WayClosed) == (kind is WayClosed), code


@table(("code", "kind", "codes"), [
    (45015, WindowClosed, CODES), (45047, QuotaUsed, CODES), (43101, NoConsent, CODES), (43004, NotFollowing, CODES),
    (48002, Blocked, CODES), (43019, Blocked, CODES), (50002, Blocked, CODES), (40200, NoMenu, CODES),
    (95001, QuotaUsed, KF_CODES), (95002, WindowClosed, KF_CODES), (95018, WithPerson, KF_CODES),
    (48002, Paused, KF_CODES), (60020, Paused, KF_CODES), (45009, Paused, KF_CODES),
    (40001, Paused, TOKEN_CODES), (40125, Paused, TOKEN_CODES), (40164, Paused, TOKEN_CODES),
    (45011, Retry, TOKEN_CODES),
])
def test_the_same_number_may_mean_something_else_elsewhere(code: int, kind: type[SendError], codes: Codes) -> None:
    assert type(refusal(code, codes=codes)) is kind


@table(("code", "kind", "told"), [
    (40029, Unauthorised, "wechat_code"), (40163, Unauthorised, "wechat_code"), (40226, Forbidden, "wechat_user"),
    (45011, RateLimited, "wechat_logins"),
])
def test_a_login_that_fails_is_told_to_the_one_who_logs_in(code: int, kind: type[HuiyinError], told: str) -> None:
    refused = refusal(code, codes=LOGIN_CODES)
    assert isinstance(refused, Refused)
    assert (type(refused), refused.code) == (kind, told)
    assert str(code) not in str(refused), "the number says nothing to a citizen"


@table("codes", [CODES, KF_CODES, TOKEN_CODES])
def test_the_outbox_is_told_nothing_but_send_errors(codes: Codes) -> None:
    assert all(isinstance(refusal(code, codes=codes), SendError) for code in (*codes, 40029, 40163, 40226))


def test_a_limit_of_a_minute_is_waited_for() -> None:
    limited = refusal(45011)
    assert isinstance(limited, Retry)
    assert limited.after_s == 60


def test_an_unknown_code_is_not_sent_again() -> None:
    refused = refusal(99999)
    assert isinstance(refused, Rejected)
    assert "99999" in str(refused)


@table(("errmsg", "kept"), [
    ("invalid openid rid: 5f3ded7d-22929d02-4ba1f5f6", "5f3ded7d-22929d02-4ba1f5f6"),
    ("out of limit hint:[2TCvgA0175ge21]", "2TCvgA0175ge21"),
    ("invalid, hint: [1645025097593810238423219], from ip: 203.0.113.7, more info", "1645025097593810238423219"),
    ("nothing to trace it by", ""),
])
def test_the_trace_is_kept_and_nothing_else_they_wrote(errmsg: str, kept: str) -> None:
    why = str(refusal(40003, errmsg))
    assert why == "wechat 40003 openid" + (f" ({kept})" if kept else "")


# --- answers ------------------------------------------------------------------------------------------------

@table(("body", "msgid"), [
    (b'{"errcode":0,"errmsg":"ok","msgid":1234567890123456789}', 1234567890123456789),
    (b'{"errcode":"0","msgid":"m"}', "m"),
    ('{"msgid":"微信"}'.encode(), "微信"),
    (b'  {"msgid":1,"something":{"new":[1,2]}}\n', 1),
])
def test_success_is_no_error_code_whatever_the_type(body: bytes, msgid: int | str) -> None:
    for media_type in ("application/json", "text/plain", "application/octet-stream"):
        assert read(answer(body, media_type), Sent).msgid == msgid


@table(("reply", "kind"), [
    (answer(b"<html>busy</html>", "text/html"), Retry),
    (answer(b"<!DOCTYPE html>", "text/plain"), Retry),
    (answer(b"{}", "application/json", 502), Retry),
    (answer(b"", "text/plain", 429), Retry),
    (answer(b"moved", "text/plain", 302), Paused),
    (answer(b"nothing here", "text/plain", 404), Paused),
    (answer(b'{"errcode":0,"msgi'), Cut),
    (answer(b""), Cut),
    (answer(b"[1]"), Cut),
    (answer(b'{"errcode":0}'), Cut),
    (answer(b'{"errcode":0,"msgid":"\xff"}'), Cut),
    (answer(b'{"errcode":[]}'), Cut),
    (answer(b'{"x":' + b"[" * 100_000), Cut),
])
def test_an_answer_that_is_none_is_no_success(reply: Reply, kind: type[SendError]) -> None:
    with pytest.raises(SendError) as raised:
        read(reply, Sent)
    assert type(raised.value) is kind
