"""HOSTILE.md 41, 42, 44 and 47 from the lane to the case system and back: whatever it answers, nothing counts as handed
over that is not, nothing is there twice, and what nobody can tell waits for a person. 43 is test_bridge_outage.py."""
from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from casebridge.bridge import LANE, Bridge
from casebridge.calling import ANSWER_S, Caller, Times, session
from casebridge.gate import Gate
from casebridge.signing import Secrets
from casebridge.webhook import NAME, Site, WebhookBackend
from gateway.clock import RandomIds
from gateway.console.door import Journal
from gateway.console.letters import Letters
from gateway.errors import Rejected, Retry, SendError, Uncertain
from gateway.orders import CaseOp, OpName
from gateway.protocols import Receipt, Repeat
from gateway.store.limits import DEFAULT_LIMITS
from gateway.store.sqlite import SqliteStore
from simulators.case.faults import Fault
from simulators.case.server import Served, serve
from simulators.case.settings import OPERATIONS_SECRET
from tests.casebridge.desk_world import opened, working
from tests.casebridge.hand_over import Backend
from tests.clock import ManualClock
from tests.until import until

EXAMPLE: dict[str, Any] = json.loads(Path("tests/data/work-order.example.json").read_text("utf-8"))
NOBODY = "http://127.0.0.1:9"
POISON, WELL = "WO-20261123-0000000666", "WO-20261123-0000000777"
PATIENT, SHORT = Times(2.0, 5.0), Times(2.0, 0.3)
HOUR_S = 3_600.0
REPEATS: tuple[Repeat, ...] = ("idempotent", "lookup", "neither")


@dataclass(frozen=True)
class Hostile:
    """number: of HOSTILE.md; befalls: the first send; raises: what becomes of it; doubt: where repeats are not known
    and nobody can be asked, it is in doubt; there: it has an effect over there all the same."""

    number: int
    befalls: Fault
    raises: str
    doubt: bool = False
    there: bool = False

    @property
    def times(self) -> Times:
        return SHORT if self.befalls.kind in ("hang", "drip", "slow") else PATIENT


ROWS = (
    Hostile(41, Fault("500"), "Retry", doubt=True),
    Hostile(41, Fault("html_502"), "Retry", doubt=True),
    Hostile(41, Fault("error_200"), "Retry", doubt=True, there=True),
    Hostile(41, Fault("html_200"), "Retry", doubt=True, there=True),
    Hostile(41, Fault("no_id"), "Retry", doubt=True, there=True),
    Hostile(41, Fault("huge"), "Retry", doubt=True, there=True),
    Hostile(41, Fault("login"), "Paused"),
    Hostile(41, Fault("401"), "Paused"),
    Hostile(41, Fault("503", seconds=60), "Retry"),
    Hostile(41, Fault("429", seconds=60), "Busy"),
    Hostile(41, Fault("409"), "Busy"),
    Hostile(41, Fault("422"), "Rejected"),
    Hostile(42, Fault("hang"), "Retry", doubt=True, there=True),
    Hostile(42, Fault("drip"), "Retry", doubt=True, there=True),  # a byte at a time
    Hostile(42, Fault("slow", seconds=3.0), "Retry", doubt=True, there=True),
    Hostile(42, Fault("reset_after"), "Retry", doubt=True, there=True),
    Hostile(42, Fault("reset_before"), "Retry", doubt=True),
)


@dataclass
class World:
    """A bridge to a case system that is as the rows say; the lane is worked by hand, one send at a time."""

    repeat: Repeat
    served: Served
    store: SqliteStore
    clock: ManualClock
    http: Any

    def starts(self, times: Times = PATIENT) -> Bridge:
        """A new one, which holds nothing of the rows before against the system."""
        asked = f"{self.served.url}/cases" if self.repeat == "lookup" else ""
        site = Site(f"{self.served.url}/operations", asked, NOBODY, Secrets([OPERATIONS_SECRET]), self.repeat)
        backend = WebhookBackend(Caller(self.http, NAME, self.clock, times), site, self.clock, lambda template: None)
        gate = Gate(NAME, self.store.records, self.clock)
        return Bridge(backend, gate, self.store.lanes, self.store.records, self.clock)

    async def decides(self, number: str) -> None:
        op = CaseOp("submit", number, 1, {"order": {**EXAMPLE, "work_order_id": number}}, self.clock.ms())
        await self.store.lanes.ingest(LANE, number, op.key, msgspec.json.encode(op))

    async def sends(self, bridge: Bridge) -> str:
        """What becomes of the one operation that is ready: `taken`, or the name of its error; `waits`: none is."""
        leases = await self.store.lanes.claim(LANE, "w")
        if not leases:
            return "waits"
        (lease,) = leases
        try:
            await self.store.lanes.commit(lease, await bridge.handle(lease))
        except Rejected as error:
            await self.store.lanes.bury(lease, error.why)
            return "Rejected"
        except Uncertain as error:
            await self.store.lanes.park(lease, error.why)
            return "Uncertain"
        except SendError as error:
            await self.store.lanes.defer(lease, int((error.after_s or 30) * 1000), error.why)
            return type(error).__name__
        return "taken"

    async def receipts(self, number: str) -> int:
        return len(await self.store.records.find("receipt", "work_order", number))

    def there(self, number: str) -> int:
        return len(self.served.system.book.find(number))


@asynccontextmanager
async def world(folder: Path, repeat: Repeat) -> AsyncIterator[World]:
    clock = ManualClock()
    async with serve(clock, NOBODY, repeats=repeat) as served, session() as http, opened(folder, clock) as store:
        yield World(repeat, served, store, clock, http)


async def judged(here: World, row: Hostile, number: str) -> list[str]:
    """What is wrong, in words."""
    doubt = here.repeat == "neither" and row.doubt
    here.served.system.faults.add(replace(row.befalls))
    await here.decides(number)
    seen: dict[str, tuple[object, object]] = {
        "first": (await here.sends(here.starts(row.times)), "Uncertain" if doubt else row.raises),
        "receipts before it was taken": (await here.receipts(number), 0),
        "there after the first": (here.there(number), int(row.there)),
    }
    again = here.starts()
    here.clock.advance(HOUR_S)
    ended = doubt or row.raises == "Rejected"
    letters = await here.store.lanes.dead(LANE, key=number)
    seen |= {
        "in doubt": ([one.parked for one in letters], [doubt] if ended else []),
        "then": (await here.sends(again), "waits" if ended else "taken"),
        "there in the end": (here.there(number), int(row.there if ended else True)),
        "receipts in the end": (await here.receipts(number), int(not ended)),
    }
    return [f"{row.number} {row.befalls.kind}, {here.repeat}: {what}: {is_}, not {should}"
            for what, (is_, should) in seen.items() if is_ != should]


@pytest.fixture
def folders(tmp_path: Path) -> Mapping[Repeat, Path]:
    made = {repeat: tmp_path / repeat for repeat in REPEATS}
    for folder in made.values():
        folder.mkdir()
    return made


async def test_no_answer_is_taken_for_success_and_none_makes_a_second_case(folders: Mapping[Repeat, Path]) -> None:
    async def all_rows(repeat: Repeat) -> list[str]:
        async with world(folders[repeat], repeat) as here:
            return [wrong for n, row in enumerate(ROWS) for wrong in await judged(here, row, f"WO-20261123-{n:010d}")]

    found = await asyncio.gather(*(all_rows(repeat) for repeat in REPEATS))
    assert [wrong for some in found for wrong in some] == []


async def test_42_what_was_under_way_when_the_gateway_died_is_looked_up_once_no_answer_is_due(
    folders: Mapping[Repeat, Path]
) -> None:
    """It may take effect only now: looked up at once it would not be found, and would be sent a second time."""
    async with world(folders["lookup"], "lookup") as here:
        await here.decides(WELL)
        (lease,) = await here.store.lanes.claim(LANE, "w")
        await here.store.lanes.release(lease)  # as the start does with what was under way
        here.clock.advance(1)
        bridge = here.starts()
        assert await here.sends(bridge) == "Retry"
        assert here.served.system.counts.total() == 0
        here.clock.advance(ANSWER_S)
        assert await here.sends(bridge) == "taken"
        await here.decides(POISON)
        assert await here.sends(here.starts()) == "taken", "what was never taken up need not wait"


# --- 47: a row that always raises ---------------------------------------------------------------------------

class Poisoned(Backend):
    async def send(self, op: CaseOp, known: str | None) -> Receipt:
        receipt = await super().send(op, known)
        if op.work_order_id == POISON:
            raise ZeroDivisionError(op.key)
        return receipt


def has_sent(backend: Backend, times: int) -> bool:
    return len(backend.sent) == times


async def test_47_a_row_that_always_raises_holds_up_nobody_and_ends_where_people_see_it(tmp_path: Path) -> None:
    clock, backend = ManualClock(), Poisoned()
    async with opened(tmp_path, clock) as store:
        gate = Gate(backend.name, store.records, clock)
        bridge = Bridge(backend, gate, store.lanes, store.records, clock)

        async def decide(number: str, name: OpName, n: int) -> None:
            op = CaseOp(name, number, n, {}, clock.ms())
            await store.lanes.ingest(LANE, number, op.key, msgspec.json.encode(op))

        await decide(POISON, "submit", 1)
        await decide(POISON, "comment", 2)
        for n in range(1, DEFAULT_LIMITS.max_attempts + 1):
            await decide(WELL, "submit" if n == 1 else "comment", n)
            async with working(store, LANE, bridge.handle):
                await until(partial(has_sent, backend, 2 * n))
            clock.advance(31)
        assert backend.sent.count(f"{POISON}:submit:1") == DEFAULT_LIMITS.max_attempts
        shown = await Letters(store.lanes, Journal(store.lanes, clock, RandomIds()), clock).all(LANE)
        assert [(one.op, one.parked, one.why) for one in shown] == [("submit", False, "ZeroDivisionError")]
        assert gate.status.state == "well"
        clock.advance(HOUR_S)
        (behind,) = await store.lanes.claim(LANE, "w")
        with pytest.raises(Retry, match="behind a submission"):
            await bridge.handle(behind)
