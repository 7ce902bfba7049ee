"""A citizen of the simulated WeChat on two phones, in Chromium: known at every login, and by their number elsewhere."""
from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Page, Route, expect

from simulators.wechat.server import serve
from simulators.wechat.settings import mini as mini_settings
from tests.api.hotline import Client
from tests.api.mini import LOGIN, Mini, beside, clients
from tests.journeys.hotline import Hotline
from tests.miniprogram.phone import Citizen, phone

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="function")]

MINI = mini_settings("mini")
NUMBER = "13800138000"


@pytest.fixture
async def mini(hotline: Hotline) -> AsyncIterator[Mini]:
    async with (
        serve([MINI], hotline.gateway.clock) as wechat, aiohttp.ClientSession() as http,
        beside(hotline, clients(wechat, (MINI,), http, hotline)) as url,
    ):
        wechat.account("mini").citizen("citizen").phone = NUMBER
        yield Mini(hotline, url, wechat)


async def _belongs_to(page: Page, mini: Mini, name: str) -> None:
    """WeChat gives the app this person's codes, and the logins are answered where they are served."""
    async def forward(route: Route) -> None:
        path = LOGIN + route.request.url.partition(LOGIN)[2]
        await route.fulfill(response=await route.fetch(url=mini.url + path))

    def code(kind: Any) -> str:
        return mini.code(name, kind)

    await page.expose_function("wechatCode", code)
    await page.route(f"**{LOGIN}**", forward)
    await page.evaluate(f"phone.appid = '{MINI.appid}'")


async def test_the_case_is_there_on_the_next_phone_and_so_are_those_of_the_web(
    mini: Mini, hotline: Hotline, stage: Path
) -> None:
    async with phone(hotline.url, stage) as page:
        await _belongs_to(page, mini, "citizen")
        citizen = Citizen(page, "first")
        await citizen.begins("其他诉求")
        await citizen.writes("description", "楼下的路灯坏了三天了，一直没有人来修。")
        await citizen.writes("contact_phone", NUMBER)
        await citizen.taps("填好了，去核对")
        await citizen.taps("确认提交")
        await citizen.sees("已经登记")
        number = await page.locator(".work-order").inner_text()
    openid = mini.wechat.account("mini").citizen("citizen").openid
    assert (await hotline.case(number)).conversation == f"wechat:{MINI.appid}.{openid}"
    elsewhere = await _filed_elsewhere(mini)

    async with phone(hotline.url, stage) as page:
        await _belongs_to(page, mini, "citizen")
        citizen = Citizen(page, "again")
        await citizen.taps("我的诉求")
        await citizen.sees(number)
        await citizen.shoots("link")
        await citizen.taps("用手机号关联")
        await citizen.sees("已经关联")
        await citizen.sees(elsewhere)
        await expect(page.locator(".link")).to_have_count(0)
        await citizen.shoots("linked")


async def _filed_elsewhere(mini: Mini) -> str:
    """By somebody who proved the same number to another account: here a second WeChat user of it."""
    mini.wechat.account("mini").citizen("the same, by another WeChat").phone = NUMBER
    other: Client = await mini.enters("the same, by another WeChat")
    assert (await mini.tells(other, "the same, by another WeChat", NUMBER)).status == 200
    filed = await other.file("general", {"description": "小区门口的井盖松动，车一压就响"})
    return str(filed.body["work_order_id"])
