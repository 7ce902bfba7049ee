"""The same story with cases on an Open311 server that has our templates' services: it is asked what became of them."""
from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from casebridge.open311.services import definitions, listed, own
from gateway import templates
from gateway.app import Mind
from gateway.config_case import CaseBridge, CaseOpen311
from gateway.fields.registry import TYPES
from gateway.wiring.open311 import form
from simulators.open311.conduct import Conduct
from simulators.open311.office import Office
from simulators.open311.server import serving
from tests.clock import ManualClock
from tests.journeys.hotline import Given, Hotline
from tests.until import until

OPENING = "你好，我要投诉顺丰，单号SF1234567890123，从广州海珠区新港中路寄到北京朝阳区建国路的件，三天没动了"
MISSING = {"my_role": "sender", "contact_phone": "138 0013 8000"}
TEN_MINUTES = 601


@asynccontextmanager
async def city(
    folder: Path, mind: Mind, conduct: Conduct, *, public: bool = True
) -> AsyncIterator[tuple[Hotline, Office]]:
    clock = ManualClock()
    office = Office(clock)
    catalogue = own(form(one) for one in templates.load(Path("templates/complaints"), TYPES))
    office.load(listed(catalogue), list(definitions(catalogue)))
    async with serving(office, conduct) as server:
        there = CaseOpen311(
            url=server.url, api_key=office.key, lookup=True, updates=conduct.updates, public=public, poll_s=0.02)
        hotline = await Hotline.open(
            folder / "data", mind, Given(clock=clock, cases=CaseBridge(backend="open311", open311=there)))
        try:
            yield hotline, office
        finally:
            await hotline.close()


async def test_not_solved_reopens_the_request_and_is_rated_again(tmp_path: Path, mind: Mind) -> None:
    async with city(tmp_path, mind, Conduct(counted=True, shape="wrapped")) as (hotline, office):
        citizen = await hotline.citizen("zh")
        number = await citizen.files(OPENING, MISSING)
        known = await hotline.until(number, lambda case: case.external_id is not None)
        (request,) = office.requests.values()
        assert (request.service, request.id, known.system) == ("express_delivery", known.external_id, "open311")
        assert request.attributes["tracking_number"] == ["SF1234567890123"]
        assert request.attributes["carrier"] == ["sf"]

        office.say(request.id, "investigating", "已联系网点。")
        assert "已联系网点" in (await citizen.hears()).text
        hotline.clock.advance(60)
        office.say(request.id, "closed", "快件今日送达。")
        assert "今日送达" in (await citizen.hears()).text

        # A word after the closure changes nothing about it.
        hotline.clock.advance(60)
        office.say(request.id, "unchanged", "发票随后寄出。")
        assert "发票" in (await citizen.hears()).text
        assert (await hotline.case(number)).status == "closed"

        hotline.clock.advance(TEN_MINUTES)
        await citizen.hears()
        await citizen.rates("no", "1")
        await until(lambda: office.updates[-1].status == "CLOSED")
        hotline.clock.advance(TEN_MINUTES)
        await citizen.hears()
        await until(lambda: office.updates[-1].status == "REOPEN")
        assert "根本没有送到" in office.updates[-1].text
        assert request.status == "open"

        hotline.clock.advance(60)
        office.say(request.id, "fixed", "快件已由专人送到。")
        assert "专人送到" in (await citizen.hears()).text
        hotline.clock.advance(TEN_MINUTES)
        await citizen.hears()
        await citizen.rates("yes", "5")
        rated = await hotline.until(number, lambda case: case.rated is not None)
        assert (rated.status, rated.round) == ("closed", 1)


async def test_a_server_of_the_plain_standard_tells_of_the_closure_when_it_is_asked(tmp_path: Path, mind: Mind) -> None:
    async with city(tmp_path, mind, Conduct(updates=False)) as (hotline, office):
        citizen = await hotline.citizen("zh")
        number = await citizen.files(OPENING, MISSING)
        await until(lambda: office.requests)
        (request,) = office.requests.values()
        hotline.clock.advance(60)
        office.say(request.id, "closed", "快件今日送达。")
        assert "今日送达" in (await citizen.hears()).text
        assert (await hotline.case(number)).status == "closed"
