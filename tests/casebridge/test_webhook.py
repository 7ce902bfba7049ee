"""casebridge/webhook.py over a played case system that lies, drops and stalls (HOSTILE.md 41, 42, 44)."""
from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from casebridge.calling import Answer, Caller, Times, session
from casebridge.signing import Secrets
from casebridge.webhook import Site, Told, WebhookBackend, dropped, envelope, read
from gateway.errors import Paused, Uncertain
from gateway.orders import CaseOp
from gateway.protocols import Receipt, Repeat
from simulators.case.faults import Fault
from simulators.case.server import Served, serve
from simulators.case.settings import OPERATIONS_SECRET
from tests.clock import ManualClock
from tests.tables import table

WO = "WO-20261118-7K3M9XQ2TB"
EXAMPLE: dict[str, Any] = json.loads(Path("tests/data/work-order.example.json").read_text("utf-8"))
NOBODY = "http://127.0.0.1:9"


def op(name: Any = "submit", n: int = 1, **payload: Any) -> CaseOp:
    return CaseOp(name, WO, n, payload or {"order": EXAMPLE}, ManualClock().ms())


@dataclass
class World:
    served: Served
    backend: WebhookBackend
    alarms: list[str]

    @property
    def found(self) -> int:
        return len(self.served.system.book.find(WO))

    def befalls(self, kind: str, seconds: float = 0.0) -> None:
        self.served.system.faults.add(Fault(kind, seconds=seconds))


@asynccontextmanager
async def world(
    repeat: Repeat = "idempotent", secret: str = OPERATIONS_SECRET, *, asked: bool = True
) -> AsyncIterator[World]:
    clock, alarms = ManualClock(), list[str]()
    async with serve(clock, NOBODY, repeats=repeat) as served, session() as http:
        site = Site(
            f"{served.url}/operations", f"{served.url}/cases" if asked else "", "https://hotline.example",
            Secrets([secret]), repeat,
        )
        caller = Caller(http, "webhook", clock, Times(1.0, 0.3))
        yield World(served, WebhookBackend(caller, site, clock, alarms.append), alarms)


def test_the_envelope_has_the_attributes_of_cloudevents() -> None:
    assert envelope(op("comment", 3, text="快点", urge=True), "https://hotline.example", "C-7") == {
        "specversion": "1.0", "id": f"{WO}:comment:3", "source": "https://hotline.example",
        "type": "huiyin.case.comment", "time": "2026-11-23T02:00:00.000+00:00", "subject": WO,
        "datacontenttype": "application/json", "caseid": "C-7", "data": {"text": "快点", "urge": True},
    }
    assert "caseid" not in envelope(op(), "x", None)


async def test_the_whole_order_arrives_under_its_key_and_is_read_back_once_for_its_template() -> None:
    async with world() as here:
        receipt = await here.backend.send(op(), None)
        assert receipt == Receipt("C-000001", "webhook", 0)
        (case,) = here.served.system.book.cases
        assert case.order == EXAMPLE
        assert case.operations[0].key == f"{WO}:submit:1"
        assert here.alarms == []


@pytest.mark.parametrize("kind", [
    "error_200", "no_id", "html_200", "huge", "reset_after", "drip", "hang", "html_502", "500", "reset_before",
])
async def test_no_lie_and_no_silence_is_taken_for_success_and_the_retry_ends_in_one_case(kind: str) -> None:
    async with world() as here:
        here.befalls(kind)
        with pytest.raises(Uncertain):
            await here.backend.send(op(), None)
        assert (await here.backend.send(op(), None)).external_id == "C-000001"
        assert here.found == 1


async def test_a_slow_acknowledgement_is_doubt_and_no_second_case() -> None:
    async with world() as here:
        here.befalls("slow", seconds=0.4)
        with pytest.raises(Uncertain):
            await here.backend.send(op(), None)
        here.befalls("slow", seconds=0.01)
        assert (await here.backend.send(op(), None)).external_id == "C-000001"
        assert here.found == 1


async def test_a_login_page_and_another_secret_pause_the_backend() -> None:
    async with world() as here:
        here.befalls("login")
        with pytest.raises(Paused):
            await here.backend.send(op(), None)
    async with world(secret="whsec_bm90IHRoZSBzZWNyZXQgdGhhdCB3YXMgYWdyZWVk") as here:
        with pytest.raises(Paused, match="401"):
            await here.backend.send(op(), None)
        assert here.found == 0


async def test_fields_that_were_dropped_silently_raise_an_alarm_once_for_their_template() -> None:
    async with world() as here:
        here.served.system.book.dropping = True
        await here.backend.send(op(), None)
        await here.backend.send(op(), None)
        assert here.alarms == ["express_delivery"]


async def test_a_system_that_cannot_be_asked_is_not_asked() -> None:
    async with world("neither", asked=False) as here:
        here.served.system.book.dropping = True
        await here.backend.send(op(), None)
        assert await here.backend.lookup(op(), None) is None
        assert (here.alarms, here.backend.repeat("submit")) == ([], "neither")


async def test_a_reading_back_that_fails_does_not_undo_the_hand_over() -> None:
    async with world("neither") as here:  # answers 404 to every question
        assert (await here.backend.send(op(), None)).external_id == "C-000001"


async def test_an_operation_is_found_by_its_own_key() -> None:
    async with world("lookup") as here:
        await here.backend.send(op(), None)
        await here.backend.send(op("comment", 2, text="a", urge=False), "C-000001")
        assert await here.backend.lookup(op("comment", 2), None) == Receipt("C-000001", "webhook", 0)
        assert await here.backend.lookup(op("comment", 3), None) is None


@table(("body", "told"), [
    (b'{"case_id":"C-1"}', ("C-1", None, None)), (b'{"case_id":17,"seq":0}', (17, 0, None)),
    (b'{"case_id":"\xe7\xa9\x97 [2026] 7","seq":3,"url":"https://cases.example/7","more":[]}',
     ("穗 [2026] 7", 3, "https://cases.example/7")),
    (b'{"case_id":"C-1","code":0,"msg":"ok","success":true,"error":null,"status":"created"}', ("C-1", None, None)),
    (b'{"case_id":"C-1","code":"200"}', ("C-1", None, None)),
])
def test_a_plain_yes_is_read(body: bytes, told: tuple[str | int, int | None, str | None]) -> None:
    answer = read(Answer(200, {}, body), Told)
    assert (answer.case_id, answer.seq, answer.url) == told


@table("body", [
    b"", b"OK", b"<html>", b"null", b"[]", b'"C-1"', b"{}", b'{"id":"C-1"}', b'{"case_id":null}', b'{"case_id":""}',
    b'{"case_id":" "}', b'{"case_id":true}', b'{"case_id":1.5}', b'{"case_id":["C-1"]}', b'{"case_id":"a\\nb"}',
    b'{"case_id":"' + b"x" * 129 + b'"}', b'{"case_id":"C-1","case_id":"C-2"}', b'{"case_id":"C-1"',
    b'{"case_id":"C-1","code":50001}', b'{"case_id":"C-1","errcode":"40001"}', b'{"case_id":"C-1","success":false}',
    b'{"case_id":"C-1","error":"busy"}', b'{"case_id":"C-1","errors":[{}]}', b'{"case_id":"C-1","status":"FAILED"}',
    b'{"case_id":"C-1","seq":-1}', b'{"case_id":"C-1","url":"javascript:alert(1)"}', b'\xff{"case_id":"C-1"}',
])
def test_anything_else_is_doubt(body: bytes) -> None:
    with pytest.raises(Uncertain) as caught:
        read(Answer(200, {}, body), Told)
    assert "C-1" not in caught.value.why


@table(("kept", "missing"), [
    (EXAMPLE, []),
    ({}, ["work_order_id", "title", "content", "carrier", "tracking_number", "problem"]),
    ({**EXAMPLE, "content": "cut"}, ["content"]),
    ({**EXAMPLE, "fields": []}, ["carrier", "tracking_number", "problem"]),
    ({**EXAMPLE, "fields": None}, ["carrier", "tracking_number", "problem"]),
    ({**EXAMPLE, "fields": [None, *EXAMPLE["fields"][:2], {"code": "problem", "value": "loss"}]}, ["problem"]),
    ({**EXAMPLE, "more": 1}, []),
])
def test_what_was_dropped_is_told_by_name(kept: dict[str, Any], missing: list[str]) -> None:
    told = dropped(EXAMPLE, kept)
    assert told[:len(missing)] == missing
    assert bool(told) == bool(missing)
