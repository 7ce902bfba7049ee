"""A phone with the mini-program's pages on it, in Chromium, and who holds it."""
from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Locator, Page, Route, expect

from tests.browser import SCREENSHOTS, chromium

STAGE = "/phone/"  # where the test serves the pages: on the gateway's own origin, as WeChat's requests know no origin


@asynccontextmanager
async def phone(url: str, stage: Path, locale: str = "zh-CN", *, dark: bool = False) -> AsyncIterator[Page]:
    async with chromium() as browser:
        context = await browser.new_context(
            locale=locale, viewport={"width": 390, "height": 844}, color_scheme="dark" if dark else "light")
        page = await context.new_page()
        page.set_default_timeout(8_000)
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(f"{error} {error.stack}"))

        async def serve(route: Route) -> None:
            name = route.request.url.split(STAGE)[1] or "index.html"
            await route.fulfill(path=stage / name)

        await page.route(f"{url}{STAGE}*", serve)
        await page.goto(f"{url}{STAGE}")
        yield page
        await context.close()
        assert complaints == []


class Citizen:
    """Who holds the phone: taps, writes, looks."""

    def __init__(self, page: Page, name: str) -> None:
        self.page, self._name, self._shots = page, name, 0

    def field(self, name: str) -> Locator:
        return self.page.locator(f".field-{name}")

    async def taps(self, label: str, within: Locator | None = None) -> None:
        await (within or self.page.locator("#screen")).get_by_text(label, exact=True).click()

    async def picks(self, name: str, label: str) -> None:
        await self.taps(label, self.field(name))

    async def chooses(self, name: str, label: str) -> None:
        """From a list that the phone draws over the page."""
        await self.field(name).locator(".menu").click()
        await self.page.locator("#dialog").get_by_text(label, exact=True).click()

    async def writes(self, name: str, text: str) -> None:
        await self.field(name).locator("input, textarea").fill(text)

    async def sees(self, text: str) -> None:
        await expect(self.page.locator("#screen")).to_contain_text(text)

    async def shoots(self, what: str) -> None:
        """A picture for people; nothing is wider than the phone."""
        self._shots += 1
        SCREENSHOTS.mkdir(exist_ok=True)
        await self.page.screenshot(path=SCREENSHOTS / f"mini-{self._name}-{self._shots:02d}-{what}.png")
        assert await self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), what

    async def begins(self, matter: str) -> None:
        await self.page.locator("input.search").fill(matter)
        await self.page.locator(".matter-title").get_by_text(matter, exact=True).click()
