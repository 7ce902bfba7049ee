"""The mini-program's own pages in Chromium, on the engine of WeChat's renderer: an express complaint is filed with a
real gateway, followed, and rated. What people see is left in tests/screenshots/mini-*.png."""
from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, Route, expect

from tests.images import jpeg
from tests.journeys.hotline import Hotline
from tests.miniprogram.phone import Citizen, phone
from tests.project import forms

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="function")]

# The ids of the fields that have something to write into or tap.
CONTROLLED = """all => all.filter(one => one.querySelector('input, textarea, .pick, .menu, .add'))
    .map(one => /field-(\\w+)/.exec(one.className)[1])"""


async def lose_the_first_answer(page: Page, path: str) -> None:
    """The gateway hears it; the phone does not hear the gateway."""
    async def lose(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await page.route(f"**{path}", lose, times=1)


async def test_an_express_complaint_from_the_first_tap_to_the_rework(
    hotline: Hotline, stage: Path, tmp_path: Path
) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(jpeg())
    async with phone(hotline.url, stage) as page:
        citizen = Citizen(page, "zh")
        await citizen.sees("共 22 个事项")
        await citizen.shoots("home")
        await citizen.begins("快递投诉")
        await citizen.taps("填好了，去核对")
        await expect(citizen.field("carrier").get_by_role("alert")).to_have_text("请填写“快递公司”。")
        await citizen.shoots("missing")

        await _fills(citizen)
        await expect(citizen.field("goods_value")).to_have_count(0)
        await citizen.picks("problem", "丢失")
        await citizen.writes("goods_value", "三百二十块")
        async with page.expect_file_chooser() as chooser:
            await citizen.field("evidence").get_by_text("添加照片或视频").click()
        await (await chooser.value).set_files(photo)
        await expect(citizen.field("evidence").locator("img")).to_be_visible()
        await citizen.shoots("filled")

        number = await _files(citizen)
        await _follows(hotline, citizen, number)
    case = await hotline.case(number)
    fields = {one["code"]: one["value"] for one in case.order["fields"]}
    assert fields["goods_value"] == "320.00"
    assert fields["sender_address"] == "广州市海珠区新港中路397号中山大学"
    assert case.order["complainant"]["phone"] == "+8613800138000"
    assert len(case.order["attachments"]) == 1
    assert case.rated is not None
    assert (case.rated.resolved, case.rated.satisfaction, case.rated.wants_rework) == ("no", 2, True)
    assert len(await hotline.gateway.store.records.range("work_order", "created", 0, 2**62, n=9)) == 1


async def _fills(citizen: Citizen) -> None:
    await citizen.chooses("carrier", "顺丰")
    await citizen.writes("tracking_number", "sf1234567890123")
    await citizen.picks("my_role", "寄件人")
    await citizen.page.evaluate("phone.place = {name: '中山大学', address: '广州市海珠区新港中路397号'}")
    await citizen.picks("sender_address", "在地图上选")
    await citizen.writes("receiver_address", "北京市朝阳区建国路88号")
    await citizen.writes("description", "快递三天没有动静，问了网点也没人回。")
    await citizen.writes("contact_phone", "13800138000")


async def _files(citizen: Citizen) -> str:
    """Looks it over and files it; the first answer is lost on the way, and nothing is filed twice."""
    page = citizen.page
    await citizen.taps("填好了，去核对")
    await citizen.sees("请核对")
    await citizen.shoots("review")
    await lose_the_first_answer(page, "/api/work-orders")
    await citizen.taps("确认提交")
    await citizen.sees("没有收到答复")
    await citizen.taps("确认提交")
    await citizen.sees("已经登记")
    await citizen.shoots("filed")
    asked = await page.evaluate("phone.asked")
    assert asked == [{"ids": ["closed-1", "rate-1"], "isInTap": True}] * 2
    return await page.locator(".work-order").inner_text()


async def _follows(hotline: Hotline, citizen: Citizen, number: str) -> None:
    """Adds to it, reads the answer, rates it badly: it goes back."""
    page = citizen.page
    await citizen.taps("查看进度")
    await citizen.sees("已登记")
    await page.locator(".adding textarea").fill("今天又打了一次电话，没人接。")
    await citizen.taps("发送")
    await citizen.sees("已转给承办单位。")
    clerk = await hotline.staff()
    await clerk.acts(number, "accept")
    await clerk.acts(number, "close", text="已联系网点，快件今日送达。")
    await hotline.until(number, lambda case: case.status == "closed")
    await page.reload()
    await citizen.taps("我的诉求")
    await citizen.sees(number)
    await citizen.shoots("cases")
    await page.locator(".case").click()
    await citizen.sees("已联系网点，快件今日送达。")
    await citizen.taps("没解决")
    await citizen.taps("不满意")
    await page.locator(".rating textarea").fill("根本没有送到")
    await citizen.shoots("rating")
    await citizen.taps("提交评价")
    await citizen.sees("已退回重新办理")
    await hotline.until(number, lambda case: case.rated is not None)
    await citizen.shoots("rework")


async def test_a_form_in_english_and_large_letters_comes_back_and_may_insist(hotline: Hotline, stage: Path) -> None:
    async with phone(hotline.url, stage, "en-GB") as page:
        citizen = Citizen(page, "en")
        await citizen.sees("22 matters")
        await citizen.taps("Large text")
        await citizen.shoots("home")
        await citizen.begins("Express delivery complaint")
        await citizen.chooses("carrier", "SF Express")
        await citizen.writes("tracking_number", "SF12")
        await citizen.picks("problem", "Delay")
        await page.reload()
        await expect(page.locator(".begun")).to_have_text("Not sent yet")
        await citizen.begins("Express delivery complaint")
        await citizen.picks("my_role", "Sender")
        for name in ("sender_address", "receiver_address"):
            await citizen.writes(name, "88 Jianguo Road, Chaoyang District, Beijing")
        await citizen.writes("description", "The parcel has not moved for three days.")
        await citizen.writes("contact_phone", "13800138000")
        await citizen.taps("Done, let me check it")
        await citizen.sees("it has 8 to 30 letters and digits")
        await citizen.shoots("fault")
        await citizen.writes("tracking_number", "SF1234567890123")
        await citizen.taps("Done, let me check it")
        await citizen.taps("I have read this; submit it as it is")
        await citizen.sees("Please check")
        await citizen.taps("Submit")
        await citizen.sees("Your request is filed")
        await citizen.shoots("filed")
        await citizen.taps("Back to the start")
        await citizen.sees("22 matters")
        await expect(page.locator(".begun")).to_have_count(0)


async def test_who_may_be_in_danger_sees_the_number_first(hotline: Hotline, stage: Path) -> None:
    async with phone(hotline.url, stage, dark=True) as page:
        citizen = Citizen(page, "dark")
        await citizen.sees("110 公安")
        await citizen.shoots("home")
        await citizen.begins("其他诉求")
        await citizen.writes("description", "楼道里煤气味很浓，煤气泄漏了，有人晕倒。")
        await citizen.writes("contact_phone", "13800138000")
        await citizen.taps("填好了，去核对")
        await citizen.taps("确认提交")
        await expect(page.locator(".filed .alarm")).to_contain_text("请先拨打")
        await citizen.shoots("filed")
        await page.locator(".filed .alarm .main").click()
        assert await page.evaluate("phone.called") == [await page.locator(".filed .alarm .main").inner_text()]


async def test_every_template_is_drawn_with_a_control_for_each_of_its_fields(hotline: Hotline, stage: Path) -> None:
    """The form page as it stands when nothing is filled in: fields that hang on others are not there yet."""
    hanging = {template.id: {field.id for field in template.fields if field.when} for template in forms()}
    async with phone(hotline.url, stage) as page:
        citizen = Citizen(page, "every")
        await citizen.sees("共 22 个事项")
        for template in forms():
            await page.evaluate(f"wx.reLaunch({{url: '/pages/form/form?template={template.id}'}})")
            await expect(page.locator("#title")).to_have_text(template.title.zh)
            if await page.locator(".more").count():
                await page.locator(".more").click()
            drawn = await page.locator(".field").evaluate_all(CONTROLLED)
            stands = {field.id for field in template.fields} - hanging[template.id]
            assert stands <= set(drawn) <= {field.id for field in template.fields}, template.id
