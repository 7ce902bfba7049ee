"""A citizen loses the connection, leaves for days, changes the language: nothing that was said is asked twice."""
from __future__ import annotations

from gateway.languages import detect
from tests.journeys.hotline import Hotline


async def test_what_was_missed_is_replayed_in_order(hotline: Hotline) -> None:
    citizen = await hotline.citizen("zh")
    first = await citizen.says("我要投诉顺丰，单号SF1234567890123")
    second = await citizen.says("寄件人")
    await citizen.goes()
    await citizen.comes(after=first.id)
    assert (await citizen.hears()).id == second.id
    await citizen.goes()
    await citizen.comes(after=None)
    assert [(await citizen.hears()).id for _ in range(2)] == [first.id, second.id]


async def test_a_draft_waits_for_days(hotline: Hotline) -> None:
    citizen = await hotline.citizen("zh")
    reply = await citizen.says("我要投诉顺丰，单号SF1234567890123")
    asked = reply.ask
    hotline.clock.advance(3 * 24 * 3600)
    reminder = await citizen.hears()
    assert reminder.ask == "resume"
    reply = await citizen.picks("continue")
    assert reply.ask == asked
    assert reply.template == "express_delivery"


async def test_the_language_changes_and_every_field_stays(hotline: Hotline) -> None:
    citizen = await hotline.citizen("zh")
    before = await citizen.says("我要投诉顺丰，单号SF1234567890123")
    reply = await citizen.says("English")
    assert reply.ask == before.ask
    assert detect(reply.text) == "en"
    reply = await citizen.says("中文")
    assert (reply.ask, detect(reply.text)) == (before.ask, "zh")


async def test_a_tap_on_an_old_question_fills_nothing(hotline: Hotline) -> None:
    citizen = await hotline.citizen("zh")
    role = await citizen.says("我要投诉顺丰，单号SF1234567890123，三天没动了")
    assert role.ask == "my_role", role
    now = await citizen.picks("sender")
    again = await citizen.picks("receiver", to=role.id)
    assert again.ask == now.ask
    answers = {
        "sender_address": "广州海珠区新港中路", "receiver_address": "北京朝阳区建国路", "contact_phone": "13800138000",
    }
    reply = again
    while reply.ask != "confirm":
        reply = await citizen.says(answers.pop(reply.ask or ""))
    assert "寄件人" in reply.text
    assert "收件人" not in reply.text
