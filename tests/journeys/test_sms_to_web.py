"""A complaint begun by SMS goes on in the browser, by a link: one tap, and the draft has come along."""
from __future__ import annotations

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from gateway.dialogue.draft import Dialogue, load
from gateway.links import Links
from gateway.messages import Inbound, Text
from tests.browser import SCREENSHOTS, chromium
from tests.journeys.hotline import Hotline
from tests.until import until

pytestmark = pytest.mark.browser

NUMBER = "+8613800138000"
KEY = f"sms:{NUMBER}"
OPENING = "我要投诉顺丰，单号SF1234567890123，从广州海珠区新港中路寄到北京朝阳区建国路的件，三天没动了"


async def by_sms(hotline: Hotline) -> Dialogue:
    return load((await hotline.gateway.store.lanes.state("in", KEY))[0])


async def test_the_draft_of_the_text_messages_comes_along(hotline: Hotline) -> None:
    gateway = hotline.gateway
    await gateway.intake.accept(Inbound("first", KEY, "sms", hotline.clock.ms(), Text(OPENING)))
    await until(lambda: _asked(hotline, "my_role"))
    link = await Links(gateway.store.shared, gateway.ids, hotline.url).make(NUMBER)

    async with chromium() as browser:
        page = await (await browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 844})).new_page()
        await page.goto(link)
        assert "#" not in page.url, "the token does not stay in the browser's history"
        await page.screenshot(path=SCREENSHOTS / "sms-to-web.png")
        grave = [found["id"] for found in (await Axe().run(page)).response["violations"]
                 if found["impact"] in ("serious", "critical")]
        assert grave == []
        await page.get_by_role("button", name="打开").click()
        talk = page.get_by_role("log")
        await expect(talk).to_contain_text("在别处还有一份“快递投诉”没填完")
        await page.get_by_role("button", name="继续填写").click()
        await expect(talk).to_contain_text("您是寄件人还是收件人")
        assert (await by_sms(hotline)).draft is None, "it is in one place only"

        await page.goto(link)
        await page.reload()
        await page.get_by_role("button", name="打开").click()
        await expect(page.get_by_role("status")).to_contain_text("已经用过")


async def _asked(hotline: Hotline, what: str) -> bool:
    return (await by_sms(hotline)).asked == what
