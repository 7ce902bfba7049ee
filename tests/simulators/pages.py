"""A demo page in a real browser, on a desk and on a phone. What it looks like is left in tests/screenshots."""
from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Locator, Page

from tests.browser import SCREENSHOTS

WIDTHS = {"desktop": (1440, 900), "phone": (390, 844)}
HOSTILE = "<img src=x onerror=alert(1)> ]]> \u202eabc"


@asynccontextmanager
async def opened(browser: Browser, url: str, width: str) -> AsyncIterator[Page]:
    """Whatever the page complains about fails the test."""
    wide, high = WIDTHS[width]
    page = await browser.new_page(viewport={"width": wide, "height": high}, locale="zh-CN")
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    await page.goto(url)
    yield page
    await page.close()
    assert complaints == []


async def looks_well(page: Page, name: str) -> None:
    """axe-core finds nothing, nothing sticks out sideways; and a picture for people."""
    result = await Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{name} scrolls sideways"
    await page.screenshot(path=SCREENSHOTS / f"{name}.png")


def phone_of(page: Page, name: str) -> Locator:
    return page.get_by_role("article", name=name)


async def does(phone: Locator, label: str) -> None:
    await phone.get_by_role("button", name="更多").click()
    await phone.get_by_role("button", name=label).click()
