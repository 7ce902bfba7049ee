"""HOSTILE.md 44 to 46 at the whole gateway: what a case system drops, and what comes to `POST /cases/events`."""
from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest
import pytest_asyncio

from bench.server import free_port
from gateway.app import Mind
from gateway.config_case import CaseBridge, CaseSource, CaseWebhook
from gateway.orders import CaseState
from nlu.null import NullKnowledge, NullUnderstander
from simulators.case import signing
from simulators.case.book import Case
from simulators.case.server import CaseSystem, serve
from simulators.case.settings import EVENTS_SECRET, OPERATIONS_SECRET
from simulators.case.telling import Event
from tests.clock import ManualClock
from tests.journeys.hotline import Citizen, Given, Hotline
from tests.until import until

FORM = {"description": "小区门口的路灯坏了三天，晚上很黑", "contact_phone": "13800138000"}
PARCEL = {
    "carrier": "sf", "tracking_number": "SF1234567890123", "problem": "delay", "my_role": "sender",
    "sender_address": "广州市海珠区新港中路88号", "receiver_address": "北京市朝阳区建国路1号",
    "contact_phone": "13800138000", "description": "寄了一个星期还没有到，客服说找不到了",
}
OLD = "whsec_dGhlIHNlY3JldCBvZiBsYXN0IG1vbnRoIGdvZXMgb24="
WATER, STRANGER = "whsec_dGhlIHdhdGVyIGNvbXBhbnksIGEgdGVuYW50", "whsec_c29tZWJvZHkgZWxzZSwgZnJvbSBzb21ld2hlcmU="
DAY_S, DELAY_S = 86_400.0, 601.0
HUGE = 20 << 20


@dataclass
class City:
    """A hotline and the case system that its cases go to, by one clock."""

    hotline: Hotline
    system: CaseSystem
    clock: ManualClock
    http: aiohttp.ClientSession

    async def filed(self) -> tuple[Citizen, Case]:
        """A new citizen, and their case over there, of which both sides know."""
        citizen = await self.hotline.citizen("zh")
        reply = await citizen.sends_form("general", FORM)
        assert reply.ask == "confirm", reply
        number = (await citizen.picks("file")).work_order
        assert number is not None
        await self.hotline.until(number, lambda case: case.external_id is not None)
        (case,) = self.system.book.find(number)
        return citizen, case

    async def case(self, case: Case) -> CaseState:
        return await self.hotline.case(case.work_order)

    async def figures(self, *names: str) -> list[float]:
        """Of /metrics, by name and labels; 0 for one that is not there."""
        async with self.http.get(f"{self.hotline.url}/metrics") as answer:
            text = await answer.text()
        told = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        return [float(told.get(name, 0)) for name in names]

    async def post(self, body: bytes, headers: dict[str, str]) -> int:
        async with self.http.post(f"{self.hotline.url}/cases/events", data=body, headers=headers) as answer:
            await answer.read()
            return answer.status

    def signed(self, body: bytes, secret: str = EVENTS_SECRET, ago_s: float = 0, id_: str = "m-1") -> dict[str, str]:
        return signing.sign(secret, id_, int(self.clock.now().timestamp() - ago_s), body)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def city(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[City]:
    clock, port = ManualClock(), free_port()
    mind = Mind(NullUnderstander(), NullKnowledge())
    async with serve(clock, f"http://127.0.0.1:{port}") as served, aiohttp.ClientSession() as http:
        way = CaseWebhook(f"{served.url}/operations", f"{served.url}/cases", OPERATIONS_SECRET)
        cases = CaseBridge(
            backend="webhook", events_secret=(EVENTS_SECRET, OLD), webhook=way,
            source=(CaseSource("water", WATER, ("水务局",)),),
        )
        hotline = await Hotline.open(tmp_path_factory.mktemp("data"), mind, Given(clock=clock, port=port, cases=cases))
        try:
            yield City(hotline, served.system, clock, http)
        finally:
            await hotline.close()


def lines(state: CaseState) -> list[str]:
    return [line.what for line in state.history]


# --- 44: fields that are dropped silently -------------------------------------------------------------------

async def test_44_what_was_dropped_is_read_back_and_raises_an_alarm(city: City) -> None:
    dropped = 'huiyin_cases_dropped_total{backend="webhook",template="express_delivery"}'
    before = await city.figures(dropped)
    city.system.book.dropping = True
    citizen = await city.hotline.citizen("zh")
    reply = await citizen.sends_form("express_delivery", PARCEL)
    assert reply.ask == "confirm", reply
    number = (await citizen.picks("file")).work_order
    assert number is not None
    state = await city.hotline.until(number, lambda case: case.external_id is not None)
    city.system.book.dropping = False
    assert await city.figures(dropped) == [before[0] + 1]
    assert state.external_id, "it is handed over all the same"


# --- 45: events in every disorder ---------------------------------------------------------------------------

async def test_45_five_times_the_same_changes_the_case_once(city: City) -> None:
    _, case = await city.filed()
    event = await city.system.teller.tell(case, "case.accepted", copies=5)
    assert [status for told, status in city.system.teller.told if told is event] == [202] * 5
    await city.hotline.until(case.work_order, lambda state: "accepted" in lines(state))
    await city.system.teller.tell(case, "case.progress", reply="已派人")
    state = await city.hotline.until(case.work_order, lambda state: state.status == "in_progress")
    assert lines(state).count("accepted") == 1


async def test_45_in_reverse_and_three_days_late_it_ends_where_the_right_order_ends(city: City) -> None:
    _, case = await city.filed()
    teller = city.system.teller
    teller.holding = True
    first = await teller.tell(case, "case.accepted")
    await teller.tell(case, "case.dispatched", department="路灯所")
    await teller.tell(case, "case.progress", reply="已到场")
    del teller.held[0]
    await teller.release(backwards=True)
    await city.hotline.until(case.work_order, lambda state: "dispatched" in lines(state))
    city.clock.advance(3 * DAY_S)
    assert await teller.post(first) == 202
    state = await city.hotline.until(case.work_order, lambda state: "accepted" in lines(state))
    assert (state.status, state.department) == ("in_progress", "路灯所")


async def test_45_from_the_future_is_taken_as_of_now_and_marked(city: City) -> None:
    _, case = await city.filed()
    await city.system.teller.tell(case, "case.closed", ahead_s=7_200, reply="已修好")
    state = await city.hotline.until(case.work_order, lambda state: state.status == "closed")
    assert (state.history[-1].ahead, state.history[-1].at) == (True, city.clock.ms())


async def test_45_an_unknown_case_waits_a_day_and_is_a_dead_letter_then(city: City) -> None:
    at = city.clock.now().isoformat()
    body = {"id": "ev-unknown", "type": "case.closed", "time": at, "subject": "C-404404", "seq": 1}
    assert await city.system.teller.post(Event("ev-unknown", "case.closed", json.dumps(body).encode())) == 202
    lanes = city.hotline.gateway.store.lanes
    assert await lanes.dead("events", key="C-404404") == []
    city.clock.advance(DAY_S + 1)

    async def dead() -> list[str]:
        return [letter.why for letter in await lanes.dead("events", key="C-404404")]
    await until(dead)
    assert await dead() == ["unknown case"]


async def test_45_another_tenant_cannot_speak_of_a_case_that_is_not_its_own(city: City) -> None:
    _, case = await city.filed()
    at = city.clock.now().isoformat()
    for subject in (case.work_order, case.number):
        body = json.dumps({"id": "w-1", "type": "case.closed", "time": at, "subject": subject, "seq": 99}).encode()
        assert await city.post(body, city.signed(body, WATER)) == 404
    await city.system.teller.tell(case, "case.accepted")
    state = await city.hotline.until(case.work_order, lambda state: state.status == "accepted")
    assert lines(state)[-1:] == ["accepted"]


async def test_45_closed_opened_and_closed_again_asks_for_one_rating(city: City) -> None:
    citizen, case = await city.filed()
    for what in ("case.closed", "case.reopened", "case.closed"):
        await city.system.teller.tell(case, what, reply="已处理")
        await citizen.hears()
    city.clock.advance(DELAY_S)
    assert (await citizen.hears()).ask == "resolved"
    await city.system.teller.tell(case, "case.progress", reply="补充一句")
    while "补充一句" not in (await citizen.hears()).text:
        pass  # a second invitation, if there were one
    assert [reply.ask for reply in citizen.read].count("resolved") == 1


# --- 46: what proves nothing --------------------------------------------------------------------------------

async def test_46_nothing_unproved_is_let_in_and_nothing_breaks(city: City) -> None:
    _, case = await city.filed()
    at = city.clock.now().isoformat()
    body = json.dumps({"id": "x-1", "type": "case.closed", "time": at, "subject": case.work_order, "seq": 9}).encode()
    well, bad = city.signed(body), b"\xff\xfe\x00"
    rows: list[tuple[str, bytes, dict[str, str], int]] = [
        ("forged", body, city.signed(body, STRANGER), 401),
        ("old", body, city.signed(body, ago_s=301), 401),
        ("from the future", body, city.signed(body, ago_s=-301), 401),
        ("another body", body + b" ", well, 401),
        ("another id", body, {**well, "webhook-id": "m-2"}, 401),
        ("unsigned", body, {}, 401),
        ("no signature", body, {**well, "webhook-signature": ""}, 401),
        ("not base64", body, {**well, "webhook-signature": "v1,%%%"}, 401),
        ("another version", body, {**well, "webhook-signature": well["webhook-signature"].replace("v1", "v2")}, 401),
        ("not ASCII", body, {**well, "webhook-signature": "v1,签名"}, 401),
        ("a thousand signatures", body, {**well, "webhook-signature": "v1,AAAA " * 1_000}, 401),
        ("no moment", body, {**well, "webhook-timestamp": "now"}, 401),
        ("a moment beyond all", body, {**well, "webhook-timestamp": "9" * 400}, 401),
        ("bad UTF-8", bad, city.signed(bad), 401),
        ("20 MB", b"{" * HUGE, well, 413),
        ("20 MB, proved", b" " * HUGE, city.signed(b" " * HUGE), 413),
        ("proved, no JSON", b"{", city.signed(b"{"), 400),
    ]
    wrong = [(name, status) for name, sent, headers, due in rows if (status := await city.post(sent, headers)) != due]
    assert wrong == []
    assert (await city.case(case)).status == "submitted"
    assert await city.post(body, city.signed(body, OLD)) == 202, "the secret that is being replaced still counts"
    await city.hotline.until(case.work_order, lambda state: state.status == "closed")
