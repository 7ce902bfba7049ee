"""Nobody shall learn who it was: said in passing, and honoured from the form to the work order to the rating."""
from __future__ import annotations

import json

from tests.images import jpeg
from tests.journeys.hotline import Hotline

STORY = (
    "海珠区新港中路100号的工地半夜还在施工，吵得一家人睡不着。我叫李女士，别告诉他们是我说的，我的电话13800138000"
)


async def test_a_wish_in_passing_reaches_the_work_order(hotline: Hotline) -> None:
    citizen = await hotline.citizen("zh")
    reply = await citizen.says(STORY)
    assert "保密" in reply.text
    while reply.ask != "confirm":
        reply = await citizen.says({
            "source_location": "海珠区新港中路100号", "noise_kind": "施工", "period": "昨晚十点到今天凌晨两点",
            "ongoing": "是",
        }[reply.ask or ""])
    receipt = await citizen.picks("file")
    assert receipt.work_order is not None
    order = (await hotline.case(receipt.work_order)).order
    assert (order["confidential"], order["complainant"]["name"]) == ("identity", None)
    written = json.dumps(order, ensure_ascii=False)
    assert "13800138000" not in written
    assert "李女士" not in written


async def test_an_anonymous_citizen_is_not_asked_whether_somebody_called(hotline: Hotline) -> None:
    citizen, clerk = await hotline.citizen("zh"), await hotline.staff("clerk")
    await citizen.says("我想匿名")
    reply = await citizen.says("海珠区新港中路100号门口的哈啰单车乱停放，把人行道都占了，车号1234567890")
    while reply.ask != "confirm":
        reply = await citizen.says({"problem": "乱停放", "company": "哈啰",
        "location": "海珠区新港中路100号"}[reply.ask or ""])
    number = (await citizen.picks("file")).work_order
    assert number is not None
    assert (await hotline.case(number)).order["complainant"]["kind"] == "anonymous"

    await clerk.acts(number, "accept")
    await citizen.hears()
    await clerk.acts(number, "dispatch", department=hotline.gateway.city.departments[0].code)
    await citizen.hears()
    await clerk.acts(number, "close", text="已清运。")
    await citizen.hears()
    hotline.clock.advance(601)
    invitation = await citizen.hears()
    assert "单车的问题解决了吗" in invitation.text, "the form asks in its own words"
    await citizen.says("解决了")
    assert (await citizen.says("5")).ask is None


async def test_a_photo_for_the_department_is_an_attachment_of_the_case(hotline: Hotline) -> None:
    citizen, clerk = await hotline.citizen("zh"), await hotline.staff("clerk")
    opening = "我要投诉顺丰，单号SF1234567890123，从广州海珠区新港中路寄到北京朝阳区建国路的件，三天没动了"
    number = await citizen.files(opening, {"my_role": "sender", "contact_phone": "13800138000"})
    await clerk.acts(number, "accept")
    await citizen.hears()
    await clerk.acts(number, "question", text="有面单照片吗？")
    assert (await citizen.hears()).ask == "answer"
    await citizen.sends_photo(jpeg())
    case = await hotline.until(number, lambda case: bool(case.order["attachments"]))
    shown = await clerk.case(number)
    assert [one["id"] for one in shown["attachments"]] == [one["id"] for one in case.order["attachments"]]
    assert "1 个文件" in str(shown)
