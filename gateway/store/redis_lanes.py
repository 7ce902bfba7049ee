"""The lanes on Redis: gateway/store/lanes.py, operation by operation. lane.lua and lane_work.lua do the work."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.clock import Clock, Ids, to_ms
from gateway.messages import encode
from gateway.store.lanes import Changes, Dead, Ingested, LaneStats, Lease, Msg, Outcome
from gateway.store.limits import Limits
from gateway.store.redis_calls import Calls
from gateway.store.redis_gather import Gather, Leasing
from gateway.store.redis_shards import by_shard, divided, whole
from gateway.store.steady import Steady
from gateway.transcripts import Audit

DEFAULT_BATCH = 16


class RedisLanes:
    """LaneStore. A timer is named across all lanes; a dedupe id belongs to its (lane, key)."""

    def __init__(self, calls: Calls, gather: Gather, clock: Clock, ids: Ids, limits: Limits) -> None:
        self._calls = calls
        self._gather = gather
        self._time = Steady(clock)
        self._clock = clock
        self._ids = ids
        self._limits = limits

    @property
    def timers_held(self) -> bool:
        return self._time.held or self._gather.apart

    def accept_clock(self) -> None:
        self._time.accept()

    def _nonce(self, owner: str) -> str:
        return f"{owner}.{self._calls.stamp()}"

    async def ingest(
        self, lane: str, key: str, dedupe: str, body: bytes, *, owner: str = "", lease_ms: int = 10_000
    ) -> Ingested:
        outcome, seq, *lease = await self._calls.call(
            "ingest", shard=self._calls.home(key), lane=lane, key=key, dedupe=dedupe, body=body,
            nonce=self._nonce(owner) if owner else "", span=lease_ms, batch=DEFAULT_BATCH, cap=self._limits.mailbox_cap,
        )
        return Ingested(Outcome(outcome.decode()), seq, _lease(lane, lease[0]) if lease else None)

    async def claim(
        self, lane: str, owner: str, *, n: int = 32, batch: int = 16, lease_ms: int = 10_000, newest: int = 0
    ) -> list[Lease]:
        how = Leasing(lane, self._nonce(owner), batch, lease_ms, self._limits.max_losses)
        return [_lease(lane, row) for row in await self._gather.claim(how, n, newest)]

    async def commit(self, lease: Lease, changes: Changes, *, keep: bool = True) -> Lease | None:
        if changes.upto and all(msg.seq != changes.upto for msg in lease.msgs):
            raise ValueError(f"seq {changes.upto} is not an item of this lease")
        shards, here = self._calls.shards, self._calls.home(lease.key)
        rows = await self._calls.call(
            "commit", shard=here, **_held(lease), version=lease.version, upto=changes.upto, keep=keep,
            seqs=[msg.seq for msg in lease.msgs], state=changes.state,
            **(whole(changes) if shards == 1 else divided(changes, here, shards)),
        )
        return _lease(lease.lane, rows[0]) if rows else None

    async def fail(self, lease: Lease, delay_ms: int, why: str) -> None:
        await self._on(
            lease, "fail", first=lease.msgs[0].seq, delay=delay_ms, why=why, most=self._limits.max_attempts)

    async def defer(self, lease: Lease, delay_ms: int, why: str) -> None:
        await self._on(lease, "defer", delay=delay_ms)

    async def park(self, lease: Lease, why: str) -> None:
        await self._on(lease, "put_aside", first=lease.msgs[0].seq, why=why, parked=True)

    async def bury(self, lease: Lease, why: str) -> None:
        await self._on(lease, "put_aside", first=lease.msgs[0].seq, why=why, parked=False)

    async def release(self, lease: Lease) -> None:
        await self._on(lease, "release")

    async def _on(self, lease: Lease, operation: str, **args: Any) -> None:
        await self._calls.call(operation, shard=self._calls.home(lease.key), **_held(lease), **args)

    async def renew(self, leases: Sequence[Lease], lease_ms: int = 10_000) -> set[tuple[str, str]]:
        """On a Cluster, of those on a node that does not answer nothing is known, so they are not named."""
        parts = by_shard([lease.key for lease in leases], self._calls.shards)
        answers = await self._gather.some({
            shard: ("renew", {"span": lease_ms, "leases": [_held(leases[i]) for i in places]})
            for shard, places in parts.items()})
        lost = [leases[parts[shard][i - 1]] for shard, numbers in answers.items() for i in numbers]
        return {(lease.lane, lease.key) for lease in lost}

    async def tick(self, n: int = 200) -> int:
        if self._time.check():
            return 0
        return await self._gather.tick(n, self._time.wall())

    async def dead(
        self, lane: str | None = None, *, key: str | None = None, after: int = 0, n: int = 100
    ) -> list[Dead]:
        if key is None:
            wanted = "" if lane is None else f":{lane}"
            parts = await self._calls.every("dead", list=wanted, after=after, n=n)
        else:
            here = self._calls.home(key)
            lanes = [lane] if lane else [name.decode() for name in await self._calls.call("lanes", shard=here)]
            parts = [
                await self._calls.call("dead", shard=here, list=f":{name}:{key}", after=after, n=n) for name in lanes]
        return sorted((_letter(row) for part in parts for row in part), key=lambda letter: letter.id)[:n]

    async def replay(self, dead_id: int, body: bytes | None = None) -> bool:
        return bool(await self._calls.call("replay", shard=dead_id % self._calls.shards, id=dead_id, body=body))

    async def discard(self, dead_id: int, who: str, why: str) -> bool:
        subject = self._ids.unique()  # stands in for the item, which only the script knows
        audit = Audit(self._ids.unique(), to_ms(self._clock.now()), who, "discard", subject, why)
        before, behind = encode(audit).split(subject.encode(), 1)
        here, to = dead_id % self._calls.shards, self._calls.home("audit")
        return bool(await self._calls.call(
            "discard", shard=here, id=dead_id, audit=audit.id, before=before, behind=behind,
            to=to if to != here else None))

    async def state(self, lane: str, key: str) -> tuple[bytes, int]:
        state, version = await self._calls.call("state", shard=self._calls.home(key), lane=lane, key=key)
        return state, version

    async def stats(self) -> dict[str, LaneStats]:
        rows = await self._gather.stats()
        return {lane: stats for lane, stats in sorted(rows.items()) if any(_figures(stats))}

    async def clean(self) -> int:
        return await self._calls.sweep("forget", age=self._limits.dedupe_ms)

    async def hand_back(self) -> int:
        """Every lease of this run, for others to take at once; no loss is counted (I11). Returns how many."""
        every = range(self._calls.shards)
        given = await self._gather.some({shard: ("hand_back", {"run": f".{self._calls.run}."}) for shard in every})
        return sum(given.values())


def _held(lease: Lease) -> dict[str, Any]:
    return {"lane": lease.lane, "key": lease.key, "fence": lease.fence, "nonce": lease.nonce}


def _figures(stats: LaneStats) -> tuple[int, ...]:
    return stats.waiting, stats.leased, stats.parked, stats.dead, stats.timers


def _letter(row: list[Any]) -> Dead:
    id, lane, key, seq, body, why, at, parked = row
    return Dead(id, lane.decode(), key.decode(), seq, body, why.decode(), at, bool(parked))


def _lease(lane: str, row: list[Any]) -> Lease:
    key, fence, nonce, until, attempts, losses, state, version, messages = row
    return Lease(
        lane, key.decode(), fence, nonce.decode(), until, attempts, losses, state, version,
        tuple(Msg(seq, body, dedupe.decode()) for seq, body, dedupe in messages),
    )
