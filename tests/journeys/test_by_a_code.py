"""A citizen scans the code on a post: the form begins by itself, the district is known, and leaving forgets it all."""
from __future__ import annotations

from gateway.clock import to_ms
from gateway.handover import Arrived, Forgotten
from gateway.messages import Inbound
from tests.journeys.hotline import Citizen, Hotline, Reply


async def comes(hotline: Hotline, citizen: Citizen, content: Arrived | Forgotten, id_: str) -> None:
    """What a channel makes of a scanned code, or of somebody who leaves."""
    session = await hotline.session(citizen.session or "")
    at = to_ms(hotline.clock.now())
    await hotline.gateway.intake.accept(Inbound(id_, session.conversation, "web", at, content))


async def until_filed(citizen: Citizen, reply: Reply, answers: dict[str, str]) -> Reply:
    while reply.ask != "confirm":
        answer = answers[reply.ask or ""]
        reply = await (citizen.picks(answer) if answer in reply.choices else citizen.says(answer))
    return reply


async def test_from_the_code_to_the_case_and_away(hotline: Hotline) -> None:
    citizen = await hotline.citizen("zh")
    await comes(hotline, citizen, Arrived("scanned", "shared_bike", "440105"), "scan")
    reply = await citizen.hears()
    assert reply.template == "shared_bike"
    answers = {
        "problem": "parking", "company": "meituan", "location": "新港中路1000号门口", "bike_numbers": "8610012345",
        "description": "单车堆满了人行道，走不过去，推婴儿车的都绕到马路上", "contact_phone": "13800138000",
    }
    summary = await until_filed(citizen, reply, answers)
    assert "海珠区新港中路1000号门口" in summary.text
    receipt = await citizen.picks("file")
    assert receipt.work_order is not None
    case = await hotline.case(receipt.work_order)
    assert case.order["location"]["region_code"] == "440105"
    await comes(hotline, citizen, Forgotten(), "gone")
    await comes(hotline, citizen, Arrived("followed"), "back")
    greeting = await citizen.hears()
    assert (greeting.ask, "12345" in greeting.text) == (None, True)
    assert receipt.work_order not in (await citizen.says("进度")).text
    assert (await hotline.case(receipt.work_order)).order == case.order
