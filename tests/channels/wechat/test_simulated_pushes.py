"""Our callbacks under the simulated platform, whose crypto, XML and reading of answers were written by themselves."""
from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from channels.wechat.accounts import Account
from channels.wechat.wire import Keys
from gateway.messages import Location, Option, Text, Upload
from simulators.wechat.hostile import BOMBS, FORGERIES, OTHER_KEY, Forger
from simulators.wechat.phone import Phone
from simulators.wechat.platform import WeChat
from simulators.wechat.pushing import Delivery, Manner
from simulators.wechat.sealing import Letter
from simulators.wechat.server import serve
from simulators.wechat.settings import AccountSettings, Format, Mode, mini, official
from tests.channels.wechat.house import House, open_house

MODES: tuple[Mode, ...] = ("plain", "compatible", "safe")
FORMATS: tuple[Format, ...] = ("xml", "json")
HOTLINE, MINI = official("hotline"), mini("mini")


def ours(settings: AccountSettings, kind: Literal["official", "miniprogram"], **keys: str) -> Account:
    return Account(Keys(settings.appid, settings.token, **{"aes_key": settings.aes_key, **keys}), kind, plain=True)


ACCOUNTS = (ours(HOTLINE, "official", previous_aes_key=OTHER_KEY), ours(MINI, "miniprogram"))


@dataclass
class Town:
    house: House
    wechat: WeChat

    def phone(self, account: str = "hotline", name: str = "甲") -> Phone:
        return self.wechat.phone(account, name)

    async def post(self, letter: Letter) -> int | None:
        return (await self.wechat.pusher.post(self.wechat.account("hotline").settings.callback, letter)).status


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with open_house(tmp_path, ACCOUNTS) as house, serve([HOTLINE, MINI], house.clock) as wechat:
        for account in wechat.accounts.values():
            account.reconfigure(callback=f"{house.url}/wechat/{account.settings.appid}")
        yield Town(house, wechat)


def shown(delivery: Delivery) -> str:
    """What the citizen reads at once: the answer, "" for none."""
    assert not delivery.fault, delivery.fault
    return delivery.reply.text if delivery.reply else ""


async def test_the_address_is_proved(town: Town) -> None:
    assert await town.wechat.pusher.verify(town.wechat.account("hotline"))
    assert await town.wechat.pusher.verify(town.wechat.account("mini"))


async def test_every_mode_and_format_is_read_and_answered_in_kind(town: Town) -> None:
    town.house.answers("请问地址？ ]]> 🙂")
    for mode, form in itertools.product(MODES, FORMATS):
        town.wechat.account("hotline").reconfigure(mode=mode, format=form)
        assert shown(await town.phone().says(f"{mode} {form} ]]> 🙂")) == "请问地址？ ]]> 🙂"
        assert town.house.taken[-1].content == Text(f"{mode} {form} ]]> 🙂")


async def test_a_mini_program_is_acknowledged_in_every_mode_and_format(town: Town) -> None:
    town.house.answers("好")
    for mode, form in itertools.product(MODES, FORMATS):
        town.wechat.account("mini").reconfigure(mode=mode, format=form)
        assert shown(await town.phone("mini").says(f"{mode} {form}")) == ""
        assert town.house.taken[-1].content == Text(f"{mode} {form}")


async def test_a_new_aes_key_loses_nobody(town: Town) -> None:
    town.house.answers("好")
    town.wechat.account("hotline").reconfigure(aes_key=OTHER_KEY)
    assert shown(await town.phone().says("用旧密钥")) == "好"


async def test_what_a_phone_can_do(town: Town) -> None:
    town.house.otherwise = Upload("u" * 32, "image/jpeg")
    town.house.answers("好", choices=(Option("yes", "是"),))
    phone, taken = town.phone(), town.house.taken
    for delivery in (
        await phone.speaks("路灯坏了"), await phone.speaks("路灯坏了", recognised=False), await phone.photographs(b"x"),
        await phone.films(b"x"), await phone.stands_at(23.1, 113.3, "解放路1号"), await phone.taps("progress"),
        await phone.follows("t=noise&d=1"), await phone.scans("d=1"),
    ):
        assert shown(delivery) == "好\n1. 是\n（回复数字选择）"
    assert [type(inbound.content).__name__ for inbound in taken] == [
        "Text", "Upload", "Upload", "Upload", "Upload", "Location", "Text",
    ]
    assert taken[5].content == Location(23.1, 113.3, "解放路1号")
    assert [(arrival.how, arrival.template, arrival.district) for _, arrival in town.house.arrivals] == [
        ("followed", "noise", "1"), ("scanned", None, "1"),
    ]
    assert shown(await phone.leaves()) == ""
    assert town.house.forgotten == [f"wechat:{HOTLINE.appid}.{phone.openid}"]


MANNERS = (Manner(overlap_s=0.0), Manner(overlap_s=0.005), Manner(lose=2), Manner(lose=1, overlap_s=0.001))


async def test_three_tries_are_one_effect_and_one_answer(town: Town) -> None:
    town.house.answers("请问地址？")
    account = town.wechat.account("hotline")
    for n, manner in enumerate(MANNERS):
        phone = town.phone()
        phone.manner = manner
        delivery = await phone.says(f"路灯坏了{n}")
        assert len(delivery.tries) == 3
        answers = [town.wechat.pusher.read(account, delivery.push, each) for each in delivery.tries]
        assert shown(delivery) == "请问地址？"
        assert answers[0] == answers[1] == answers[2]
    assert [inbound.content for inbound in town.house.taken] == [Text(f"路灯坏了{n}") for n in range(len(MANNERS))]


async def test_a_store_that_is_down_for_one_try_loses_nothing(town: Town) -> None:
    phone = town.phone()
    town.house.down = True
    delivery = await phone.says("存不下")
    assert delivery.fault == "HTTP 503; HTTP 503; HTTP 503"
    town.house.down = False
    assert shown(await phone.deliver(delivery.push)) == ""
    assert [inbound.content for inbound in town.house.taken] == [Text("存不下")]


async def test_every_forgery_is_403(town: Town) -> None:
    push = town.phone().compose("text", Content="在吗")
    for form in FORMATS:
        town.wechat.account("hotline").reconfigure(format=form)
        forger = Forger(town.wechat.account("hotline"), push, town.house.clock)
        refused = {name: await town.post(forger.letter(name)) for name in FORGERIES if name != "another key"}
        assert set(refused.values()) == {403}, refused
        forger = Forger(town.wechat.account("mini"), push, town.house.clock)
        assert await town.post(forger.letter("another key")) == 403
    assert not town.house.happenings


async def test_every_bomb_is_400_or_413(town: Town) -> None:
    town.wechat.account("hotline").reconfigure(mode="plain")
    forger = Forger(town.wechat.account("hotline"), town.phone().compose("text", Content="在吗"), town.house.clock)
    refused = {name: await town.post(forger.bomb(document)) for name, document in BOMBS.items()}
    assert set(refused.values()) == {400, 413}, refused
    assert [name for name, status in refused.items() if status == 413] == ["9,000 attributes", "1 MiB"]
    assert not town.house.happenings


async def test_a_captured_letter_is_worth_its_own_body_only(town: Town) -> None:
    forger = Forger(town.wechat.account("hotline"), town.phone().compose("text", Content="在吗"), town.house.clock)
    letter = forger.good()
    other = forger.good()
    assert [
        await town.post(letter), await town.post(letter),
        await town.post(Letter(letter.query, other.body, letter.content_type)),
    ] == [200, 200, 403]
    assert len(town.house.taken) == 1
