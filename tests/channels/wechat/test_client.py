"""channels/wechat/client.py and calls.py: what goes over the line, and what becomes of every trouble on it."""
from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import unused_port
from structlog.testing import capture_logs

from channels.wechat import calls
from channels.wechat.answers import NoConsent, NoMenu, QuotaUsed, StaleToken, WindowClosed
from channels.wechat.bodies import Item, Menu, Notice, Page
from channels.wechat.client import Check, Follower, User, WeChatClient
from gateway.errors import (
    Forbidden,
    HuiyinError,
    Paused,
    Rejected,
    Retry,
    SendError,
    TooLarge,
    Unauthorised,
    Uncertain,
    Unsupported,
)
from tests.channels.wechat.api_client import OPENID, Line, line
from tests.channels.wechat.api_double import (
    OK,
    SECRET,
    Trouble,
    breaks_off,
    hangs,
    platform,
    resets,
    says,
    sends,
)
from tests.channels.wechat.conftest import LOOP, Kept
from tests.tables import check_each

SEND, TOKEN = "/cgi-bin/message/custom/send", "/cgi-bin/stable_token"
TEMPLATE, GET = "/cgi-bin/message/template/send", "/cgi-bin/media/get"
VALUES = {"thing1": "办结", "character_string2": "WO-20261123-ABCDEFGHJK"}
NOTICE = Notice("tpl", VALUES, Page("wx1mini", "p?id=1"), "k")

Ask = Callable[[WeChatClient], Awaitable[object]]


pytestmark = LOOP


@pytest_asyncio.fixture(loop_scope="module")
async def wire(kept: Kept) -> AsyncIterator[Line]:
    async with line(kept) as opened:
        yield opened


# --- what goes over the line --------------------------------------------------------------------------------

SENT: list[tuple[str, Ask, dict[str, Any]]] = [
    (SEND, lambda api: api.send_text(OPENID, "已受理 🙂 ]]>\u2028\ud83d"),
     {"touser": OPENID, "msgtype": "text", "text": {"content": "已受理 🙂 ]]>\u2028"}}),
    (SEND, lambda api: api.send_menu(OPENID, Menu("满意吗？", (Item(1, "满意"), Item(2, "不满意")), "谢谢")),
     {"touser": OPENID, "msgtype": "msgmenu", "msgmenu": {
         "head_content": "满意吗？", "tail_content": "谢谢",
         "list": [{"id": 1, "content": "满意"}, {"id": 2, "content": "不满意"}]}}),
    (SEND, lambda api: api.send_media(OPENID, "image", "M"),
     {"touser": OPENID, "msgtype": "image", "image": {"media_id": "M"}}),
    ("/cgi-bin/message/custom/typing", lambda api: api.typing(OPENID), {"touser": OPENID, "command": "Typing"}),
    ("/cgi-bin/message/custom/typing", lambda api: api.typing(OPENID, on=False),
     {"touser": OPENID, "command": "CancelTyping"}),
    (TEMPLATE, lambda api: api.send_template(OPENID, NOTICE), {
        "touser": OPENID, "template_id": "tpl", "miniprogram": {"appid": "wx1mini", "pagepath": "p?id=1"},
        "client_msg_id": "8254c329a92850f6d539dd376f4816ee",
        "data": {"thing1": {"value": "办结"}, "character_string2": {"value": "WO-20261123-ABCDEFGHJK"}}}),
    ("/cgi-bin/message/subscribe/send", lambda api: api.send_subscription(OPENID, NOTICE), {
        "touser": OPENID, "template_id": "tpl", "page": "p?id=1",
        "data": {"thing1": {"value": "办结"}, "character_string2": {"value": "WO-20261123-ABCDEFGHJK"}}}),
    ("/cgi-bin/message/subscribe/bizsend", lambda api: api.send_account_subscription(OPENID, NOTICE), {
        "touser": OPENID, "template_id": "tpl", "miniprogram": {"appid": "wx1mini", "pagepath": "p?id=1"},
        "data": {"thing1": {"value": "办结"}, "character_string2": {"value": "WO-20261123-ABCDEFGHJK"}}}),
    (TOKEN, lambda api: api.typing(OPENID),
     {"grant_type": "client_credential", "appid": "wx0appid", "secret": SECRET}),
]


async def test_each_message_goes_as_the_platform_wants_it(wire: Line) -> None:
    api = wire.client()
    for path, send, body in SENT:
        await send(api)
        seen = wire.platform.last(path)
        assert (seen.method, seen.json) == ("POST", body)
        assert seen.media_type == "application/json"
        assert b"\\u" not in seen.body, "40033"
        assert seen.query == ({} if path == TOKEN else {"access_token": wire.platform.granted[0]})
    assert len(wire.platform.granted) == 1
    assert wire.counted[SEND, "ok"] == 3


async def test_ids_of_what_was_sent_come_back_as_text(wire: Line) -> None:
    wire.platform.says[TEMPLATE] = {**OK, "msgid": 2401234567890123456}
    assert await wire.client().send_template(OPENID, NOTICE) == "2401234567890123456"
    assert await wire.client().send_subscription(OPENID, NOTICE) == ""


ASKED: list[tuple[str, dict[str, Any], Ask, object, dict[str, str]]] = [
    ("/cgi-bin/user/info",
     {"subscribe": 1, "openid": OPENID, "language": "zh_CN", "subscribe_time": 1382694957, "tagid_list": []},
     lambda api: api.follower(OPENID), Follower(OPENID, 1, "", 1382694957), {"openid": OPENID, "lang": "zh_CN"}),
    ("/cgi-bin/user/info", {"subscribe": 0, "openid": OPENID},
     lambda api: api.follower(OPENID), Follower(OPENID), {"openid": OPENID, "lang": "zh_CN"}),
    ("/sns/jscode2session", {"session_key": "D1ZWEygStjuLCnZ9IN2l4Q==", "openid": OPENID, "unionid": "oU"},
     lambda api: api.mini_login("C"), User(OPENID, "oU"),
     {"appid": "wx0appid", "secret": SECRET, "js_code": "C", "grant_type": "authorization_code"}),
    ("/sns/oauth2/access_token", {"access_token": "theirs", "expires_in": 7200, "openid": OPENID, "scope": "base"},
     lambda api: api.page_login("C"), User(OPENID),
     {"appid": "wx0appid", "secret": SECRET, "code": "C", "grant_type": "authorization_code"}),
    ("/wxa/business/getuserphonenumber",
     {**OK, "phone_info": {"phoneNumber": "13800138000", "purePhoneNumber": "13800138000", "countryCode": "86"}},
     lambda api: api.phone("P"), "+8613800138000", {}),
    ("/wxa/msg_sec_check",
     {**OK, "result": {"suggest": "risky", "label": 20001}, "detail": [{"strategy": "x"}], "trace_id": "t"},
     lambda api: api.check_text(OPENID, "内容"), Check("risky", 20001), {}),
]


async def test_each_question_is_asked_and_its_answer_read(wire: Line) -> None:
    api = wire.client()
    for path, said, ask, answer, query in ASKED:
        wire.platform.says[path] = said
        assert await ask(api) == answer
        seen = wire.platform.last(path)
        token = {} if path.startswith("/sns/") else {"access_token": wire.platform.granted[0]}
        assert seen.query == {**query, **token}
    assert wire.platform.last("getuserphonenumber").json == {"code": "P"}
    assert wire.platform.last("msg_sec_check").json == {
        "version": 2, "scene": 2, "openid": OPENID, "content": "内容",
    }


VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "wire/wechat/vectors.json").read_text("utf-8"))["vectors"]
READ: dict[str, tuple[str, Ask, object]] = {
    "api-wechatpy-user_info": ("/cgi-bin/user/info", lambda api: api.follower(OPENID), Follower(
        OPENID, 1, " o6_bmasdasdsad6_2sgVt7hMZOPfL", 1382694957)),
    "api-wechatpy-sns_jscode2session": ("/sns/jscode2session", lambda api: api.mini_login("C"), User(
        "o16wA0b4AZKzgVJR3MBwoUdTfU_E", "or4zX05h_Ykt4ju0TUfx3CQsvfTo")),
    "api-wechatpy-sns_oauth2_access_token": (
        "/sns/oauth2/access_token", lambda api: api.page_login("C"), User("OPENID")),
    "api-wechatpy-message_custom_send": (SEND, lambda api: api.send_text("OPENID", "x"), None),
}


async def test_every_vector_of_an_answer_is_read(wire: Line) -> None:
    """tests/wire/wechat/NOTICE says whose they are."""
    vectors = {one["id"]: one["expect"] for one in VECTORS if one["kind"] == "api_response_json"}
    assert set(vectors) == set(READ)
    for id_, (path, ask, expected) in READ.items():
        wire.platform.says[path] = vectors[id_]
        assert await ask(wire.client()) == expected, id_


async def test_a_text_to_check_is_cut_to_what_is_checked(wire: Line) -> None:
    wire.platform.says["/wxa/msg_sec_check"] = {**OK, "result": {"suggest": "pass", "label": 100}}
    assert (await wire.client().check_text(OPENID, "长" * 3000)).suggest == "pass"
    assert len(wire.platform.last("msg_sec_check").json["content"]) == 2500


async def test_a_virtual_user_is_nobody(wire: Line) -> None:
    wire.platform.says["/sns/oauth2/access_token"] = {"openid": OPENID, "is_snapshotuser": 1}
    with pytest.raises(Forbidden):
        await wire.client().page_login("C")


async def test_a_used_login_code_is_the_users_to_renew(wire: Line) -> None:
    wire.platform.refuses("/sns/jscode2session", 40163)
    with pytest.raises(Unauthorised):
        await wire.client().mini_login("C")
    assert wire.counted["/sns/jscode2session", "Unauthorised"] == 1


async def test_a_phone_is_told_with_the_token_and_its_code_is_the_users_too(wire: Line) -> None:
    wire.platform.refuses("/wxa/business/getuserphonenumber", 40029)
    with pytest.raises(Unauthorised):
        await wire.client().phone("P")
    assert wire.platform.last("getuserphonenumber").query == {"access_token": wire.platform.granted[0]}


async def test_typing_that_cannot_be_shown_is_no_fault(wire: Line) -> None:
    for code in (45072, 45080, 45081):
        wire.platform.refuses("/cgi-bin/message/custom/typing", code)
        assert await wire.client().typing(OPENID) is False


# --- the token ----------------------------------------------------------------------------------------------

async def test_fifty_sends_on_a_revoked_token_ask_once_for_another(wire: Line) -> None:
    api = wire.client()
    await api.send_text(OPENID, "先")
    wire.platform.valid.clear()
    await asyncio.gather(*(api.send_text(OPENID, f"第{n}条") for n in range(50)))
    assert len(wire.platform.calls(TOKEN)) == 2
    assert wire.counted[SEND, "ok"] == 51
    texts = {seen.json["text"]["content"] for seen in wire.platform.calls(SEND)
             if seen.query["access_token"] == wire.platform.granted[1]}
    assert len(texts) == 50


async def test_eight_workers_share_one_token(wire: Line) -> None:
    """HOSTILE.md 10."""
    workers = [wire.client() for _ in range(8)]
    await asyncio.gather(*(api.send_text(OPENID, "一") for api in workers for _ in range(5)))
    wire.platform.valid.clear()
    await asyncio.gather(*(api.send_text(OPENID, "二") for api in workers for _ in range(5)))
    assert len(wire.platform.calls(TOKEN)) == 2


async def test_a_token_that_stays_bad_costs_two_calls(wire: Line) -> None:
    api = wire.client()
    wire.platform.refuses(SEND, 40001, times=2)
    with pytest.raises(StaleToken) as raised:
        await api.send_text(OPENID, "好")
    assert isinstance(raised.value, Retry), "the outbox brings it again"
    assert len(wire.platform.calls(SEND)) == 2
    assert len(wire.platform.calls(TOKEN)) == 2
    await api.send_text(OPENID, "好")


@pytest.mark.parametrize("code", [40125, 40164, 40001])
async def test_an_account_we_may_not_use_is_paused(wire: Line, code: int) -> None:
    wire.platform.refuses(TOKEN, code)
    with pytest.raises(Paused):
        await wire.client().send_text(OPENID, "好")
    assert wire.platform.calls(SEND) == []


async def test_an_uploaded_file_goes_again_with_the_new_token(wire: Line) -> None:
    wire.platform.says["/cgi-bin/media/upload"] = {"type": "image", "media_id": "M1", "created_at": 1}
    api = wire.client()
    await api.typing(OPENID)
    wire.platform.valid.clear()
    assert await api.upload("image", calls.File("a.png", "image/png", b"\x89PNG\r\n")) == "M1"
    first, again = wire.platform.calls("media/upload")
    assert b'name="media"; filename="a.png"' in first.body
    assert b"\x89PNG" in again.body
    assert again.query == {"type": "image", "access_token": wire.platform.granted[1]}


# --- trouble on the line ------------------------------------------------------------------------------------

TROUBLE: list[tuple[str, Trouble, type[SendError], type[SendError]]] = [
    # what happens, what it means for a message that may be repeated, and for one that may not
    ("reset", resets, Retry, Uncertain),
    ("cut", breaks_off, Retry, Uncertain),
    ("half an answer", sends(b'{"errcode":0,"err', "application/json"), Retry, Uncertain),
    ("a page", sends(b"<html>login</html>", "text/html"), Retry, Retry),
    ("502", sends(b"bad gateway", "text/plain", 502), Retry, Retry),
    ("busy", says({"errcode": -1, "errmsg": "system error"}), Retry, Retry),
    ("404", sends(b"", "text/plain", 404), Paused, Paused),
]


async def test_trouble_is_repeated_only_where_nobody_hears_it_twice(wire: Line) -> None:
    api = wire.client()
    await api.typing(OPENID)
    for what, trouble, repeatable, once in TROUBLE:
        for path, send, kind in (
            (TEMPLATE, api.send_template(OPENID, NOTICE), repeatable), (SEND, api.send_text(OPENID, "好"), once),
        ):
            wire.platform.troubles(path, trouble)
            with pytest.raises(SendError) as raised:
                await send
            assert type(raised.value) is kind, what


async def test_what_has_no_key_is_never_told_twice(wire: Line) -> None:
    """The platform can tell a repeat from a second message by `client_msg_id` alone."""
    api, keyless = wire.client(), Notice("tpl", VALUES)
    sends_: list[tuple[str, Ask]] = [
        (TEMPLATE, lambda api: api.send_template(OPENID, keyless)),
        ("/cgi-bin/message/subscribe/send", lambda api: api.send_subscription(OPENID, NOTICE)),
        ("/cgi-bin/message/subscribe/bizsend", lambda api: api.send_account_subscription(OPENID, NOTICE)),
    ]
    await api.typing(OPENID)
    for path, send in sends_:
        wire.platform.troubles(path, resets)
        with pytest.raises(Uncertain):
            await send(api)


async def test_an_answer_without_end_is_no_answer(wire: Line) -> None:
    wire.platform.says["/cgi-bin/user/info"] = sends(b'{"openid":"' + b"o" * calls.MAX_ANSWER, "application/json")
    with pytest.raises(Retry):
        await wire.client().follower(OPENID)


async def test_an_answer_that_does_not_come_is_not_waited_for(wire: Line) -> None:
    api = wire.client(answer_s=0.3)
    await api.typing(OPENID)
    wire.platform.troubles(SEND, hangs)
    wire.platform.troubles(TEMPLATE, hangs)
    told = await asyncio.gather(
        api.send_text(OPENID, "好"), api.send_template(OPENID, NOTICE), return_exceptions=True)
    assert [type(error) for error in told] == [Uncertain, Retry]


async def test_what_was_never_written_goes_again(wire: Line) -> None:
    await wire.client().typing(OPENID)
    with pytest.raises(Retry):
        await wire.client(f"http://127.0.0.1:{unused_port()}").send_text(OPENID, "好")


async def test_a_closed_window_says_which_and_nothing_else_is_tried(wire: Line) -> None:
    api = wire.client()
    for code, kind in ((45015, WindowClosed), (45047, QuotaUsed), (40200, NoMenu), (43101, NoConsent)):
        wire.platform.refuses(SEND, code)
        with pytest.raises(kind):
            await api.send_text(OPENID, "好")
    assert len(wire.platform.calls(SEND)) == 4
    assert wire.counted[SEND, "WindowClosed"] == 1


# --- files --------------------------------------------------------------------------------------------------

async def test_a_file_is_what_its_type_says(wire: Line) -> None:
    wire.platform.says[GET] = sends(b"\xff\xd8\xff\xe0", "image/jpeg")
    assert await wire.client().download("M") == calls.File("", "image/jpeg", b"\xff\xd8\xff\xe0")
    assert wire.platform.last(GET).query["media_id"] == "M"


async def test_no_address_is_fetched_by_the_client(wire: Line) -> None:
    """HOSTILE.md 9: neither one that the answer names nor one that it sends us to (videos: test_videos.py)."""
    async with platform() as elsewhere:
        async def away(_: web.Request) -> web.Response:
            raise web.HTTPFound(elsewhere.url + "latest/meta-data")

        hostile: list[Trouble] = [says({"video_url": elsewhere.url + "v.mp4"}), away]
        for answer in hostile:
            wire.platform.says[GET] = answer
            with pytest.raises((Paused, Unsupported)):
                await wire.client().download("M")
        assert elsewhere.journal == []


FILE_TROUBLE: list[tuple[Trouble, type[HuiyinError]]] = [
    (says({"errcode": 40007, "errmsg": "invalid media_id"}), Rejected),
    (sends(b'{"errcode":40007}', "application/json"), Rejected),
    (sends(b"<html>", "text/html"), Retry),
    (sends(b"", "image/jpeg", 500), Retry),
    (sends(b"12345678901", "image/jpeg"), TooLarge),
    (says({"errcode": 45009, "errmsg": "reach max api daily quota limit"}), Paused),
    (resets, Retry),
]


async def test_what_is_no_file_is_not_taken_for_one(wire: Line) -> None:
    for answer, kind in FILE_TROUBLE:
        wire.platform.says[GET] = answer
        with pytest.raises(HuiyinError) as raised:
            await wire.client().download("M", cap=10)
        assert type(raised.value) is kind


# --- secrets ------------------------------------------------------------------------------------------------

def everything(error: BaseException) -> str:
    """The error as a log would show it, with all that it was raised from."""
    return "".join(traceback.format_exception(error)) + repr(error)


async def test_neither_token_nor_secret_is_ever_shown(wire: Line) -> None:
    api = wire.client(answer_s=0.3)
    troubles: list[tuple[str, Ask, Trouble]] = [
        (path, ask, trouble)
        for path, ask in (
            (SEND, lambda api: api.send_text(OPENID, "好")), (GET, lambda api: api.download("M")),
            ("/sns/jscode2session", lambda api: api.mini_login("C")),
        )
        for trouble in (resets, breaks_off, sends(b"", "text/plain", 404), says({"errcode": 40001, "errmsg": "x"}))
    ]
    shown: list[str] = []

    with capture_logs() as logs:
        for path, ask, trouble in troubles:
            wire.platform.trouble.clear()
            wire.platform.troubles(path, trouble, times=3)
            with pytest.raises(HuiyinError) as raised:
                await ask(api)
            shown.append(everything(raised.value))
    assert len(logs) >= len(troubles)
    shown += [repr(logs), repr(api.__dict__["_credentials"]), repr(calls.Call("/x", {"access_token": "TOKEN-9"}))]
    check_each(shown, lambda text: _no_secret(text))


def _no_secret(text: str) -> None:
    assert "TOKEN-" not in text
    assert SECRET not in text
    assert OPENID not in text
