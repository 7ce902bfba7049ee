"""Staff ask what the gateway would understand: the same engine and the same fields that citizens talk to."""
from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from tests.journeys.hotline import Hotline

OPENING = "你好，我要投诉顺丰，单号SF1234567890123，从广州海珠区新港中路寄到北京朝阳区建国路的件，三天没动了"


def fields(answer: dict[str, Any]) -> dict[str, Any]:
    return {field["field"]: field["value"] for field in answer["fields"]}


async def test_the_opening_of_an_express_complaint(same_hotline: Hotline) -> None:
    clerk = await same_hotline.staff("clerk")
    answer = await clerk.understands(OPENING)
    assert (answer["language"], answer["templates"][0]["id"]) == ("zh", "express_delivery")
    assert fields(answer) == {
        "carrier": "sf", "tracking_number": "SF1234567890123", "problem": "delay",
        "sender_address": "广州海珠区新港中路", "receiver_address": "北京朝阳区建国路",
    }
    for field in answer["fields"]:
        assert OPENING[field["start"]:field["end"]] == field["text"]


@pytest.mark.parametrize(("text", "template"), [
    ("A Meituan bike is blocking the ramp outside Tiyu Xilu station", "shared_bike"),
    ("楼下工地凌晨两点还在打桩，吵得睡不着", "construction_noise"),
    ("商家卖给我的空调是坏的，不给退钱", "consumer_dispute"),
])
async def test_the_best_template_comes_first(same_hotline: Hotline, text: str, template: str) -> None:
    clerk = await same_hotline.staff("clerk")
    assert (await clerk.understands(text))["templates"][0]["id"] == template


async def test_danger_names_the_number(same_hotline: Hotline) -> None:
    clerk = await same_hotline.staff("clerk")
    assert (await clerk.understands("楼道里着火了"))["emergency"] == "119"
    assert (await clerk.understands("煤气费多收了我两百块"))["emergency"] is None


async def test_a_named_template_and_field_decide_what_a_bare_number_is(same_hotline: Hotline) -> None:
    clerk = await same_hotline.staff("clerk")
    asked = await clerk.understands("13800138000", template="express_delivery", asked="contact_phone")
    assert fields(asked) == {"contact_phone": "+8613800138000"}


async def test_strangers_learn_nothing(same_hotline: Hotline) -> None:
    async with aiohttp.ClientSession() as http, http.post(
        same_hotline.url + "/api/understand", json={"text": OPENING}
    ) as answer:
        assert answer.status == 401
        assert answer.content_type == "application/problem+json"


async def test_a_moment_too_far_away_is_refused_not_a_fault(same_hotline: Hotline) -> None:
    clerk = await same_hotline.staff("clerk")
    with pytest.raises(AssertionError, match="out_of_range"):
        await clerk.understands(OPENING, at="9999-12-31T23:59:59Z")
