"""A parcel that does not move: from the first word to the second rating. Start reading the tests here.

The citizen writes in the web chat; staff work on the desk page; time passes where the story says so.
"""
from __future__ import annotations

from tests.journeys.hotline import Hotline

OPENING = "你好，我要投诉顺丰，单号SF1234567890123，从广州海珠区新港中路寄到北京朝阳区建国路的件，三天没动了"
MISSING = {"my_role": "sender", "contact_phone": "138 0013 8000"}  # only this is asked
TEN_MINUTES = 601


async def test_one_message_fills_the_form_and_a_yes_files_it(hotline: Hotline) -> None:
    citizen = await hotline.citizen("zh")
    case = await hotline.case(await citizen.files(OPENING, MISSING))

    fields = {field["code"]: field for field in case.order["fields"]}
    assert (fields["carrier"]["value"], fields["tracking_number"]["value"]) == ("sf", "SF1234567890123")
    assert (fields["problem"]["value"], fields["my_role"]["value"]) == ("delay", "sender")
    assert fields["sender_address"]["resolved"]["district"] == "海珠区"
    assert fields["receiver_address"]["resolved"]["district"] == "朝阳区"
    assert case.order["complainant"]["phone"] == "+8613800138000"


async def test_not_solved_goes_back_to_the_same_department_and_is_rated_again(hotline: Hotline) -> None:
    citizen = await hotline.citizen("zh")
    clerk, office = await hotline.staff("clerk"), await hotline.staff("department")
    number = await citizen.files(OPENING, MISSING)

    # Staff accept, dispatch, answer and close; the citizen hears of every step.
    await clerk.acts(number, "accept")
    assert "受理" in (await citizen.hears()).text
    await clerk.acts(number, "dispatch", department=hotline.gateway.city.departments[0].code)
    assert (await citizen.hears()).sender == "department"
    await office.acts(number, "close", text="已联系网点，快件今日送达。")
    assert "今日送达" in (await citizen.hears()).text

    # Ten minutes later the rating is asked for.
    hotline.clock.advance(TEN_MINUTES)
    assert (await citizen.hears()).ask == "resolved"
    assert (await citizen.says("没有解决")).ask == "satisfaction"
    assert (await citizen.picks("1")).ask == "reason"
    assert (await citizen.says("根本没有送到")).ask == "contacted"
    await citizen.picks("no")

    # The rating may be changed for ten minutes; then the case is with the same department, as a new round.
    department = (await hotline.case(number)).department
    hotline.clock.advance(TEN_MINUTES)
    await citizen.hears()
    case = await hotline.until(number, lambda case: case.status == "reopened")
    assert (case.round, case.department) == (1, department)
    assert "根本没有送到" in str(await office.case(number))

    # Closed a second time, rated a second time.
    await office.acts(number, "accept")
    await citizen.hears()
    await office.acts(number, "close", text="快件已由专人送到，抱歉。")
    await citizen.hears()
    hotline.clock.advance(TEN_MINUTES)
    assert (await citizen.hears()).ask == "resolved"
    await citizen.picks("yes")
    await citizen.picks("5")
    case = await hotline.until(number, lambda case: case.rated is not None)
    assert case.rated is not None
    assert (case.round, case.rated.resolved, case.rated.satisfaction) == (1, "yes", 5)
