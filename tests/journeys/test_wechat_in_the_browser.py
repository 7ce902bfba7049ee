"""The main job on WeChat's demo page in Chromium: two phones beside the staff page, zh and en, wide and narrow.

What people see is left in tests/screenshots/wechat-story-*.png.
"""
from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from gateway.app import Mind
from simulators.wechat.settings import kf, official
from tests.browser import SCREENSHOTS, chromium
from tests.journeys.phones import WIDTHS, Phones, closes, opens_the_desk
from tests.journeys.test_in_the_browser import window
from tests.journeys.wechat import Street, opened

pytestmark = pytest.mark.browser

PHOTO, PLACE = "示例照片", "广州市天河区体育西路103号"


@dataclass(frozen=True)
class Words:
    """What is said and read in one language."""

    spoken: str
    heard: str
    seen: str
    filed: str
    phone: str
    yes: str
    closed: str
    solved: str
    best: str
    thanks: str
    other: str
    others_answer: str


STORIES = {
    "zh": Words(
        "小区门口的路灯坏了一个星期了，晚上很黑，老人容易摔倒，要求尽快修好", "路灯", "收到 1 个文件", "已登记",
        "13800138000", "确认提交", "路灯已更换灯泡，恢复照明。", "解决了", "5 非常满意", "谢谢",
        "你好，我要投诉快递，单号SF1234567890123，三天没动了", "顺丰",
    ),
    "en": Words(
        "The street lamp near our gate has been broken for a week. It is dark and somebody will fall. Please repair it "
        "soon.", "Street light", "Got 1 file", "It is filed", "+86 138 0013 8000", "Yes, file it",
        "The bulb was replaced and the lamp is lit.", "Solved", "5 Very satisfied", "Thank you",
        "Hello, my SF Express parcel SF1234567890123 has not moved for three days", "SF1234567890123",
    ),
}


@pytest_asyncio.fixture(loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def street(tmp_path: Path, mind: Mind) -> AsyncIterator[Street]:
    async with opened(tmp_path / "data", mind, official("12345"), kf("12345-kf")) as street:
        street.wechat.desk = f"{street.hotline.url}/desk/"
        yield street


class Demo(Phones):
    """The page with its two phones."""

    def __init__(self, page: Page, language: str) -> None:
        super().__init__(page, f"wechat-story-{language}", "消息 Message")
        self.words = STORIES[language]

    async def does(self, who: str, tile: str, words: str = "") -> None:
        """From the sheet behind ＋; voice says the words in the line."""
        await self.phone(who).get_by_label(self.line).fill(words)
        await self.phone(who).get_by_role("button", name="更多").click()
        await self.phone(who).get_by_role("button", name=tile).click()


@pytest.mark.parametrize("language", sorted(STORIES))
async def test_by_voice_photo_and_place_to_a_rating_on_the_phone(
    street: Street, browser: Browser, language: str
) -> None:
    words = STORIES[language]
    async with AsyncExitStack() as stack:
        page = await stack.enter_async_context(window(browser, street.wechat.url, "zh-CN", WIDTHS["desktop"]))
        demo = Demo(page, language)
        number = await _files(demo)
        await _another_on_the_second_phone(demo)
        await demo.turns_to("市民甲")
        quota, phone = demo.phone("市民甲").locator(".quota"), demo.phone("市民甲")
        await expect(quota).to_contain_text("还可回 5 条 · 48:00:00")
        desk = await opens_the_desk(street.hotline, page, number)
        await closes(desk, words.closed)
        await demo.hears("市民甲", words.closed)
        await expect(quota).to_contain_text("还可回 3 条 · 48:00:00")
        street.clock.advance(601)
        await phone.get_by_role("button", name=words.solved, exact=True).click(timeout=10_000)
        await expect(phone.locator(".citizen .bubble").last).to_have_text(words.solved)
        await expect(quota).to_contain_text("还可回 2 条 · 47:49:59")
        await demo.hears("市民甲", words.best)
        await demo.shoot("asked")
        await demo.says("市民甲", "5")
        await demo.hears("市民甲", words.thanks)
        await demo.shoot("rated")
        case = await street.hotline.until(number, lambda case: case.rated is not None)
        await expect(desk.locator(".timeline")).to_contain_text("邀请评价: 会话窗口")
        await desk.screenshot(path=SCREENSHOTS / f"wechat-story-{language}-desk.png")
    assert case.rated
    assert (case.rated.resolved, case.rated.satisfaction) == ("yes", 5)


async def _files(demo: Demo) -> str:
    """By voice, photo, place and telephone number; returns the number in the receipt."""
    words, who = demo.words, "市民甲"
    await demo.does(who, "语音 voice", words.spoken)
    await demo.hears(who, words.heard)
    await demo.does(who, PHOTO)
    await demo.hears(who, words.seen)
    await expect(demo.phone(who).get_by_alt_text("照片 photo")).to_be_visible()
    await demo.shoot("seen")
    await demo.does(who, "位置", PLACE)
    await demo.hears(who, "1. ")
    await demo.says(who, words.phone)
    await demo.hears(who, PLACE)
    await demo.says(who, words.yes)
    await demo.hears(who, words.filed)
    await demo.shoot("filed")
    receipt = await demo.phone(who).locator(".account .bubble").last.inner_text()
    return receipt[receipt.index("WO-"):][:22]


async def _another_on_the_second_phone(demo: Demo) -> None:
    """Of customer service, at the same time."""
    await demo.turns_to("市民乙")
    await demo.phone("市民乙").get_by_label("会话").select_option("12345-kf")
    await demo.says("市民乙", demo.words.other)
    await demo.hears("市民乙", demo.words.others_answer)
    await demo.shoot("two")
