"""A case system that is down for four hours at Beijing's peak: 130 hand-overs a minute, 31,200 that wait in the end.

The outage is played on a clock of its own, five seconds at a time; what follows once the system is back runs on the
real clock, while new hand-overs keep coming at the same rate. Store, gate, bridge, worker and webhook are the real
ones, the system is a process of its own (bench/bridge_system.py).
"""
from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import msgspec

from bench.bridge_kill import opened
from bench.bridge_system import Kept, System, system
from bench.disk import fsyncs_per_s
from bench.figures import latencies
from casebridge.bridge import LANE
from casebridge.calling import Caller, session
from casebridge.webhook import NAME, WebhookBackend
from gateway.clock import SystemClock, to_ms
from gateway.errors import SendError
from gateway.fellows import Fellows
from gateway.orders import CaseOp, OpName
from gateway.protocols import CaseBackend, Receipt, Repeat
from gateway.store.sqlite import SqliteStore
from gateway.wiring.handing import HandingOver
from gateway.workers import LaneWorker, Supervisor, Terms
from tests.bridge_child import site
from tests.until import until

HOURS, PER_MINUTE = 4.0, 130.0     # Beijing's peak: 31,200 in four hours
STEP_S = 5.0
COMMENTED = 6                      # every sixth is a citizen's word to the case filed five before
IDLE_S = 3.0
PROBE_S = 0.05                     # more than one call takes
LONGEST_DELAY_S = 40 * 60.0        # what was tried in vain comes back at the latest then
DRAIN_S = 1_800.0

Figures = dict[str, Any]


class Shifted:
    """gateway.clock.Clock: the real one, moved on by hand besides."""

    def __init__(self) -> None:
        self._real, self._ahead = SystemClock(), 0.0

    def now(self) -> datetime:
        return self._real.now() + timedelta(seconds=self._ahead)

    def monotonic(self) -> float:
        return self._real.monotonic() + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += seconds


@dataclass
class Watched:
    """protocols.CaseBackend that notes what became of every send. took: real seconds by key; failed: work orders."""

    backend: CaseBackend
    name: str = NAME
    sends: int = 0
    took: dict[str, float] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)

    def repeat(self, op: OpName) -> Repeat:
        return self.backend.repeat(op)

    async def send(self, op: CaseOp, known: str | None) -> Receipt:
        self.sends += 1
        try:
            receipt = await self.backend.send(op, known)
        except SendError:
            self.failed.add(op.work_order_id)
            raise
        self.took[op.key] = perf_counter()
        return receipt

    async def lookup(self, op: CaseOp, known: str | None) -> Receipt | None:
        return await self.backend.lookup(op, known)


@dataclass(slots=True)
class Books:
    """What was decided. keys: of each work order in order; filed: real seconds by key."""

    keys: dict[str, list[str]] = field(default_factory=dict)
    filed: dict[str, float] = field(default_factory=dict)

    def next(self, at: int) -> CaseOp:
        n = len(self.filed)
        comment = n % COMMENTED == COMMENTED - 1
        work_order = f"WO-20261123-{n - COMMENTED + 1 if comment else n:010d}"
        text = {"order": {"work_order_id": work_order, "title": "占道", "content": work_order, "fields": []}}
        payload: dict[str, Any] = {"text": "催一下", "urge": True} if comment else text
        op = CaseOp("comment" if comment else "submit", work_order, 2 if comment else 1, payload, at)
        self.keys.setdefault(work_order, []).append(op.key)
        self.filed[op.key] = perf_counter()
        return op


class Outage:
    """One run. `claims`: how often the worker was allowed to look for work while the system was down."""

    def __init__(self, store: SqliteStore, clock: Shifted, backend: Watched, there: System) -> None:
        self.store, self.clock, self.backend, self.there = store, clock, backend, there
        self.handing = HandingOver(backend, store, clock, 1.0)
        self.books = Books()
        self.claims = 0

    async def run(self, rows: int) -> Figures:
        supervisor = Supervisor()
        await self.handing.open(supervisor, Fellows(self.store.shared, many=False))
        terms: Terms = replace(self.handing.terms, room=self._room)
        worker = LaneWorker(LANE, self.handing.handle, self.store.lanes, self.store.shared, owner="o", terms=terms)
        supervisor.spawn("renew", worker.renew)
        supervisor.spawn("work", worker.run)
        try:
            waiting = await self._down(rows)
            back_s = await self._back()
            draining = await self._drained()
        finally:
            await worker.drain(5.0)
            await supervisor.close()
        return {"waiting": waiting, "back_after_s": back_s, "draining": draining, "found": await self._found()}

    def _room(self) -> int:
        room = self.handing.gate.room()
        self.claims += room > 0
        return room

    # --- down ---------------------------------------------------------------------------------------------------

    async def _down(self, rows: int) -> Figures:
        """Four hours on the clock, in which `rows` come and none goes; then a while in which nothing comes at all."""
        await self.there.tell("down")
        per_step = rows / (HOURS * 3600 / STEP_S)
        due = 0.0
        began, cpu = perf_counter(), process_time()
        while len(self.books.filed) < rows:
            due += per_step
            await self._step(min(int(due), rows) - len(self.books.filed))
        cpu_s, real_s = process_time() - cpu, perf_counter() - began
        claims = self.claims
        idle_cpu = await self._idles()
        stats = (await self.store.lanes.stats())[LANE]
        return {
            "rows": rows, "work_orders": len(self.books.keys), "waiting": stats.waiting, "sends": self.backend.sends,
            "claims": claims, "cpu_ms_per_row": round(cpu_s / rows * 1000, 3), "played_in_s": round(real_s, 1),
            "idle_claims": self.claims - claims, "idle_cpu_ms_per_s": round(idle_cpu / IDLE_S * 1000, 2),
        }

    async def _step(self, rows: int) -> None:
        """Five seconds later; whatever may be tried has been tried."""
        self.clock.advance(STEP_S)
        await asyncio.gather(*(self._files() for _ in range(rows)))
        await until(lambda: not self.handing.gate.room() or self.handing.gate.status.state == "well", 30.0)

    async def _files(self) -> str:
        op = self.books.next(to_ms(self.clock.now()))
        await self.store.lanes.ingest(LANE, op.work_order_id, op.key, msgspec.json.encode(op))
        return op.key

    async def _idles(self) -> float:
        """CPU of the process while everything waits and the clock, but for the real time, stands still."""
        cpu = process_time()
        await asyncio.sleep(IDLE_S)
        return process_time() - cpu

    # --- back ---------------------------------------------------------------------------------------------------

    async def _back(self) -> float:
        """Seconds of the clock until it is noticed that the system answers again."""
        await self.there.tell("up")
        waited = 0.0
        while self.handing.gate.status.state != "well":
            waited += STEP_S
            await self._step(0)
            await asyncio.sleep(PROBE_S)
        return waited

    async def _drained(self) -> Figures:
        """On the real clock, until all is handed over that was not tried in vain before, and new ones all the time."""
        old = [key for key in self.books.filed if key.partition(":")[0] not in self.backend.failed]
        late = len(self.books.filed) - len(old)
        began, cpu = perf_counter(), process_time()
        new: list[str] = []
        flowing = asyncio.create_task(self._flows(new))
        await until(lambda: self._took(old), DRAIN_S, 0.05)
        flowing.cancel()
        await asyncio.gather(flowing, return_exceptions=True)
        seconds, cpu_s = perf_counter() - began, process_time() - cpu
        await until(lambda: self._took(new), 60.0, 0.05)
        waits = [self.backend.took[key] - self.books.filed[key] for key in new]
        return {
            "rows": len(old), "seconds": round(seconds, 1), "per_s": round(len(old) / seconds, 1),
            "slowest_10_s_per_s": slowest([self.backend.took[key] - began for key in old]),
            "cpu_ms_per_row": round(cpu_s / (len(old) + len(new)) * 1000, 2),
            "new": len(new), "new_waits": latencies(waits), "late": late, "late_in_s": await self._late(),
        }

    async def _flows(self, new: list[str]) -> None:
        """130 a minute, one after the other, in real time."""
        began = perf_counter()
        while True:
            new.append(await self._files())
            await asyncio.sleep(max(0.0, began + len(new) * 60 / PER_MINUTE - perf_counter()))

    async def _late(self) -> float:
        """What was tried in vain waits for its own time; until then the clock is moved on."""
        began = perf_counter()
        self.clock.advance(LONGEST_DELAY_S)
        await until(lambda: self._took(list(self.books.filed)), 120.0, 0.05)
        return round(perf_counter() - began, 1)

    def _took(self, keys: list[str]) -> bool:
        return all(key in self.backend.took for key in reversed(keys))

    # --- the judge ----------------------------------------------------------------------------------------------

    async def _found(self) -> Figures:
        stats = await self.store.lanes.stats()
        left = stats[LANE].waiting + stats[LANE].dead + stats[LANE].parked if LANE in stats else 0
        return judged(self.books.keys, await self.there.tell("book")) | {"left": left}


def judged(wanted: dict[str, list[str]], cases: list[Kept]) -> Figures:
    """lost, doubled: operations; disordered: work orders."""
    there: dict[str, list[str]] = {}
    for case in cases:
        there.setdefault(case.work_order, []).extend(case.keys)
    times = Counter(key for keys in there.values() for key in keys)
    return {
        "lost": sum(key not in times for keys in wanted.values() for key in keys),
        "doubled": sum(n - 1 for n in times.values()),
        "disordered": sum(list(dict.fromkeys(there.get(name, []))) != [key for key in keys if key in times]
                          for name, keys in wanted.items()),
    }


def slowest(moments: list[float], span_s: float = 10.0) -> float:
    """The fewest a second in any of the whole spans from the beginning; in all the time where it is shorter."""
    counts = Counter(int(moment // span_s) for moment in moments)
    fewest = min((counts[n] / span_s for n in range(int(max(moments) // span_s))), default=len(moments) / max(moments))
    return round(fewest, 1)


@asynccontextmanager
async def standing(folder: Path) -> AsyncIterator[Outage]:
    """A bridge before a system that is up."""
    clock = Shifted()
    async with system("idempotent") as there, session() as http, opened(folder / "outage.db", clock) as store:
        caller = Caller(http, NAME, SystemClock())
        backend = WebhookBackend(caller, site(there.url, "idempotent"), SystemClock(), lambda template: None)
        yield Outage(store, clock, Watched(backend), there)


async def measure(folder: Path, rows: int) -> Figures:
    """An outage in which so many rows come. `folder` is empty."""
    async with standing(folder) as outage:
        return await outage.run(rows) | {"fsyncs_per_s": fsyncs_per_s(folder)}
