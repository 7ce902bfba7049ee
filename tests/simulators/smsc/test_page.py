"""The demo page in a real browser, on a desk and on a phone, with our own link bound to its carrier."""
from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from channels.sms.smpp import SmppLink
from gateway.errors import Rejected
from simulators.smsc.demo import Demo, shown
from tests.browser import chromium
from tests.channels.sms.site import NUMBER, Site, open_site
from tests.simulators.pages import HOSTILE, WIDTHS, does, looks_well, opened, phone_of
from tests.until import until

pytestmark = pytest.mark.browser

LONG = "工地夜里十一点以后还在打桩，" * 8
LATEST = "it => it.scrollHeight - it.scrollTop - it.clientHeight <= 2"     # is in sight
CLOSED = "您反映的事项已办结，路灯已更换灯泡，恢复照明。请回复：1 解决了 2 没有解决"


@dataclass
class Street:
    """The page, the carrier behind it and our link to that."""

    site: Site
    link: SmppLink
    url: str


@pytest_asyncio.fixture
async def street(tmp_path: Path) -> AsyncIterator[Street]:
    async with open_site(tmp_path) as site, shown(Demo(site.carrier, site.clock)) as url, site.link() as link:
        yield Street(site, link, url)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


async def writes(phone: Locator, text: str) -> None:
    await phone.get_by_label("短信 Text").fill(text)
    await phone.get_by_label("短信 Text").press("Enter")


def bubble(phone: Locator, side: str) -> Locator:
    """The latest of that side, with what stands below it."""
    return phone.locator(f".line.{side}").last


async def turns_to(page: Page, width: str, part: str) -> None:
    if width == "phone":
        await page.get_by_role("button", name=part, exact=True).click()


@pytest.mark.parametrize("width", sorted(WIDTHS))
async def test_a_citizen_writes_and_sees_what_it_costs_and_what_the_receipts_say(
    browser: Browser, street: Street, width: str
) -> None:
    async with opened(browser, street.url, width) as page:
        phone = phone_of(page, "市民甲")
        await expect(phone.locator(".number")).to_have_text(NUMBER.removeprefix("86"))
        await phone.get_by_label("短信 Text").fill(LONG)
        await expect(phone.locator(".count")).to_have_text("112/134 UCS-2 · 2 条 parts")
        await phone.get_by_label("短信 Text").press("Enter")
        await expect(phone.locator(".count")).to_be_hidden()
        await expect(bubble(phone, "citizen")).to_contain_text("2 条 parts · 已发出 sent")
        await writes(phone, HOSTILE)
        await expect(bubble(phone, "citizen").locator(".bubble")).to_have_text(HOSTILE)
        assert street.site.core.texts == [LONG, HOSTILE]
        await street.link.send(street.site.sms("a", CLOSED * 2))
        await expect(bubble(phone, "account")).to_contain_text("2 条 parts · 回执 已送达 delivered")
        await expect(phone.locator(".quota")).to_contain_text("下行计费 2 条")
        await looks_well(page, f"sms-{width}-chat")
        await phone.get_by_role("button", name="更多").click()
        await looks_well(page, f"sms-{width}-sheet")
        await phone.get_by_role("button", name="投诉路灯").click()
        await expect(phone.get_by_label("短信 Text")).to_have_value(re.compile("^小区门口的路灯"))


@pytest.mark.parametrize("width", sorted(WIDTHS))
async def test_the_carrier_is_made_to_misbehave(browser: Browser, street: Street, width: str) -> None:
    async with opened(browser, street.url, width) as page:
        phone, panel = phone_of(page, "市民甲"), page.locator(".platform")
        await turns_to(page, width, "运营商")
        await expect(panel.locator(".link")).to_have_text("已连接 SMPP bound")
        await panel.get_by_label("回执").select_option("held")
        await panel.get_by_label("次数").fill("2")
        await panel.get_by_role("button", name="打开").click()
        await expect(panel.locator(".on li")).to_have_text("0x58 太快 throttled · 还有 2 次")
        await street.link.send(street.site.sms("a", CLOSED))
        await expect(panel.locator(".held")).to_have_text("1")
        await expect(panel.locator(".on li")).to_have_count(0)
        await looks_well(page, f"sms-{width}-carrier")
        await turns_to(page, width, "市民甲")
        await expect(bubble(phone, "account")).to_contain_text("回执扣住 receipt held")
        await turns_to(page, width, "运营商")
        await panel.get_by_role("button", name="放出回执").click()
        await expect(panel.locator(".held")).to_have_text("")
        await until(lambda: street.site.core.states == [("a", "delivered")])
        await panel.get_by_label("回执").select_option("never")
        await street.link.send(street.site.sms("b", CLOSED))
        await turns_to(page, width, "市民甲")
        await expect(bubble(phone, "account")).to_contain_text("无回执 no receipt")
        await turns_to(page, width, "运营商")
        await until(lambda: panel.locator(".lines ol").evaluate(LATEST))
        await panel.get_by_role("button", name="恢复正常").click()
        await panel.get_by_label("回执").select_option("early")
        await street.link.send(street.site.sms("c", CLOSED))
        await turns_to(page, width, "市民甲")
        await expect(bubble(phone, "account")).to_contain_text("回执 已送达")


async def test_a_number_out_of_service_and_a_text_that_waits_for_the_gateway(browser: Browser, street: Street) -> None:
    async with opened(browser, street.url, "desktop") as page:
        phone, other = phone_of(page, "市民甲"), phone_of(page, "市民乙")
        await does(phone, "停机")
        await expect(phone.locator(".state")).to_have_text("停机 out of service")
        with pytest.raises(Rejected):
            await street.link.send(street.site.sms("a", CLOSED))
        await does(phone, "恢复服务")
        await expect(phone.locator(".state")).to_have_text("")
        street.site.core.away = True
        await writes(other, "在吗")
        await expect(bubble(other, "citizen")).to_contain_text("等待网关 waiting for the gateway")
        street.site.core.away = False
        await page.get_by_role("button", name="重送").click()
        await expect(bubble(other, "citizen")).to_contain_text("已发出 sent")
        assert street.site.core.texts == ["在吗"]
        await page.get_by_role("button", name="断开链路").click()
        await expect(page.locator(".lines li", has_text="lost")).to_have_count(1)
        await expect(page.locator(".link")).to_have_text("已连接 SMPP bound")
