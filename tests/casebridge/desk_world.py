"""A desk on a real store, with the workers that make it live."""
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from casebridge.desk import Desk
from casebridge.desk.case import DeskCase
from gateway.orders import CaseItem, CaseOp, Happened, StaffAction
from gateway.protocols import Handler
from gateway.store.sqlite import SqliteStore
from gateway.workers import LaneWorker
from tests.clock import ManualClock, SerialIds
from tests.until import until

WO = "WO-20261123-4KX7P2M9QD"
ORDER: dict[str, Any] = {"work_order_id": WO, "title": "占道", "content": "{{7*7}} <img onerror=alert(1)> %s"}

_items: msgspec.json.Decoder[CaseItem] = msgspec.json.Decoder(CaseItem)


@asynccontextmanager
async def opened(folder: Path, clock: ManualClock) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(folder / "huiyin.db", clock, SerialIds())
    await store.open()
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def working(store: SqliteStore, lane: str, handler: Handler) -> AsyncIterator[None]:
    """A lane's worker in the background."""
    worker = LaneWorker(lane, handler, store.lanes, store.shared, owner="test")
    task = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        await worker.drain(1.0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@dataclass
class World:
    store: SqliteStore
    desk: Desk
    clock: ManualClock

    async def case(self) -> DeskCase:
        record = await self.store.records.get("desk_case", WO)
        assert record is not None
        return msgspec.json.decode(record.body, type=DeskCase)

    async def send(self, name: Any, n: int = 0, **payload: Any) -> None:
        await self.desk.send(CaseOp(name, WO, n, payload or {"order": ORDER}, self.clock.ms()), None)

    async def settle(self, n: int) -> None:
        """Until the desk has noted n lines of history."""
        async def noted() -> bool:
            record = await self.store.records.get("desk_case", WO)
            return record is not None and len(msgspec.json.decode(record.body, type=DeskCase).history) >= n
        await until(noted)

    async def act(self, name: Any, id: str = "", *, text: str | None = None, department: str | None = None) -> None:
        await self.desk.act(WO, StaffAction(id or f"action-{name}", name, "clerk", department, text))

    async def told(self) -> list[Happened]:
        """What waits on lane `events`, in order; looks without consuming."""
        (lease,) = await self.store.lanes.claim("events", "reader", batch=100) or (None,)
        if lease is None:
            return []
        await self.store.lanes.release(lease)
        items = [_items.decode(msg.body) for msg in lease.msgs]
        return [item for item in items if isinstance(item, Happened)]
