"""Our callbacks behind the simulated platform, which signs, seals and reads by its own crypto: an oracle."""
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from channels.wechat.accounts import Account
from channels.wechat.kf import KfCallbacks
from channels.wechat.wire import Keys
from gateway.handover import Arrived, Forgotten
from gateway.messages import Location, Text
from simulators.wechat import catalogue
from simulators.wechat.citizens import NO_SERVICE
from simulators.wechat.hostile import BOMBS, FORGERIES, KF_FORGERIES, Forger
from simulators.wechat.kf_phone import kf_push
from simulators.wechat.phone import Phone
from simulators.wechat.platform import WeChat
from simulators.wechat.pushing import Manner
from simulators.wechat.sealing import Letter
from simulators.wechat.server import serve
from simulators.wechat.settings import AccountSettings, kf, mini, official
from tests.channels.web.house import serve as serve_ours
from tests.channels.wechat.house import APPID, KEY, MINI, OLD_KEY, OPEN, TOKEN, House, open_house
from tests.until import until


@dataclass
class Street:
    """The house, and a citizen's phone for each of its accounts: encrypted, in the clear, and the mini-program's."""

    house: House
    wechat: WeChat
    hotline: Phone
    clear: Phone
    mini: Phone


def _of(settings: AccountSettings, appid: str, house: House) -> AccountSettings:
    return replace(settings, appid=appid, token=TOKEN, aes_key=KEY, callback=f"{house.url}/wechat/{appid}")


@pytest.fixture
async def street(tmp_path: Path) -> AsyncIterator[Street]:
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(open_house(tmp_path))
        accounts = [
            _of(official("hotline"), APPID, house), _of(official("clear", mode="plain"), OPEN, house),
            _of(mini("mini"), MINI, house),
        ]
        wechat = await stack.enter_async_context(serve(accounts, house.clock))
        yield Street(house, wechat, *(wechat.phone(account.name, "甲") for account in accounts))


async def test_every_mode_and_format_is_read_and_answered(street: Street) -> None:
    street.house.answers("请问在哪里？ ]]> <b> 😀")
    for phone, mode, form in (
        (street.hotline, "safe", "xml"), (street.hotline, "compatible", "xml"), (street.clear, "plain", "xml"),
    ):
        phone.account.reconfigure(mode=mode, format=form)
        assert (await phone.says("楼上 ]]> <漏水> 😀")).outcome == "reply text: 请问在哪里？ ]]> <b> 😀"
        assert street.house.taken[-1].content == Text("楼上 ]]> <漏水> 😀")
    for mode, form in (("safe", "json"), ("compatible", "json"), ("safe", "xml")):
        street.mini.account.reconfigure(mode=mode, format=form)
        assert (await street.mini.says("楼上漏水")).outcome == "success"
    assert len(street.house.taken) == 6


async def test_all_callbacks_are_proved(street: Street) -> None:
    for phone in (street.hotline, street.clear, street.mini):
        assert await street.wechat.pusher.verify(phone.account)
    street.hotline.account.reconfigure(token="another")
    assert not await street.wechat.pusher.verify(street.hotline.account)


async def test_a_push_under_the_previous_key_is_read_and_answered(street: Street) -> None:
    street.house.answers("好")
    street.hotline.account.reconfigure(aes_key=OLD_KEY)
    assert (await street.hotline.says("在吗")).outcome == "reply text: 好"


async def test_three_overlapping_tries_are_one_effect_and_three_equal_answers(street: Street) -> None:
    house, phone = street.house, street.hotline
    house.answers("好")
    house.answered.clear()
    phone.manner = Manner(overlap_s=0.0)

    async def answer() -> None:
        await until(lambda: len(house.waited) == 3)
        house.answered.set()

    delivery, _ = await asyncio.gather(phone.says("楼上漏水"), answer())
    assert len(house.taken) == 1
    replies = [street.wechat.pusher.read(phone.account, delivery.push, each) for each in delivery.tries]
    assert [reply and reply.fields for reply in replies] == [delivery.reply and delivery.reply.fields] * 3
    assert phone.citizen.texts() == ["好"]


async def test_a_lost_answer_is_given_again(street: Street) -> None:
    street.house.answers("好")
    street.hotline.manner = Manner(lose=2)
    delivery = await street.hotline.says("楼上漏水")
    assert ([each.status for each in delivery.tries], len(street.house.taken)) == ([200, 200, 200], 1)
    assert street.hotline.citizen.texts() == ["好"]


async def test_while_nothing_can_be_stored_the_citizen_is_told_and_comes_again(street: Street) -> None:
    street.house.answers("好")
    street.house.down = True
    delivery = await street.hotline.says("楼上漏水")
    assert {each.status for each in delivery.tries} == {503}
    assert street.hotline.citizen.texts("system") == [NO_SERVICE]
    street.house.down = False
    assert (await street.hotline.deliver(delivery.push)).outcome == "reply text: 好"
    assert len(street.house.taken) == 1


async def test_messages_out_of_order_and_twice_are_each_taken_once(street: Street) -> None:
    pushes = [street.hotline.compose("text", Content=f"第{n}句") for n in range(3)]
    for push in (pushes[2], pushes[0], pushes[2], pushes[1], pushes[0]):
        assert (await street.hotline.deliver(push)).fault == ""
    assert [inbound.content for inbound in street.house.taken] == [Text("第2句"), Text("第0句"), Text("第1句")]


async def test_every_documented_type_is_taken_without_a_fault(street: Street) -> None:
    for phone, form in ((street.hotline, "xml"), (street.mini, "xml"), (street.mini, "json")):
        phone.account.reconfigure(format=form)
        compose = phone.account.composer
        pushes = [phone.compose(kind, **content) for kind, content in catalogue.MESSAGES.items()]
        pushes += [compose.event(phone.openid, name, content) for name, content in catalogue.EVENTS.items()]
        pushes.append(phone.compose("text", Content=catalogue.UNSUPPORTED))
        for push in pushes:
            delivery = await phone.deliver(push)
            assert [each.status for each in delivery.tries] == [200], (form, push.subject, delivery.fault)
            assert delivery.fault == "", (form, push.subject)


async def test_what_a_citizen_does_arrives_as_what_it_is(street: Street) -> None:
    phone, house = street.hotline, street.house
    await phone.speaks("楼上漏水")
    await phone.stands_at(23.1335, 113.3217, "体育西路103号")
    await phone.taps("progress")
    words = [inbound.content for inbound in house.taken]
    assert words[0] == Text("楼上漏水")
    assert isinstance(words[1], Location)
    assert (words[1].lat, words[1].long, words[1].label) == (23.1335, 113.3217, "体育西路103号")
    assert words[2] == Text("查进度")
    await phone.scans("t=express_delivery&d=440106")
    assert house.came[-1].content == Arrived("scanned", "express_delivery", "440106")
    await phone.leaves()
    left = house.came[-1]
    assert left.conversation == f"wechat:{APPID}.{phone.openid}"
    assert left.content == Forgotten()


async def test_no_forgery_is_let_in(street: Street) -> None:
    phone = street.hotline
    forger = Forger(phone.account, phone.compose("text", Content="在吗"), street.house.clock)
    for name in FORGERIES:
        post = await street.wechat.pusher.post(phone.account.settings.callback, forger.letter(name))
        assert post.status == 403, name
    assert not street.house.taken
    assert not street.house.noted


async def test_no_forgery_nor_bomb_is_let_in_to_customer_service(street: Street) -> None:
    seat, clock = kf("seat"), street.house.clock
    wanted: list[tuple[str, ...]] = []

    async def want(*news: str) -> None:
        wanted.append(news)

    account = Account(Keys(seat.appid, seat.token, (seat.aes_key,)), kind="kf")
    async with (
        serve_ours(list(KfCallbacks([account], want, clock).routes())) as url,
        serve([replace(seat, callback=f"{url}/wechat/kf/{seat.appid}")], clock) as wechat,
    ):
        played = wechat.account("seat")
        assert await wechat.pusher.verify(played)
        forger = Forger(played, kf_push(played, "wk-12345", "token"), clock)
        letters = {name: forger.letter(name) for name in KF_FORGERIES}
        letters |= {name: forger.bomb(document) for name, document in BOMBS.items()}
        for name, letter in letters.items():
            assert (await wechat.pusher.post(played.settings.callback, letter)).status in (400, 403, 413), name
        assert wanted == []
        await wechat.pusher.post(played.settings.callback, forger.good())
        ((corpid, open_kfid, _, token),) = wanted
        assert (corpid, open_kfid, token) == (seat.appid, "wk-12345", "token")


async def test_no_bomb_goes_off_though_its_signature_is_right(street: Street) -> None:
    for phone in (street.hotline, street.clear, street.mini):
        forger = Forger(phone.account, phone.compose("text", Content="在吗"), street.house.clock)
        for name, document in BOMBS.items():
            post = await street.wechat.pusher.post(phone.account.settings.callback, forger.bomb(document))
            assert post.status in (400, 403, 413), (phone.account.settings.name, name, post.status)
    assert not street.house.taken
    assert not street.house.noted


async def test_a_captured_query_is_good_for_its_own_body_alone(street: Street) -> None:
    phone, callback = street.clear, street.clear.account.settings.callback
    forger = Forger(phone.account, phone.compose("text", Content="在吗"), street.house.clock)
    letter = forger.good()
    other = Letter(letter.query, letter.body.replace("在吗".encode(), "假的".encode()), letter.content_type)
    assert [(await street.wechat.pusher.post(callback, each)).status for each in (letter, letter, other)] == [
        200, 200, 403]
    assert [inbound.content for inbound in street.house.taken] == [Text("在吗")]
