"""A demo page with its two phones in Chromium, and the staff page in a window beside it.

What people see is left in tests/screenshots.
"""
from __future__ import annotations

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Locator, Page, expect

from tests.browser import SCREENSHOTS
from tests.journeys.hotline import PASSWORD, Hotline
from tests.journeys.test_in_the_browser import GRAVE

WIDTHS = {"phone": (390, 844), "desktop": (1440, 900)}  # a story goes on at the last


class Phones:
    """name: of its pictures; line: label of where a citizen writes."""

    def __init__(self, page: Page, name: str, line: str) -> None:
        self.page, self.name, self.line = page, name, line
        self._shots = 0

    def phone(self, who: str) -> Locator:
        return self.page.get_by_role("article", name=who)

    async def is_wide(self, as_: str) -> None:
        width, height = WIDTHS[as_]
        await self.page.set_viewport_size({"width": width, "height": height})

    async def turns_to(self, who: str) -> None:
        """On a narrow screen, where one part is seen at a time; the tab stays so when it is wide again."""
        await self.is_wide("phone")
        await self.page.get_by_role("button", name=who, exact=True).click()
        await self.is_wide("desktop")

    async def says(self, who: str, text: str) -> None:
        await self.phone(who).get_by_label(self.line).fill(text)
        await self.phone(who).get_by_label(self.line).press("Enter")

    async def hears(self, who: str, text: str) -> None:
        await expect(self.phone(who).locator(".account .bubble").last).to_contain_text(text, timeout=10_000)

    async def shoot(self, what: str) -> None:
        """A picture for people at either width, axe-core for those who cannot see it; the latest words are in sight."""
        self._shots += 1
        SCREENSHOTS.mkdir(exist_ok=True)
        for width in WIDTHS:
            await self.is_wide(width)
            await self._shoot(f"{self.name}-{width}-{self._shots:02d}-{what}")

    async def _shoot(self, name: str) -> None:
        await self.page.screenshot(path=SCREENSHOTS / f"{name}.png")
        found = (await Axe().run(self.page)).response["violations"]
        assert [(entry["id"], entry["nodes"][0]["html"]) for entry in found if entry["impact"] in GRAVE] == []
        assert await self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
        for chat in await self.page.locator(".chat").all():
            if await chat.is_visible():
                assert await chat.evaluate("it => it.scrollHeight - it.scrollTop - it.clientHeight") <= 2, name


async def opens_the_desk(hotline: Hotline, page: Page, number: str) -> Page:
    """By the page's own link, in a window beside it."""
    async with page.context.expect_page() as opening:
        await page.get_by_role("link", name="办件台").click()
    desk = await opening.value
    await desk.get_by_label("用户名").fill(await hotline.hires("clerk"))
    await desk.get_by_label("密码").fill(PASSWORD)
    await desk.get_by_role("button", name="登录").click()
    await desk.get_by_role("link", name=number).click()
    return desk


async def closes(desk: Page, words: str) -> None:
    """Accepted, then closed with these words to the citizen."""
    await desk.get_by_label("操作").select_option("accept")
    await desk.get_by_role("button", name="提交").click()
    await expect(desk.locator(".head .chip")).to_have_text("已受理")
    await desk.get_by_label("操作").select_option("close")
    await desk.get_by_label("给市民的答复").fill(words)
    await desk.get_by_role("button", name="提交").click()
