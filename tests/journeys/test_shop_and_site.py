"""A shop that will not pay back, told by name; a site that works at night, told by nobody; what the clerk reads."""
from __future__ import annotations

import json

from tests.journeys.hotline import Hotline

SHOP = {
    "merchant_name": "某某健身中心体育西店", "merchant_address": "天河区体育西路1000号三楼",
    "goods_or_service": "一年期健身卡", "purchase_date": "2026年3月5号", "requested_remedy": "refund",
    "amount": "两千六百八", "contact_name": "李女士", "contact_phone": "13800138000",
    "contact_address": "海珠区江南大道中1000号",
}


async def test_a_shop_that_will_not_pay_back(hotline: Hotline) -> None:
    citizen = await hotline.citizen("zh")
    number = await citizen.files("我在健身房办的卡，店关门了，老板电话不接，商家就是不退", SHOP)
    order = (await hotline.case(number)).order

    # The four legal elements: who (name, phone, address), against whom, what is demanded, and the facts.
    fields = {field["code"]: field for field in order["fields"]}
    assert (order["complainant"]["name"], order["complainant"]["phone"]) == ("李女士", "+8613800138000")
    assert fields["contact_address"]["value"] == "海珠区江南大道中1000号"
    assert fields["merchant_name"]["value"] == "某某健身中心体育西店"
    assert fields["requested_remedy"]["value"] == "refund"
    assert fields["amount"]["value"] == "2680.00"
    assert "老板电话不接" in order["content"]

    # The clerk reads a paragraph, and the case stands where the shop is.
    assert order["title"] == "消费纠纷投诉 某某健身中心体育西店"
    assert order["content"].startswith("市民反映与商家“某某健身中心体育西店”发生消费纠纷")
    assert "要求退款，涉及金额2,680 元" in order["content"]
    assert order["location"]["region_name"] == "天河区"
    assert order["due"]["resolve_by"] > order["created_at"]


async def test_a_site_that_works_at_night(hotline: Hotline) -> None:
    citizen = await hotline.citizen("zh")
    reply = await citizen.says("黄埔区科学大道1000号的工地昨晚十点到今天凌晨两点还在打桩，吵得睡不着")
    assert (reply.template, reply.ask) == ("construction_noise", "ongoing")
    assert (await citizen.picks("no")).ask == "contact_phone"

    # Second thoughts at the summary: no name, no number, and nothing in the order leads back to the citizen.
    assert (await citizen.says("138 0013 8000")).ask == "confirm"
    assert (await citizen.says("匿名")).ask == "confirm"
    number = (await citizen.says("确认")).work_order
    assert number is not None
    order = (await hotline.case(number)).order
    assert order["complainant"]["kind"] == "anonymous"
    assert order["confidential"] == "identity"
    assert "13800138000" not in json.dumps(order)
    fields = {field["code"]: field for field in order["fields"]}
    start, _, end = str(fields["period"]["value"]).partition("/")
    assert (start[11:16], end[11:16]) == ("22:00", "02:00")
    assert fields["ongoing"]["value"] is False
    assert order["location"]["region_name"] == "黄埔区"
    assert order["content"].startswith("市民反映施工噪声扰民")
