"""The same story with cases in a system of somebody else's: handed over as signed JSON, told back by signed events."""
from __future__ import annotations

import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from bench.server import free_port
from gateway.app import Mind
from gateway.config_case import CaseBridge
from simulators.case.faults import Fault
from simulators.case.server import CaseSystem, serve
from simulators.case.settings import configuration
from tests.clock import ManualClock
from tests.journeys.hotline import Given, Hotline
from tests.until import until

OPENING = "你好，我要投诉顺丰，单号SF1234567890123，从广州海珠区新港中路寄到北京朝阳区建国路的件，三天没动了"
MISSING = {"my_role": "sender", "contact_phone": "138 0013 8000"}
TEN_MINUTES = 601
OFFICE = "海珠区邮政管理所"


@asynccontextmanager
async def city(folder: Path, mind: Mind) -> AsyncIterator[tuple[Hotline, CaseSystem]]:
    """A hotline whose cases go to a case system on this machine; both go by one clock."""
    clock, port = ManualClock(), free_port()
    async with serve(clock, f"http://127.0.0.1:{port}") as served:
        settings = tomllib.loads(configuration(served.port))["casebridge"]
        given = Given(clock=clock, port=port, cases=msgspec.convert(settings, CaseBridge))
        hotline = await Hotline.open(folder / "data", mind, given)
        try:
            yield hotline, served.system
        finally:
            await hotline.close()


async def test_not_solved_goes_back_to_their_system_and_is_rated_again(tmp_path: Path, mind: Mind) -> None:
    async with city(tmp_path, mind) as (hotline, system):
        system.faults.add(Fault("event_first"))  # their word of it comes before their answer to us
        citizen = await hotline.citizen("zh")
        number = await citizen.files(OPENING, MISSING)
        assert "受理" in (await citizen.hears()).text
        (case,) = system.book.find(number)
        assert case.order["work_order_id"] == number

        # They dispatch and close, and say so several times over.
        await system.teller.tell(case, "case.dispatched", copies=2, department=OFFICE)
        assert (await citizen.hears()).sender == "department"
        await system.teller.tell(case, "case.closed", copies=5, reply="已联系网点，快件今日送达。")
        assert "今日送达" in (await citizen.hears()).text

        # Somebody who does not know the secret closes nothing.
        assert await system.teller.forge(case, "case.reopened") == 401
        assert (await hotline.case(number)).status == "closed"

        hotline.clock.advance(TEN_MINUTES)
        await citizen.hears()
        await citizen.rates("no", "1")
        # The rating, and once more with what was added to it. Signed now, it is no proof any more in ten minutes.
        await until(lambda: case.names == ["submit", "rating", "rating"])
        hotline.clock.advance(TEN_MINUTES)
        await citizen.hears()

        # The rework follows the rating into their system.
        await until(lambda: case.names == ["submit", "rating", "rating", "rework"])
        assert (case.operations[2].data["resolved"], case.operations[2].data["contacted"]) == ("no", "no")
        assert (case.round, (await hotline.case(number)).department) == (1, OFFICE)

        await system.teller.tell(case, "case.closed", reply="快件已由专人送到，抱歉。")
        assert "专人送到" in (await citizen.hears()).text
        hotline.clock.advance(TEN_MINUTES)
        await citizen.hears()
        await citizen.rates("yes", "5")
        rated = await hotline.until(number, lambda case: case.rated is not None)
        assert (rated.status, rated.round, rated.external_id) == ("closed", 1, case.number)
        await until(lambda: "rating" in case.names[4:])


async def test_news_in_any_order_ends_where_the_right_order_ends(tmp_path: Path, mind: Mind) -> None:
    async with city(tmp_path, mind) as (hotline, system):
        citizen = await hotline.citizen("zh")
        number = await citizen.files(OPENING, MISSING)
        await until(lambda: system.book.find(number))
        (case,) = system.book.find(number)
        system.teller.holding = True
        await system.teller.tell(case, "case.accepted", copies=3)
        await system.teller.tell(case, "case.dispatched", copies=2, department=OFFICE)
        await system.teller.tell(case, "case.closed", copies=2, reply="已处理。")
        await system.teller.release(backwards=True)
        done = await hotline.until(number, lambda case: len(case.history) == 4)
        assert (done.status, done.department, done.round) == ("closed", OFFICE, 0)
        assert {status for _, status in system.teller.told} == {202}


async def test_staff_watch_cases_that_are_elsewhere(tmp_path: Path, mind: Mind) -> None:
    async with city(tmp_path, mind) as (hotline, _):
        citizen, clerk = await hotline.citizen("zh"), await hotline.staff("clerk")
        number = await citizen.files(OPENING, MISSING)
        await hotline.until(number, lambda case: case.external_id is not None)
        shown = await clerk.case(number)
        assert shown["actions"] == []


async def test_a_case_of_the_pilot_stays_at_the_desk_when_a_system_is_connected(tmp_path: Path, mind: Mind) -> None:
    pilot = await Hotline.open(tmp_path / "data", mind)
    try:
        visitor = await pilot.citizen("zh")
        number = await visitor.files(OPENING, MISSING)
        await (await pilot.staff("clerk")).acts(number, "accept")
    finally:
        await pilot.close()

    async with city(tmp_path, mind) as (hotline, system):
        citizen = await hotline.citizen("zh")
        await citizen.goes()
        citizen.session = visitor.session
        await citizen.comes(after=visitor.read[-1].id)
        assert "受理" in (await citizen.hears()).text
        supervisor = await hotline.staff("supervisor")
        await supervisor.acts(number, "dispatch", department=hotline.gateway.city.departments[0].code)
        await citizen.hears()
        await (await hotline.staff("department")).acts(number, "close", text="已联系网点，快件今日送达。")
        await citizen.hears()
        hotline.clock.advance(TEN_MINUTES)
        await citizen.hears()
        await citizen.rates("no", "1")
        hotline.clock.advance(TEN_MINUTES)
        await citizen.hears()

        async def back() -> bool:
            return "accept" in (await supervisor.case(number))["actions"]
        await until(back)
        assert "根本没有送到" in str(await supervisor.case(number))
        assert system.book.find(number) == []
