"""Our two clients against the simulated platform, which was written from the documentation by itself: an oracle."""
from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest
import pytest_asyncio

from channels.wechat.bodies import Item, Menu, short_id
from channels.wechat.calls import File, Place
from channels.wechat.client import Credentials, WeChatClient
from channels.wechat.kf_client import KfClient, KfCredentials, KfMessage, KfUser, Origin, State
from gateway.errors import Forbidden, Paused, Rejected, Retry, Unauthorised, Uncertain, Unsupported, WayClosed
from simulators.wechat.platform import WeChat
from simulators.wechat.server import serve
from simulators.wechat.settings import kf, mini, official
from tests.channels.wechat.conftest import LOOP, Kept
from tests.clock import ManualClock, SerialIds

JPEG = b"\xff\xd8\xff\xe0 a photo"
RATING = Menu("请评价", (Item(1, "满意"), Item(2, "不满意")))
SEND = "/cgi-bin/message/custom/send"


@dataclass
class City:
    """The platform with an official account, a mini-program and a customer service, and our client for each."""

    wechat: WeChat
    clock: ManualClock
    hotline: WeChatClient
    mini: WeChatClient
    kf: KfClient
    counted: Counter[tuple[str, str]]


pytestmark = LOOP


@pytest_asyncio.fixture(loop_scope="module")
async def city(kept: Kept) -> AsyncIterator[City]:
    clock, counted, ids, store = kept.clock, Counter[tuple[str, str]](), SerialIds(), kept.store

    def count(path: str, outcome: str) -> None:
        counted[path, outcome] += 1

    settings = [official("hotline"), mini("mini"), kf("seat")]
    async with serve(settings, clock) as wechat, aiohttp.ClientSession() as http:
        place = Place(wechat.url, 2.0)
        one, two = (
            WeChatClient(Credentials(known.appid, known.secret, place), http, store.shared, ids, count)
            for known in settings[:2]
        )
        seat = KfClient(KfCredentials("seat", settings[2].appid, settings[2].secret, place), http, store.shared, ids,
                        count)
        yield City(wechat, clock, one, two, seat, counted)


# --- the official account -----------------------------------------------------------------------------------

async def test_a_citizen_sees_what_we_send(city: City) -> None:
    phone = city.wechat.phone("hotline", "citizen")
    await phone.says("你好")
    await city.hotline.send_text(phone.openid, "已受理 🙂 ]]> \u2028")
    await city.hotline.send_menu(phone.openid, RATING)
    assert phone.citizen.texts() == ["已受理 🙂 ]]> \u2028", "请评价"]
    await phone.picks("2")
    media = await city.hotline.upload("image", File("a.jpg", "image/jpeg", JPEG))
    await city.hotline.send_media(phone.openid, "image", media)
    assert await city.hotline.download(media) == File("", "image/jpeg", JPEG)
    assert await city.hotline.typing(phone.openid) is True
    assert await city.hotline.typing(phone.openid) is False, "it shows already"


async def test_what_a_citizen_sent_can_be_had_for_three_days(city: City) -> None:
    phone = city.wechat.phone("hotline", "citizen")
    await phone.photographs(JPEG)
    await phone.films(b"moving")
    photo, video = (bubble.media for bubble in phone.citizen.bubbles if bubble.media)
    assert (await city.hotline.download(photo)).body == JPEG
    with pytest.raises(Unsupported):
        await city.hotline.download(video)
    city.clock.advance(3 * 86_400 + 1)
    with pytest.raises(Rejected):
        await city.hotline.download(photo)


async def test_a_follower_and_one_who_is_none(city: City) -> None:
    citizen = city.wechat.phone("hotline", "citizen").citizen
    assert (await city.hotline.follower(citizen.openid)).subscribe == 1
    citizen.follows = False
    assert (await city.hotline.follower(citizen.openid)).subscribe == 0


async def test_a_day_without_a_break_costs_a_token_every_two_hours(city: City) -> None:
    phone = city.wechat.phone("hotline", "citizen")
    for _ in range(24 * 6):
        await city.hotline.follower(phone.openid)
        city.clock.advance(600)
    asked = city.wechat.journal.count("call", "/cgi-bin/stable_token")
    assert asked in (12, 13)
    assert set(city.counted) == {("/cgi-bin/user/info", "ok"), ("/cgi-bin/stable_token", "ok")}, "none was refused"


async def test_fifty_sends_when_all_tokens_are_revoked(city: City) -> None:
    phones = [city.wechat.phone("hotline", f"citizen {n}") for n in range(50)]
    for phone in phones:
        await phone.says("你好")
    await city.hotline.send_text(phones[0].openid, "先")
    city.wechat.account("hotline").tokens.revoke()
    await asyncio.gather(*(city.hotline.send_text(phone.openid, "好") for phone in phones))
    assert city.wechat.journal.count("call", "/cgi-bin/stable_token") == 2
    assert all(phone.citizen.texts()[-1] == "好" for phone in phones)


async def test_a_persistent_40001_is_two_calls_and_then_the_outbox(city: City) -> None:
    phone = city.wechat.phone("hotline", "citizen")
    await phone.says("你好")
    city.wechat.fault(SEND, "errcode", times=2, code=40001)
    with pytest.raises(Retry):
        await city.hotline.send_text(phone.openid, "好")
    assert city.wechat.journal.count("call", SEND) == 2
    assert phone.citizen.texts() == []


async def test_a_days_cap_pauses_the_channel(city: City) -> None:
    city.wechat.account("hotline").reconfigure(caps={SEND: 1})
    phone = city.wechat.phone("hotline", "citizen")
    await phone.says("你好")
    await city.hotline.send_text(phone.openid, "一")
    with pytest.raises(Paused):
        await city.hotline.send_text(phone.openid, "二")
    city.clock.advance(86_400)
    await city.hotline.send_text(phone.openid, "三")


# --- the mini-program ---------------------------------------------------------------------------------------

async def test_a_login_is_good_once(city: City) -> None:
    account, phone = city.wechat.account("mini"), city.wechat.phone("mini", "citizen")
    phone.citizen.phone = "13800138000"
    code = account.codes.issue("login", phone.openid, city.clock.now())
    user = await city.mini.mini_login(code)
    assert (user.openid, user.unionid) == (phone.openid, phone.citizen.unionid)
    with pytest.raises(Unauthorised):
        await city.mini.mini_login(code)
    assert await city.mini.phone(account.codes.issue("phone", phone.openid, city.clock.now())) == "+8613800138000"
    phone.citizen.risky = True
    with pytest.raises(Forbidden):
        await city.mini.mini_login(account.codes.issue("login", phone.openid, city.clock.now()))


async def test_a_page_in_wechat_logs_in_whoever_is_real(city: City) -> None:
    account, phone = city.wechat.account("hotline"), city.wechat.phone("hotline", "citizen")
    code = account.codes.issue("web", phone.openid, city.clock.now())
    assert (await city.hotline.page_login(code)).openid == phone.openid
    phone.citizen.snapshot = True
    with pytest.raises(Forbidden):
        await city.hotline.page_login(account.codes.issue("web", phone.openid, city.clock.now()))


async def test_a_text_is_flagged(city: City) -> None:
    phone = city.wechat.phone("mini", "citizen")
    assert (await city.mini.check_text(phone.openid, "路灯坏了")).suggest == "pass"
    assert (await city.mini.check_text(phone.openid, "违禁")).suggest == "risky"


# --- customer service ---------------------------------------------------------------------------------------

async def everything(kf: KfClient, open_kfid: str, cursor: str = "") -> tuple[list[KfMessage], str]:
    messages: list[KfMessage] = []
    more = True
    while more:
        pulled = await kf.pull(open_kfid, cursor)
        messages += pulled.messages
        cursor, more = pulled.cursor, pulled.more
    return messages, cursor


async def test_a_conversation_of_customer_service(city: City) -> None:
    phone = city.wechat.kf_phone("seat", "citizen")
    user = KfUser(phone.open_kfid, phone.citizen.openid)
    await phone.enters("qr", "t=express")
    ((entered,), cursor) = await everything(city.kf, phone.open_kfid)
    assert (entered.event.event_type, entered.event.scene_param) == ("enter_session", "t=express")
    await city.kf.welcome(entered.event.welcome_code, "w", "您好")

    await phone.says("路灯坏了")
    await phone.stands_at(23.1, 113.3, "天河路")
    await phone.photographs(JPEG)
    said, cursor = await everything(city.kf, phone.open_kfid, cursor)
    assert [message.origin for message in said] == [Origin.CITIZEN] * 3
    assert (said[0].text.content, said[1].location.name) == ("路灯坏了", "天河路")
    assert (await city.kf.download(said[2].image.media_id)).body == JPEG

    assert await city.kf.send_text(user, "turn:1", "已受理") == short_id("turn:1")
    with pytest.raises(Uncertain):
        await city.kf.send_text(user, "turn:1", "已受理")
    await city.kf.send_menu(user, "turn:2", RATING)
    assert phone.citizen.texts() == ["您好", "已受理", "请评价"], "a repeat is not shown twice"
    await phone.picks("1")
    ((tapped,), cursor) = await everything(city.kf, phone.open_kfid, cursor)
    assert (tapped.text.content, tapped.text.menu_id) == ("满意", "1")


async def test_a_conversation_goes_to_a_person_and_ends_with_the_rating(city: City) -> None:
    phone = city.wechat.kf_phone("seat", "citizen")
    user = KfUser(phone.open_kfid, phone.citizen.openid)
    await phone.says("找人工")
    await city.kf.move(user, State.QUEUE)
    assert await city.kf.state(user) == (State.QUEUE, "")
    await phone.agent_takes("agent-7")
    assert await city.kf.state(user) == (State.PERSON, "agent-7")
    with pytest.raises(WayClosed):
        await city.kf.send_text(user, "turn:1", "我来")
    code = await city.kf.move(user, State.OVER)
    await city.kf.farewell(code, "rate:1", RATING)
    assert phone.citizen.texts()[-1] == "请评价"
    city.clock.advance(21)
    with pytest.raises(Rejected):
        await city.kf.farewell(code, "rate:2", RATING)


async def test_a_message_that_fails_later_is_named_by_our_id(city: City) -> None:
    phone = city.wechat.kf_phone("seat", "citizen")
    await phone.says("你好")
    city.wechat.account("seat").kf.fail_next = 1
    await city.kf.send_text(KfUser(phone.open_kfid, phone.citizen.openid), "turn:1", "好")
    messages, _ = await everything(city.kf, phone.open_kfid)
    assert (messages[-1].event.event_type, messages[-1].event.fail_msgid) == ("msg_send_fail", short_id("turn:1"))


async def test_five_messages_and_no_sixth(city: City) -> None:
    phone = city.wechat.kf_phone("seat", "citizen")
    user = KfUser(phone.open_kfid, phone.citizen.openid)
    await phone.says("你好")
    for n in range(5):
        await city.kf.send_text(user, f"turn:{n}", "好")
    with pytest.raises(WayClosed):
        await city.kf.send_text(user, "turn:5", "好")


async def test_the_companys_token_is_used_to_its_end(city: City) -> None:
    phone = city.wechat.kf_phone("seat", "citizen")
    await phone.says("你好")
    for _ in range(72):
        await city.kf.state(KfUser(phone.open_kfid, phone.citizen.openid))
        city.clock.advance(100)
    assert city.wechat.journal.count("call", "/cgi-bin/gettoken") == 1
    await city.kf.state(KfUser(phone.open_kfid, phone.citizen.openid))
    assert city.wechat.journal.count("call", "/cgi-bin/gettoken") == 2
