"""The chat page in a real browser: the story at phone and desktop width, in both languages, light and dark."""
from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from axe_playwright_python.async_playwright import Axe
from PIL import Image
from playwright.async_api import Browser, BrowserContext, Page, expect

from gateway.errors import Unauthorised
from tests.browser import SCREENSHOTS, chromium
from tests.channels.web.house import serve
from tests.channels.web.site import LINES, NUMBER, YES, Site, open_site

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
STARTER = {"zh": "楼下工地半夜还在施工", "en": "The building site downstairs"}
HOST = "<!doctype html><html lang=zh><title>市政府</title><h1>市政府门户</h1><script src='CHAT' async></script></html>"
STRICT = {"Content-Security-Policy": "default-src 'none'; script-src *; frame-src *"}  # a city's page may be strict
EXPECTED = ("ERR_INTERNET_DISCONNECTED", "status of 415")  # what Chromium itself reports of a refusal
HOUR = {"zh": "夜间 22:00 以后", "en": "After 10 pm"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
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
    assert [line for line in complaints if not any(words in line for words in EXPECTED)] == []


async def sees_nothing_serious(page: Page) -> None:
    results = await Axe().run(page)
    assert [
        (found["id"], [node["html"] for node in found["nodes"]])
        for found in results.response["violations"] if found["impact"] in ("serious", "critical", "moderate")
    ] == []


async def shoot(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    await page.screenshot(path=SCREENSHOTS / f"chat-{name}.png")


@pytest.mark.parametrize(
    ("language", "size", "scheme"),
    [("zh", PHONE, "light"), ("zh", DESKTOP, "dark"), ("en", PHONE, "dark"), ("en", DESKTOP, "light")],
    ids=["zh phone", "zh desktop", "en phone", "en desktop"],
)
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


async def say(page: Page, text: str) -> None:
    await page.get_by_role("textbox").fill(text)
    await page.get_by_role("textbox").press("Enter")


async def test_the_story_by_keyboard_alone(browser: Browser, site: Site) -> None:
    async with look(browser, site, viewport=DESKTOP) as page:
        await page.get_by_role("textbox").focus()
        await page.keyboard.type("楼下工地半夜还在施工")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("button", name=HOUR["zh"])).to_be_visible()
        for _ in range(12):
            await page.keyboard.press("Shift+Tab")
            if await page.evaluate("document.activeElement.textContent") == HOUR["zh"]:
                break
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("log")).to_contain_text("请核对一下")
        assert await page.evaluate("document.activeElement.id") == "text"


async def test_a_reload_shows_the_same_conversation_and_goes_on(browser: Browser, site: Site) -> None:
    async with look(browser, site, viewport=PHONE) as page:
        await say(page, "我要投诉工地")
        await expect(page.get_by_role("button", name=HOUR["zh"])).to_be_visible()
        before = await page.get_by_role("log").inner_text()
        await page.reload()
        await expect(page.locator("#state")).to_have_attribute("data-state", "open")
        assert await page.get_by_role("log").inner_text() == before
        await page.get_by_role("button", name=HOUR["zh"]).click()
        await expect(page.get_by_role("log")).to_contain_text("请核对一下")

    assert len({inbound.conversation for inbound in site.taken}) == 1


async def test_what_was_said_while_the_line_was_down_arrives_once_and_answers_are_replayed(
    browser: Browser, site: Site
) -> None:
    async with look(browser, site, viewport=PHONE) as page:
        await say(page, "slow")
        await expect(page.locator(".status").first).to_have_text("已送达")
        await page.context.set_offline(True)
        await page.evaluate("document.querySelector('#language').click()")  # closes the socket to say hello anew
        await expect(page.locator("#state")).not_to_have_attribute("data-state", "open")
        await say(page, "slow")
        await expect(page.locator(".status").last).to_have_text("Sending…")
        await site.say(site.taken[0].conversation, "<b>missed</b>")
        await page.context.set_offline(False)
        await expect(page.locator(".status").last).to_have_text("Delivered")
        await expect(page.get_by_role("log")).to_contain_text("<b>missed</b>")

    assert [inbound.id for inbound in site.taken] == list(dict.fromkeys(inbound.id for inbound in site.taken))
    assert len(site.taken) == 2


async def test_nothing_that_was_said_becomes_markup(browser: Browser, site: Site) -> None:
    evil = "<img src=x onerror=alert(1)><svg onload=alert(2)> javascript:alert(3) {{7*7}} %s ‮gnirts‬"
    async with look(browser, site, viewport=PHONE) as page:
        await say(page, evil)
        await expect(page.get_by_role("log")).to_contain_text("onerror=alert(1)")
        conversation = site.taken[0].conversation
        for sender in ("bot", "agent", "department"):
            await site.say(conversation, f"{sender}: {evil} https://www.gov.example/a?b=c", sender=sender)
        await expect(page.locator(".department")).to_contain_text("department:")
        links = await page.locator(".log a").evaluate_all("all => all.map(a => [a.href, a.rel, a.target])")
        assert await page.locator(".log img, .log svg").count() == 0

    assert links == [["https://www.gov.example/a?b=c", "noopener noreferrer nofollow", "_blank"]]


async def test_a_photo_is_uploaded_shown_and_taken(browser: Browser, site: Site, tmp_path: Path) -> None:
    photo = io.BytesIO()
    Image.effect_noise((1600, 1200), 80).convert("RGB").save(photo, "JPEG", quality=95)
    async with look(browser, site, viewport=PHONE) as page:
        await page.set_input_files("#file", {"name": "我家.jpg", "mimeType": "image/jpeg", "buffer": photo.getvalue()})
        await expect(page.get_by_role("log")).to_contain_text("image/jpeg")
        await expect(page.locator(".mine img.photo")).to_be_visible()
        await page.reload()
        await expect(page.locator(".mine img.photo")).to_be_visible()
        await sees_nothing_serious(page)
        await shoot(page, "photo")
        await page.set_input_files("#file", {"name": "x.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"})
        await expect(page.get_by_role("alert")).to_contain_text("PDF")


async def test_a_refused_file_is_explained(browser: Browser, site: Site) -> None:
    async with look(browser, site, "en", viewport=PHONE) as page:
        await page.set_input_files("#file", {"name": "x.pdf", "mimeType": "application/pdf", "buffer": b"MZ not a PDF"})
        await expect(page.get_by_role("alert")).to_have_text("Photos, PDF, MP4 video and AMR recordings can be sent.")
        await expect(page.locator("#sending")).to_be_hidden()


async def test_the_language_switch_changes_the_page_and_the_session(browser: Browser, site: Site) -> None:
    async with look(browser, site, viewport=PHONE) as page:
        await page.get_by_role("button", name="English").click()
        await expect(page.get_by_role("heading", name="Hello, how can we help?")).to_be_visible()
        await expect(page.locator("#state")).to_have_attribute("data-state", "open")
        assert await page.evaluate("document.documentElement.lang") == "en"
        await say(page, "noise at night")
        await expect(page.get_by_role("button", name="After 10 pm")).to_be_visible()

    assert site.taken[0].language == "en"


async def test_ending_the_chat_clears_the_device(browser: Browser, site: Site) -> None:
    async with look(browser, site, viewport=PHONE) as page:
        await say(page, "我要投诉工地")
        await expect(page.get_by_role("button", name=HOUR["zh"])).to_be_visible()
        token = await page.evaluate("JSON.parse(sessionStorage.getItem('huiyin')).session")
        await page.get_by_role("button", name="对话设置").click()
        await sees_nothing_serious(page)
        await shoot(page, "menu")
        await page.get_by_role("button", name="结束对话").click()
        await page.get_by_role("button", name="结束对话").click()
        await expect(page.get_by_role("button", name="开始新的对话")).to_be_focused()
        assert await page.evaluate("[sessionStorage.length, localStorage.length]") == [0, 0]
        with pytest.raises(Unauthorised):
            await site.sessions.find(token)
        await page.get_by_role("button", name="开始新的对话").click()
        await expect(page.locator("#state")).to_have_attribute("data-state", "open")
        await say(page, "另一件事")
        await expect(page.get_by_role("button", name=HOUR["zh"])).to_be_visible()

    assert len({inbound.conversation for inbound in site.taken}) == 2


async def test_a_kept_chat_outlives_the_tab_and_others_do_not(browser: Browser, site: Site) -> None:
    async with look(browser, site, viewport=PHONE) as page:
        await say(page, "我要投诉工地")
        await expect(page.get_by_role("button", name=HOUR["zh"])).to_be_visible()
        other = await page.context.new_page()
        await other.goto(site.url)
        await expect(other.locator("#empty")).to_be_visible()
        await page.get_by_role("button", name="对话设置").click()
        await page.get_by_role("checkbox").check()
        await page.get_by_role("button", name="关闭").click()
        await other.reload()
        await expect(other.get_by_role("log")).to_contain_text("我要投诉工地")


async def test_an_expired_session_begins_anew_and_delivers(browser: Browser, site: Site) -> None:
    async with look(browser, site, viewport=PHONE) as page:
        token = await page.evaluate("JSON.parse(sessionStorage.getItem('huiyin')).session")
        await site.sessions.revoke(token)
        await page.reload()
        await expect(page.get_by_role("alert")).to_contain_text("已过期")
        await say(page, "还在吗")
        await expect(page.get_by_role("button", name=HOUR["zh"])).to_be_visible()


async def test_another_sites_page_may_embed_the_chat_and_never_sees_the_token(
    browser: Browser, tmp_path: Path
) -> None:
    async def host(request: web.Request) -> web.Response:
        return web.Response(content_type="text/html", text=HOST.replace("CHAT", chat), headers=STRICT)

    chat = ""
    async with serve([web.get("/host", host)]) as embedder, open_site(tmp_path, (embedder,)) as site:
        chat = f"{site.url}/chat.js"
        context = await browser.new_context(locale="zh-CN", viewport=DESKTOP)  # type: ignore[arg-type]
        page = await context.new_page()
        page.set_default_timeout(8000)
        await page.goto(f"{embedder}/host")
        await page.get_by_role("button", name="12345 在线诉求").click()
        frame = page.frame_locator("iframe")
        await expect(frame.locator("#state")).to_have_attribute("data-state", "open")
        await frame.get_by_role("textbox").fill("我要投诉工地")
        await frame.get_by_role("textbox").press("Enter")
        await expect(frame.get_by_role("button", name=HOUR["zh"])).to_be_visible()
        await shoot(page, "embedded")
        assert await page.evaluate("[sessionStorage.length, localStorage.length]") == [0, 0]
        await frame.get_by_role("button", name="收起对话窗口").click()
        await site.say(site.taken[0].conversation, "后来的回复")
        await expect(page.get_by_role("button", name="12345 在线诉求 (1)")).to_be_focused()
        await context.close()


async def test_a_page_that_is_not_listed_cannot_frame_the_chat(browser: Browser, site: Site) -> None:
    async def host(request: web.Request) -> web.Response:
        text = HOST.replace("CHAT", f"{site.url}/chat.js")
        return web.Response(content_type="text/html", text=text, headers=STRICT)

    async with serve([web.get("/host", host)]) as stranger:
        page = await browser.new_page()
        page.set_default_timeout(8000)
        async with page.expect_console_message(lambda said: "frame-ancestors" in said.text):
            await page.goto(f"{stranger}/host")
            await page.get_by_role("button").click()
        await page.close()


async def test_a_message_longer_than_the_window_is_read_from_its_beginning(browser: Browser, site: Site) -> None:
    async with look(browser, site, viewport=PHONE) as page:
        await say(page, "slow")
        await expect(page.locator(".status").first).to_have_text("已送达")
        long = "\n\n".join(f"第{n}段：" + "内容" * 30 for n in range(20))
        await site.say(site.taken[0].conversation, long, ask="confirm")
        await expect(page.locator(".theirs")).to_be_visible()
        await expect(page.locator(".theirs p").first).to_be_in_viewport()
        await expect(page.locator(".question")).to_have_text("第19段：" + "内容" * 30)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_the_description_of_the_api_is_a_page(browser: Browser, site: Site, size: dict[str, int]) -> None:
    page = await browser.new_page(viewport=size)  # type: ignore[arg-type]
    await page.goto(f"{site.url}/docs")
    await page.get_by_text("/api/understand", exact=True).click()
    await expect(page.get_by_text("Request · application/json").last).to_be_visible()
    await sees_nothing_serious(page)
    await shoot(page, f"docs-{size['width']}")
    await page.close()
