"""What becomes of a push: proved, stored, answered in the response; and what WeChat is told when it could not be."""
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

import pytest

from channels.wechat import pushes
from channels.wechat.accounts import Account
from channels.wechat.official import ANSWER_S, WeChatChannel
from channels.wechat.taking import NOT_FETCHED, NOT_SHOWN, NOT_TAKEN, Taker
from channels.wechat.wire import Keys
from gateway.errors import ConfigError, HuiyinError, Retry, Unsupported
from gateway.handover import Arrived, Forgotten
from gateway.messages import CitizenContent, Location, Option, Text, Upload
from tests.channels.wechat.house import (
    ACCOUNTS,
    APPID,
    CONVERSATION,
    KEY,
    MINI,
    OLD_KEY,
    OPEN,
    OPENID,
    TOKEN,
    House,
    event,
    open_house,
    platform,
    said,
    sign,
    xml,
)
from tests.until import until


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        yield opened


# --- the address --------------------------------------------------------------------------------------------

async def test_wechat_is_answered_when_it_asks_for_us(house: House) -> None:
    async with platform(house) as wechat:
        address = f"{house.url}/wechat/{APPID}"
        async with wechat.http.get(address, params={**wechat.query(), "echostr": "5838479223"}) as response:
            assert (response.status, response.content_type) == (200, "text/plain")
            assert await response.text() == "5838479223"
        for query in ({**wechat.query("another"), "echostr": "1"}, {"echostr": "1"}, wechat.query(shift_s=-601)):
            async with wechat.http.get(address, params=query) as response:
                assert response.status == 403
        async with wechat.http.get(address, params={**wechat.query(), "echostr": "<b> x"}) as response:
            assert response.status == 400


async def test_only_our_accounts_have_an_address(house: House) -> None:
    async with platform(house, appid="wx9") as wechat:
        assert (await wechat.push(said("你好"))).status == 404


# --- stored, then answered ----------------------------------------------------------------------------------

async def test_a_text_is_stored_and_the_turns_answer_goes_back_sealed(house: House) -> None:
    answer = house.answers("请问地址？ ]]> 🙂")
    async with platform(house) as wechat:
        got = await wechat.push(said("路灯坏了", id_="42"))
    (inbound,) = house.taken
    assert (inbound.id, inbound.conversation, inbound.channel) == ("42", CONVERSATION, "wechat")
    assert (inbound.content, inbound.at) == (Text("路灯坏了"), house.clock.ms())
    assert (got.status, got.reply["Content"]) == (200, "请问地址？ ]]> 🙂")
    assert (got.reply["ToUserName"], got.reply["FromUserName"]) == (OPENID, "gh_1")
    assert got.reply["CreateTime"] == str(answer.at // 1000)
    assert "地址" not in got.body
    assert house.waited == [(CONVERSATION, "42", ANSWER_S)]


async def test_without_an_answer_in_time_wechat_is_told_that_it_is_in(house: House) -> None:
    async with platform(house) as wechat:
        assert (await wechat.push(said("路灯坏了"))).body == "success"
    assert len(house.taken) == 1


async def test_what_was_not_stored_is_not_acknowledged(house: House) -> None:
    house.down = True
    async with platform(house) as wechat:
        assert (await wechat.push(said("存不下", id_="7"))).status == 503
        house.down = False
        assert (await wechat.push(said("存不下", id_="7"))).body == "success"
    assert [inbound.id for inbound in house.taken] == ["7"]


async def test_a_full_mailbox_and_a_push_that_was_not_noted_are_not_acknowledged(house: House) -> None:
    async with platform(house) as wechat:
        house.full = True
        assert (await wechat.push(said("满了", id_="7"))).status == 429
        house.full, house.unnoted = False, True
        receipt = event("TEMPLATESENDJOBFINISH", MsgID=1, Status="success")
        assert (await wechat.push(receipt)).status == 503
    assert not house.taken


async def test_a_long_answer_goes_on_elsewhere_and_is_queued_once(house: House) -> None:
    house.answers("好" * 1_000)
    async with platform(house) as wechat:
        for _ in range(3):
            assert (await wechat.push(said("？", id_="8"))).reply["Content"] == "好" * 682
    assert house.overflowed == {f"{CONVERSATION} 8": ["好" * 318]}


async def test_options_come_numbered(house: House) -> None:
    house.answers("夜间施工吗？", choices=(Option("yes", "是"), Option("no", "否")))
    async with platform(house) as wechat:
        assert (await wechat.push(said("吵"))).reply["Content"] == "夜间施工吗？\n1. 是\n2. 否\n（回复数字选择）"


async def test_an_answer_under_the_key_that_opened_the_push(house: House) -> None:
    """While the account's AES key changes, WeChat may use the previous one."""
    house.answers("好的")
    async with platform(house, key=OLD_KEY) as wechat:
        assert (await wechat.push(said("在吗"))).reply["Content"] == "好的"


async def test_a_push_in_the_clear_is_answered_in_the_clear_where_the_account_allows_it(house: House) -> None:
    house.answers("好的")
    async with platform(house, appid=OPEN) as wechat:
        got = await wechat.push(said("在吗"))
    assert got.body.startswith("<xml><ToUserName>")
    assert got.reply["Content"] == "好的"


async def test_encrypted_mode_is_the_default(house: House) -> None:
    async with platform(house) as wechat:
        assert (await wechat.post(wechat.query(), said("在吗"))).status == 403


def test_a_wrong_account_stops_the_start() -> None:
    key = (KEY,)
    for keys in (Keys("wx1", "token"), Keys("wx1", "", key), Keys("wx.1", "token", key), Keys("", "token", key)):
        with pytest.raises(ConfigError):
            Account(keys)


async def test_two_accounts_of_one_appid_stop_the_start(house: House) -> None:
    with pytest.raises(ConfigError):
        WeChatChannel([*ACCOUNTS, ACCOUNTS[0]], house.core, house.store.shared, house.clock)


async def test_compatible_mode_believes_only_what_is_sealed(house: House) -> None:
    """Its body holds the message in the clear as well, which no signature covers."""
    async with platform(house) as wechat:
        query, envelope = wechat.seal(said("真的"), wechat.query())
        body = envelope.replace("<xml>", f"<xml><FromUserName>{OPENID}</FromUserName><Content>假的</Content>")
        assert (await wechat.post(query, body)).status == 200
    assert [inbound.content for inbound in house.taken] == [Text("真的")]


# --- every kind ---------------------------------------------------------------------------------------------

KINDS: list[tuple[str, CitizenContent]] = [
    (said("你好"), Text("你好")),
    (said("\n 1 "), Text("\n 1 ")),
    (said("是", bizmsgmenuid="101"), Text("是")),
    (xml(MsgType="voice", MsgId=2, MediaId="amr", Recognition="路灯坏了"), Text("路灯坏了", "u" * 32)),
    (xml(MsgType="location", MsgId=3, Location_X="23.1345", Location_Y="113.3588", Label="解放路1号"),
     Location(23.1345, 113.3588, "解放路1号", "GCJ02")),
    (xml(MsgType="link", MsgId=4, Title="通知", Description="", Url="http://10.0.0.1/"),
     Text("通知\nhttp://10.0.0.1/")),
    (event("CLICK", EventKey="progress"), Text("查进度")),
    (event("click", EventKey="人工", CreateTime=1_700_000_001), Text("人工")),
    (event("scancode_waitmsg", _ScanCodeInfo="<ScanType>qrcode</ScanType><ScanResult>灯杆0017</ScanResult>"),
     Text("灯杆0017")),
]


async def test_what_each_kind_of_push_says(house: House) -> None:
    house.uploads["amr"] = Upload("u" * 32, "audio/amr")
    house.answers("好")
    async with platform(house) as wechat:
        for n, (document, expected) in enumerate(KINDS):
            got = await wechat.push(document.replace("6074746557628292943", f"text{n}"))
            assert (got.status, got.reply.get("Content")) == (200, "好"), document
            assert house.taken[-1].content == expected


async def test_a_recording_stands_beside_its_words(house: House) -> None:
    house.uploads["amr"] = Upload("u" * 32, "audio/amr")
    async with platform(house) as wechat:
        await wechat.push(xml(MsgType="voice", MsgId=2, MediaId="amr", Recognition="路灯坏了"))
        await wechat.push(xml(MsgType="voice", MsgId=3, MediaId="amr", Recognition=""))
    assert [(taken.id, taken.content) for taken in house.taken] == [
        ("2", Text("路灯坏了", recording="u" * 32)), ("3", Upload("u" * 32, "audio/amr")),
    ]


async def test_a_file_is_fetched_and_stored(house: House) -> None:
    kinds = ("image", "video", "shortvideo")
    house.uploads.update({kind: Upload(kind[:1] * 32, "image/jpeg") for kind in kinds})
    async with platform(house) as wechat:
        for kind in kinds:
            await wechat.push(xml(MsgType=kind, MsgId=kind, MediaId=kind, PicUrl="http://169.254.169.254/latest"))
    assert [(taken.id, taken.content) for taken in house.taken] == [(kind, house.uploads[kind]) for kind in kinds]
    assert house.fetched == [*kinds]


async def test_a_file_that_does_not_come_is_told_and_its_words_count_all_the_same(house: House) -> None:
    faults: dict[str, HuiyinError] = {"gone": Retry("time-out"), "odd": Unsupported("svg")}
    house.uploads.update(faults)
    async with platform(house) as wechat:
        for media, words in (("gone", NOT_FETCHED), ("odd", NOT_TAKEN)):
            got = await wechat.push(xml(MsgType="image", MsgId=media, MediaId=media))
            assert got.reply["Content"] == words
        house.answers("好")
        got = await wechat.push(xml(MsgType="voice", MsgId=9, MediaId="gone", Recognition="路灯坏了"))
        assert got.reply["Content"] == "好"
    assert [taken.content for taken in house.taken] == [Text("路灯坏了")]


async def test_a_file_that_takes_too_long_for_one_try_is_there_at_the_next(house: House) -> None:
    house.uploads["slow"] = Upload("u" * 32, "video/mp4")
    house.opened.clear()
    push = pushes.Filmed(id="6", appid=APPID, to="gh_1", user=OPENID, created=1_700_000_000, media="slow")
    taker = Taker(house.core, house.store.shared, house.clock, fetch_s=0.01)
    first = await taker.take(ACCOUNTS[0], push, 0)
    house.opened.set()
    second = await Taker(house.core, house.store.shared, house.clock).take(ACCOUNTS[0], push, 0)
    assert first is not None
    assert (first.text, second) == (NOT_FETCHED, None)
    assert [taken.content for taken in house.taken] == [Upload("u" * 32, "video/mp4")]
    assert house.fetched == ["slow"]


async def test_words_behind_a_photo_are_stored_behind_it(house: House) -> None:
    photo, other = Upload("u" * 32, "image/jpeg"), Upload("v" * 32, "image/jpeg")
    house.uploads.update(slow=photo, quick=other)
    house.opened.clear()
    house.answers("好")
    async with platform(house) as wechat, asyncio.TaskGroup() as pushed:
        pushed.create_task(wechat.push(xml(MsgType="image", MsgId=1, MediaId="slow")))
        await until(lambda: house.fetched == ["slow"])
        pushed.create_task(wechat.push(xml(MsgType="image", MsgId=2, MediaId="quick")))
        await until(lambda: house.fetched == ["slow", "quick"])
        pushed.create_task(wechat.push(xml(MsgType="text", MsgId=3, Content="确认提交")))
        stranger = xml(MsgType="text", MsgId=4, Content="路灯坏了", FromUserName="oBBBBBBBBBBBBBBBBBBBBBBBBBBB")
        await wechat.push(stranger)
        assert [taken.content for taken in house.taken] == [Text("路灯坏了")], "nobody else waits"
        house.opened.set()
    assert [taken.content for taken in house.taken][-1] == Text("确认提交")
    assert {taken.id for taken in house.taken} == {"1", "2", "3", "4"}


async def test_words_do_not_wait_longer_than_a_file_may_take(house: House) -> None:
    house.opened.clear()
    common: dict[str, Any] = {"appid": APPID, "to": "gh_1", "user": OPENID, "created": 1_700_000_000}
    taker = Taker(house.core, house.store.shared, house.clock, fetch_s=0.01)
    photo = pushes.Pictured(id="1", media="slow", **common)
    words = pushes.Written(id="2", text="路灯坏了", **common)
    said = await asyncio.gather(taker.take(ACCOUNTS[0], photo, 0), taker.take(ACCOUNTS[0], words, 0))
    assert said[0] is not None
    assert said[0].text == NOT_FETCHED
    assert [taken.content for taken in house.taken] == [Text("路灯坏了")]


async def test_a_platform_that_does_not_show_typing_holds_up_no_answer(house: House) -> None:
    asked: list[str] = []

    async def hangs(appid: str, openid: str) -> None:
        asked.append(openid)
        house.answered.set()
        await asyncio.Event().wait()

    house.quick = False
    house.answered.clear()
    house.answers("好")
    push = pushes.Written(id="7", appid=APPID, to="gh_1", user=OPENID, created=1_700_000_000, text="路灯坏了")
    taker = Taker(house.core, house.store.shared, house.clock, hangs)
    async with asyncio.timeout(5):
        said = await taker.take(ACCOUNTS[0], push, house.clock.monotonic() + ANSWER_S)
    assert said is not None
    assert (said.text, asked) == ("好", [OPENID])


UNSEEN = (
    xml(MsgType="text", MsgId=1, Content="【收到不支持的消息类型，暂无法显示】"),
    xml(MsgType="text", MsgId=1, Content=" "), xml(MsgType="text", MsgId=1), xml(MsgType="card", MsgId=1),
    xml(MsgType="image", MsgId=1, PicUrl="http://x/"),
)


async def test_what_we_cannot_see_is_said(house: House) -> None:
    async with platform(house) as wechat:
        for document in UNSEEN:
            assert (await wechat.push(document)).reply["Content"] == NOT_SHOWN, document
    assert all(len(told.splitlines()) == 2 for told in (NOT_SHOWN, NOT_TAKEN, NOT_FETCHED)), "a line for each language"
    assert house.taken == []


ARRIVALS: list[tuple[str, Literal["followed", "scanned", "entered"], str | None, str | None]] = [
    (event("subscribe"), "followed", None, None),
    (event("subscribe", EventKey="qrscene_t=noise&d=110105", CreateTime=2), "followed", "noise", "110105"),
    (event("SCAN", EventKey="d=110105"), "scanned", None, "110105"),
    (event("scan", EventKey="1000000", CreateTime=3), "scanned", None, None),
    (event("SCAN", EventKey="t=" + "x" * 80, CreateTime=4), "scanned", None, None),
    (event("user_enter_tempsession", SessionFrom="t=road"), "entered", "road", None),
]


async def test_who_comes_without_a_word_is_greeted(house: House) -> None:
    house.answers("您好，这里是12345。")
    async with platform(house) as wechat:
        for document, how, template, district in ARRIVALS:
            assert (await wechat.push(document)).reply["Content"] == "您好，这里是12345。"
            came = house.came[-1]
            assert (came.conversation, came.content) == (CONVERSATION, Arrived(how, template, district))
            assert came.id == house.waited[-1][1]
    assert house.taken == []


async def test_who_leaves_is_forgotten_and_told_nothing(house: House) -> None:
    async with platform(house) as wechat:
        assert (await wechat.push(event("unsubscribe"))).body == "success"
    assert [(came.conversation, came.content) for came in house.came] == [(CONVERSATION, Forgotten())]
    assert not house.taken


async def test_events_that_ask_nothing_are_noted_and_wait_for_nothing(house: House) -> None:
    quiet = (
        event("VIEW", EventKey="www.example.com"), event("LOCATION", Latitude="23", Longitude="113"),
        event("location_select"), event("pic_sysphoto"), event("TEMPLATESENDJOBFINISH", MsgID=1, Status="success"),
        event("kf_close_session", KfAccount="a@b"), event("some_event_of_next_year"),
    )
    house.answers("好")
    async with platform(house) as wechat:
        for document in quiet:
            assert (await wechat.push(document)).body == "success"
    assert not house.taken
    assert not house.waited
    ((conversation, receipt),) = house.noted
    assert conversation == CONVERSATION
    assert isinstance(receipt, pushes.TemplateSent)


async def test_what_is_about_the_account_belongs_to_nobodys_conversation(house: House) -> None:
    document = event("kf_msg_or_event", Token="t", OpenKfId="wk1").replace(f"<FromUserName>{OPENID}</FromUserName>", "")
    async with platform(house) as wechat:
        assert (await wechat.push(document)).body == "success"
    assert (house.taken, house.came, house.noted) == ([], [], [])


# --- the mini-program ---------------------------------------------------------------------------------------

async def test_a_mini_programs_push_in_json_is_stored_and_answered_elsewhere(house: House) -> None:
    house.answers("好")
    document = (
        '{"ToUserName":"gh_2","FromUserName":"%s","CreateTime":1700000000,"MsgType":"%s","Content":"井盖丢了",'
        '"MsgId":6260957665266699303}'
    )
    async with platform(house, appid=MINI) as wechat:
        assert (await wechat.push(document % (OPENID, "text"))).body == "success"
        assert (await wechat.push(document % (OPENID, "miniprogrampage"))).body == "success"
    (inbound,) = house.taken
    assert (inbound.id, inbound.content) == ("6260957665266699303", Text("井盖丢了"))
    assert inbound.conversation == f"wechat:{MINI}.{OPENID}"
    assert house.waited == []
    assert house.overflowed == {f"wechat:{MINI}.{OPENID} 6260957665266699303": [NOT_SHOWN]}


async def test_customer_service_is_never_answered_while_it_pushes(house: House) -> None:
    """A message that was handed out for a response would count as delivered."""
    house.answers("好")
    account = Account(Keys("ww1", TOKEN, (KEY,)), kind="kf")
    push = pushes.Written(id="1", appid="wk1", to="ww1", user="wm1", created=1_700_000_000, text="在吗")
    assert await Taker(house.core, house.store.shared, house.clock).take(account, push, 0.0) is None
    assert [inbound.conversation for inbound in house.taken] == ["wechat:wk1.wm1"]
    assert not house.waited


async def test_one_person_of_two_accounts_is_two_conversations(house: House) -> None:
    async with platform(house) as one, platform(house, appid=OPEN) as other:
        await one.push(said("你好"))
        await other.push(said("你好"))
    assert len({inbound.conversation for inbound in house.taken}) == 2


# --- documents that lack something --------------------------------------------------------------------------

LACKING = [
    xml(MsgType=""), xml(MsgType="text", CreateTime="yesterday"), xml(MsgType="text", FromUserName=""),
    xml(MsgType="text", FromUserName="o:1.2"), xml(MsgType="text", FromUserName="x" * 65),
    xml(MsgType="text", ToUserName="../x"), xml(MsgType="location", MsgId=1, Location_X="91", Location_Y="0"),
    xml(MsgType="location", MsgId=1, Location_X="nan", Location_Y="0"), xml(MsgType="location", MsgId=1),
    "<xml></xml>", "{}", "no document",
]


async def test_a_proved_push_that_says_nothing_is_a_400(house: House) -> None:
    async with platform(house) as wechat:
        statuses = [(await wechat.push(document)).status for document in LACKING]
    assert statuses == [400] * len(LACKING)
    assert house.noted == []
    assert house.refusals == ["bad_callback"] * len(LACKING)


def test_the_tests_sign_as_wechat_does() -> None:
    """The example of the documentation."""
    assert sign("AAAAA", "1714037059", "486452656") == "899cf89e464efb63f54ddac96b0a0a235f53aa78"
