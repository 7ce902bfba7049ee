"""Who opens the mini-program is known by WeChat's code; by their phone, too, when they allow it."""
from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from channels.wechat.contents import CHANNEL
from gateway.api import mini_login
from gateway.citizens import Citizens
from simulators.wechat.server import serve as serve_wechat
from simulators.wechat.settings import mini as mini_settings
from tests.api.hotline import Client, Phones, fits
from tests.api.mini import LOGIN, PHONE, Mini, Person, beside, clients
from tests.journeys.hotline import Hotline

pytestmark = pytest.mark.asyncio(loop_scope="module")

LAMP: dict[str, Any] = {"description": "楼下的路灯坏了三天了，一直没有人来修"}
MINI, OTHER = mini_settings("mini"), mini_settings("other")
PEOPLE = count()
NUMBERS = count(13900139001)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def mini(hotline: Hotline) -> AsyncIterator[Mini]:
    """One mini-program alone; the platform also knows another one."""
    async with (
        serve_wechat([MINI, OTHER], hotline.gateway.clock) as wechat, aiohttp.ClientSession() as http,
        beside(hotline, clients(wechat, (MINI,), http, hotline)) as url,
    ):
        yield Mini(hotline, url, wechat)


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def an_hour_later(hotline: Hotline) -> AsyncIterator[None]:
    """So that no test meets the limits of another one."""
    hotline.clock.advance(3_601)
    yield


@pytest.fixture
def who() -> str:
    """Somebody whom no other test has seen."""
    return f"citizen {next(PEOPLE)}"


@pytest.fixture
def phone() -> str:
    return str(next(NUMBERS))


# --- the login ----------------------------------------------------------------------------------------------

async def test_what_is_filed_is_theirs_at_every_login(mini: Mini, who: str, phone: str) -> None:
    first = await mini.enters(who)
    conversation = f"{CHANNEL}:{MINI.appid}.{mini.wechat.account('mini').citizen(who).openid}"
    assert await first.conversation() == conversation
    photo = await first.upload()
    filed = await first.file("general", LAMP | {"contact_phone": phone, "evidence": [photo]})
    number = filed.body["work_order_id"]
    assert (await mini.hotline.case(number)).conversation == conversation
    again = await mini.enters(who)
    assert again.token != first.token
    for session in (first, again):
        mine = (await session.ask("GET", "/api/work-orders")).body["work_orders"]
        assert [case["work_order_id"] for case in mine] == [number]
    assert (await again.ask("GET", f"/api/uploads/{photo}")).status == 200
    assert (await again.ask("POST", f"/api/work-orders/{number}/comments", {"urge": True})).status == 202
    stranger = await mini.enters(who + "'s neighbour")
    assert (await stranger.ask("GET", f"/api/work-orders/{number}")).status == 404


async def test_the_answer_is_a_session_and_nothing_of_wechats(mini: Mini, who: str) -> None:
    answer = await mini.ask(LOGIN, {"appid": MINI.appid, "code": mini.code(who)}, Accept_Language="en")
    fits(LOGIN, "post", "200", answer.body)
    assert (set(answer.body), answer.body["language"]) == ({"session", "language", "expires"}, "en")
    assert answer.headers["Cache-Control"] == "no-store"


async def test_what_wechat_refuses_is_said_as_it_is(mini: Mini, who: str) -> None:
    used, old = mini.code(who), mini.code(who)
    await mini.ask(LOGIN, {"code": used})
    mini.hotline.clock.advance(301)
    mini.wechat.account("mini").citizen("risky").risky = True
    refusals = [
        (used, 401, "wechat_code"), (old, 401, "wechat_code"), ("made up", 401, "wechat_code"),
        (mini.code(who, account="other"), 401, "wechat_code"), (mini.code("risky"), 403, "wechat_user"),
    ]
    for code, status, named in refusals:
        answer = await mini.ask(LOGIN, {"code": code})
        assert (answer.status, answer.body["code"]) == (status, named), code


@pytest.mark.parametrize(("fault", "status", "named", "wait"), [
    ({"kind": "errcode", "code": -1}, 503, "unavailable", "5"), ({"kind": "html"}, 503, "unavailable", "5"),
    ({"kind": "errcode", "code": 40125}, 503, "unavailable", "5"), ({"kind": "truncate"}, 503, "unavailable", "5"),
    ({"kind": "errcode", "code": 45011}, 429, "wechat_logins", "60"),
])
async def test_a_platform_that_is_busy_is_asked_again_later(
    mini: Mini, who: str, fault: dict[str, Any], status: int, named: str, wait: str
) -> None:
    mini.wechat.fault("/sns/jscode2session", **fault)
    answer = await mini.ask(LOGIN, {"code": mini.code(who)})
    assert (answer.status, answer.body["code"], answer.headers["Retry-After"]) == (status, named, wait)
    await mini.enters(who)


async def test_which_mini_program_it_is(mini: Mini, hotline: Hotline, who: str) -> None:
    unknown = await mini.ask(LOGIN, {"appid": OTHER.appid, "code": mini.code(who)})
    assert (unknown.status, unknown.body["code"]) == (404, "no_mini_program")
    async with (
        aiohttp.ClientSession() as http, beside(hotline, clients(mini.wechat, (MINI, OTHER), http, hotline)) as url,
    ):
        two, seen = Mini(hotline, url, mini.wechat), set[str]()
        unnamed = await two.ask(LOGIN, {"code": mini.code(who)})
        assert (unnamed.status, unnamed.faults) == (422, {"appid": "missing"})
        for account, appid in (("mini", MINI.appid), ("other", OTHER.appid)):
            answer = await two.ask(LOGIN, {"appid": appid, "code": mini.code(who, account=account)})
            seen.add(await Client(hotline, answer.body["session"]).conversation())
        assert len(seen) == 2


async def test_without_a_mini_program_the_answer_says_so(hotline: Hotline, client: Client) -> None:
    async with beside(hotline, {}) as url:
        for path in (LOGIN, PHONE):
            answer = await client.ask("POST", path, {"code": "x"}, url=url)
            assert (answer.status, answer.body["code"]) == (404, "no_mini_program")


async def test_who_is_named_by_nothing_is_nobody(hotline: Hotline) -> None:
    async with beside(hotline, {"wx1": Person("")}) as url:
        assert (await Client(hotline).ask("POST", LOGIN, {"code": "x"}, url=url)).status == 503


async def test_an_address_has_its_limits(hotline: Hotline) -> None:
    async with beside(hotline, {"wx1": Person("o1")}) as url:
        nobody = Client(hotline)
        statuses = [(await nobody.ask("POST", PHONE, {"code": "x"}, url=url)).status for _ in range(21)]
        assert statuses == [401] * 20 + [429]
        unknown = {"appid": "wx2", "code": "x"}
        statuses = [(await nobody.ask("POST", LOGIN, unknown, url=url)).status for _ in range(301)]
        assert statuses == [404] * 300 + [429]


# --- the phone ----------------------------------------------------------------------------------------------

async def test_the_number_wechat_tells_links_the_citizen(
    mini: Mini, client: Client, phones: Phones, who: str, phone: str
) -> None:
    await client.prove(phones, phone)
    elsewhere = (await client.file("general", LAMP)).body["work_order_id"]
    citizen = await mini.enters(who)
    assert (await citizen.file("general", LAMP)).faults == {"contact_phone": "missing"}
    told = await mini.tells(citizen, who, phone)
    fits(PHONE, "post", "200", told.body)
    assert told.body["session"] == citizen.token
    here = (await citizen.file("general", LAMP)).body["work_order_id"]
    mine = (await citizen.ask("GET", "/api/work-orders")).body["work_orders"]
    assert {case["work_order_id"] for case in mine} == {here, elsewhere}
    assert (await mini.tells(citizen, who, phone)).status == 200, "the same number again is nothing new"
    other = await mini.tells(citizen, who, str(next(NUMBERS)))
    assert (other.status, other.body["code"]) == (409, "already_linked")


async def test_a_number_of_another_country(hotline: Hotline, who: str) -> None:
    async with beside(hotline, {"wx1": Person(f"o{next(NUMBERS)}", "+85251234567")}) as url:
        client = Client(hotline)
        client.token = (await client.ask("POST", LOGIN, {"code": "x"}, url=url)).body["session"]
        assert (await client.ask("POST", PHONE, {"code": "x"}, url=url)).status == 200
        store = hotline.gateway.store
        account = await Citizens(store.records, store.shared, hotline.gateway.ids).account(await client.conversation())
        assert account is not None
        assert account.phone == "+85251234567"


async def test_what_is_no_proof_of_a_phone(mini: Mini, client: Client, who: str, phone: str) -> None:
    citizen = await mini.enters(who)
    assert (await mini.tells(citizen, who, "")).faults == {"phone": "phone"}
    code = mini.code(who, "phone")
    refusals = [
        (code, "", 401, "unauthorised"), (code, client.token, 404, "no_mini_program"),
        (mini.code(who), citizen.token, 401, "wechat_code"),
    ]
    for given, token, status, named in refusals:
        answer = await mini.ask(PHONE, {"code": given}, token)
        assert (answer.status, answer.body["code"]) == (status, named)
    mini.wechat.fault("/wxa/business/getuserphonenumber", "errcode", code=-1)
    busy = await mini.ask(PHONE, {"code": code}, citizen.token)
    assert (busy.status, busy.headers["Retry-After"]) == (503, "5")


async def test_the_channel_is_the_one_that_wechats_pushes_come_in() -> None:
    assert mini_login.CHANNEL == CHANNEL
