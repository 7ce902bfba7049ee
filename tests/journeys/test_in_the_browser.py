"""The whole story in Chromium: the citizen's page and the staff page side by side, zh and en, phone and desktop.

What people see is left in tests/screenshots/story-*.png.
"""
from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from tests.browser import SCREENSHOTS, chromium
from tests.journeys.hotline import PASSWORD, Hotline

pytestmark = pytest.mark.browser

WIDTHS = {"phone": (390, 844), "desktop": (1280, 900)}
GRAVE = ("serious", "critical")


@dataclass(frozen=True)
class Words:
    """What the citizen says and taps in one language."""

    locale: str
    opening: str
    role: str
    phone: str
    file: str
    unsolved: str
    worst: str
    reason: str
    nobody: str
    solved: str
    best: str
    closed: str
    closed_again: str


STORIES = {
    "zh": Words(
        "zh-CN", "你好，我要投诉顺丰，单号SF1234567890123，从广州海珠区新港中路寄到北京朝阳区建国路的件，三天没动了",
        "寄件人", "138 0013 8000", "确认提交", "没解决", "1 很不满意", "根本没有送到", "没有", "解决了", "5 非常满意",
        "已联系网点，快件今日送达。", "快件已由专人送到，抱歉。",
    ),
    "en": Words(
        "en-GB", "Hello, my SF Express parcel SF1234567890123 from Xingang Middle Road, Haizhu District, Guangzhou to "
        "Jianguo Road, Chaoyang District, Beijing has not moved for three days",
        "Sender", "+86 138 0013 8000", "Yes, file it", "Not solved", "1 Very dissatisfied", "It never arrived",
        "Nobody did", "Solved", "5 Very satisfied",
        "The depot will deliver it today.", "It was delivered by hand. Our apologies.",
    ),
}


@pytest_asyncio.fixture(loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


@asynccontextmanager
async def window(browser: Browser, url: str, locale: str, size: tuple[int, int]) -> AsyncIterator[Page]:
    """A browser of somebody's own; a script's error or a blocked style on its page fails the story."""
    context = await browser.new_context(locale=locale, viewport={"width": size[0], "height": size[1]})
    page = await context.new_page()
    page.set_default_timeout(15_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    await page.goto(url)
    yield page
    await context.close()
    assert complaints == []


class Story:
    """Citizen, clerk and department at their pages."""

    def __init__(self, hotline: Hotline, language: str, width: str) -> None:
        self.hotline, self.words, self.name = hotline, STORIES[language], f"{language}-{width}"
        self._shots = 0

    async def shoot(self, page: Page, what: str) -> None:
        """A picture for people, and axe-core for those who cannot see it."""
        self._shots += 1
        SCREENSHOTS.mkdir(exist_ok=True)
        await page.screenshot(path=SCREENSHOTS / f"story-{self.name}-{self._shots:02d}-{what}.png")
        found = (await Axe().run(page)).response["violations"]
        assert [(entry["id"], entry["nodes"][0]["html"]) for entry in found if entry["impact"] in GRAVE] == []
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), what
        if await page.locator("#talk").count():  # only the talk scrolls: the head and the box stay in sight
            assert await page.evaluate("document.documentElement.scrollHeight <= window.innerHeight"), what

    async def says(self, page: Page, text: str) -> None:
        await page.get_by_role("textbox").fill(text)
        await page.get_by_role("textbox").press("Enter")

    async def taps(self, page: Page, label: str) -> None:
        await page.get_by_role("button", name=label, exact=True).last.click()

    async def signs_in(self, page: Page, role: str) -> None:
        await page.get_by_label("用户名").fill(await self.hotline.hires(role))
        await page.get_by_label("密码").fill(PASSWORD)
        await page.get_by_role("button", name="登录").click()
        await expect(page.get_by_role("heading", name="工单", exact=True)).to_be_visible()

    async def acts(self, page: Page, act: str, text: str = "") -> None:
        await page.get_by_label("操作").select_option(act)
        if act == "dispatch":
            code = self.hotline.gateway.city.departments[0].code
            await page.get_by_label("派往").select_option(code)
        if text:
            await page.get_by_label("给市民的答复").fill(text)
        await page.get_by_role("button", name="提交").click()

    async def hears(self, page: Page, text: str) -> None:
        await expect(page.get_by_role("log")).to_contain_text(text)


@pytest.mark.parametrize("width", sorted(WIDTHS))
@pytest.mark.parametrize("language", sorted(STORIES))
async def test_from_the_first_word_to_the_second_rating(
    hotline: Hotline, browser: Browser, language: str, width: str
) -> None:
    story, size = Story(hotline, language, width), WIDTHS[width]
    words = story.words
    async with AsyncExitStack() as stack:
        citizen = await stack.enter_async_context(window(browser, f"{hotline.url}/", words.locale, size))
        clerk = await stack.enter_async_context(window(browser, f"{hotline.url}/desk/", "zh-CN", size))
        office = await stack.enter_async_context(window(browser, f"{hotline.url}/desk/", "zh-CN", size))

        number = await _files(story, citizen)

        await story.signs_in(clerk, "clerk")
        await clerk.get_by_role("link", name=number).click()
        await story.acts(clerk, "accept")
        await expect(clerk.locator(".head .chip")).to_have_text("已受理")
        await story.acts(clerk, "dispatch")
        await expect(clerk.locator(".head .chip")).to_have_text("已派单")
        await story.shoot(clerk, "dispatched")
        await story.signs_in(office, "department")
        await office.get_by_role("link", name=number).click()
        await story.acts(office, "close", words.closed)
        await story.hears(citizen, words.closed)

        await _rates_badly(story, citizen)
        await expect(office.locator(".banner").get_by_text(words.reason).first).to_be_visible()
        await story.shoot(office, "rework")
        await story.acts(office, "accept")
        await expect(office.locator(".head .chip")).to_have_text("已受理")
        await story.acts(office, "close", words.closed_again)
        await story.hears(citizen, words.closed_again)

        hotline.clock.advance(601)
        await story.taps(citizen, words.solved)
        await story.taps(citizen, words.best)
        case = await hotline.until(number, lambda case: case.rated is not None)
        await story.shoot(citizen, "rated-again")
    assert case.rated is not None
    assert (case.round, case.rated.resolved, case.rated.satisfaction) == (1, "yes", 5)


async def _files(story: Story, page: Page) -> str:
    """The opening, the two things that are missing, the yes; returns the number on the page."""
    words = story.words
    await story.shoot(page, "empty")
    await story.says(page, words.opening)
    await story.taps(page, words.role)
    await expect(page.get_by_role("log")).to_contain_text("SF1234567890123")
    await story.shoot(page, "asked")
    await story.says(page, words.phone)
    await story.taps(page, words.file)
    number = page.locator(".chip-number").last
    await expect(number).to_be_visible()
    await story.shoot(page, "filed")
    return await number.inner_text()


async def _rates_badly(story: Story, page: Page) -> None:
    words = story.words
    story.hotline.clock.advance(601)
    await story.taps(page, words.unsolved)
    await story.taps(page, words.worst)
    await story.says(page, words.reason)
    await story.taps(page, words.nobody)
    await story.shoot(page, "rated")
    story.hotline.clock.advance(601)
