"""The demo page in a real browser, on a desk and on a phone. What it looks like is left in tests/screenshots."""
from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from tests.browser import chromium
from tests.simulators.pages import HOSTILE, WIDTHS, does, looks_well, opened, phone_of
from tests.simulators.wechat.site import Site, text_reply, unsealed

pytestmark = pytest.mark.browser


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


def answering(site: Site) -> None:
    """The gateway greets every message and every menu's tap by its number."""
    settings = site.hotline.settings

    def answer(received: object) -> bytes:
        inside = unsealed(settings, site.received[-1].body)
        if inside["MsgType"] == "event" and inside["Event"] != "CLICK":
            return b"success"
        return text_reply(settings, inside["FromUserName"], f"收到第{len(site.received)}条 {HOSTILE}")

    site.answer = answer


@pytest.mark.parametrize("width", sorted(WIDTHS))
async def test_a_citizen_writes_speaks_sends_and_answers(browser: Browser, site: Site, width: str) -> None:
    answering(site)
    async with opened(browser, site.wechat.url, width) as page:
        phone = phone_of(page, "市民甲")
        await expect(phone.locator(".quota")).to_have_text("窗口已关：不能主动回复closed: no messages")
        await phone.get_by_label("消息 Message").fill(HOSTILE)
        await phone.get_by_label("消息 Message").press("Enter")
        await expect(phone.locator(".citizen .bubble")).to_have_text(HOSTILE)
        await expect(phone.locator(".account .bubble")).to_have_text(f"收到第1条 {HOSTILE}")
        await expect(phone.locator(".quota")).to_contain_text("还可回 5 条 · 48:00:00message: 5 left")
        for n, label in enumerate(("语音 voice", "示例照片", "位置"), 2):
            await does(phone, label)
            await expect(phone.locator(".account .bubble")).to_have_count(n)
        await expect(phone.get_by_alt_text("照片 photo")).to_be_visible()
        await phone.get_by_role("button", name="查进度").click()
        await expect(phone.locator(".account .bubble")).to_have_count(5)
        items = [{"id": 1, "content": "满意"}, {"id": 2, "content": "不满意"}]
        await site.call("/cgi-bin/message/custom/send", {
            "touser": site.hotline.citizen("市民甲").openid, "msgtype": "msgmenu",
            "msgmenu": {"head_content": "您满意吗？", "list": items}})
        await looks_well(page, f"wechat-{width}-chat")
        await phone.get_by_role("button", name="不满意").click()
        await expect(phone.locator(".citizen .bubble").last).to_have_text("不满意")
        await phone.get_by_role("button", name="更多").click()
        await phone.get_by_label("long-term-closure").check()
        await looks_well(page, f"wechat-{width}-sheet")
        await phone.get_by_role("button", name="允许 accept").click()
        await expect(phone.locator(".quota")).to_contain_text("订阅 long-term-closure：长期")


async def test_two_citizens_a_fault_and_a_gateway_that_is_down(browser: Browser, site: Site) -> None:
    site.answers(500)
    async with opened(browser, site.wechat.url, "desktop") as page:
        await phone_of(page, "市民乙").get_by_label("消息 Message").fill("在吗")
        await phone_of(page, "市民乙").get_by_role("button", name="发送").click()
        await expect(phone_of(page, "市民乙").get_by_text("该公众号暂时无法提供服务")).to_be_visible()
        await expect(phone_of(page, "市民甲").locator(".line")).to_have_count(0)
        await page.get_by_label("怎么坏").select_option("errcode:45047")
        await page.get_by_label("次数").fill("3")
        await page.get_by_role("button", name="打开").click()
        await expect(page.locator(".on li")).to_have_text("message/custom/send · 45047 · 还有 3 次")
        await expect(page.locator(".lines li").last).to_contain_text("no service: HTTP 500")
        await looks_well(page, "wechat-desktop-faults")
        await page.get_by_role("button", name="全部关闭").click()
        await expect(page.locator(".on li")).to_have_count(0)


async def test_a_chat_of_customer_service_with_a_human(browser: Browser, site: Site) -> None:
    async with opened(browser, site.wechat.url, "desktop") as page:
        phone = phone_of(page, "市民甲")
        await phone.get_by_label("会话").select_option("seat")
        await does(phone, "进入会话")
        await phone.get_by_label("消息 Message").fill("转人工")
        await phone.get_by_role("button", name="发送").click()
        await expect(phone.locator(".citizen .bubble")).to_have_text("转人工")
        await does(phone, "坐席接入")
        await does(phone, "坐席说话")
        await expect(phone.locator(".account .bubble")).to_have_text("您好，我是坐席")
        await expect(page.locator(".lines li", has_text="kf_msg_or_event")).to_have_count(4)


async def test_on_a_phone_one_part_is_seen_at_a_time(browser: Browser, site: Site) -> None:
    async with opened(browser, site.wechat.url, "phone") as page:
        for part in ("市民甲", "市民乙", "平台"):
            await page.get_by_role("button", name=part, exact=True).click()
            seen = [await each.is_visible() for each in (
                phone_of(page, "市民甲"), phone_of(page, "市民乙"), page.locator(".platform"))]
            assert seen == [part == each for each in ("市民甲", "市民乙", "平台")]
            await expect(page.locator(".tabs [aria-pressed=true]")).to_have_text(part)
        await looks_well(page, "wechat-phone-platform")
