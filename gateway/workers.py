"""The generic lane loop and the supervisor of background tasks: two of the five places that catch everything.

A worker claims keys of one lane and runs the lane's handler on each; a key's items are worked off in order by one
task while other keys go on beside it. What the handler raises decides what becomes of the head item.
"""
from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any

import structlog

from gateway.errors import Fenced, Held, Paused, Rejected, Retry, Unavailable, Uncertain
from gateway.observe import TURN_ERRORS
from gateway.polling import ALONE, Duty
from gateway.protocols import Handler, LaneStore, Lease, SharedStore
from gateway.store.shared import Subscription

log = structlog.get_logger(__name__)

AT_ONCE = 64
CLAIM = 32            # keys taken in one go
FEW = 1               # keys worked on while the loop is pressed: a storm ends, and nobody waits for ever
LEASE_MS = 10_000
RENEW_S = 3.0        # DESIGN.md: lease 10 s, renewed every 3 s
SWEEP_S = 1.0
PAUSE_S, LONGEST_PAUSE_S = 0.1, 30.0  # before a failed background task starts again; a good run resets it
BACKOFF_MS = (200, 1_000, 5_000, 30_000)


class Supervisor:
    """Keeps background tasks alive: one that raises is logged and started again after a growing pause."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def spawn(self, name: str, body: Callable[[], Coroutine[Any, Any, None]]) -> None:
        task = asyncio.create_task(self._keep(name, body), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _keep(self, name: str, body: Callable[[], Coroutine[Any, Any, None]]) -> None:
        pause = PAUSE_S
        while True:
            began = monotonic()
            try:
                return await body()
            except Exception:
                log.exception("task_failed", task=name, again_in_s=pause)
            await asyncio.sleep(pause)
            pause = PAUSE_S if monotonic() - began > LONGEST_PAUSE_S else min(pause * 2, LONGEST_PAUSE_S)

    async def close(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class Terms:
    """How a lane is worked.

    room       asked before each claim: how many keys may be begun now; 0 leaves all of them where they are
    both_ends  half of what is claimed became ready last, so that new ones do not wait for a long queue to end
    at_once    keys worked on together: many where a handler waits for others, few where it computes, so that what
               comes in meanwhile need not wait for all of them
    pressed    asked before each key: whether the loop has more urgent things to do, so that only `FEW` are worked on
    """

    lease_ms: int = LEASE_MS
    room: Callable[[], int] = lambda: CLAIM
    both_ends: bool = False
    at_once: int = AT_ONCE
    pressed: Callable[[], bool] = lambda: False


TERMS = Terms()


class LaneWorker:
    """Runs `handler` over one lane until `drain`, on so many keys together as its terms say."""

    def __init__(
        self, lane: str, handler: Handler, store: LaneStore, shared: SharedStore, *, owner: str, terms: Terms = TERMS
    ) -> None:
        self.lane = lane
        self._handler = handler
        self._store = store
        self._shared = shared
        self._owner = owner
        self._free = asyncio.Semaphore(terms.at_once)
        self._terms = terms
        self._held: dict[str, Lease] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._draining = False
        self._claiming = asyncio.Lock()
        self._look = asyncio.Event()

    async def run(self, sweep_s: float = SWEEP_S) -> None:
        """Claim and work until drained; hints may be lost, so it also looks every `sweep_s`."""
        hints = self._shared.subscribe([f"lane:{self.lane}"])
        try:
            while not self._draining:
                try:
                    claimed = await self._claim()
                except Unavailable:  # the store says itself that it is away; back to work as soon as it is there
                    await asyncio.sleep(SWEEP_S)
                    continue
                if not claimed:
                    await self._hinted(hints, sweep_s)
        finally:
            hints.close()

    async def _hinted(self, hints: Subscription, sweep_s: float) -> None:
        """Until something may have become ready: a hint, the end of a hold of ours, or the sweep."""
        waits = [asyncio.ensure_future(hints.next(sweep_s)), asyncio.ensure_future(self._look.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._look.clear()
            for wait in waits:
                wait.cancel()

    async def renew(self) -> None:
        """Prolong what is being worked on until drained and idle."""
        while not (self._draining and not self._held):
            await asyncio.sleep(RENEW_S)
            if self._held:
                with suppress(Unavailable):
                    await self._store.renew(list(self._held.values()), self._terms.lease_ms)

    def begin(self, lease: Lease) -> None:
        """Work on a lease that came with an ingest; spares a round trip through `claim`."""
        self._held[lease.key] = lease
        task = asyncio.create_task(self._work(lease))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def owner(self) -> str:
        """Who may lease with an ingest: nobody any more while draining, nor while all hands are full. What is stored
        then is claimed in its turn; a lease that waits would have to be kept in memory, and renewed."""
        return "" if self._draining or self._free.locked() or self._room() <= 0 else self._owner

    def _room(self) -> int:
        """How many keys may be begun now."""
        return min(self._terms.room(), FEW - len(self._held) if self._terms.pressed() else CLAIM)

    async def drain(self, timeout_s: float) -> None:
        """Start nothing new, finish what runs, give back what did not finish in time."""
        self._draining = True
        async with self._claiming:  # a claim under way still begins its leases
            pass
        if self._tasks:
            await asyncio.wait(list(self._tasks), timeout=timeout_s)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # together: where the store hangs, one after the other would each take its time-out
        await asyncio.gather(*(self._settle(self._store.release(lease)) for lease in self._held.values()))

    async def _claim(self) -> int:
        await self._free.acquire()
        self._free.release()
        async with self._claiming:
            n = 0 if self._draining else self._room()
            if n <= 0:
                return 0
            newest = n // 2 if self._terms.both_ends else 0
            leases = await self._store.claim(
                self.lane, self._owner, n=n, lease_ms=self._terms.lease_ms, newest=newest)
            for lease in leases:
                self.begin(lease)
        await asyncio.sleep(0)  # begun before there is asked for room again
        return len(leases)

    async def _work(self, first: Lease) -> None:
        async with self._free:
            lease: Lease | None = first
            while lease is not None:
                self._held[lease.key] = lease
                lease = await self._turn(lease)
        held = self._held.get(first.key)
        if held is not None and held.nonce == first.nonce:  # not one that we claimed anew after losing this
            del self._held[first.key]

    async def _turn(self, lease: Lease) -> Lease | None:
        """One handler call and its commit, or what its error says."""
        try:
            changes = await self._handler(lease)
            return await self._store.commit(lease, changes, keep=not self._draining)
        except Fenced:
            log.warning("lease_lost", lane=self.lane)
        except Unavailable:
            # The store is away: the lease runs out by itself and the turn starts again from the saved state.
            log.warning("store_unavailable", lane=self.lane)
        except Held as error:
            await self._settle(self._store.defer(lease, int(error.after_s * 1000), "held"))
            asyncio.get_running_loop().call_later(error.after_s, self._look.set)
        except (Retry, Paused) as error:
            await self._settle(self._store.defer(lease, int((error.after_s or 30.0) * 1000), error.why))
        except Rejected as error:
            await self._settle(self._store.bury(lease, error.why))
        except Uncertain as error:
            await self._settle(self._store.park(lease, error.why))
        except Exception as error:
            TURN_ERRORS.labels(self.lane).inc()
            log.exception("turn_failed", lane=self.lane, attempts=lease.attempts)
            delay = BACKOFF_MS[min(lease.attempts, len(BACKOFF_MS) - 1)]
            await self._settle(self._store.fail(lease, delay, type(error).__name__))
        return None

    async def _settle(self, done: Coroutine[Any, Any, None]) -> None:
        with suppress(Fenced, Unavailable):
            await done


async def tick(store: LaneStore, every_s: float = 0.2) -> None:
    """Fire due timers for ever."""
    while True:
        try:
            fired = await store.tick()
        except Unavailable:
            fired = 0
            await asyncio.sleep(SWEEP_S)
        if not fired:
            await asyncio.sleep(every_s)


async def sweep(*works: Callable[[], Awaitable[int]], every_s: float = 3600.0, duty: Duty = ALONE) -> None:
    """Drop what outlived its time, now and every hour."""
    while True:
        if await duty.mine(every_s):
            removed = [await work() for work in works]
            log.info("swept", rows=removed)
        await asyncio.sleep(every_s)
