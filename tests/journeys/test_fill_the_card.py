"""The card in the page: begun in the chat, filled in the card, changed in the chat, sent from the card: one order."""
from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser import chromium
from tests.journeys.hotline import Hotline
from tests.journeys.test_in_the_browser import WIDTHS, Story, window

pytestmark = pytest.mark.browser

OPENING = "我寄的顺丰快递不见了，单号SF1234567890123"
FROM, TO = "广州市海珠区新港中路88号", "北京市朝阳区建国路1号"
TOLD = "寄了一个星期还没有到，客服说找不到了"
ANSWERS = {
    "problem": "丢失", "goods_value": "三百二十块", "my_role": "寄件人", "sender_address": FROM, "receiver_address": TO,
    "contact_phone": "139 0013 9000", "description": TOLD,
}
OWN = ("work_order_id", "created_at", "conversation_id", "due", "privacy", "contact_ref")  # times and ids


@pytest_asyncio.fixture(loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


async def by_talk(hotline: Hotline) -> str:
    citizen = await hotline.citizen()
    reply = await citizen.says(OPENING)
    while reply.ask != "confirm":
        reply = await citizen.says(ANSWERS[str(reply.ask)])
    await citizen.says("修改 事情经过")
    await citizen.says(TOLD)
    return str((await citizen.picks("file")).work_order)


async def order(hotline: Hotline, number: str) -> dict[str, object]:
    case = await hotline.case(number)
    return {name: value for name, value in case.order.items() if name not in OWN}


async def test_chat_and_card_back_and_forth_file_the_same_as_the_chat(hotline: Hotline, browser: Browser) -> None:
    story = Story(hotline, "zh", "phone")
    story.name = "card-zh-phone"
    async with window(browser, f"{hotline.url}/", "zh-CN", WIDTHS["phone"]) as page:
        await story.says(page, OPENING)
        await page.get_by_role("button", name="填表").click()

        await expect(page.locator("#field-carrier")).to_have_value("sf")
        await expect(page.locator("#field-tracking_number")).to_have_value("SF1234567890123")
        await expect(page.get_by_role("radio", name="丢失")).to_be_checked()
        await story.shoot(page, "begun")
        await page.get_by_role("radio", name="寄件人").check()
        await page.locator("#field-sender_address").fill(FROM)
        await page.locator("#field-receiver_address").fill(TO)
        await page.locator("#field-goods_value").fill("三百二十块")
        await page.locator("#field-contact_phone").fill("138 0013 8000")
        await page.locator("#field-description").fill(TOLD)
        await page.get_by_role("button", name="填好了，去核对").click()
        await expect(page.get_by_role("button", name="确认提交")).to_be_visible()
        await story.shoot(page, "summary")

        await story.says(page, "电话错了，应该是139 0013 9000")
        await page.get_by_role("button", name="编辑表单").click()
        await expect(page.locator("#field-contact_phone")).to_have_value("139 0013 9000")  # though the card was quicker
        await page.get_by_role("button", name="填好了，去核对").click()
        await story.taps(page, "确认提交")
        number = page.locator(".chip-number").last
        await expect(number).to_be_visible()
        filed = await order(hotline, await number.inner_text())
        await expect(page.locator("#form-bar")).to_be_hidden()
    assert filed == await order(hotline, await by_talk(hotline))
