"""`POST /cases/events` over real HTTP: what is proved is stored once, everything else leaves no trace."""
from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casebridge.events import MOST, EventsDoor, Source, read
from casebridge.inbox import EventInbox
from casebridge.signing import Secrets
from gateway.errors import Malformed, Refused
from gateway.http import guard
from gateway.orders import CaseEvent, CaseState, EventData, Happened
from gateway.protocols import Put
from gateway.store.lanes import Ingested, LaneStore, Outcome
from gateway.store.sqlite import SqliteStore
from tests.casebridge.desk_world import opened
from tests.clock import ManualClock
from tests.tables import check_each

WO = "WO-20261123-4KX7P2M9QD"
PATH = "/cases/events"


def secret(word: str) -> str:
    return "whsec_" + base64.b64encode(word.encode() * 8).decode()


MAIN, WATER = Secrets([secret("new"), secret("old")]), Secrets([secret("water")])
EVENT: dict[str, Any] = {
    "id": "ev-1", "type": "case.closed", "time": "2026-11-23T10:00:00+08:00", "source": "anybody", "subject": WO,
    "seq": 3, "data": {"status": "closed", "round": 0, "reply": "已修好", "department": "水务局", "extra": [1]},
    "specversion": "1.0",
}


@dataclass
class Door:
    """The door with its store; `post` signs as the configured backend unless told otherwise."""

    store: SqliteStore
    clock: ManualClock
    client: TestClient[Any, Any]
    sent: int = field(default=0)

    async def post(self, body: bytes | dict[str, Any], secrets: Secrets = MAIN, **headers: str) -> int:
        self.sent += 1
        raw = json.dumps(body).encode() if isinstance(body, dict) else body
        signed = secrets.headers(f"msg-{self.sent}", self.clock.now(), raw)
        async with self.client.post(PATH, data=raw, headers={**signed, **headers}) as answer:
            await answer.read()
            return answer.status

    async def stored(self) -> list[tuple[str, Happened]]:
        """(key, event) of all that waits on lane `events`; looks without consuming."""
        leases = await self.store.lanes.claim("events", "reader", batch=100)
        for lease in leases:
            await self.store.lanes.release(lease)
        return [(lease.key, msgspec.json.decode(msg.body, type=Happened)) for lease in leases for msg in lease.msgs]

    async def case(self, number: str, **what: Any) -> None:
        body = msgspec.json.encode(CaseState(number, "web:c", {}, 0, **what))
        await self.store.records.write([Put("work_order", number, body)])


def serving(lanes: LaneStore, store: SqliteStore, clock: ManualClock) -> web.Application:
    sources = (Source("webhook", MAIN), Source("water", WATER, frozenset({"水务局"})))
    app = web.Application(middlewares=[guard(lambda code: None)])
    app.add_routes(EventsDoor(sources, EventInbox(lanes, store.records, clock), store.records, clock).routes())
    return app


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    clock = ManualClock()
    async with opened(tmp_path, clock) as store, TestClient(TestServer(serving(store.lanes, store, clock))) as client:
        yield Door(store, clock, client)


async def test_a_proved_event_is_stored_under_its_case_before_it_is_acknowledged(door: Door) -> None:
    assert await door.post(EVENT) == 202
    data = EventData(status="closed", round=0, reply="已修好", department="水务局")
    event = CaseEvent("ev-1", "case.closed", EVENT["time"], "webhook", WO, 3, data)
    assert await door.stored() == [(WO, Happened(event, door.clock.ms(), door.clock.ms()))]


async def test_a_repeat_is_acknowledged_and_changes_nothing(door: Door) -> None:
    for _ in range(5):
        assert await door.post(EVENT) == 202
    assert len(await door.stored()) == 1


async def test_the_signer_is_the_source_whatever_the_body_says(door: Door) -> None:
    await door.case(WO, department="水务局")
    assert await door.post({**EVENT, "source": "webhook"}, WATER) == 202
    assert [happened.event.source for _, happened in await door.stored()] == ["water"]


async def test_ids_are_each_systems_own(door: Door) -> None:
    await door.case(WO, department="水务局")
    assert [await door.post(EVENT), await door.post(EVENT, WATER)] == [202, 202]
    assert sorted(happened.event.source for _, happened in await door.stored()) == ["water", "webhook"]


async def test_another_system_touches_only_the_cases_that_are_its_own(door: Door) -> None:
    theirs, unknown, handed = "WO-20261123-AAAAAAAAAA", "WO-20261123-BBBBBBBBBB", "WO-20261123-CCCCCCCCCC"
    await door.case(theirs, department="交通局", system="webhook")
    await door.case(handed, department="交通局", system="water", external_id="W-7")
    await door.store.records.write([Put("external", "water:W-7", handed.encode())])
    assert [await door.post({**EVENT, "subject": one}, WATER) for one in (theirs, unknown)] == [404, 404]
    assert await door.stored() == []
    assert [await door.post({**EVENT, "id": one, "subject": one}, WATER) for one in (handed, "W-7")] == [202, 202]
    assert {key for key, _ in await door.stored()} == {handed}


async def test_a_case_by_the_backends_own_number_is_found_once_it_is_known(door: Door) -> None:
    assert await door.post({**EVENT, "subject": "C-9"}) == 202
    await door.store.records.write([Put("external", "webhook:C-9", WO.encode())])
    assert await door.post({**EVENT, "id": "ev-2", "subject": "C-9"}) == 202
    assert {key: happened.event.id for key, happened in await door.stored()} == {"C-9": "ev-1", WO: "ev-2"}


async def test_the_old_secret_counts_beside_the_new_one(door: Door) -> None:
    assert await door.post(EVENT, Secrets([secret("old")])) == 202


async def test_what_is_not_proved_is_401_and_leaves_no_trace(door: Door) -> None:
    assert await door.post(EVENT, Secrets([secret("forged")])) == 401
    for name, wrong in (
        ("webhook-signature", "v1,AAAA"), ("webhook-signature", "nonsense"), ("webhook-timestamp", "0"),
        ("webhook-timestamp", "soon"), ("webhook-id", ""), ("webhook-id", "another"),
    ):
        assert await door.post(EVENT, MAIN, **{name: wrong}) == 401, (name, wrong)
    async with door.client.post(PATH, json=EVENT) as answer:
        assert (answer.status, answer.content_type) == (401, "application/problem+json")
    door.clock.advance(-301)
    late = MAIN.headers("m", door.clock.now(), json.dumps(EVENT).encode())
    door.clock.advance(301)
    async with door.client.post(PATH, data=json.dumps(EVENT), headers=late) as answer:
        assert answer.status == 401
    assert await door.stored() == []


async def test_bytes_that_are_no_text_are_not_proved(door: Door) -> None:
    signed = MAIN.headers("m", door.clock.now(), b"{}")
    async with door.client.post(PATH, data=b"\xff\xfe", headers=signed) as answer:
        assert answer.status == 401


async def test_what_is_too_big_is_413(door: Door) -> None:
    assert await door.post({**EVENT, "data": {"reply": "a" * MOST}}) == 413
    async with ClientSession() as http, http.post(door.client.make_url(PATH), data=b"{" * (20 << 20)) as answer:
        assert answer.status == 413
    assert await door.stored() == []


async def test_when_nothing_can_be_stored_the_sender_shall_come_again(door: Door) -> None:
    class Full:
        async def ingest(self, *args: Any, **more: Any) -> Ingested:
            return Ingested(Outcome.FULL)

    async with TestClient(TestServer(serving(Full(), door.store, door.clock))) as client:  # type: ignore[arg-type]
        raw = json.dumps(EVENT).encode()
        async with client.post(PATH, data=raw, headers=MAIN.headers("m", door.clock.now(), raw)) as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (503, "5")


def test_what_is_no_event_is_refused_with_a_reason() -> None:
    def judge(change: dict[str, Any]) -> None:
        event = {name: value for name, value in {**EVENT, **change}.items() if value is not ...}
        with pytest.raises(Malformed):
            read(json.dumps(event).encode(), "webhook")

    check_each([
        {"id": ...}, {"id": ""}, {"id": "x" * 201}, {"id": 7}, {"id": "a\nb"}, {"id": "a\n"}, {"type": "case.exploded"},
        {"type": ...}, {"time": ...}, {"time": "2026-11-23T10:00:00"}, {"time": "2026-11-23"}, {"time": "tomorrow"},
        {"time": 1764000000}, {"time": "2026-W48-1T10:00:00Z"}, {"time": "20261123T100000Z"},
        {"time": "2026-11-23T10:00:00+99:00"}, {"subject": ...}, {"subject": ""}, {"subject": "\u0000"},
        {"seq": -1}, {"seq": 1.5}, {"seq": "3"}, {"seq": 2**53}, {"seq": True}, {"data": []}, {"data": None},
        {"data": {"round": -1}}, {"data": {"reply": 1}}, {"data": {"reply": "a" * 10_001}}, {"data": {"due": "soon"}},
        {"data": {"department": "\u001b[31m"}},
    ], judge)


def test_what_is_not_needed_may_be_absent_or_more() -> None:
    bare = {name: EVENT[name] for name in ("id", "type", "time", "subject")}
    event = read(json.dumps({**bare, "traceparent": "00-…", "seq": None}).encode(), "rt")
    assert event == CaseEvent("ev-1", "case.closed", EVENT["time"], "rt", WO)
    for time in ("2026-11-23T02:00:00Z", "2026-11-23T02:00:00.123456+00:00", "0001-01-01T00:00:00+14:00",
                 "9999-12-31T23:59:59-12:00"):
        assert read(json.dumps({**bare, "time": time}).encode(), "rt").time == time


NONSENSE = [
    b"", b"null", b"[]", b'"x"', b"{", b"[" * 9_000, b'{"id":"a","id":"b"}', b'{"id":"\\ud800"}', b'{"seq":1e999}',
    b'{"seq":NaN}', b'{"seq":' + b"9" * 5_000 + b"}", b"\xef\xbb\xbf{}", b'{"id":"a"}x',
]


async def test_proved_nonsense_is_400(door: Door) -> None:
    assert [await door.post(raw) for raw in NONSENSE] == [400] * len(NONSENSE)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4), max_leaves=12,
)
EVENTS = st.fixed_dictionaries({name: JSON | st.just(value) for name, value in EVENT.items()})


def judged(raw: bytes) -> None:
    """An event, or a refusal with a status below 500."""
    with suppress(Refused):
        event = read(raw, "webhook")
        assert event.source == "webhook"
        assert event.id
        assert event.subject


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])  # the first input of a process may take long
@given(st.binary(max_size=200) | EVENTS.map(lambda event: json.dumps(event).encode()))
def test_whatever_is_proved_is_an_event_or_a_refusal(raw: bytes) -> None:
    judged(raw)


@pytest.mark.slow
@given(st.binary(max_size=2_000) | EVENTS.map(lambda event: json.dumps(event).encode()))
@settings(max_examples=3_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_proved_is_an_event_or_a_refusal_at_length(raw: bytes) -> None:
    judged(raw)
