"""A citizen begins the wrong form, sees it, and changes: what was said and sent comes along."""
from __future__ import annotations

from tests.images import jpeg
from tests.journeys.hotline import Hotline


async def test_the_form_changes_and_the_answers_stay(hotline: Hotline) -> None:
    citizen = await hotline.citizen("zh")
    reply = await citizen.says("楼下那家店卖给我的电饭锅是坏的，商家：某某电器行，花了300元，要求退款")
    assert reply.template == "consumer_dispute"
    await citizen.sends_photo(jpeg())

    reply = await citizen.says("其实是网购的问题，我选错了")
    assert reply.ask == "switch"
    reply = await citizen.says("换过去")
    assert reply.template == "online_shopping"
    assert reply.ask == "platform"

    reply = await citizen.says("修改 店铺名称")
    assert "某某电器行" in reply.text, "the shop's name came along"


async def test_who_wants_to_stay_stays(hotline: Hotline) -> None:
    citizen = await hotline.citizen("zh")
    before = await citizen.says("我的快递SF1234567890123五天没动了")
    assert (await citizen.says("其实是网购的问题")).ask == "switch"
    after = await citizen.says("不换")
    assert (after.template, after.ask) == ("express_delivery", before.ask)
