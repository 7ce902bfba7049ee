"""The form card of the chat page in a real browser: every type of field, what is typed, what is wrong, what is sent.

Templates come from the real API; the conversation behind it is played here, and with it the open draft.
"""
from __future__ import annotations

import io
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import Browser, Page, Route, expect

from gateway.api.templates import condition
from gateway.dialogue.conditions import holds
from gateway.dialogue.draft import Draft, Filled
from gateway.dialogue.template import Condition, Template
from gateway.messages import FieldError
from tests.browser import chromium
from tests.channels.web.desk import LIFT, MARKUP, PARCEL, Desk
from tests.channels.web.site import open_site
from tests.channels.web.test_page import DESKTOP, PHONE, look, sees_nothing_serious, shoot

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    templates: dict[str, Template] = {"parcel": PARCEL, "lift": LIFT}
    async with open_site(tmp_path, templates=templates, kind=Desk) as opened:
        assert isinstance(opened, Desk)
        yield opened


@asynccontextmanager
async def card(browser: Browser, desk: Desk, language: str = "zh", **options: object) -> AsyncIterator[Page]:
    """The card of the parcel, picked from the list."""
    async with look(browser, desk, language, **options) as page:
        await serve_draft(page, desk)
        await page.locator("#choose-matter").click()
        await page.locator(".matter", has_text="快递投诉" if language == "zh" else "Parcel").click()
        await expect(page.locator("#card-title")).to_be_focused()
        yield page


async def serve_draft(page: Page, desk: Desk) -> None:
    async def draft(route: Route) -> None:
        body = json.dumps(desk.draft) if desk.draft else ""
        await route.fulfill(status=200 if desk.draft else 204, content_type="application/json", body=body)

    await page.route("**/api/draft", draft)


async def fill_in(page: Page) -> None:
    await page.locator("#field-carrier").select_option("c3")
    await page.get_by_role("radio", name="延误").check()
    await page.locator("#field-occurred_at").fill("昨晚八点")
    await page.locator("#field-place").fill("海珠区新港中路88号")
    await page.locator("#field-description").fill("三天没有动静了" + MARKUP)
    await page.locator("#field-contact_phone").fill("13800138000")


async def send(page: Page) -> None:
    await page.locator("#card-send").click()


async def test_every_type_has_its_control_and_is_sent_as_the_gateway_reads_it(browser: Browser, desk: Desk) -> None:
    async with card(browser, desk, viewport=DESKTOP) as page:
        await fill_in(page)
        await page.get_by_role("radio", name="是", exact=True).check()
        await page.get_by_text("更多细节（选填）").click()
        for name in ("丢失", "其他"):
            await page.get_by_role("checkbox", name=name).check()
        for name, text in {"hours": "昨晚十点到两点", "times": "3", "numbers": "A1，A2", "company": "顺丰速运"}.items():
            await page.locator(f"#field-{name}").fill(text)
        photo = io.BytesIO()
        Image.new("RGB", (40, 30), "navy").save(photo, "JPEG")
        await page.locator("[data-field=photos] input").set_input_files(
            {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo.getvalue()})
        await expect(page.locator(".thumb")).to_be_visible()
        modes = await page.locator("#card-form [inputmode]").evaluate_all("all => all.map(a => [a.id, a.inputMode])")
        assert dict(modes) == {"field-value": "decimal", "field-times": "numeric", "field-contact_phone": "tel"}
        await sees_nothing_serious(page)
        await shoot(page, "card-filled")
        await send(page)
        await expect(page.get_by_role("button", name="提交", exact=True)).to_be_visible()
        assert await page.locator("#form-bar").inner_text() == "快递投诉\n编辑表单"

    opened, sent = desk.forms
    photos = sent.fields.pop("photos")
    assert (opened.fields, sent.kinds) == ({}, {photos[0]: "image/jpeg"})  # type: ignore[index]
    assert sent.fields == {
        "carrier": "c3", "problem": "late", "parts": ["lost", "other"], "again": True, "occurred_at": "昨晚八点",
        "hours": "昨晚十点到两点", "times": "3", "numbers": "A1，A2", "place": "海珠区新港中路88号",
        "company": "顺丰速运", "description": "三天没有动静了" + MARKUP, "contact_phone": "13800138000",
    }


async def test_fields_and_notices_come_and_go_and_leave_the_focus_alone(browser: Browser, desk: Desk) -> None:
    async with card(browser, desk, viewport=PHONE) as page:
        value, phone = page.locator("#field-value"), page.locator("#field-contact_phone")
        await expect(page.get_by_text("有危险先打110")).to_be_visible()
        await expect(value).to_be_hidden()
        lost = page.get_by_role("radio", name="丢失")
        await lost.focus()
        await page.keyboard.press("Space")
        await expect(value).to_be_visible()
        await expect(lost).to_be_focused()
        await expect(page.get_by_text("留着包装")).to_be_visible()
        await expect(page.locator("#card-news")).to_have_text("新增了：价值")
        await value.fill("三百块")
        await page.keyboard.press("Tab")
        await page.get_by_role("radio", name="匿名").check()
        await expect(phone).to_be_hidden()
        await page.get_by_role("radio", name="延误").check()
        await expect(value).to_be_hidden()
        await fill_in_rest(page)
        await send(page)
        await expect(page.get_by_role("button", name="提交", exact=True)).to_be_visible()

    assert "value" not in desk.forms[-1].fields, "what is not shown is not sent"
    assert desk.forms[-1].fields["identity_mode"] == "anonymous"
    assert desk.forms[-1].fields["again"] == "", "what may be passed over was"


async def fill_in_rest(page: Page) -> None:
    await page.locator("#field-carrier").select_option("c1")
    for name in ("occurred_at", "place", "description"):
        await page.locator(f"#field-{name}").fill("昨天在新港中路")


async def test_what_is_typed_stays_until_the_chat_says_otherwise(browser: Browser, desk: Desk) -> None:
    async with card(browser, desk, viewport=PHONE) as page:
        await fill_in(page)
        await page.keyboard.press("Escape")
        await expect(page.locator("#form-typed")).to_have_text("6 项未提交")
        await expect(page.get_by_role("log")).to_contain_text("哪家公司")
        await sees_nothing_serious(page)
        await page.reload()
        await page.get_by_role("button", name="填表").click()
        await expect(page.locator("#field-place")).to_have_value("海珠区新港中路88号")
        await expect(page.get_by_role("radio", name="延误")).to_be_checked()
        await page.reload()
        await expect(page.locator("#field-carrier")).to_have_value("c3")

        desk.fill("place", "天河区体育东路1号")
        desk.fill("company", MARKUP)
        await desk.say(desk.taken[0].conversation, "记下了", template="parcel", ask="carrier")
        await expect(page.locator("#news")).to_be_visible()
        await expect(page.locator("#field-company")).to_have_value(MARKUP)
        await page.get_by_role("button", name="回到对话").click()
        await page.get_by_role("button", name="填表").click()
        await expect(page.locator("#field-place")).to_have_value("天河区体育东路1号")
        await shoot(page, "card-earlier")
        await page.get_by_role("button", name="改用之前填的").click()
        await expect(page.locator("#field-place")).to_have_value("海珠区新港中路88号")
        assert await page.locator("#card-form img").count() == 0


@pytest.mark.parametrize(("language", "size", "scheme"), [("zh", PHONE, "light"), ("en", DESKTOP, "dark")])
async def test_what_is_wrong_stands_beside_its_field(
    browser: Browser, desk: Desk, language: str, size: dict[str, int], scheme: str
) -> None:
    async with card(browser, desk, language, viewport=size, color_scheme=scheme) as page:
        await send(page)
        await expect(page.get_by_role("alert")).to_contain_text("6")
        await expect(page.locator("#field-carrier")).to_be_focused()
        await sees_nothing_serious(page)
        await shoot(page, f"card-missing-{language}-{size['width']}")
        await page.locator("#field-place").fill("somewhere")
        await page.locator("#field-contact_phone").fill("12")
        desk.faults = (
            FieldError("place", "address", "要写到区和街道"), FieldError("contact_phone", "phone", "号码不完整"))
        await page.locator("#card-rest").click()
        place = page.locator("#field-place")
        await expect(place).to_be_focused()
        await expect(place).to_have_attribute("aria-invalid", "true")
        await expect(place).to_have_accessible_description(re.compile("要写到区和街道"))
        await expect(page.locator("#fault-contact_phone")).to_have_text("号码不完整")
        await expect(page.locator("#card-said")).to_have_text("先打110")
        await expect(place).to_have_value("somewhere")
        await sees_nothing_serious(page)
        desk.faults = ()
        await place.fill("海珠区新港中路")
        await expect(page.locator("#fault-place")).to_be_hidden()
        await send(page)
        await expect(page.get_by_role("alert")).to_contain_text("4")
        await page.locator("#card-rest").click()
        await expect(page.get_by_role("log")).to_contain_text("请核对一下")
        wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide
    assert desk.forms[-1].fields["place"] == "海珠区新港中路"


async def test_without_a_line_the_card_stays_and_says_so(browser: Browser, desk: Desk) -> None:
    async with card(browser, desk, viewport=PHONE) as page:
        await fill_in(page)
        await page.context.set_offline(True)
        await page.wait_for_function("!navigator.onLine")
        await page.evaluate("document.querySelector('#language').click()")  # closes the socket to say hello anew
        await expect(page.locator("#state")).to_have_attribute("data-state", "offline")
        await send(page)
        await expect(page.locator("#card-state")).to_contain_text("no connection")
        await expect(page.locator("#field-place")).to_have_value("海珠区新港中路88号")
        await page.context.set_offline(False)
        await expect(page.locator("#state")).to_have_attribute("data-state", "open")
        desk.down = True
        await send(page)
        await expect(page.locator("#card-state")).to_contain_text("We are busy")
        desk.down = False
        await expect(page.get_by_role("log")).to_contain_text("请核对一下")


async def test_from_the_empty_chat_to_the_summary_by_keyboard_alone(browser: Browser, desk: Desk) -> None:
    async with look(browser, desk, viewport=DESKTOP) as page:
        await serve_draft(page, desk)
        await page.locator("#choose-matter").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("#matters-title")).to_be_focused()
        await sees_nothing_serious(page)
        await shoot(page, "matters")
        await page.keyboard.press("Tab")
        await page.keyboard.type("电梯")
        await expect(page.locator("#matters-found")).to_have_text("共 1 个事项")
        await page.keyboard.type("没有")
        await expect(page.locator("#matters-found")).to_contain_text("没有找到")
        assert await page.locator("#matters-list img").count() == 0
        for _ in range(4):
            await page.keyboard.press("Backspace")
        await page.keyboard.type("快递")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.locator("#card-title")).to_be_focused()
        for keys in (
            "Tab", *["ArrowDown"] * 5, "Tab", "Space", "Tab", "Tab", "昨晚八点", "Tab", "海珠区新港中路",
            "Tab", "三天没动静了", "Tab", "Tab", "Tab", "13800138000", "Enter",
        ):
            await (page.keyboard.press(keys) if keys.isascii() and keys.isalpha() else page.keyboard.type(keys))
        await expect(page.get_by_role("log")).to_contain_text("请核对一下")
        await expect(page.locator("#text")).to_be_focused()

    assert desk.forms[-1].fields == {
        "carrier": "c4", "problem": "late", "again": "", "occurred_at": "昨晚八点", "place": "海珠区新港中路",
        "description": "三天没动静了", "contact_phone": "13800138000",
    }


VALUES: dict[str, Any] = {
    "kind": "lost", "many": ["a", "b"], "yes": True, "sum": "1200.50", "old": "2020-01-01",
    "span": "2020-01-01/2020-02-01",
}
LOST, LATE = Condition(field="kind", one_of=("lost", "late")), Condition(field="kind", one_of=("late",))
CASES = [
    LOST, LATE, Condition(field="many", one_of=("b",)), Condition(field="many", one_of=("c",)),
    Condition(field="yes", one_of=("yes",)), Condition(field="yes", one_of=("no",)),
    Condition(field="none", one_of=("x",)), Condition(field="kind", present=True),
    Condition(field="none", present=True), Condition(field="none", absent=True), Condition(field="kind", absent=True),
    Condition(field="sum", over=1200), Condition(field="sum", over=1201), Condition(field="kind", over=1),
    Condition(field="old", older_hours=48), Condition(field="span", older_hours=48),
    Condition(field="kind", older_hours=1), Condition(field="none", over=1),
    Condition(any=(LOST, LATE)), Condition(all=(LOST, LATE)), Condition(any=(LOST, LATE), all=(LOST,)),
]


async def test_the_page_judges_conditions_as_the_gateway_does(browser: Browser, desk: Desk) -> None:
    values = {name: Filled(value, "") for name, value in VALUES.items()}
    draft = Draft("1", "parcel", 1, 1_795_400_130_250, values=values)
    async with look(browser, desk) as page:
        judged = await page.evaluate(
            "async ([cases, values]) => { const {holds} = await import('/web/conditions.js');"
            " return cases.map(one => holds(one, values)) }", [[condition(case) for case in CASES], VALUES])
    assert judged == [holds(case, draft) for case in CASES]
