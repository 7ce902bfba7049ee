"""What every case backend does, one row each. A backend is a factory: a folder → the backend, the outside it talks to,
seen through `history` and `text`, and the way there, which fails as a test says."""
from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from casebridge.calling import Caller, Times, session
from casebridge.desk import Desk
from casebridge.desk.case import DeskCase
from casebridge.open311 import Open311
from casebridge.open311.backend import Abilities
from casebridge.open311.client import Access, Client
from casebridge.open311.services import ORDER_FIELDS, Attribute, Catalogue, Service
from casebridge.open311.submission import Manners
from casebridge.rt import Access as RtAccess
from casebridge.rt import Rest, Rt
from casebridge.signing import Secrets
from casebridge.webhook import Site, WebhookBackend
from casebridge.wording import URGED
from gateway.clock import SystemClock
from gateway.errors import Busy, NotFound, Paused, Rejected, Retry, SendError, Uncertain
from gateway.orders import CaseOp, StaffAction
from gateway.protocols import CaseBackend, CaseDesk
from simulators.case.server import serve
from simulators.case.settings import OPERATIONS_SECRET
from simulators.open311.office import Update
from tests.casebridge.desk_world import opened, working
from tests.casebridge.open311_world import world
from tests.casebridge.request_tracker import INTAKE, RequestTracker
from tests.clock import ManualClock
from tests.contracts.way import Way, way
from tests.until import until

HOSTILE = "{{7*7}} {% include 'x' %} <img src=x onerror=alert(1)> %s ${jndi:ldap://x}\r\n\u202e\u0000"


@dataclass
class Row:
    """`history(id)`: the operations the backend has applied, in order; `text(id)`: the words of the last comment;
    `carried`: what of any words its format can hold; `cases(id)`: how often it was created; `way`: None for a
    backend that nothing stands before."""

    backend: CaseBackend
    desk: CaseDesk | None
    history: Callable[[str], Awaitable[list[str]]]
    text: Callable[[str], Awaitable[str | None]]
    carried: Callable[[str], str] = str
    way: Way | None = None
    cases: Callable[[str], int] | None = None


@asynccontextmanager
async def desk(folder: Path) -> AsyncIterator[Row]:
    clock = ManualClock()
    async with opened(folder, clock) as store:
        backend = Desk(store.lanes, store.records, clock)

        async def case(id: str) -> DeskCase | None:
            record = await store.records.get("desk_case", id)
            return msgspec.json.decode(record.body, type=DeskCase) if record else None

        async def history(id: str) -> list[str]:
            found = await case(id)
            return [line.what for line in found.history] if found else []

        async def text(id: str) -> str | None:
            found = await case(id)
            return found.history[-1].text if found else None

        async with working(store, "desk", backend.handle):
            yield Row(backend, backend, history, text)


@asynccontextmanager
async def open311(folder: Path) -> AsyncIterator[Row]:
    """One service that wants our number alone; a server shows what it was given in its own lists."""
    plain = Catalogue({}, Service("general", {"work_order_id": Attribute("work_order_id", ORDER_FIELDS[0])}))
    async with world(catalogue=plain) as here, way(here.server.url.removesuffix("/v2")) as there, session() as http:
        access = Access(f"{there.url}/v2", here.office.key)
        client = Client(Caller(http, "open311", here.clock, Times(2.0, 5.0)), access)
        backend = Open311(
            client, plain, here.clock, here.alarms.append, Manners(public=False), Abilities(lookup=True))

        def numbers(id: str) -> list[str]:
            return [one.id for one in here.office.requests.values() if id in one.form["description"]]

        def posted(id: str) -> list[Update]:
            return [one for one in here.office.updates if one.request in numbers(id)]

        async def history(id: str) -> list[str]:
            names = ["urge" if one.text.startswith(URGED) else one.id.split("-")[3] for one in posted(id)]
            return ["submit", *names] if numbers(id) else []

        async def text(id: str) -> str | None:
            return posted(id)[-1].text

        yield Row(
            backend, None, history, text, lambda words: words.replace("\u0000", ""), there,
            lambda id: len(numbers(id)))
        assert here.alarms == []


@asynccontextmanager
async def webhook(folder: Path) -> AsyncIterator[Row]:
    clock = ManualClock()
    async with serve(clock, "http://127.0.0.1:9") as served, way(served.url) as there, session() as http:
        book = served.system.book
        site = Site(f"{there.url}/operations", f"{there.url}/cases", "http://gateway", Secrets([OPERATIONS_SECRET]))
        alarms: list[str] = []
        backend = WebhookBackend(Caller(http, "webhook", clock, Times(2.0, 5.0)), site, clock, alarms.append)

        async def history(id: str) -> list[str]:
            return [name for case in book.find(id) for name in case.names]

        async def text(id: str) -> str | None:
            told = book.find(id)[-1].operations[-1].data["text"]
            return str(told)

        yield Row(backend, None, history, text, way=there, cases=lambda id: len(book.find(id)))
        assert alarms == []


@asynccontextmanager
async def rt(tracker: RequestTracker) -> AsyncIterator[Row]:
    """The real one. Its first submission asks for the queue's fields; that is over before a test begins."""
    async with way(tracker.url) as there, session() as http:
        access = RtAccess(there.url, tracker.token, INTAKE)
        alarms: list[str] = []
        backend = Rt(Rest(Caller(http, "rt", SystemClock()), access), "https://hotline.example", alarms.append)
        await backend.send(op("submit", wo="WO-20261123-00000FIRST"), None)

        async def history(id: str) -> list[str]:
            said = [one for one in tracker.said(id) if one.type == "Create" or one.key]
            return ["urge" if URGED in one.text else (one.key or ":submit").split(":")[1] for one in said]

        async def text(id: str) -> str | None:
            return [one.text for one in tracker.said(id) if one.key][-1].removeprefix("市民补充：")

        def cases(id: str) -> int:
            return sum(one.type == "Create" for one in tracker.said(id))

        yield Row(
            backend, None, history, text, lambda words: words.replace("\r", "").replace("\u0000", ""), there, cases)
        assert alarms == []
        tracker.forgets()


ROWS: dict[str, Callable[[Any], AbstractAsyncContextManager[Row]]] = {
    "desk": desk, "open311": open311, "rt": rt, "webhook": webhook,
}
SLOW = {"rt": "tracker"}  # what it needs in place of a folder


@pytest.fixture(params=[pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in ROWS])
def opening(request: pytest.FixtureRequest) -> AbstractAsyncContextManager[Row]:
    return ROWS[request.param](request.getfixturevalue(SLOW.get(request.param, "tmp_path")))


@pytest.fixture
async def row(opening: AbstractAsyncContextManager[Row]) -> AsyncIterator[Row]:
    async with opening as made:
        yield made


def op(name: Any, n: int = 0, wo: str = "WO-20261123-4KX7P2M9QD", **payload: Any) -> CaseOp:
    return CaseOp(name, wo, n, payload or {"order": {"work_order_id": wo}}, ManualClock().ms())


async def shows(row: Row, *history: str, wo: str = "WO-20261123-4KX7P2M9QD") -> None:
    async def there() -> bool:
        return await row.history(wo) == list(history)
    await until(there)


async def test_it_names_itself_and_says_what_a_repeat_does(row: Row) -> None:
    assert row.backend.name in ROWS
    assert row.backend.repeat("submit") in ("idempotent", "lookup", "neither")


async def test_a_submission_is_acknowledged_with_its_own_number_and_found_again(row: Row) -> None:
    receipt = await row.backend.send(op("submit"), None)
    await shows(row, "submit")
    assert receipt.external_id
    assert await row.backend.lookup(op("submit"), None) == receipt


async def test_nothing_is_found_that_was_never_sent(row: Row) -> None:
    assert await row.backend.lookup(op("submit", wo="WO-20261123-0000000000"), None) is None


async def test_the_same_key_again_gives_the_same_receipt_and_one_case(row: Row) -> None:
    if row.backend.repeat("submit") != "idempotent":
        return
    first = await row.backend.send(op("submit"), None)
    assert await row.backend.send(op("submit"), None) == first
    await row.backend.send(op("comment", 1, text="a", urge=False), None)
    await row.backend.send(op("comment", 1, text="a", urge=False), None)
    await shows(row, "submit", "comment")


async def test_operations_of_a_case_are_applied_in_order(row: Row) -> None:
    for sent in (
        op("submit"), op("comment", 1, text="a", urge=False), op("comment", 2, text="b", urge=True),
        op("rating", 3, work_order_id="WO-20261123-4KX7P2M9QD", round=0, resolved="no"),
        op("rework", 1, round=1, reason="r"), op("withdraw", 4, reason=None),
    ):
        await row.backend.send(sent, None)
    await shows(row, "submit", "comment", "urge", "rating", "rework", "withdraw")


async def test_cases_do_not_know_each_other(row: Row) -> None:
    other = "WO-20261123-ZZZZZZZZZZ"
    await row.backend.send(op("submit"), None)
    await row.backend.send(op("submit", wo=other), None)
    await row.backend.send(op("comment", 1, wo=other, text="x", urge=False), None)
    await shows(row, "submit", "comment", wo=other)
    await shows(row, "submit")


async def test_words_arrive_literally(row: Row) -> None:
    await row.backend.send(op("submit"), None)
    await row.backend.send(op("comment", 1, text=HOSTILE, urge=False), None)
    await shows(row, "submit", "comment")
    assert await row.text("WO-20261123-4KX7P2M9QD") == row.carried(HOSTILE)


async def test_an_embedded_desk_offers_acts_and_refuses_unknown_cases(row: Row) -> None:
    if row.desk is None:
        return
    await row.backend.send(op("submit"), None)
    await shows(row, "submit")
    assert "accept" in await row.desk.allowed("WO-20261123-4KX7P2M9QD")
    with pytest.raises(NotFound):
        await row.desk.act("WO-20261123-0000000000", StaffAction("action-1", "accept", "clerk"))


# --- the way there fails ------------------------------------------------------------------------------------

async def refused(row: Row, sent: CaseOp) -> SendError:
    with pytest.raises(SendError) as caught:
        await row.backend.send(sent, None)
    return caught.value


async def test_while_nobody_answers_it_is_tried_again_and_nothing_arrived(row: Row) -> None:
    if row.way is None:
        return
    await row.way.close()
    assert type(await refused(row, op("submit"))) is Retry
    await row.way.open()
    assert await row.backend.lookup(op("submit"), None) is None
    await row.backend.send(op("submit"), None)
    await shows(row, "submit")


async def test_an_answer_that_is_lost_leaves_the_outcome_open_and_one_case_in_the_end(row: Row) -> None:
    if row.way is None or row.cases is None:
        return
    row.way.lost = 1
    assert type(await refused(row, op("submit"))) is Uncertain
    found = await row.backend.lookup(op("submit"), None)
    assert found is not None
    if row.backend.repeat("submit") == "idempotent":
        assert (await row.backend.send(op("submit"), None)).external_id == found.external_id
    assert row.cases("WO-20261123-4KX7P2M9QD") == 1


REFUSALS: list[tuple[int, dict[str, str], type[SendError], float | None]] = [
    (401, {}, Paused, None), (403, {}, Paused, None), (302, {"Location": "/login"}, Paused, None),
    (422, {}, Rejected, None), (503, {"Retry-After": "77"}, Retry, 77.0), (429, {"Retry-After": "77"}, Busy, 77.0),
    (409, {}, Busy, None), (500, {}, Uncertain, None), (502, {"Content-Type": "text/html"}, Uncertain, None),
]


async def test_a_refusal_says_what_to_do_next(row: Row) -> None:
    if row.way is None:
        return
    for status, headers, error, after_s in REFUSALS:
        row.way.instead.append((status, headers))
        caught = await refused(row, op("submit"))
        assert (type(caught), caught.after_s) == (error, after_s), status
    assert await row.history("WO-20261123-4KX7P2M9QD") == []
