"""The case system's page in a real browser, on a desk and on a phone."""
from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser import chromium
from tests.simulators.case.site import WO, Site, open_site
from tests.simulators.case.test_demo import ORDER
from tests.simulators.pages import HOSTILE, WIDTHS, looks_well, opened
from tests.until import until

pytestmark = pytest.mark.browser


@pytest_asyncio.fixture
async def site() -> AsyncIterator[Site]:
    async with open_site() as site:
        yield site


@pytest.mark.parametrize("width", WIDTHS)
async def test_a_case_is_dispatched_and_closed_on_the_page(site: Site, width: str) -> None:
    await site.operates("submit", order={**ORDER, "title": HOSTILE})
    await site.operates("comment", 2, text="已经一周了，请尽快修好", urge=True)
    async with chromium() as browser, opened(browser, site.page, width) as page:
        case = page.get_by_role("article", name="C-000001")
        await expect(case.locator(".title")).to_have_text(HOSTILE)
        await case.get_by_role("textbox").fill("路灯管理所")
        await case.get_by_role("button", name="派单").click()
        await expect(case.locator(".status")).to_have_text("已派 dispatched")
        await case.get_by_role("textbox").fill("灯泡已更换，恢复照明。")
        await case.get_by_role("button", name="办结").click()
        await until(lambda: [event["type"] for event in site.heard] == ["case.dispatched", "case.closed"])
        assert [event["subject"] for event in site.heard] == [WO] * 2
        assert site.heard[1]["data"]["reply"] == "灯泡已更换，恢复照明。"
        await page.get_by_role("button", name="打开").click()
        await expect(page.locator(".on li")).to_have_text("500 · 还有 1 次")
        await looks_well(page, f"case-{width}")
        assert (await site.operates("comment", 3, text="a"))[0] == 500
