"""人工: the citizen wants a person, a clerk reads along and answers live, then the bot goes on with the form."""
from __future__ import annotations

import pytest

from tests.journeys.hotline import Hotline


async def test_a_person_takes_over_and_hands_back(hotline: Hotline) -> None:
    citizen = await hotline.citizen("zh")
    reply = await citizen.says("美团单车把盲道堵了，在天河区体育西路地铁站B口")
    asked = reply.ask
    reply = await citizen.says("人工")
    assert "人工" in reply.text

    clerk = await hotline.staff("clerk")
    (row,) = await clerk.queue()
    key = row["conversation"]
    shown = await clerk.conversation(key)
    assert "盲道" in str(shown)
    await clerk.takes(key)
    assert (await citizen.hears()).text

    # While a person talks the bot keeps silent.
    await citizen.tells("请问单车会拖走吗？")
    await clerk.says(key, "会的，您先把位置发给我。")
    said = await citizen.hears()
    assert (said.sender, said.text) == ("agent", "会的，您先把位置发给我。")

    # How that was is asked once; then the form goes on where it stood.
    await clerk.hands_back(key)
    back = await citizen.hears()
    assert (back.sender, back.ask, back.labels) == ("bot", "service", ("满意", "一般", "不满意"))
    assert await clerk.queue() == []
    assert (await citizen.picks("good")).ask == asked


async def test_in_danger_the_number_comes_first_even_while_a_person_talks(hotline: Hotline) -> None:
    citizen = await hotline.citizen("zh")
    await citizen.says("人工")
    reply = await citizen.says("楼下着火了，有人困在里面！")
    assert "119" in reply.text


@pytest.mark.parametrize("role", ["department"])
async def test_a_department_does_not_read_conversations(hotline: Hotline, role: str) -> None:
    staff = await hotline.staff(role)
    with pytest.raises(AssertionError, match="403"):
        await staff.queue()
