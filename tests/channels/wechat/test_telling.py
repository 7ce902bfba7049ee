"""channels/wechat/telling.py against the simulated platform: its pushes fill our books, its refusals move us on."""
from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer

from channels.wechat import kf_pushes, pushes, reading
from channels.wechat.accounts import Account
from channels.wechat.bodies import Item, Menu, Notice, Page
from channels.wechat.calls import Place
from channels.wechat.client import Credentials, WeChatClient
from channels.wechat.gate import Gate
from channels.wechat.kf_client import KfClient, KfCredentials
from channels.wechat.pushes import Push
from channels.wechat.reach import Reach, Terms, heard
from channels.wechat.telling import Matter, Teller, Told, kf_ways, mini_ways, official_ways
from channels.wechat.wire import Keys
from gateway.clock import to_ms
from gateway.errors import Paused, Retry
from gateway.store.sqlite import SqliteStore
from simulators.wechat.phone import Phone
from simulators.wechat.platform import WeChat
from simulators.wechat.server import serve
from simulators.wechat.settings import AccountSettings, kf, mini, official
from tests.channels.wechat.conftest import LOOP, Kept
from tests.clock import ManualClock, SerialIds

pytestmark = LOOP

SEND, TEMPLATE = "/message/custom/send", "/message/template/send"
BIZ = "/message/subscribe/bizsend"
PAGE = Page("wx0mini", "pages/case/case?id=WO-20261123-ABCDEFGHJK")
CLOSED = Menu("已办结，满意吗？", (Item(1, "满意"), Item(2, "不满意")))
NUMBERED = "已办结，满意吗？回复 1 满意，2 不满意"
LASTING = Notice("long-term-closure", {
    "thing1": "反映学校门口早高峰车辆乱停放阻碍学生通行的问题", "character_string2": "WO-20261123-ABCDEFGHJK",
    "thing3": "已办结",
}, PAGE)
ONCE = Notice("one-time-progress", {
    "thing1": "路灯", "character_string2": "WO-20261123-ABCDEFGHJK", "phrase3": "已办结",
    "time4": "2026年11月23日 10:00",
}, PAGE)
FOLLOWERS = Notice("template-closure", {
    "first": "已办结", "keyword1": "路灯", "keyword2": "路灯已修", "remark": "请评价",
}, PAGE, key="turn:1")


@dataclass
class Scene:
    """One account on the simulated platform, one citizen, and what we know about reaching them."""

    wechat: WeChat
    phone: Phone
    clock: ManualClock
    teller: Teller
    terms: Terms
    texted: list[str] = field(default_factory=list)
    reach: Reach = field(default_factory=Reach)
    receipts: list[Push] = field(default_factory=list)

    async def tell(self, *, sms: bool = True) -> Told:
        matter = Matter("turn:1", NUMBERED, CLOSED, (LASTING,), (ONCE,), FOLLOWERS, self._text if sms else None)
        told = await self.teller.tell(self.phone.openid, matter, self.reach, to_ms(self.clock.now()))
        self.reach = told.reach
        await self.wechat.settled()
        return told

    async def _text(self) -> None:
        self.texted.append(NUMBERED)

    def seen(self) -> list[tuple[str, str]]:
        """What came from the account, as the citizen sees it: the way and the words."""
        return [(bubble.way, bubble.text) for bubble in self.phone.citizen.bubbles if bubble.side == "account"]


@asynccontextmanager
async def scene(kept: Kept, settings: AccountSettings) -> AsyncIterator[Scene]:
    async with serve([settings], kept.clock) as wechat, aiohttp.ClientSession() as http:
        known = Credentials(settings.appid, settings.secret, Place(wechat.url, 2.0))
        client = WeChatClient(known, http, kept.store.shared, SerialIds(), lambda path, outcome: None)
        is_mini = settings.kind == "mini"
        terms = Terms("miniprogram" if is_mini else "official", {"long-term-closure"})
        ways = mini_ways if is_mini else official_ways
        opened = Scene(wechat, wechat.phone(settings.name, "citizen"), kept.clock, Teller(ways(client)), terms)
        async with listening(opened, settings, kept.store):
            yield opened


@asynccontextmanager
async def listening(opened: Scene, settings: AccountSettings, store: SqliteStore) -> AsyncIterator[None]:
    """Our end of the callback: proves, opens and reads each push, and keeps the books by it."""
    gate = Gate(Account(Keys(settings.appid, settings.token, (settings.aes_key,))), store.shared, opened.clock)

    async def callback(request: web.Request) -> web.Response:
        admitted = await gate.admit(request.query, await request.read())
        push = reading.read(settings.appid, admitted.document)
        opened.reach = heard(opened.reach, push, opened.terms)
        if isinstance(push, pushes.TemplateSent | pushes.SubscriptionSent):
            opened.receipts.append(push)
        return web.Response(text="success")

    app = web.Application()
    app.router.add_post("/callback", callback)
    server = TestServer(app)
    await server.start_server(shutdown_timeout=0)
    opened.wechat.account(settings.name).reconfigure(callback=str(server.make_url("/callback")))
    try:
        yield
    finally:
        await server.close()


@pytest_asyncio.fixture(loop_scope="module")
async def hotline(kept: Kept) -> AsyncIterator[Scene]:
    async with scene(kept, official("hotline")) as opened:
        yield opened


def whys(told: Told) -> list[tuple[str, str]]:
    """Each way up to the one that was taken, and why it was not (words and code, the platform's trace aside)."""
    return [(rung.way, rung.why.partition(" (")[0]) for rung in told.steps]


# --- one rung after the other -------------------------------------------------------------------------------

async def test_an_open_window_comes_first(hotline: Scene) -> None:
    await hotline.phone.says("路灯坏了")
    told = await hotline.tell()
    assert (told.by, told.sure, whys(told)) == ("window", True, [("window", "")])
    assert hotline.seen() == [("custom", CLOSED.head)]


async def test_without_the_right_to_menus_the_choices_are_numbered(hotline: Scene) -> None:
    await hotline.phone.says("路灯坏了")
    hotline.wechat.fault(SEND, "errcode", code=40200)
    assert (await hotline.tell()).by == "window"
    assert hotline.seen() == [("custom", NUMBERED)]


async def test_each_fault_leads_one_rung_further_and_says_why(hotline: Scene) -> None:
    """The closure, told through each rung in turn: what is missing before it stays missing."""
    phone = hotline.phone
    await phone.says("路灯坏了")
    await phone.answers_subscription("long-term-closure")
    await phone.answers_subscription("one-time-progress")
    hotline.wechat.fault(SEND, "errcode", code=45015)
    assert (await hotline.tell()).by == "lasting"
    hotline.wechat.fault(BIZ, "errcode", code=43101)
    assert (await hotline.tell()).by == "once"
    assert (await hotline.tell()).by == "template", "the one yes was used"
    hotline.wechat.fault(TEMPLATE, "errcode", code=43004)
    assert (await hotline.tell()).by == "sms"
    assert [way for way, _ in hotline.seen()] == ["subscription", "subscription", "template"]
    assert hotline.texted == [NUMBERED]
    assert whys(await hotline.tell(sms=False)) == [
        ("window", "window_closed"), ("lasting", "no_consent"), ("once", "no_consent"),
        ("template", "not_following"), ("sms", "not_offered"),
    ]
    assert len(hotline.receipts) == 3


async def test_in_one_go_every_reason_is_kept(hotline: Scene) -> None:
    await hotline.phone.says("路灯坏了")
    await hotline.phone.answers_subscription("one-time-progress")
    hotline.wechat.fault(SEND, "errcode", code=45047)
    hotline.wechat.fault(BIZ, "errcode", code=43101)
    hotline.wechat.fault(TEMPLATE, "errcode", code=43004)
    told = await hotline.tell()
    assert whys(told) == [
        ("window", "wechat 45047 reply quota used"), ("lasting", "no_consent"),
        ("once", "wechat 43101 no subscription"), ("template", "wechat 43004 the user does not follow"), ("sms", ""),
    ]
    assert told.by == "sms"


async def test_nobody_left_to_ask_is_no_success(hotline: Scene) -> None:
    hotline.phone.citizen.follows = False
    told = await hotline.tell(sms=False)
    assert (told.by, told.reach.follows) == (None, False)
    assert hotline.seen() == []


async def test_a_receipt_names_the_message(hotline: Scene) -> None:
    told = await hotline.tell()
    assert told.by == "template"
    (receipt,) = hotline.receipts
    assert receipt == pushes.TemplateSent(
        id=receipt.id, appid=receipt.appid, to=receipt.to, user=hotline.phone.openid, created=receipt.created,
        message=told.id, status="success")


async def test_a_mini_program_tells_by_its_own_call(kept: Kept) -> None:
    async with scene(kept, mini("mini")) as opened:
        await opened.phone.answers_subscription("one-time-progress")
        told = await opened.tell(sms=False)
        assert told.by == "once"
        (receipt,) = opened.receipts
        assert isinstance(receipt, pushes.SubscriptionSent)
        assert [one.message for one in receipt.receipts] == [told.id]


async def test_a_mini_program_says_it_in_words_and_has_no_followers(kept: Kept) -> None:
    async with scene(kept, mini("mini")) as opened:
        await opened.phone.says("路灯坏了")
        assert (await opened.tell()).by == "window"
        assert opened.seen() == [("custom", NUMBERED)]
        opened.wechat.fault(SEND, "errcode", code=45047)
        told = await opened.tell(sms=False)
        assert (told.by, whys(told)[3]) == (None, ("template", "not_offered"))


async def test_customer_service_has_its_window_and_the_phone(kept: Kept) -> None:
    clock, seat, store = kept.clock, kf("seat"), kept.store
    async with serve([seat], clock) as wechat, aiohttp.ClientSession() as http:
        known = KfCredentials("seat", seat.appid, seat.secret, Place(wechat.url, 2.0))
        client = KfClient(known, http, store.shared, SerialIds(), lambda path, outcome: None)
        phone = wechat.kf_phone("seat", "citizen")
        teller, reach = Teller(kf_ways(client, phone.open_kfid)), Reach()
        told_by: list[str | None] = []
        await phone.enters()
        await phone.says("路灯坏了")
        for message in (await client.pull(phone.open_kfid)).messages:
            reach = heard(reach, kf_pushes.read(phone.open_kfid, message), Terms("kf"))
        for number in range(6):
            matter = Matter(f"turn:{number}", NUMBERED, CLOSED if number else None, (LASTING,), (), FOLLOWERS, _texted)
            told = await teller.tell(phone.citizen.openid, matter, reach, to_ms(clock.now()))
            reach = told.reach
            told_by.append(told.by)
        assert told_by == ["window"] * 5 + ["sms"]
        assert phone.citizen.texts() == [NUMBERED] + [CLOSED.head] * 4


async def _texted() -> None:
    """An SMS that is taken."""


# --- what passes, what may have happened, what only an operator mends ----------------------------------------

async def test_what_passes_costs_no_scarcer_way(hotline: Scene) -> None:
    await hotline.phone.says("路灯坏了")
    await hotline.phone.answers_subscription("one-time-progress")
    for kind in ("status", "html"):
        hotline.wechat.fault(SEND, "status" if kind == "status" else "html")
        with pytest.raises(Retry):
            await hotline.tell()
    assert hotline.seen() == []
    assert (await hotline.tell()).by == "window", "the outbox came again"


async def test_what_may_have_been_told_is_not_told_again(hotline: Scene) -> None:
    await hotline.phone.says("路灯坏了")
    hotline.wechat.fault(SEND, "reset_after")
    told = await hotline.tell()
    assert (told.by, told.sure) == ("window", False)
    assert "wechat did not answer" in told.steps[-1].why
    assert len(hotline.seen()) == 1, "it had arrived"
    assert told.reach.ledger.left(to_ms(hotline.clock.now())) == 4, "and is counted"


async def test_a_template_with_its_key_is_told_once_however_often_it_is_sent(hotline: Scene) -> None:
    hotline.wechat.fault(TEMPLATE, "reset_after")
    with pytest.raises(Retry):
        await hotline.tell()
    assert (await hotline.tell()).by == "template"
    assert [way for way, _ in hotline.seen()] == ["template"]


async def test_an_api_that_is_shut_to_us_leads_on_and_is_raised_when_nothing_else_is_open(hotline: Scene) -> None:
    await hotline.phone.says("路灯坏了")
    hotline.wechat.fault(SEND, "errcode", code=48001)
    told = await hotline.tell(sms=False)
    assert (told.by, whys(told)[0]) == ("template", ("window", "wechat 48001 no right to this API"))
    hotline.phone.citizen.follows = False
    hotline.wechat.fault(SEND, "cap", times=1)
    with pytest.raises(Paused):
        await hotline.tell(sms=False)


# --- our books and the platform's ---------------------------------------------------------------------------

async def test_our_books_never_promise_what_the_platform_refuses(hotline: Scene) -> None:
    """The platform's own windows and grants, opened by its own pushes, are the judge."""
    phone, now = hotline.phone, hotline.clock
    acts: list[Callable[[], Awaitable[object]]] = [
        lambda: phone.says("一"), lambda: phone.taps("progress"), lambda: phone.scans("d=440106"),
        lambda: phone.says("二"), lambda: phone.answers_subscription("one-time-progress"), lambda: phone.says("三"),
    ]
    refused = []
    for act, passes in zip(acts, (1, 30, 61, 3600, 47 * 3600, 49 * 3600), strict=True):
        await act()
        now.advance(passes)
        for _ in range(4):
            told = await hotline.tell(sms=False)
            refused += [rung for rung in told.steps if rung.why.startswith("wechat ")]
    assert refused == []
    assert {way for way, _ in hotline.seen()} == {"custom", "subscription", "template"}


async def test_a_promise_ends_with_its_window(hotline: Scene) -> None:
    await hotline.phone.says("路灯坏了")
    hotline.clock.advance(48 * 3600 - 1)
    assert (await hotline.tell(sms=False)).by == "window"
    hotline.clock.advance(1)
    assert (await hotline.tell(sms=False)).by == "template"
    assert hotline.wechat.journal.count("call", "/cgi-bin" + SEND) == 1, "not even tried"
