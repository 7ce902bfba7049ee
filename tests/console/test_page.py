"""The staff page in a real browser: the story of a case and of a conversation, by keyboard and mouse, at two widths.

What each page looks like is left in tests/screenshots.
"""
from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from gateway.errors import Paused
from gateway.handover import AgentSays
from gateway.messages import encode
from gateway.orders import CaseOp
from gateway.protocols import Put
from gateway.transcripts import TranscriptLine
from gateway.work_order import build
from tests.browser import SCREENSHOTS, chromium
from tests.console.office import ATTACHMENT, HOSTILE, PASSWORD, Office, filing
from tests.until import until

pytestmark = pytest.mark.browser

WO = "WO-20261123-4KX7P2M9QD"
WIDTHS = {"desktop": (1280, 900), "phone": (390, 844)}
KEY = "web:visitor"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


@asynccontextmanager
async def seat(browser: Browser, office: Office, width: str) -> AsyncIterator[Page]:
    """One browser with its own cookies; whatever its page complains about fails the test."""
    wide, high = WIDTHS[width]
    context = await browser.new_context(viewport={"width": wide, "height": high}, locale="zh-CN")
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if "Content Security" in message.text else None)
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    await page.goto(f"{office.base}/desk/")
    yield page
    await context.close()
    assert complaints == []


async def sign_in(page: Page, name: str) -> None:
    await page.get_by_label("用户名").fill(name)
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="登录").click()
    await expect(page.get_by_role("heading", name="工单", exact=True)).to_be_visible()


async def looks_well(page: Page, name: str) -> None:
    """axe-core finds nothing, nothing sticks out sideways; and a picture for people."""
    result = await Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{name} scrolls sideways"
    await page.screenshot(path=SCREENSHOTS / f"desk-{name}.png", full_page=True)


@pytest.mark.parametrize("width", sorted(WIDTHS))
async def test_the_story_of_a_case(browser: Browser, office: Office, width: str) -> None:
    await office.file(WO, attachments=[ATTACHMENT])
    async with seat(browser, office, width) as clerk, seat(browser, office, width) as urban:
        await looks_well(clerk, f"{width}-sign-in")
        await sign_in(clerk, "clerk")
        await looks_well(clerk, f"{width}-cases")
        await clerk.get_by_role("link", name=WO).click()
        await expect(clerk.get_by_role("button", name="显示个人信息")).to_be_visible()
        await expect(clerk.get_by_text(HOSTILE)).to_be_visible()
        await expect(clerk.get_by_text("138****5678", exact=False).first).to_be_visible()
        await looks_well(clerk, f"{width}-case")

        await clerk.get_by_role("button", name="提交").click()
        await clerk.get_by_label("操作").select_option("dispatch")
        await clerk.get_by_label("派往").select_option(label="城市管理局")
        await clerk.get_by_role("button", name="提交").click()
        await expect(clerk.locator(".head .chip")).to_have_text("已派单")

        await sign_in(urban, "urban")
        await urban.get_by_role("link", name=WO).click()
        await urban.get_by_label("操作").select_option("close")
        await urban.get_by_label("给市民的答复").fill("已清走单车。\n并加派巡查。")
        await urban.get_by_role("button", name="提交").click()
        await expect(urban.locator(".head .chip")).to_have_text("已办结")
        await expect(clerk.locator(".head .chip")).to_have_text("已办结")

        await office.send_back(WO, "又堵住了")
        await expect(urban.get_by_text("市民退回重办的原因")).to_be_visible()
        await expect(urban.locator(".banner").get_by_text("又堵住了").first).to_be_visible()
        await urban.get_by_label("操作").select_option("accept")
        await looks_well(urban, f"{width}-rework")


@pytest.mark.parametrize("width", sorted(WIDTHS))
async def test_the_story_of_a_conversation(browser: Browser, office: Office, width: str) -> None:
    await office.converse(KEY, "waiting", why="asked")
    await office.says(KEY, f"我要找人工 {HOSTILE}", "电话13812345678")
    async with seat(browser, office, width) as page:
        await sign_in(page, "clerk")
        await expect(page.locator(".badge")).to_have_text("1")
        await page.get_by_role("link", name="人工会话").click()
        await looks_well(page, f"{width}-queue")
        await page.get_by_role("link", name="市民要求人工服务").click()
        await expect(page.get_by_text(HOSTILE)).to_be_visible()
        await page.get_by_role("button", name="接入会话").click()
        await until_taken(office, 1)
        await office.converse(KEY, "agent", why="asked", agent="clerk")
        await page.get_by_label("回复市民").fill("您好，我是工作人员")
        await page.get_by_label("回复市民").press("Enter")
        await until_taken(office, 2)
        assert isinstance(office.inbox[1].content, AgentSays)
        line = TranscriptLine(at=office.clock.ms(9), sender="agent", text="您好，我是工作人员", agent="clerk")
        await office.store.records.write([Put("transcript", f"{KEY}:9", encode(line), {"conversation": KEY})])
        await expect(page.get_by_role("log").get_by_text("您好，我是工作人员")).to_be_visible()
        await page.get_by_role("button", name="显示个人信息").click()
        await expect(page.get_by_role("log").get_by_text("电话13812345678")).to_be_visible()
        await looks_well(page, f"{width}-conversation")
        await page.get_by_role("button", name="交还机器人").click()
        await until_taken(office, 3)


async def until_taken(office: Office, n: int) -> None:
    async def there() -> bool:
        return len(office.inbox) >= n

    await until(there)


@pytest.mark.parametrize("width", sorted(WIDTHS))
async def test_the_supervisors_pages_in_english(browser: Browser, office: Office, width: str) -> None:
    await office.file(WO)
    await office.store.lanes.ingest("case", WO, "bad", b'{"op":"explode"}')
    async with seat(browser, office, width) as page:
        await sign_in(page, "boss")
        await page.get_by_role("button", name="English").click()
        await expect(page.get_by_role("heading", name="Cases", exact=True)).to_be_visible()
        await looks_well(page, f"{width}-cases-en")
        await page.get_by_role("link", name="Report").click()
        await expect(page.get_by_text("Mean satisfaction")).to_be_visible()
        await looks_well(page, f"{width}-report")
        await page.get_by_role("link", name="Dead letters").click()
        await expect(page.get_by_text("explode")).to_be_visible()
        await looks_well(page, f"{width}-dead")
        await page.get_by_label("Reason for what you do").fill("a test")
        await page.get_by_role("button", name="Discard").click()
        await expect(page.get_by_text("No dead letters.")).to_be_visible()
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_label("Password")).to_be_visible()
        await page.reload()
        await expect(page.get_by_label("Password")).to_be_visible()


async def test_a_refused_submission_is_corrected_and_a_doubt_ended_on_the_page(
    browser: Browser, quiet: Office
) -> None:
    lanes, order = quiet.store.lanes, build(filing(WO))
    for wo, put_aside in ((WO, lanes.bury), ("WO-20261123-0000000002", lanes.park)):
        await quiet.handed(CaseOp("submit", wo, 1, {"order": order}, quiet.clock.ms()))
        (lease,) = await lanes.claim("case", "test")
        await put_aside(lease, "HTTP 422")
    with pytest.raises(Paused):
        async with quiet.gate.passing():
            raise Paused("HTTP 401")
    async with seat(browser, quiet, min(WIDTHS)) as page:
        await sign_in(page, "boss")
        await page.get_by_role("button", name="English").click()
        await page.get_by_role("link", name="Dead letters").click()
        await expect(page.get_by_text("The case system desk refuses us.")).to_be_visible()
        await page.get_by_text("Correct it").click()
        await looks_well(page, f"{min(WIDTHS)}-letters")
        refused, doubtful = (page.get_by_role("listitem").filter(has_text=word) for word in ("given up", "in doubt"))
        await refused.get_by_label("Reason for what you do").fill("too long")
        await refused.get_by_label("Changes (JSON)").fill("{title: 1}")
        await refused.get_by_role("button", name="Send corrected").click()
        await expect(page.get_by_text("not valid JSON")).to_be_visible()
        await refused.get_by_label("Changes (JSON)").fill('{"title": 1}')
        await refused.get_by_role("button", name="Send corrected").click()
        await expect(page.get_by_text("work order: $.title breaks type")).to_be_visible()
        await expect(refused.get_by_role("link", name=WO)).to_have_attribute("href", f"#/case/{WO}")
        await refused.get_by_label("Changes (JSON)").fill('{"title": "占道"}')
        await refused.get_by_role("button", name="Send corrected").click()
        await expect(refused).to_have_count(0)
        await doubtful.get_by_label("Reason for what you do").fill("seen there")
        await doubtful.get_by_label("Its number over there").fill("RT-42")
        await page.keyboard.press("Enter")  # which of the three was meant?
        assert [letter.parked for letter in await lanes.dead("case")] == [True]
        await doubtful.get_by_role("button", name="It arrived").click()
        await expect(page.get_by_text("No dead letters.")).to_be_visible()
        await page.get_by_label("Reason for what you do").fill("new token")
        await page.get_by_role("button", name="Send again").click()
        await expect(page.get_by_text("refuses us")).to_have_count(0)
    bodies = [lease.msgs[0].body for lease in await lanes.claim("case", "test")]
    assert sorted((op.n, op.arrived) for op in (msgspec.json.decode(body, type=CaseOp) for body in bodies)) == [
        (1, "RT-42"), (2, None)]


async def test_a_case_is_handled_by_keyboard_alone(browser: Browser, office: Office) -> None:
    await office.file(WO)
    async with seat(browser, office, "desktop") as page:
        await page.get_by_label("用户名").focus()
        await page.keyboard.type("clerk")
        await page.keyboard.press("Tab")
        await page.keyboard.type(PASSWORD)
        await page.keyboard.press("Enter")
        row = page.get_by_role("link", name=WO)
        await expect(row).to_be_visible()
        for _ in range(25):
            if await row.evaluate("node => node === document.activeElement"):
                break
            await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.get_by_label("操作")).to_be_visible()
        await page.get_by_label("操作").focus()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.locator(".head .chip")).to_have_text("已受理")


async def test_a_half_written_reply_survives_what_happens_meanwhile(browser: Browser, office: Office) -> None:
    await office.file(WO)
    async with seat(browser, office, "desktop") as page:
        await sign_in(page, "clerk")
        await page.get_by_role("link", name=WO).click()
        await page.get_by_label("操作").select_option("reject")
        await page.get_by_label("不予受理的理由").fill("写了一半")
        await (await office.person("boss")).act(WO, "accept")
        await expect(page.locator(".head .chip")).to_have_text("已受理")
        await page.get_by_label("操作").select_option("progress")
        await expect(page.get_by_label("告诉市民的进展")).to_have_value("写了一半")


async def test_a_wrong_password_is_said_and_a_lost_session_leads_back_to_the_door(
    browser: Browser, office: Office
) -> None:
    async with seat(browser, office, "desktop") as page:
        await page.get_by_label("用户名").fill("clerk")
        await page.get_by_label("密码").fill("wrong")
        await page.get_by_role("button", name="登录").click()
        await expect(page.get_by_role("status")).to_have_text("用户名或密码不正确。")
        await sign_in(page, "clerk")
        office.clock.advance(13 * 3600)
        await expect(page.get_by_label("用户名")).to_be_visible(timeout=10_000)
