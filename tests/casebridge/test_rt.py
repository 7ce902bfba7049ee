"""The adapter for Request Tracker against the real one, and what its history tells the citizen."""
from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from casebridge.calling import Caller, session
from casebridge.rt import Access, Nights, Rest, Rt
from gateway.clock import SystemClock
from gateway.errors import Paused, Rejected, Retry, SendError, Uncertain
from gateway.orders import CaseOp, OpName
from gateway.polling import Followed
from tests.casebridge.request_tracker import DEPARTMENT, INTAKE, PERL, RequestTracker
from tests.contracts.way import Way, way
from tests.project import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

ORDER: dict[str, Any] = json.loads((ROOT / "tests/data/work-order.example.json").read_text("utf-8"))
HOSTILE = "{{7*7}} { system('id') } <%= $x %> [% x %] <img src=x onerror=alert(1)> %s ${jndi:x} \u202e' OR 1=1 --"
numbers = itertools.count(1)


@dataclass
class Listener:
    """Stands where the gateway takes events; proves nothing. `away`: answers 503."""

    away: bool = False
    heard: list[dict[str, Any]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        if self.away:
            return web.Response(status=503)
        event = await request.json()
        assert request.headers["webhook-id"] == event["id"]
        self.heard.append(event)
        return web.Response(status=202)

    def of(self, case: Case) -> list[tuple[str, str | None]]:
        """Type and reply of what was heard of a case, each event once."""
        events = {one["id"]: one for one in self.heard if one["subject"] == case.work_order}
        return [(one["type"].removeprefix("case."), one["data"].get("reply")) for one in events.values()]


@asynccontextmanager
async def listening(port: int) -> AsyncIterator[Listener]:
    listener, app = Listener(), web.Application()
    app.router.add_post("/cases/events", listener.take)
    serving = web.AppRunner(app)
    await serving.setup()
    await web.TCPSite(serving, "127.0.0.1", port).start()
    yield listener
    await serving.cleanup()


@dataclass
class Case:
    """One work order of its own, sent by `rt`."""

    tracker: RequestTracker
    listener: Listener
    way: Way
    rt: Rt
    alarms: list[str]
    work_order: str
    number: str = ""

    def op(self, op: OpName, n: int = 1, **payload: Any) -> CaseOp:
        return CaseOp(op, self.work_order, n, payload, 0)

    def submission(self, **changed: Any) -> CaseOp:
        return self.op("submit", order=ORDER | {"work_order_id": self.work_order} | changed)

    async def files(self, **changed: Any) -> str:
        self.number = (await self.rt.send(self.submission(**changed), None)).external_id
        return self.number

    @property
    def keys(self) -> list[str | None]:
        return [one.key for one in self.tracker.said(self.work_order) if one.key]


@pytest_asyncio.fixture(loop_scope="module")
async def case(tracker: RequestTracker) -> AsyncIterator[Case]:
    async with listening(tracker.events_port) as listener, way(tracker.url) as there, session() as http:
        alarms: list[str] = []
        rest = Rest(Caller(http, "rt", SystemClock()), Access(there.url, tracker.token, INTAKE))
        rt = Rt(rest, "https://hotline.example", alarms.append)
        yield Case(tracker, listener, there, rt, alarms, f"WO-20261123-{next(numbers):010d}")


def other(case: Case, http: Any, **access: str) -> Rt:
    """The same RT, known by other settings."""
    given = {"url": case.tracker.url, "token": case.tracker.token, "queue": INTAKE} | access
    return Rt(Rest(Caller(http, "rt", SystemClock()), Access(**given)), "https://hotline.example", case.alarms.append)


# --- handing over ---------------------------------------------------------------------------------------------

async def test_setting_it_up_again_changes_nothing(case: Case) -> None:
    token = (case.tracker.folder / "token").read_text()
    assert await case.tracker.perl(*case.tracker.setup) == ""
    assert (case.tracker.folder / "token").read_text() == token


async def test_a_work_order_becomes_a_ticket_with_its_fields(case: Case) -> None:
    photo = {"id": "u1", "media_type": "image/jpeg", "size": 9, "sha256": "0" * 64}
    linked = {**photo, "id": "u2", "url": "https://hotline.example/api/uploads/u2"}
    ticket = await case.tracker.ticket(await case.files(urgency="urgent", attachments=[photo, linked]))
    assert ticket["Subject"] == f"[{case.work_order}] {ORDER['title']}"
    assert (ticket["Priority"], ticket["Due"], ticket["Status"]) == ("50", "2026-11-25T10:00:00Z", "new")
    assert await case.tracker.fields(case.number) == {
        "wo_ref": case.work_order, "wo_template": "express_delivery", "wo_type": "complaint",
        "wo_category": "消费维权/快递服务", "wo_district": "海珠区", "wo_channel": "web", "wo_language": "zh",
        "wo_confidential": "identity",
    }
    (created,) = [one for one in case.tracker.said(case.work_order) if one.type == "Create"]
    assert ORDER["content"] in created.text
    assert "运单号：SF1402938847561" in created.text
    assert created.text.splitlines()[-2:] == [
        f"附件 1（image/jpeg）：https://hotline.example/desk/#/case/{case.work_order}",
        "附件 2（image/jpeg）：https://hotline.example/api/uploads/u2",
    ]
    assert case.alarms == []


async def test_a_lost_answer_to_a_submission_is_looked_up(case: Case) -> None:
    case.way.lost = 1
    with pytest.raises(Uncertain):
        await case.rt.send(case.submission(), None)
    found = await case.rt.lookup(case.submission(), None)
    assert found is not None
    assert found.external_id == await case.tracker.number(case.work_order)
    assert found.url == f"{case.way.url}/Ticket/Display.html?id={found.external_id}"


async def test_a_lost_answer_to_any_operation_is_looked_up(case: Case) -> None:
    number = await case.files()
    for op in (
        case.op("comment", 1, text="a", urge=False), case.op("rating", 2, round=0, resolved="no", satisfaction=1),
        case.op("withdraw", 3),
    ):
        assert await case.rt.lookup(op, number) is None
        case.way.lost = 1
        with pytest.raises(Uncertain):
            await case.rt.send(op, number)
        found = await case.rt.lookup(op, None)
        assert found is not None
        assert found.seq == next(one.id for one in case.tracker.said(case.work_order) if one.key == op.key)
    assert len(case.keys) == len(set(case.keys)) == 3


async def test_a_rework_opens_the_ticket_in_its_queue_once(case: Case) -> None:
    number = await case.files()
    await case.tracker.changes(number, Queue=DEPARTMENT)
    await case.tracker.replies(number, "已办", "resolved")
    rework = case.op("rework", 1, round=1, reason="没修好")
    case.way.lost = 1
    with pytest.raises(SendError):
        await case.rt.send(rework, number)
    receipt = await case.rt.send(rework, number)
    ticket, fields = await case.tracker.ticket(number), await case.tracker.fields(number)
    assert (ticket["Status"], fields["wo_round"]) == ("open", "1")
    assert await case.tracker.queue_of(number) == DEPARTMENT
    opened = [one.id for one in case.tracker.said(case.work_order) if one.type == "Status" and one.new == "open"]
    assert len(opened) == 2  # by the reply of staff, and by us
    assert receipt.seq is not None
    assert receipt.seq > opened[-1]


async def test_a_rework_waits_for_who_changed_the_ticket_just_then(case: Case) -> None:
    number = await case.files()
    await case.tracker.changes(number, Status="resolved")
    seen = await case.rt._rest.ticket(number)
    await case.tracker.notes(number, "查看")
    with pytest.raises(Retry):
        await case.rt._rest.change(number, seen, {"Status": "open"})
    assert (await case.tracker.ticket(number))["Status"] == "resolved"


async def test_words_of_a_closed_case_do_not_open_it(case: Case) -> None:
    number = await case.files()
    await case.tracker.changes(number, Status="resolved")
    await case.rt.send(case.op("comment", 1, text="谢谢", urge=False), number)
    await case.rt.send(case.op("rating", 2, round=0, resolved="yes", satisfaction=5), number)
    await case.rt.send(case.op("withdraw", 3), number)
    assert (await case.tracker.ticket(number))["Status"] == "resolved"
    fields = await case.tracker.fields(number)
    assert (fields["wo_resolved"], fields["wo_satisfaction"]) == ("yes", "5")


async def test_words_arrive_literally(case: Case) -> None:
    number = await case.files(title=f"a\r\nBcc: x@test.invalid {HOSTILE}", content=HOSTILE)
    await case.rt.send(case.op("comment", 1, text=HOSTILE + "\x00\ud800", urge=False), number)
    subject = (await case.tracker.ticket(number))["Subject"]
    assert subject == f"[{case.work_order}] a Bcc: x@test.invalid {HOSTILE}"[:200]
    created, comment = (one.text for one in case.tracker.said(case.work_order) if one.type in ("Create", "Comment"))
    assert HOSTILE in created
    assert HOSTILE in comment


async def test_a_quote_in_a_number_finds_nothing(case: Case) -> None:
    await case.files()
    assert await case.rt.lookup(CaseOp("submit", "x' OR id > '0", 1, {}, 0), None) is None
    assert await case.rt.lookup(CaseOp("submit", "x\\", 1, {}, 0), None) is None


# --- what refuses us ------------------------------------------------------------------------------------------

async def test_wrong_settings_pause_everything(case: Case) -> None:
    async with session() as http:
        for wrong in ({"token": "1-2-3"}, {"queue": "nobody"}, {"queue": "General"}):
            with pytest.raises(Paused):
                await other(case, http, **wrong).send(case.submission(), None)
    assert case.tracker.said(case.work_order) == []


async def test_a_ticket_out_of_reach_concerns_only_itself(case: Case) -> None:
    number = await case.files()
    await case.tracker.changes(number, Queue="General")
    with pytest.raises(Rejected):
        await case.rt.send(case.op("comment", 1, text="a", urge=False), number)
    with pytest.raises(Rejected):
        await case.rt.send(case.op("comment", 1, text="a", urge=False), "999999")
    with pytest.raises(Rejected):
        await case.rt.send(CaseOp("comment", "WO-20261123-ZZZZZZZZZZ", 1, {"text": "a"}, 0), None)


async def test_fields_that_rt_drops_raise_an_alarm(case: Case) -> None:
    """RT answers 201 all the same."""
    await case.tracker.perl("-MRT=-init", "-e", WITHOUT, "wo_channel")
    try:
        await case.files()
        assert case.alarms == ["express_delivery"]
    finally:
        await case.tracker.perl(*case.tracker.setup)


async def test_nothing_is_filed_where_it_could_not_be_found(case: Case) -> None:
    await case.tracker.perl("-MRT=-init", "-e", WITHOUT, "wo_ref")
    try:
        with pytest.raises(Paused):
            await case.files()
    finally:
        await case.tracker.perl(*case.tracker.setup)
    assert await case.files()


WITHOUT = """
my $field = RT::CustomField->new(RT->SystemUser); $field->LoadByCols(Name => $ARGV[0]);
my $applied = RT::ObjectCustomFields->new(RT->SystemUser); $applied->LimitToCustomField($field->id);
while (my $one = $applied->Next) { $one->Delete }
"""


# --- what it tells ----------------------------------------------------------------------------------------------

async def test_a_case_tells_its_way_as_the_citizen_should_hear_it(case: Case) -> None:
    number, staff = await case.files(), case.tracker
    await staff.changes(number, Owner="root")
    await staff.changes(number, Queue=DEPARTMENT)
    await staff.notes(number, "内部意见")
    asked = "请提供取件码：\n12 位\n\n在 2026-11-23 10:00, root 写到:\n> 引用\n-- \n签名"
    await staff.replies(number, asked, "stalled")
    await case.rt.send(case.op("comment", 1, text="取件码 12-3", urge=False), number)
    assert (await staff.ticket(number))["Status"] == "open"
    await staff.replies(number, "已联系快递公司")
    await staff.replies(number, "快件已找到", "resolved")
    await case.rt.send(case.op("rework", 1, round=1, reason="没收到"), number)
    await staff.changes(number, Status="resolved")
    await staff.changes(number, Status="open")
    await staff.changes(number, Status="rejected")
    assert case.listener.of(case) == [
        ("accepted", None), ("dispatched", None), ("question", "请提供取件码：\n12 位"), ("progress", "已联系快递公司"),
        ("closed", "快件已找到"), ("closed", None), ("reopened", None), ("rejected", None),
    ]
    events = [one for one in case.listener.heard if one["subject"] == case.work_order]
    assert [one["data"]["round"] for one in events] == [0, 0, 0, 0, 0, 1, 1, 1]
    assert events[1]["data"]["department"] == DEPARTMENT
    assert [one["seq"] for one in events] == sorted({one["seq"] for one in events})


async def test_the_web_form_s_reply_and_status_are_one_event(case: Case) -> None:
    number = await case.files()
    await case.tracker.fills_the_form(number, "<p>已经修好。<br>请查看 &lt;三楼&gt;。</p>", "resolved")
    assert case.listener.of(case) == [("closed", "已经修好。\n请查看 <三楼>。")]


async def test_a_reply_without_words_says_nothing(case: Case) -> None:
    number = await case.files()
    await case.tracker.replies(number, "", "resolved")
    assert case.listener.of(case) == [("closed", None)]


async def test_what_the_gateway_missed_is_said_again(case: Case) -> None:
    number = await case.files()
    case.listener.away = True
    await case.tracker.replies(number, "已办", "resolved")
    assert (await case.tracker.ticket(number))["Status"] == "resolved"
    assert case.listener.of(case) == []
    case.listener.away = False
    await case.tracker.perl(str(PERL / "resend.pl"), "--hours", "1")
    assert case.listener.of(case) == [("closed", "已办")]


async def test_at_night_it_is_seen_what_no_event_told(case: Case) -> None:
    """With the id that the scrip gave it, so that it counts once if the event was stored after all."""
    numbers = {await case.files(): "resolved"}
    case.listener.away = True
    for status in ("rejected", "deleted", "open"):
        case.work_order = case.work_order[:-4] + f"{status[:4].upper()}"
        numbers[await case.files()] = status
    for number, status in numbers.items():
        await case.tracker.changes(number, Status=status)
    case.listener.away = False
    followed = [Followed(f"WO-{number}", number, "submitted") for number in (*numbers, "999999")]
    async with session() as http:
        rest = Rest(Caller(http, "rt", SystemClock()), Access(case.tracker.url, case.tracker.token, INTAKE))
        (found,) = [page async for page in Nights(rest).states(followed)]
        assert [page async for page in Nights(rest).changes(datetime.now(UTC))] == []
    assert [(event.type, event.data.status) for event in found] == [
        ("case.closed", "resolved"), ("case.rejected", "rejected"),
    ]
    await case.tracker.perl(str(PERL / "resend.pl"), "--hours", "1")
    said = {one["id"]: (one["type"], one["time"], one["seq"]) for one in case.listener.heard}
    assert "case.cancelled" in {type_ for type_, _, _ in said.values()}  # the deleted one, which RT finds for nobody
    assert [(event.type, event.time, event.seq) for event in found] == [said[event.id] for event in found]


async def test_staff_of_other_queues_hear_nothing_of_us(case: Case) -> None:
    before = len(case.listener.heard)
    number = await case.tracker.opens("General", "打印机坏了")
    await case.tracker.replies(number, "已修", "resolved")
    assert len(case.listener.heard) == before
