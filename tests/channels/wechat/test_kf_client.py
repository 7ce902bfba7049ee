"""channels/wechat/kf_client.py: WeChat customer service, call by call."""
from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio

from channels.wechat.answers import QuotaUsed, WindowClosed, WithPerson
from channels.wechat.bodies import Item, Menu, short_id
from channels.wechat.calls import File
from channels.wechat.kf_client import (
    Happening,
    KfClient,
    KfMessage,
    KfUser,
    Media,
    Origin,
    Pulled,
    Spot,
    State,
    Words,
)
from gateway.errors import Paused, Rejected, Retry
from tests.channels.wechat.api_client import Line, line
from tests.channels.wechat.api_double import OK, SECRET, resets, sends
from tests.channels.wechat.conftest import LOOP, Kept

SYNC, SEND = "/cgi-bin/kf/sync_msg", "/cgi-bin/kf/send_msg"
EVENT, MOVE = "/cgi-bin/kf/send_msg_on_event", "/cgi-bin/kf/service_state/trans"
USER = KfUser("wkAJ2GCAAASSm4_FhToWMFea0xAFfd3Q", "wmAJ2GCAAAme1XQRC-NI-q0_ZM9ukoAw")
RATING = Menu("请评价", (Item(1, "满意"), Item(2, "不满意")))
CITIZEN = {"open_kfid": USER.open_kfid, "external_userid": USER.external_userid, "send_time": 1615478585, "origin": 3}

Ask = Callable[[KfClient], Awaitable[object]]


pytestmark = LOOP


@pytest_asyncio.fixture(loop_scope="module")
async def wire(kept: Kept) -> AsyncIterator[Line]:
    async with line(kept) as opened:
        yield opened


SENT: list[tuple[str, Ask, dict[str, Any]]] = [
    (SYNC, lambda kf: kf.pull("wk1"), {"open_kfid": "wk1", "limit": 1000, "voice_format": 0}),
    (SYNC, lambda kf: kf.pull("wk1", "cursor", "ENC"),
     {"open_kfid": "wk1", "limit": 1000, "voice_format": 0, "cursor": "cursor", "token": "ENC"}),
    (SEND, lambda kf: kf.send_text(USER, "turn:1", "已受理"), {
        "touser": USER.external_userid, "open_kfid": USER.open_kfid, "msgid": short_id("turn:1"),
        "msgtype": "text", "text": {"content": "已受理"}}),
    (SEND, lambda kf: kf.send_menu(USER, "turn:2", RATING), {
        "touser": USER.external_userid, "open_kfid": USER.open_kfid, "msgid": short_id("turn:2"), "msgtype": "msgmenu",
        "msgmenu": {"head_content": "请评价", "list": [
            {"type": "click", "click": {"id": "1", "content": "满意"}},
            {"type": "click", "click": {"id": "2", "content": "不满意"}}]}}),
    (EVENT, lambda kf: kf.welcome("CODE", "w:1", "您好"),
     {"code": "CODE", "msgid": short_id("w:1"), "msgtype": "text", "text": {"content": "您好"}}),
    (MOVE, lambda kf: kf.move(USER, State.QUEUE), {
        "open_kfid": USER.open_kfid, "external_userid": USER.external_userid, "service_state": 2}),
    (MOVE, lambda kf: kf.move(USER, State.PERSON, "desk1"), {
        "open_kfid": USER.open_kfid, "external_userid": USER.external_userid, "service_state": 3,
        "servicer_userid": "desk1"}),
]


async def test_each_call_goes_as_the_platform_wants_it(wire: Line) -> None:
    kf = wire.kf()
    for path, send, body in SENT:
        await send(kf)
        assert wire.platform.last(path).json == body
    assert wire.platform.last("gettoken").query == {"corpid": "ww0corp", "corpsecret": SECRET}
    assert wire.platform.last("gettoken").method == "GET"
    assert len(wire.platform.granted) == 1


async def test_the_end_of_a_conversation_gives_the_code_for_its_rating(wire: Line) -> None:
    wire.platform.says[MOVE] = {**OK, "msg_code": "BYE"}
    wire.platform.says[EVENT] = {**OK, "msgid": short_id("r:1")}
    code = await wire.kf().move(USER, State.OVER)
    assert await wire.kf().farewell(code, "r:1", RATING) == short_id("r:1")
    assert wire.platform.last(EVENT).json["code"] == "BYE"
    assert wire.platform.last(EVENT).json["msgmenu"]["head_content"] == "请评价"


# --- pulling ------------------------------------------------------------------------------------------------

MESSAGES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"msgtype": "text", "text": {"content": "路灯坏了", "menu_id": "1"}}, {"text": Words("路灯坏了", "1")}),
    ({"msgtype": "image", "image": {"media_id": "M1"}}, {"image": Media("M1")}),
    ({"msgtype": "voice", "voice": {"media_id": "M2"}}, {"voice": Media("M2")}),
    ({"msgtype": "video", "video": {"media_id": "M3"}}, {"video": Media("M3")}),
    ({"msgtype": "file", "file": {"media_id": "M4"}}, {"file": Media("M4")}),
    ({"msgtype": "location", "location": {
        "latitude": 23.106021881103501, "longitude": 113.320503234863, "name": "广州国际媒体港", "address": "海珠区"}},
     {"location": Spot(23.106021881103501, 113.320503234863, "广州国际媒体港", "海珠区")}),
    ({"msgtype": "business_card", "business_card": {"userid": "x"}}, {}),
]


async def test_every_kind_of_message_is_read(wire: Line) -> None:
    wire.platform.says[SYNC] = {**OK, "next_cursor": "c2", "has_more": 1, "msg_list": [
        {"msgid": f"m{n}", **CITIZEN, **sent} for n, (sent, _) in enumerate(MESSAGES)
    ]}
    pulled = await wire.kf().pull("wk1", "c1")
    assert (pulled.cursor, pulled.more) == ("c2", True)
    assert pulled.messages == tuple(
        KfMessage(
            msgid=f"m{n}", msgtype=sent["msgtype"], open_kfid=USER.open_kfid, external_userid=USER.external_userid,
            send_time=1615478585, origin=Origin.CITIZEN, **part,
        ) for n, (sent, part) in enumerate(MESSAGES)
    )


async def test_events_are_read(wire: Line) -> None:
    entered: dict[str, Any] = {
        "event_type": "enter_session", "scene": "123", "scene_param": "t=express", "welcome_code": "W"}
    failed = {"event_type": "msg_send_fail", "fail_msgid": short_id("turn:1"), "fail_type": 4}
    wire.platform.says[SYNC] = {**OK, "next_cursor": "c", "has_more": 0, "msg_list": [
        {"msgid": "e1", "send_time": 1, "origin": 4, "msgtype": "event", "event": {"open_kfid": "wk1", **entered}},
        {"msgid": "e2", "send_time": 2, "origin": 4, "msgtype": "event", "event": failed},
    ]}
    first, second = (await wire.kf().pull("wk1")).messages
    assert first.event == Happening(open_kfid="wk1", **entered)
    assert (second.origin, second.event.fail_msgid) == (Origin.EVENT, short_id("turn:1"))


async def test_an_empty_page_may_have_more_behind_it_and_keeps_its_place(wire: Line) -> None:
    wire.platform.says[SYNC] = {**OK, "next_cursor": "", "has_more": 1, "msg_list": []}
    assert await wire.kf().pull("wk1", "c7") == Pulled((), "c7", True)


async def test_a_broken_message_does_not_hold_up_the_page(wire: Line) -> None:
    good = {"msgid": "good", **CITIZEN, "msgtype": "text", "text": {"content": "好"}}
    broken: list[Any] = [
        {"msgid": "odd", "msgtype": "text", "text": "not an object"}, {"msgid": ["x"]}, 7, None,
    ]
    wire.platform.says[SYNC] = {**OK, "next_cursor": "c", "has_more": 0, "msg_list": [*broken, good]}
    messages = (await wire.kf().pull("wk1")).messages
    assert [(message.msgid, message.msgtype) for message in messages] == [
        ("odd", "unreadable"), ("", "unreadable"), ("", "unreadable"), ("", "unreadable"), ("good", "text"),
    ]


# --- states, files, refusals --------------------------------------------------------------------------------

async def test_the_state_tells_who_has_the_conversation(wire: Line) -> None:
    for said, state in ((1, State.BOT), (3, State.PERSON), (9, None)):
        wire.platform.says["/cgi-bin/kf/service_state/get"] = {
            **OK, "service_state": said, "servicer_userid": "desk1"}
        assert await wire.kf().state(USER) == (state, "desk1")


async def test_a_refusal_decides(wire: Line) -> None:
    for code, kind in (
        (95001, QuotaUsed), (95002, WindowClosed), (95018, WithPerson), (95007, Rejected), (45009, Paused),
        (48002, Paused),
    ):
        wire.platform.refuses(SEND, code)
        with pytest.raises(kind):
            await wire.kf().send_text(USER, "turn:1", "好")


async def test_a_message_with_our_id_may_be_repeated(wire: Line) -> None:
    wire.platform.troubles(SEND, resets)
    with pytest.raises(Retry):
        await wire.kf().send_text(USER, "turn:1", "好")


async def test_the_companys_token_is_changed_once(wire: Line) -> None:
    kf = wire.kf()
    await kf.pull("wk1")
    wire.platform.valid.clear()
    await kf.pull("wk1")
    assert len(wire.platform.calls("gettoken")) == 2
    wire.platform.refuses("/cgi-bin/gettoken", 40001)
    wire.platform.valid.clear()
    with pytest.raises(Paused):
        await kf.pull("wk1")


async def test_a_file_of_customer_service(wire: Line) -> None:
    wire.platform.says["/cgi-bin/media/get"] = sends(b"#!AMR", "audio/amr")
    assert await wire.kf().download("M") == File("", "audio/amr", b"#!AMR")
