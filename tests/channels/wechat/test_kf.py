"""channels/wechat/kf.py and kf_pushes.py: from the simulated WeCom's callback to what the core is told."""
from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

import aiohttp
import pytest
import pytest_asyncio

from channels.wechat import kf_pushes, pushes
from channels.wechat.accounts import Account
from channels.wechat.bodies import Item, Menu, short_id
from channels.wechat.calls import Place
from channels.wechat.kf import STILL_PAGES, KfCallbacks, Puller
from channels.wechat.kf_client import KfClient, KfCredentials, KfUser
from channels.wechat.ledger import Ledger
from channels.wechat.menus import Menus
from channels.wechat.pushes import Push
from channels.wechat.reach import Reach, Terms, heard
from channels.wechat.taking import NOT_SHOWN, NOT_TAKEN, Taker
from channels.wechat.telling import Matter, Teller, kf_ways, matters
from channels.wechat.wire import Keys
from gateway.errors import RateLimited, Retry, Unsupported
from gateway.handover import AgentJoins, AgentLeaves, AgentSays, Arrived
from gateway.messages import Choice, Inbound, Location, Option, Outbound, Text, Upload
from simulators.wechat.kf_phone import KfPhone, kf_push
from simulators.wechat.platform import WeChat
from simulators.wechat.sealing import Sealer
from simulators.wechat.server import serve as serve_wechat
from simulators.wechat.settings import kf
from tests.channels.web.house import serve
from tests.channels.wechat.conftest import LOOP, Kept
from tests.channels.wechat.house import House
from tests.clock import SerialIds

pytestmark = LOOP

SEAT = kf("seat", open_kfids=("wk-12345", "wk-other"))
SYNC = "/cgi-bin/kf/sync_msg"


@dataclass
class Core(House):
    """A core some of whose mailboxes are full."""

    stuffed: set[str] = field(default_factory=set)

    async def accept(self, inbound: Inbound) -> Literal["new", "duplicate"]:
        if inbound.conversation in self.stuffed:
            raise RateLimited
        return await super().accept(inbound)


@dataclass
class Desk:
    """Customer service of one company: the platform, our callback, and the core behind it."""

    wechat: WeChat
    house: Core
    client: KfClient
    puller: Puller
    http: aiohttp.ClientSession
    url: str
    wanted: list[tuple[str, str, str, str]] = field(default_factory=list)

    @property
    def phone(self) -> KfPhone:
        return self.wechat.kf_phone("seat", "citizen")

    @property
    def conversation(self) -> str:
        return f"wechat:{self.phone.open_kfid}.{self.phone.citizen.openid}"

    async def pulled(self) -> list[Inbound]:
        """What the last callback brings in."""
        _, open_kfid, _, token = self.wanted[-1]
        known = len(self.house.taken)
        await self.puller.pull(open_kfid, token)
        return self.house.taken[known:]

    def heard(self) -> list[Push]:
        return [push for _, push in self.house.noted]


@pytest_asyncio.fixture(loop_scope="module")
async def desk(kept: Kept) -> AsyncIterator[Desk]:
    async with opened(kept) as opened_desk:
        yield opened_desk


@asynccontextmanager
async def opened(kept: Kept) -> AsyncIterator[Desk]:
    house = Core(kept.store, kept.clock)
    account = Account(Keys(SEAT.appid, SEAT.token, (SEAT.aes_key,)), kind="kf")
    wanted: list[tuple[str, str, str, str]] = []

    async def want(corpid: str, open_kfid: str, id_: str, token: str) -> None:
        wanted.append((corpid, open_kfid, id_, token))

    callbacks = KfCallbacks([account], want, house.clock)
    async with (
        serve_wechat([SEAT], house.clock) as wechat, aiohttp.ClientSession() as http,
        serve(list(callbacks.routes())) as url,
    ):
        wechat.account("seat").reconfigure(callback=f"{url}/wechat/kf/{SEAT.appid}")
        known = KfCredentials("seat", SEAT.appid, SEAT.secret, Place(wechat.url, 2.0))
        client = KfClient(known, http, house.store.shared, SerialIds(), lambda path, outcome: None)
        taker = Taker(house.core, house.store.shared, house.clock)
        puller = Puller(account, client, taker, house.store.shared)
        yield Desk(wechat, house, client, puller, http, url, wanted)


# --- the callback -------------------------------------------------------------------------------------------

async def test_the_address_is_proved_by_an_opened_echo(desk: Desk) -> None:
    assert await desk.wechat.pusher.verify(desk.wechat.account("seat"))


async def test_a_callback_is_answered_at_once_and_says_where_to_pull(desk: Desk) -> None:
    delivery = await desk.phone.says("路灯坏了")
    assert [(corpid, open_kfid) for corpid, open_kfid, *_ in desk.wanted] == [(SEAT.appid, "wk-12345")]
    assert len(delivery.tries) == 1
    assert desk.house.taken == [], "nothing is read while WeCom waits"


REFUSED = [
    # what is spoilt in the query, what is sent, what it is answered with
    ({"msg_signature": "0" * 40}, None, 403), ({"msg_signature": ""}, None, 403), ({"nonce": "other"}, None, 403),
    ({}, b"<xml><Encrypt>AAAA</Encrypt></xml>", 403), ({}, b"<xml></xml>", 403), ({}, b"not xml", 400),
    ({}, b'<!DOCTYPE x [<!ENTITY a "b">]><xml></xml>', 400), ({}, b"<xml>" * 9000, 400), ({}, b"x" * 70_000, 413),
]


async def test_what_is_not_wecoms_is_refused(desk: Desk) -> None:
    await desk.phone.says("路灯坏了")
    letter = Sealer(SEAT, desk.house.clock).letter(kf_push(desk.wechat.account("seat"), "wk-12345", "T"))
    address = f"{desk.url}/wechat/kf/{SEAT.appid}"
    for spoilt, body, status in REFUSED:
        query = {**letter.query, **spoilt}
        async with desk.http.post(address, params=query, data=body or letter.body) as response:
            assert response.status == status, (spoilt, body)
    async with desk.http.post(f"{desk.url}/wechat/kf/other", params=letter.query, data=letter.body) as response:
        assert response.status == 404
    desk.house.clock.advance(601)
    async with desk.http.post(address, params=letter.query, data=letter.body) as response:
        assert response.status == 403, "captured and sent later"
    assert len(desk.wanted) == 1


# --- pulling ------------------------------------------------------------------------------------------------

async def test_what_was_said_comes_in_once_and_in_order(desk: Desk) -> None:
    await desk.phone.says("路灯坏了")
    await desk.phone.stands_at(23.1, 113.3, "天河路")
    assert [(taken.conversation, taken.content) for taken in await desk.pulled()] == [
        (desk.conversation, Text("路灯坏了")), (desk.conversation, Location(23.1, 113.3, "天河路", "GCJ02")),
    ]
    await desk.phone.says("三天了")
    assert [taken.content for taken in await desk.pulled()] == [Text("三天了")]
    assert await desk.puller.pull("wk-12345") == 0, "it goes on where it ended"


async def test_a_lost_cursor_costs_work_and_repeats_nothing(desk: Desk) -> None:
    await desk.phone.says("路灯坏了")
    await desk.pulled()
    await desk.house.store.shared.delete("wechat:kf:cursor:wk-12345")
    assert await desk.puller.pull("wk-12345") == 1
    assert [taken.content for taken in desk.house.taken] == [Text("路灯坏了")]


async def test_pages_are_read_to_the_end_also_behind_empty_ones(desk: Desk) -> None:
    account = desk.wechat.account("seat")
    for number in range(2_500):
        account.kf.write("wk-12345", {
            "origin": 3, "external_userid": desk.phone.citizen.openid, "open_kfid": "wk-12345", "msgtype": "event",
            "event": {"event_type": "session_status_change", "change_type": 2, "n": number}})
    account.kf.empty_pages = 2
    await desk.phone.says("最后")
    assert (await desk.pulled())[-1].content == Text("最后")
    assert desk.wechat.journal.count("call", SYNC) == 5
    assert len(desk.house.taken) == 2_501


async def test_a_cursor_that_stands_still_is_left_for_later(desk: Desk) -> None:
    await desk.phone.says("路灯坏了")
    desk.wechat.account("seat").kf.empty_pages = 1_000
    with pytest.raises(Retry):
        await desk.pulled()
    assert desk.wechat.journal.count("call", SYNC) == STILL_PAGES
    desk.wechat.account("seat").kf.empty_pages = 0
    assert [taken.content for taken in await desk.pulled()] == [Text("路灯坏了")]


async def test_a_token_that_is_too_old_is_done_without(desk: Desk) -> None:
    await desk.phone.says("路灯坏了")
    desk.house.clock.advance(601)
    assert [taken.content for taken in await desk.pulled()] == [Text("路灯坏了")]


async def test_a_full_mailbox_holds_up_its_owner_alone(desk: Desk) -> None:
    desk.house.stuffed.add(desk.conversation)
    await desk.phone.says("满了")
    other = desk.wechat.kf_phone("seat", "another")
    await other.says("路灯坏了")
    with pytest.raises(Retry):
        await desk.pulled()
    assert [taken.content for taken in desk.house.taken] == [Text("路灯坏了")]
    desk.house.stuffed.clear()
    assert [taken.content for taken in await desk.pulled()] == [Text("满了")]


async def test_files_are_fetched_or_said_to_be_none(desk: Desk) -> None:
    await desk.phone.photographs(b"\xff\xd8\xff")
    await desk.phone.speaks("听不见")
    photo, voice = (bubble.media for bubble in desk.phone.citizen.bubbles)
    desk.house.uploads = {photo: Upload("u" * 32, "image/jpeg"), voice: Unsupported("amr")}
    assert [taken.content for taken in await desk.pulled()] == [Upload("u" * 32, "image/jpeg")]
    assert list(desk.house.overflowed.values()) == [[NOT_TAKEN]]


async def test_a_tap_is_the_option_that_was_offered(desk: Desk) -> None:
    """From the core's message to its answer: offered as a menu, tapped, and heard as the choice."""
    options = (Option("satisfied", "满意"), Option("not", "不满意"))
    message = Outbound(id="turn:7", at=1, text="满意吗？", choices=options)
    await desk.phone.says("好了吗")
    await desk.pulled()
    reach = Reach()
    for push in desk.heard():
        reach = heard(reach, push, Terms("kf"))
    await Menus(desk.house.store.shared).offer(desk.conversation, message)
    (matter,) = matters(message)
    teller, now = Teller(kf_ways(desk.client, desk.phone.open_kfid)), desk.house.clock.ms()
    told = await teller.tell(desk.phone.citizen.openid, matter, reach, now)
    assert (told.by, told.id) == ("window", short_id("turn:7"))
    await desk.phone.picks("2")
    assert [taken.content for taken in await desk.pulled()] == [Choice("not", "turn:7")]


async def test_what_waits_for_a_person_waits_no_longer_than_the_talk(desk: Desk) -> None:
    await desk.phone.says("找人工")
    await desk.phone.agent_takes()
    teller, now = Teller(kf_ways(desk.client, desk.phone.open_kfid)), desk.house.clock.ms()
    what = desk.phone.citizen.openid, Matter("turn:8", "已受理"), Reach(Ledger().open("kf_message", now)), now
    with pytest.raises(Retry, match="95018"):
        await teller.tell(*what)
    await desk.phone.agent_ends()
    told = await teller.tell(*what)
    assert (told.by, told.reach.ledger.verdict(now)) == (None, "window_closed")


async def test_who_opens_the_chat_is_greeted_with_its_template(desk: Desk) -> None:
    await desk.phone.enters("qr", "t=express&d=440106")
    await desk.pulled()
    (came,) = desk.house.came
    assert (came.conversation, came.content) == (desk.conversation, Arrived("entered", "express", "440106"))
    (push,) = desk.heard()
    assert isinstance(push, kf_pushes.Opened)
    await desk.client.welcome(push.welcome, "w", "您好")
    assert desk.phone.citizen.texts() == ["您好"]


async def test_who_may_not_be_greeted_comes_only_with_a_code_that_means_something(desk: Desk) -> None:
    await desk.phone.says("路灯坏了")
    await desk.phone.enters()
    await desk.phone.enters(scene_param="t=express&d=440106")
    await desk.pulled()
    assert [came.content for came in desk.house.came] == [Arrived("entered", "express", "440106")]


async def test_wecoms_own_staff_talk_beside_us_and_failures_are_heard(desk: Desk) -> None:
    phone = desk.phone
    user = KfUser(phone.open_kfid, phone.citizen.openid)
    await phone.says("找人工")
    desk.wechat.account("seat").kf.fail_next = 1
    await desk.client.send_text(user, "turn:1", "好")
    await phone.agent_takes("agent-7")
    await phone.agent_says("我来", "agent-7")
    await phone.agent_ends("agent-7")
    await desk.wechat.settled()
    assert [taken.content for taken in await desk.pulled()] == [
        Text("找人工"), AgentJoins("agent-7", elsewhere=True), AgentSays("agent-7", "我来", elsewhere=True),
        AgentLeaves("agent-7", elsewhere=True),
    ]
    written, failed, _, ended = desk.heard()
    assert isinstance(written, pushes.Written)
    assert isinstance(failed, kf_pushes.Failed)
    assert failed.message == short_id("turn:1")
    assert isinstance(ended, kf_pushes.Handed)
    await desk.client.farewell(ended.code, "rate", Menu("请评价", (Item(1, "满意"),)))


async def test_what_nobody_can_read_is_told(desk: Desk) -> None:
    desk.wechat.account("seat").kf.write("wk-12345", {
        "origin": 3, "external_userid": desk.phone.citizen.openid, "msgtype": "channels", "open_kfid": "wk-12345"})
    desk.wechat.account("seat").kf.write("wk-12345", {"origin": 3, "msgtype": "text", "text": {"content": "谁"}})
    await desk.phone.says("路灯坏了")
    assert [taken.content for taken in await desk.pulled()] == [Text("路灯坏了")]
    assert list(desk.house.overflowed.values()) == [[NOT_SHOWN]]
