"""The lanes on SQLite: gateway/store/lanes.py, operation by operation.

Nothing happens here but handing over to the writer: sqlite_leases.py and sqlite_backlog.py do the work.
"""
from __future__ import annotations

from collections.abc import Sequence

from gateway.clock import Ids
from gateway.store import sqlite_backlog
from gateway.store.lanes import Changes, Dead, Emit, Ingested, LaneStats, Lease
from gateway.store.limits import Limits
from gateway.store.sqlite_leases import Leases, Wanted
from gateway.store.sqlite_writer import Writer
from gateway.store.steady import Steady
from gateway.transcripts import Audit


class SqliteLanes:
    """LaneStore. A timer is named across all lanes; a dedupe id belongs to its (lane, key)."""

    def __init__(self, writer: Writer, time: Steady, ids: Ids, limits: Limits) -> None:
        self._writer = writer
        self._time = time
        self._ids = ids
        self._limits = limits
        self._leases = Leases(time, limits, ids.unique())

    async def ingest(
        self, lane: str, key: str, dedupe: str, body: bytes, *, owner: str = "", lease_ms: int = 10_000
    ) -> Ingested:
        return await self._writer.write(self._leases.ingest, Emit(lane, key, dedupe, body), owner, lease_ms)

    async def claim(
        self, lane: str, owner: str, *, n: int = 32, batch: int = 16, lease_ms: int = 10_000, newest: int = 0
    ) -> list[Lease]:
        return await self._writer.write(self._leases.claim, Wanted(lane, n, newest), owner, batch, lease_ms)

    async def commit(self, lease: Lease, changes: Changes, *, keep: bool = True) -> Lease | None:
        if changes.upto and all(msg.seq != changes.upto for msg in lease.msgs):
            raise ValueError(f"seq {changes.upto} is not an item of this lease")
        return await self._writer.write(self._leases.commit, lease, changes, keep)

    async def fail(self, lease: Lease, delay_ms: int, why: str) -> None:
        await self._writer.write(self._leases.fail, lease, delay_ms, why)

    async def defer(self, lease: Lease, delay_ms: int, why: str) -> None:
        await self._writer.write(self._leases.give_back, lease, delay_ms)

    async def park(self, lease: Lease, why: str) -> None:
        await self._writer.write(self._leases.put_aside, lease, why, True)

    async def bury(self, lease: Lease, why: str) -> None:
        await self._writer.write(self._leases.put_aside, lease, why, False)

    async def release(self, lease: Lease) -> None:
        await self._writer.write(self._leases.release, lease)

    async def renew(self, leases: Sequence[Lease], lease_ms: int = 10_000) -> set[tuple[str, str]]:
        return await self._writer.write(self._leases.renew, leases, lease_ms)

    async def tick(self, n: int = 200) -> int:
        if self._time.check():
            return 0
        return await self._writer.write(sqlite_backlog.tick, self._time, n, long=True)

    async def dead(
        self, lane: str | None = None, *, key: str | None = None, after: int = 0, n: int = 100
    ) -> list[Dead]:
        return await self._writer.read(sqlite_backlog.dead, lane, key, after, n, long=True)

    async def replay(self, dead_id: int, body: bytes | None = None) -> bool:
        return await self._writer.write(sqlite_backlog.replay, self._time, dead_id, body)

    async def discard(self, dead_id: int, who: str, why: str) -> bool:
        audit = Audit(self._ids.unique(), self._time.wall(), who, "discard", "", why)
        return await self._writer.write(sqlite_backlog.discard, self._time, dead_id, audit)

    async def state(self, lane: str, key: str) -> tuple[bytes, int]:
        return await self._writer.read(sqlite_backlog.state, lane, key)

    async def stats(self) -> dict[str, LaneStats]:
        return await self._writer.read(sqlite_backlog.stats, self._time.now(), long=True)

    async def clean(self) -> int:
        return await self._writer.sweep(sqlite_backlog.forget, self._time.now() - self._limits.dedupe_ms)
