"""A parcel that does not move: from the first word to the second rating. Start reading the tests here.

The citizen writes in the web chat; staff work on the desk page; ten minutes pass where the story says so.
"""
from __future__ import annotations

from tests.journeys.hotline import Hotline

OPENING = "你好，我要投诉顺丰，单号SF1234567890123，从广州海珠区新港中路寄到北京朝阳区建国路的件，三天没动了"


async def test_a_parcel_that_does_not_move(hotline: Hotline) -> None:
    citizen = await hotline.citizen("zh")

    # One message fills what it says; the next question is for something that is still missing.
    reply = await citizen.says(OPENING)
    assert reply.template == "express_delivery"
    assert reply.ask not in ("carrier", "tracking_number", "sender_address", "receiver_address", "problem", None)

    # Only what is missing is asked; then the summary, and nothing is filed without a yes.
    answers = {"my_role": "sender", "contact_phone": "138 0013 8000"}
    while reply.ask != "confirm":
        assert reply.ask in answers, reply
        answer = answers.pop(reply.ask)
        reply = await (citizen.picks(answer) if answer in reply.choices else citizen.says(answer))
    assert "SF1234567890123" in reply.text
    receipt = await citizen.picks("file")
    number = receipt.work_order
    assert number is not None
    assert number in receipt.text

    case = await hotline.case(number)
    fields = {field["code"]: field for field in case.order["fields"]}
    assert (fields["carrier"]["value"], fields["problem"]["value"]) == ("sf", "delay")
    assert fields["sender_address"]["resolved"]["district"] == "海珠区"
    assert fields["receiver_address"]["resolved"]["district"] == "朝阳区"
    assert case.order["complainant"]["phone"] == "+8613800138000"

    # Staff accept, dispatch, answer and close; the citizen hears of every step.
    clerk = await hotline.staff("clerk")
    await clerk.acts(number, "accept")
    assert "受理" in (await citizen.hears()).text
    view = await clerk.acts(number, "dispatch", department=hotline.gateway.city.departments[0].code)
    assert (await citizen.hears()).sender == "department"
    department = await hotline.staff("department")
    assert number in [case["work_order_id"] for case in await department.cases()]
    await department.acts(number, "close", text="已联系网点，快件今日送达。")
    assert "今日送达" in (await citizen.hears()).text

    # Ten minutes later the rating is asked for; "not solved" sends the case back to the same department.
    hotline.clock.advance(601)
    assert (await citizen.hears()).ask == "resolved"
    assert (await citizen.says("没有解决")).ask == "satisfaction"
    assert (await citizen.picks("1")).ask == "reason"
    assert (await citizen.says("根本没有送到")).ask == "contacted"
    await citizen.picks("no")
    hotline.clock.advance(601)
    await citizen.hears()
    case = await hotline.until(number, lambda case: case.round == 1)
    assert case.department == view["case"]["department"] if "case" in view else case.department
    await hotline.until(number, lambda case: case.status == "reopened")
    seen = await department.case(number)
    assert "根本没有送到" in str(seen)

    # Closed a second time, rated a second time.
    await department.acts(number, "close", text="快件已由专人送到，抱歉。")
    await citizen.hears()
    hotline.clock.advance(601)
    assert (await citizen.hears()).ask == "resolved"
    assert (await citizen.picks("yes")).ask == "satisfaction"
    await citizen.picks("5")
    await citizen.picks("yes")
    case = await hotline.until(number, lambda case: case.rated is not None and case.rated.contacted == "yes")
    assert case.rated is not None
    assert (case.round, case.rated.resolved, case.rated.satisfaction) == (1, "yes", 5)
