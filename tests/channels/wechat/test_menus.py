"""A tap on a msgmenu is the option it shows, as long as that menu is the latest."""
from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from channels.wechat.menus import KEEP_MS, Menus
from gateway.messages import Choice, Option, Outbound, Text
from tests.channels.wechat.house import CONVERSATION, House, event, open_house, platform, said

SOLVED = (Option("solved_yes", "解决了"), Option("solved_no", "没有解决"))
RATING = Outbound(id="7.0", at=0, text="请评价", choices=SOLVED)
NEXT = Outbound(id="8.0", at=0, text="哪一天？", choices=(Option("mon", "周一"), Option("tue", "周二 ")))


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        yield opened


async def test_a_tap_is_the_option_it_shows(house: House) -> None:
    menus = Menus(house.store.shared)
    async with platform(house) as wechat:
        await menus.offer(CONVERSATION, RATING)
        await wechat.push(said("没有解决", id_="1", bizmsgmenuid="2"))
        await menus.offer(CONVERSATION, NEXT)
        await wechat.push(said("周二", id_="2", bizmsgmenuid="2"))
        await wechat.push(said("没有解决", id_="3", bizmsgmenuid="2"))
        await wechat.push(said("周二", id_="4"))
        await wechat.push(event(
            "scancode_waitmsg", EventKey="2", _ScanCodeInfo="<ScanType>qrcode</ScanType><ScanResult>0017</ScanResult>"))
    assert [inbound.content for inbound in house.taken] == [
        Choice("solved_no", "7.0"), Choice("tue", "8.0"),
        Text("没有解决"),  # of the menu before: words, since the question is another by now
        Text("周二"),      # typed
        Text("0017"),
    ]


async def test_what_no_menu_offers_is_no_choice(house: House) -> None:
    menus = Menus(house.store.shared)
    assert await menus.chosen(CONVERSATION, "1", "解决了") is None
    await menus.offer(CONVERSATION, RATING)
    for number in ("0", "3", "-1", "", "x", "１", "9" * 30, "9" * 5_000, "01"):
        assert await menus.chosen(CONVERSATION, number, "解决了") is None
    assert await menus.chosen("wechat:wx9.o9", "1", "解决了") is None, "somebody else's"
    assert await menus.chosen(CONVERSATION, "1", "解决了") == Choice("solved_yes", "7.0")
    house.clock.advance(KEEP_MS / 1000 + 1)
    assert await menus.chosen(CONVERSATION, "1", "解决了") is None


async def test_who_left_is_offered_nothing_any_more(house: House) -> None:
    menus = Menus(house.store.shared)
    async with platform(house) as wechat:
        await menus.offer(CONVERSATION, RATING)
        await wechat.push(event("unsubscribe"))
    assert await menus.chosen(CONVERSATION, "2", "没有解决") is None
