"""A citizen tells of two problems in one breath: they are taken one after the other, and nothing is told twice."""
from __future__ import annotations

from tests.journeys.hotline import Hotline

BOTH = "我的快递SF1234567890123五天没动了，客服不理。另外海珠区新港中路100号门口全是哈啰单车，把人行道都占了"


async def test_one_after_the_other(hotline: Hotline) -> None:
    citizen = await hotline.citizen("zh")

    # Both are noticed and named; the first form opens with its own words only.
    reply = await citizen.says(BOTH)
    assert "一件一件来" in reply.text
    assert reply.template == "express_delivery"
    while reply.ask != "confirm":
        answer = {
            "carrier": "是", "problem": "延误", "my_role": "我是收件人", "sender_address": "广州海珠区新港中路1号",
            "receiver_address": "北京朝阳区建国路", "contact_phone": "13800138000",
        }[reply.ask or ""]
        reply = await citizen.says(answer)
    assert "单车" not in reply.text
    first = await citizen.picks("file")
    assert first.work_order is not None

    # With the receipt comes the second; its words are there, and the phone number is known.
    assert first.ask == "next"
    reply = await citizen.says("好的")
    assert reply.template == "shared_bike"
    while reply.ask != "confirm":
        reply = await citizen.says({"bike_numbers": "没看清，跳过", "ongoing": "是", "company": "哈啰",
        "problem": "乱停放"}[
            reply.ask or ""])
    assert "新港中路100号" in reply.text
    second = await citizen.picks("file")
    assert second.work_order is not None
    assert second.ask is None

    # Two cases, each with its own words.
    parcel, bikes = await hotline.case(first.work_order), await hotline.case(second.work_order)
    assert "单车" not in parcel.order["content"]
    assert "快递" not in bikes.order["content"]
    assert bikes.order["complainant"]["phone"] == parcel.order["complainant"]["phone"] == "+8613800138000"
