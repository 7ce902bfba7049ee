"""What comes in while the store is away: kept in lane `spool` of our own file, sent on when it is back.

The key of the spool is the item's own lane and key, so the store's FIFO per key is also the order of sending on, and
the mailbox cap holds here as there.
"""
from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import msgspec
from msgspec import Struct

from gateway.errors import Fenced, Unavailable
from gateway.store.lanes import Changes, Ingested, LaneStats, LaneStore, Lease, Msg, Outcome
from gateway.store.spool_state import PATIENCE_S, SpoolState

log = logging.getLogger(__name__)

SPOOL = "spool"
AT_ONCE = 32         # keys that go on together; the store groups their calls
LEASE_MS = 60_000    # longer than a batch takes against a store that answers at the end of our patience
FULL_MS = 2_000      # until a mailbox that was full there is tried again

NOTHING = LaneStats(waiting=0, leased=0, parked=0, dead=0, timers=0, oldest_ms=0)


class Kept(Struct, frozen=True, array_like=True):
    lane: str
    key: str
    body: bytes


class SpooledLanes:
    """LaneStore: `front` but for `ingest`."""

    def __init__(self, front: LaneStore, local: LaneStore, state: SpoolState, unique: Callable[[], str]) -> None:
        self._front, self._local, self._state, self._unique = front, local, state, unique
        self.claim, self.commit, self.release, self.renew = front.claim, front.commit, front.release, front.renew
        self.fail, self.defer, self.park, self.bury = front.fail, front.defer, front.park, front.bury
        self.tick, self.state, self.stats, self.clean = front.tick, front.state, front.stats, front.clean
        self.dead, self.replay, self.discard = front.dead, front.replay, front.discard

    async def ingest(
        self, lane: str, key: str, dedupe: str, body: bytes, *, owner: str = "", lease_ms: int = 10_000
    ) -> Ingested:
        """Durable in the store or here. NEW may turn out to be a duplicate when it goes on. Raises Unavailable."""
        dedupe = dedupe or f"spool {self._unique()}"  # so that an attempt whose answer was lost is known
        place = f"{lane} {key}"
        if self._state.passes(place):
            try:
                async with asyncio.timeout(PATIENCE_S):
                    return await self._front.ingest(lane, key, dedupe, body, owner=owner, lease_ms=lease_ms)
            except (Unavailable, TimeoutError) as error:
                self._state.shut(str(error))
        return await self._keep(place, Kept(lane, key, body), dedupe)

    async def _keep(self, place: str, item: Kept, dedupe: str) -> Ingested:
        self._state.kept(place)
        outcome = None
        try:
            body = msgspec.msgpack.encode(item)
            outcome = (await self._local.ingest(SPOOL, place, dedupe, body)).outcome
        finally:
            if outcome is not Outcome.NEW:
                self._state.gone(place, 1)
        return Ingested(outcome)


class Forwarder:
    """Sends on what waits; `count` hears how many went."""

    def __init__(
        self, front: LaneStore, local: LaneStore, state: SpoolState, owner: str, count: Callable[[int], None]
    ) -> None:
        self._front, self._local, self._state, self._owner, self._count = front, local, state, owner, count

    async def begin(self) -> None:
        """What the last run left."""
        self._state.waiting = (await self._look()).waiting
        self._state.inherited = self._state.waiting > 0

    async def _look(self) -> LaneStats:
        stats = (await self._local.stats()).get(SPOOL, NOTHING)
        self._state.aged(stats.oldest_ms)
        return stats

    async def round(self) -> bool:
        """The first items of some keys, in order; False when none got through, so that it is too early for others.
        The store may be away, or the part of it (a node of a Cluster) that some of the keys belong to."""
        leases = await self._local.claim(SPOOL, self._owner, n=AT_ONCE, lease_ms=LEASE_MS)
        await self._look()
        return any(await asyncio.gather(*map(self._key, leases)))

    async def _key(self, lease: Lease) -> bool:
        """All that the lease shows of one key, until one does not get through. Whether one did."""
        done, full = 0, False
        try:
            for msg in lease.msgs:
                full = await self._send(msg) is Outcome.FULL
                if full:
                    break
                done = msg.seq
        except (Unavailable, TimeoutError) as error:
            log.info("%s waits on: %s", lease.key.partition(" ")[0], error)
        await self._settle(lease, done, full)
        return done > 0

    async def _send(self, msg: Msg) -> Outcome:
        item = msgspec.msgpack.decode(msg.body, type=Kept)
        async with asyncio.timeout(PATIENCE_S):
            return (await self._front.ingest(item.lane, item.key, msg.dedupe, item.body)).outcome

    async def _settle(self, lease: Lease, done: int, full: bool) -> None:
        """Forget what the store has. A mailbox that is full there is tried again soon; its other items wait behind."""
        n = sum(msg.seq <= done for msg in lease.msgs)
        try:
            if full and not n:
                await self._local.defer(lease, FULL_MS, "full")
            elif n:
                await self._local.commit(lease, Changes(upto=done), keep=False)
            else:
                await self._local.release(lease)
        except Fenced:  # it took longer than the lease: the store knows what it has when it comes again
            return
        self._state.gone(lease.key, n)
        self._state.forwarded += n
        self._count(n)
