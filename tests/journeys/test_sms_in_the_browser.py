"""The main job by text message on the carrier's demo page in Chromium: two phones beside the staff page, zh and en.

What people see is left in tests/screenshots/sms-story-*.png.
"""
from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from gateway.app import Mind
from simulators.smsc.demo import CITIZENS, Demo, shown
from tests.browser import SCREENSHOTS, chromium
from tests.journeys import sms
from tests.journeys.phones import WIDTHS, Phones, closes, opens_the_desk
from tests.journeys.sms import Town, number
from tests.journeys.test_in_the_browser import window

pytestmark = pytest.mark.browser

FIRST, SECOND = CITIZENS


@dataclass(frozen=True)
class Words:
    """What is said and read in one language."""

    opening: str
    pages: tuple[str, ...]
    summary: str
    filed: str
    closed: str
    invited: str
    thanks: str
    other: str
    others_answer: str


STORIES = {
    "zh": Words(
        "我要投诉顺丰，单号SF1234567890123，从广州海珠区新港中路寄到北京朝阳区建国路的件，三天没动了。我是寄件人",
        ("1.快递公司",), "提交回Y", "已登记", "已联系网点，快件今日送达。", "办得满意吗", "谢谢",
        "小区门口的路灯坏了一个星期了，晚上很黑，要求尽快修好", "路灯",
    ),
    "en": Words(
        "I want to complain about SF Express, parcel SF1234567890123 from Xingang Middle Road, Haizhu District, "
        "Guangzhou to Jianguo Road, Chaoyang District, Beijing, no movement for three days. I am the sender",
        ("1.Carrier", "5.Sender"), "Y to file", "Filed", "The parcel arrives today.", "are you satisfied", "Thank you",
        "Hello, the street lamp near our gate has been broken for a week. Please repair it soon.", "Where exactly?",
    ),
}


@pytest_asyncio.fixture(loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def town(tmp_path: Path, mind: Mind) -> AsyncIterator[Town]:
    async with sms.opened(tmp_path, mind) as town:
        yield town


@pytest.mark.parametrize("language", sorted(STORIES))
async def test_by_text_message_to_a_rating_on_the_phone(town: Town, browser: Browser, language: str) -> None:
    words = STORIES[language]
    async with AsyncExitStack() as stack:
        demo = Demo(town.carrier, town.clock, f"{town.hotline.url}/desk/")
        url = await stack.enter_async_context(shown(demo))
        page = await stack.enter_async_context(window(browser, url, "zh-CN", WIDTHS["desktop"]))
        phones = Phones(page, f"sms-story-{language}", "短信 Text message")
        case_number = await _files(phones, words)
        await _another_on_the_second_phone(phones, words)
        desk = await opens_the_desk(town.hotline, page, case_number)
        await closes(desk, words.closed)
        await phones.hears(FIRST, words.closed)
        await phones.shoot("closed")
        await town.passes(601)
        await phones.hears(FIRST, words.invited)
        await phones.shoot("asked")
        await phones.says(FIRST, "5")
        await phones.hears(FIRST, words.thanks)
        await phones.shoot("rated")
        case = await town.hotline.until(case_number, lambda case: case.rated is not None)
        await desk.screenshot(path=SCREENSHOTS / f"sms-story-{language}-desk.png")
    assert case.rated
    assert (case.rated.resolved, case.rated.satisfaction) == ("yes", 5)


async def _files(phones: Phones, words: Words) -> str:
    """Returns the number in the receipt, which the carrier reports late."""
    await phones.says(FIRST, words.opening)
    for page in words.pages:
        await phones.hears(FIRST, page)
        await phones.shoot("summary")
        await phones.says(FIRST, "0")
    await phones.hears(FIRST, words.summary)
    panel, line = phones.page.locator(".platform"), phones.phone(FIRST).locator(".line.account").last
    await panel.get_by_label("回执").select_option("held")
    await phones.says(FIRST, "Y")
    await phones.hears(FIRST, words.filed)
    await expect(line).to_contain_text("回执扣住")
    await panel.get_by_role("button", name="放出回执").click()
    await expect(line).to_contain_text("回执 已送达")
    await panel.get_by_label("回执").select_option("prompt")
    await phones.shoot("filed")
    return number(await line.inner_text())


async def _another_on_the_second_phone(phones: Phones, words: Words) -> None:
    """At the same time."""
    await phones.turns_to(SECOND)
    await phones.says(SECOND, words.other)
    await phones.hears(SECOND, words.others_answer)
    await phones.shoot("two")
    await phones.turns_to(FIRST)
