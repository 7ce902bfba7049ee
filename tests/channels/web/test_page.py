"""The chat page in a real browser: the story by mouse and by keyboard, at phone and desktop width, in both languages."""
from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.channels.web.site import LINES, NUMBER, YES, Site, open_site

pytestmark = pytest.mark.browser

SHOTS = Path(__file__).parents[2] / "screenshots"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
STARTER = {"zh": "楼下工地半夜还在施工", "en": "The building site downstairs"}
HOUR = {"zh": "夜间 22:00 以后", "en": "After 10 pm"}


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(tmp_path) as opened:
        yield opened


@asynccontextmanager
async def look(browser: Browser, site: Site, language: str = "zh", **options: object) -> AsyncIterator[Page]:
    """A page whose console stays silent: a blocked style or a script's error fails the test."""
    context: BrowserContext = await browser.new_context(
        locale="zh-CN" if language == "zh" else "en-GB", **options,  # type: ignore[arg-type]
    )
    page = await context.new_page()
    page.set_default_timeout(8000)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(site.url)
    await expect(page.locator("#state")).to_have_attribute("data-state", "open")
    yield page
    await context.close()
    assert [line for line in complaints if "ERR_INTERNET_DISCONNECTED" not in line] == []


async def sees_nothing_serious(page: Page) -> None:
    results = await Axe().run(page)
    assert [
        (found["id"], [node["html"] for node in found["nodes"]])
        for found in results.response["violations"] if found["impact"] in ("serious", "critical", "moderate")
    ] == []


async def shoot(page: Page, name: str) -> None:
    SHOTS.mkdir(exist_ok=True)
    await page.screenshot(path=SHOTS / f"chat-{name}.png")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_story(browser: Browser, site: Site, language: str, size: dict[str, int], scheme: str) -> None:
    name = f"{language}-{size['width']}-{scheme}"
    opening, check, done = LINES[language]
    async with look(browser, site, language, viewport=size, color_scheme=scheme) as page:
        await sees_nothing_serious(page)
        await shoot(page, f"{name}-1")
        await page.get_by_role("button", name=STARTER[language]).click()
        await page.get_by_role("textbox").press("Enter")
        await expect(page.get_by_role("log")).to_contain_text(opening.splitlines()[0])
        await shoot(page, f"{name}-2")
        await sees_nothing_serious(page)
        await page.get_by_role("button", name=HOUR[language]).click()
        await expect(page.get_by_role("log")).to_contain_text(check.splitlines()[0])
        await shoot(page, f"{name}-3")
        await page.get_by_role("button", name=YES[language][0].label, exact=True).click()
        await expect(page.get_by_role("log")).to_contain_text(done.splitlines()[0])
        await expect(page.get_by_role("button", name=NUMBER)).to_be_visible()
        await sees_nothing_serious(page)
        await shoot(page, f"{name}-4")
        wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")

    assert not wide
