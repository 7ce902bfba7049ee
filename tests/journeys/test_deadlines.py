"""Nobody takes a case in time: the supervisor sees it, and the citizen is told politely, by day.

It is filed on Monday the 23rd at ten; its deadlines are those of the sample city: one working day to take it, two to
contact the citizen, fifteen to answer (14 December).
"""
from __future__ import annotations

from gateway.languages import detect
from tests.journeys.hotline import PASSWORD, Hotline, Staff
from tests.journeys.test_express_delivery import MISSING, OPENING

HOUR, DAY = 3600, 24 * 3600
OTHER = "Complaint: SF Express, tracking number SF1234567890124, from Haizhu to Chaoyang, not moved for three days"
OTHERS = {**MISSING, "sender_address": "Xingang Middle Road, Haizhu", "receiver_address": "Jianguo Road, Chaoyang"}


async def comes_to_work(*staff: tuple[Staff, str]) -> None:
    """A session of staff lasts a day at the desk."""
    for one, name in staff:
        await one.signs_in(name, PASSWORD)


async def test_what_is_late_stands_on_the_supervisors_page_and_the_citizen_hears_of_the_answer(
    hotline: Hotline
) -> None:
    citizen, supervisor = await hotline.citizen("zh"), await hotline.staff("supervisor")
    clerk, office = await hotline.staff("clerk"), await hotline.staff("department")
    everybody = ((supervisor, "supervisor"), (clerk, "clerk"), (office, "department"))
    number = await citizen.files(OPENING, MISSING)
    assert await supervisor.cases(late="1") == []

    hotline.clock.advance(46 * HOUR)  # Wednesday, eight in the morning: nobody has taken it
    await comes_to_work(*everybody)
    await hotline.until(number, lambda case: "accept" in case.late)
    (late,) = await supervisor.cases(late="1")
    assert (late["work_order_id"], late["late"]) == (number, "late_accept")
    assert (await supervisor.report())["late"] == 1

    department = hotline.gateway.city.departments[0].code
    await clerk.acts(number, "accept")
    assert "受理" in (await citizen.hears()).text
    await clerk.acts(number, "dispatch", department=department)
    assert "12月14日" in (await citizen.hears()).text

    hotline.clock.advance(16 * DAY + HOUR)  # Friday the 11th, nine: the last working day before the answer is due
    said = await citizen.hears()
    assert "还在办理" in said.text
    assert "12月14日" in said.text
    hotline.clock.advance(3 * DAY + 23 * HOUR)  # Tuesday, eight: not at midnight, when it was due
    assert "抱歉" in (await citizen.hears()).text
    await comes_to_work(*everybody)
    assert (await supervisor.cases(late="1"))[0]["late"] == "overdue"

    await office.acts(number, "close", text="快件已送达，让您久等了。")
    assert "快件已送达" in (await citizen.hears()).text
    assert await supervisor.cases(late="1") == []


async def test_a_foreigner_is_told_in_english(hotline: Hotline) -> None:
    citizen = await hotline.citizen("en")
    number = await citizen.files(OTHER, OTHERS)
    hotline.clock.advance(18 * DAY + 23 * HOUR)
    said = await citizen.hears()
    assert detect(said.text) == "en"
    assert number in said.text


async def test_an_answer_in_time_sets_no_alarm(hotline: Hotline) -> None:
    citizen, supervisor = await hotline.citizen("zh"), await hotline.staff("supervisor")
    clerk, office = await hotline.staff("clerk"), await hotline.staff("department")
    number = await citizen.files(OPENING, MISSING)
    await clerk.acts(number, "accept")
    await clerk.acts(number, "dispatch", department=hotline.gateway.city.departments[0].code)
    await office.acts(number, "close", text="已送达。")
    await hotline.until(number, lambda case: case.status == "closed")
    hotline.clock.advance(25 * DAY)
    await hotline.until(number, lambda case: case.expired)
    assert (await hotline.case(number)).late == ()
    await comes_to_work((supervisor, "supervisor"))
    assert (await supervisor.report())["late"] == 0
