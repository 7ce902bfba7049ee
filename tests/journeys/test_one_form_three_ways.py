"""One form, three ways: the card in the page, the call of a program, the talk in the chat. The same work order.

The card is sent as the page sends it; the program posts to /api/work-orders; the citizen in the chat is asked.
"""
from __future__ import annotations

from typing import Any

import pytest

from tests.api.hotline import Client
from tests.journeys.hotline import Citizen, Hotline

# What each of the three knows: a field and what its citizen writes or taps.
PARCEL = {
    "carrier": "顺丰", "tracking_number": "SF 1234567890123", "problem": "丢失", "goods_value": "三百二十块",
    "my_role": "寄件人", "sender_address": "广州市海珠区新港中路88号", "receiver_address": "北京市朝阳区建国路1号",
    "contact_phone": "138 0013 8000", "description": "寄了一个星期还没有到，客服说找不到了",
}
BIKE = {
    "company": "Meituan", "problem": "left in the way", "location": "12 Tiyu West Road, Tianhe District",
    "bike_numbers": "A8600123", "contact_phone": "+86 138 0013 8000",
    "description": "Ten bikes have been blocking the pavement for days",
}
OWN = ("work_order_id", "created_at", "conversation_id", "due", "privacy", "contact_ref")  # times and ids


async def by_card(citizen: Citizen, template: str, values: dict[str, str]) -> str:
    reply = await citizen.sends_form(template, values)
    assert reply.ask == "confirm", reply
    return filed(await citizen.picks("file"))


async def by_program(hotline: Hotline, language: str, template: str, values: dict[str, str]) -> str:
    client = await Client(hotline).begin(language)
    answer = await client.file(template, values)
    assert answer.status == 201, answer.body
    return str(answer.body["work_order_id"])


async def by_talk(citizen: Citizen, template: str, values: dict[str, str]) -> str:
    """The form is opened by name; every question is answered by itself."""
    reply = await citizen.sends_form(template, {})
    while reply.ask != "confirm":
        assert reply.ask in values, reply
        reply = await citizen.says(values[reply.ask])
    return filed(await citizen.picks("file"))


def filed(reply: Any) -> str:
    assert reply.work_order is not None, reply
    return str(reply.work_order)


@pytest.mark.parametrize(("template", "language", "values"), [
    ("express_delivery", "zh", PARCEL), ("shared_bike", "en", BIKE),
])
async def test_card_program_and_talk_file_the_same(
    hotline: Hotline, template: str, language: str, values: dict[str, str]
) -> None:
    numbers = [
        await by_card(await hotline.citizen(language), template, values),
        await by_program(hotline, language, template, values),
        await by_talk(await hotline.citizen(language), template, values),
    ]
    cases = [await hotline.case(number) for number in numbers]
    card, program, talk = ({name: value for name, value in case.order.items() if name not in OWN} for case in cases)
    assert card == program
    assert talk == program
    assert len({case.completeness for case in cases}) == 1
    assert [case.order["due"] for case in cases] == [cases[0].order["due"]] * 3, "the clock stands still"
