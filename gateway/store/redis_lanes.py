"""The lanes on Redis: gateway/store/lanes.py, operation by operation. lane.lua and lane_work.lua do the work."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.clock import Clock, Ids, to_ms
from gateway.messages import encode
from gateway.store.lanes import Changes, Dead, Ingested, LaneStats, Lease, Msg, Outcome
from gateway.store.limits import Limits
from gateway.store.redis_calls import Calls, raw
from gateway.store.redis_records import packed
from gateway.store.steady import Steady
from gateway.transcripts import Audit

DEFAULT_BATCH = 16


class RedisLanes:
    """LaneStore. A timer is named across all lanes; a dedupe id belongs to its (lane, key)."""

    def __init__(self, calls: Calls, clock: Clock, ids: Ids, limits: Limits) -> None:
        self._calls = calls
        self._time = Steady(clock)
        self._clock = clock
        self._ids = ids
        self._limits = limits

    @property
    def timers_held(self) -> bool:
        return self._time.held

    def accept_clock(self) -> None:
        self._time.accept()

    def _nonce(self, owner: str) -> str:
        return f"{owner}.{self._calls.stamp()}"

    async def ingest(
        self, lane: str, key: str, dedupe: str, body: bytes, *, owner: str = "", lease_ms: int = 10_000
    ) -> Ingested:
        outcome, seq, *lease = await self._calls.call(
            "ingest", lane=lane, key=key, dedupe=dedupe, body=body, nonce=self._nonce(owner) if owner else "",
            span=lease_ms, batch=DEFAULT_BATCH, cap=self._limits.mailbox_cap,
        )
        return Ingested(Outcome(outcome.decode()), seq, _lease(lane, lease[0]) if lease else None)

    async def claim(
        self, lane: str, owner: str, *, n: int = 32, batch: int = 16, lease_ms: int = 10_000, newest: int = 0
    ) -> list[Lease]:
        rows = await self._calls.call(
            "claim", lane=lane, nonce=self._nonce(owner), n=n, batch=batch, span=lease_ms, newest=newest,
            losses=self._limits.max_losses,
        )
        return [_lease(lane, row) for row in rows]

    async def commit(self, lease: Lease, changes: Changes, *, keep: bool = True) -> Lease | None:
        if changes.upto and all(msg.seq != changes.upto for msg in lease.msgs):
            raise ValueError(f"seq {changes.upto} is not an item of this lease")
        rows = await self._calls.call(
            "commit", **_held(lease), version=lease.version, upto=changes.upto, keep=keep,
            seqs=[msg.seq for msg in lease.msgs], state=changes.state, cancel=tuple(changes.cancel),
            emits=[(emit.lane, emit.key, emit.dedupe, raw(emit.body), emit.due) for emit in changes.emits],
            puts=[packed(put) for put in changes.puts],
            feeds=[(feed.feed, feed.id, raw(feed.body)) for feed in changes.feeds],
        )
        return _lease(lease.lane, rows[0]) if rows else None

    async def fail(self, lease: Lease, delay_ms: int, why: str) -> None:
        await self._calls.call(
            "fail", **_held(lease), first=lease.msgs[0].seq, delay=delay_ms, why=why, most=self._limits.max_attempts)

    async def defer(self, lease: Lease, delay_ms: int, why: str) -> None:
        await self._calls.call("defer", **_held(lease), delay=delay_ms)

    async def park(self, lease: Lease, why: str) -> None:
        await self._calls.call("put_aside", **_held(lease), first=lease.msgs[0].seq, why=why, parked=True)

    async def bury(self, lease: Lease, why: str) -> None:
        await self._calls.call("put_aside", **_held(lease), first=lease.msgs[0].seq, why=why, parked=False)

    async def release(self, lease: Lease) -> None:
        await self._calls.call("release", **_held(lease))

    async def renew(self, leases: Sequence[Lease], lease_ms: int = 10_000) -> set[tuple[str, str]]:
        lost = await self._calls.call("renew", span=lease_ms, leases=[_held(lease) for lease in leases])
        return {(leases[i - 1].lane, leases[i - 1].key) for i in lost}

    async def tick(self, n: int = 200) -> int:
        if self._time.check():
            return 0
        return int(await self._calls.call("tick", n=n))

    async def dead(
        self, lane: str | None = None, *, key: str | None = None, after: int = 0, n: int = 100
    ) -> list[Dead]:
        if key is None:
            lists = ["" if lane is None else f":{lane}"]
        elif lane is None:
            lists = [f":{name.decode()}:{key}" for name in await self._calls.call("lanes")]
        else:
            lists = [f":{lane}:{key}"]
        letters = [letter for one in lists for letter in await self._letters(one, after, n)]
        return sorted(letters, key=lambda letter: letter.id)[:n]

    async def _letters(self, wanted: str, after: int, n: int) -> list[Dead]:
        rows = await self._calls.call("dead", list=wanted, after=after, n=n)
        return [
            Dead(id, lane.decode(), key.decode(), seq, body, why.decode(), at, bool(parked))
            for id, lane, key, seq, body, why, at, parked in rows
        ]

    async def replay(self, dead_id: int, body: bytes | None = None) -> bool:
        return bool(await self._calls.call("replay", id=dead_id, body=body))

    async def discard(self, dead_id: int, who: str, why: str) -> bool:
        subject = self._ids.unique()  # stands in for the item, which only the script knows
        audit = Audit(self._ids.unique(), to_ms(self._clock.now()), who, "discard", subject, why)
        before, behind = encode(audit).split(subject.encode(), 1)
        return bool(await self._calls.call("discard", id=dead_id, audit=audit.id, before=before, behind=behind))

    async def state(self, lane: str, key: str) -> tuple[bytes, int]:
        state, version = await self._calls.call("state", lane=lane, key=key)
        return state, version

    async def stats(self) -> dict[str, LaneStats]:
        rows = {lane.decode(): LaneStats(*figures) for lane, *figures in await self._calls.call("stats")}
        return {lane: stats for lane, stats in sorted(rows.items()) if any(_figures(stats))}

    async def clean(self) -> int:
        return await self._calls.sweep("forget", age=self._limits.dedupe_ms)

    async def hand_back(self) -> int:
        """Every lease of this run, for others to take at once; no loss is counted (I11). Returns how many."""
        return int(await self._calls.call("hand_back", run=f".{self._calls.run}."))


def _held(lease: Lease) -> dict[str, Any]:
    return {"lane": lease.lane, "key": lease.key, "fence": lease.fence, "nonce": lease.nonce}


def _figures(stats: LaneStats) -> tuple[int, ...]:
    return stats.waiting, stats.leased, stats.parked, stats.dead, stats.timers


def _lease(lane: str, row: list[Any]) -> Lease:
    key, fence, nonce, until, attempts, losses, state, version, messages = row
    return Lease(
        lane, key.decode(), fence, nonce.decode(), until, attempts, losses, state, version,
        tuple(Msg(seq, body, dedupe.decode()) for seq, body, dedupe in messages),
    )
