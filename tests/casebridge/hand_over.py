"""A case system that answers as told, and a bridge to it on a real store."""
from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from casebridge.bridge import LANE, Bridge
from casebridge.gate import Gate
from gateway.errors import Rejected, SendError, Uncertain
from gateway.orders import CaseOp, OpName
from gateway.protocols import Lease, Receipt, Repeat
from gateway.store.lanes import Dead, Msg
from gateway.store.sqlite import SqliteStore
from tests.casebridge.desk_world import opened
from tests.clock import ManualClock

WO = "WO-20261123-4KX7P2M9QD"


@dataclass
class Backend:
    """protocols.CaseBackend that remembers what it was sent. `answers` come first; then it takes everything."""

    promise: Repeat = "idempotent"
    answers: list[SendError | None] = field(default_factory=list)
    found: Receipt | SendError | None = None
    name: str = "scripted"
    sent: list[str] = field(default_factory=list)
    knew: list[str | None] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def repeat(self, op: OpName) -> Repeat:
        return self.promise

    async def send(self, op: CaseOp, known: str | None) -> Receipt:
        self.sent.append(op.key)
        self.knew.append(known)
        error = self.answers.pop(0) if self.answers else None
        if error:
            raise error
        return Receipt("C-1" if op.op == "submit" else f"C-1/{op.n}", self.name)

    async def lookup(self, op: CaseOp, known: str | None) -> Receipt | None:
        self.asked.append(op.key)
        if isinstance(self.found, SendError):
            raise self.found
        return self.found


def lease(clock: ManualClock, *ops: Any, age_s: float = 0, state: bytes = b"") -> Lease:
    msgs = [Msg(7 + n, msgspec.json.encode(CaseOp(op, WO, n, {}, clock.ms(-age_s)))) for n, op in enumerate(ops)]
    return Lease("case", WO, 1, "n", 0, 0, 0, state, 0, tuple(msgs))


@dataclass
class Case:
    """A bridge whose lane is worked by hand: `work` does what a lane's worker does, one item at a time."""

    store: SqliteStore
    clock: ManualClock
    backend: Backend

    def __post_init__(self) -> None:
        self.gate = Gate(self.backend.name, self.store.records, self.clock)
        self.bridge = Bridge(self.backend, self.gate, self.store.lanes, self.store.records, self.clock)

    async def decide(self, *ops: OpName, wo: str = WO) -> None:
        """Operations of a case, as gateway/cases.py emits them."""
        for n, name in enumerate(ops, start=1):
            op = CaseOp(name, wo, n, {}, self.clock.ms())
            await self.store.lanes.ingest(LANE, wo, op.key, msgspec.json.encode(op))

    async def work(self) -> list[str]:
        """Until nothing is ready; what was raised, by name."""
        raised = []
        while leases := await self.store.lanes.claim(LANE, "w"):
            for one in leases:
                raised += await self._turns(one)
        return raised

    async def _turns(self, lease: Lease) -> list[str]:
        try:
            following = await self.store.lanes.commit(lease, await self.bridge.handle(lease))
        except SendError as error:
            await self._settle(lease, error)
            return [type(error).__name__]
        return await self._turns(following) if following else []

    async def _settle(self, lease: Lease, error: SendError) -> None:
        match error:
            case Rejected():
                await self.store.lanes.bury(lease, error.why)
            case Uncertain():
                await self.store.lanes.park(lease, error.why)
            case _:
                await self.store.lanes.defer(lease, int((error.after_s or 30) * 1000), error.why)

    async def dead(self) -> list[Dead]:
        return await self.store.lanes.dead(LANE)


@asynccontextmanager
async def case(folder: Path, backend: Backend) -> AsyncIterator[Case]:
    clock = ManualClock()
    async with opened(folder, clock) as store:
        yield Case(store, clock, backend)
