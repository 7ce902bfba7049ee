"""What one shard of a Cluster owes another: the way of the parcels that lane_forward.lua keeps.

Who committed hands on at once, all that goes from one shard to another in one call. What stays behind (this process
died, the other node was away) the store's own worker finds; every gateway has one, and a parcel that comes again is
known by its number. A node that is away is tried seldom and waited for by nobody.
"""
from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from gateway.errors import Unavailable
from gateway.store.redis_calls import Calls
from gateway.store.redis_wire import raw

log = logging.getLogger(__name__)

Parcel = tuple[int, int, bytes]  # number, the number before it, what is to be done

AT_ONCE = 64    # parcels in one call
AWAY_S = 1.0    # a shard that does not answer is left alone
LOOK_S = 1.0    # the worker looks for what was left behind
OLD_MS = 500    # younger ones are on their way
SIDE_BY_SIDE = 8


class Route:
    """From one shard to another: one call at a time, so that parcels go in order."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Parcel, asyncio.Future[int]]] = []
        self.task: asyncio.Task[None] | None = None


class Forwarder:
    """wait_s  who committed waits for the other shard this long, then only the item waits on
    look_s  how often the worker looks; old_ms  what is younger it leaves to those who committed
    """

    def __init__(self, calls: Calls, wait_s: float, *, look_s: float = LOOK_S, old_ms: int = OLD_MS) -> None:
        self._calls = calls
        self._wait_s = wait_s
        self._look_s, self._old_ms = look_s, old_ms
        self._routes: dict[tuple[int, int], Route] = {}
        self._away: dict[int, float] = {}
        self._worker: asyncio.Task[None] | None = None

    def open(self) -> None:
        self._worker = asyncio.create_task(self._work())

    async def close(self) -> None:
        """What is on its way arrives, if its node answers; the rest another gateway finds."""
        if self._worker:
            self._worker.cancel()
            await asyncio.wait([self._worker])
        await self.settle()

    async def settle(self) -> None:
        """Until nothing of this process is on its way any more."""
        while tasks := [route.task for route in self._routes.values() if route.task]:
            await asyncio.wait(tasks)

    async def hand_on(self, source: int, rows: Sequence[tuple[int, int, int, bytes]]) -> int:
        """Fresh parcels: shard, number, number before, body. Returns how many new items they made there, as far as it
        is known in time."""
        told = [self._begin(source, to, (number, before, body)) for to, number, before, body in rows]
        waits = [one for one in told if one is not None]
        if not waits:
            return 0
        done, _ = await asyncio.wait(waits, timeout=self._wait_s)
        return sum(one.result() for one in done)

    def _begin(self, source: int, to: int, parcel: Parcel) -> asyncio.Future[int] | None:
        """None: the shard is known to be away."""
        if self._left_alone(to):
            return None
        told = asyncio.get_running_loop().create_future()
        route = self._routes.setdefault((source, to), Route())
        route.waiting.append((parcel, told))
        if route.task is None:
            route.task = asyncio.create_task(self._run(source, to, route))
        return told

    def _left_alone(self, to: int) -> bool:
        return asyncio.get_running_loop().time() < self._away.get(to, 0.0) or not self._calls.there(to)

    async def _run(self, source: int, to: int, route: Route) -> None:
        try:
            while route.waiting:
                batch, route.waiting = route.waiting[:AT_ONCE], route.waiting[AT_ONCE:]
                try:
                    await self._deliver(source, to, batch)
                finally:
                    for _, told in batch:
                        if not told.done():
                            told.set_result(0)
        except Unavailable as error:
            self._away[to] = asyncio.get_running_loop().time() + AWAY_S
            log.warning("shard %s waits for shard %s: %s", source, to, error)
        finally:
            for _, told in route.waiting:
                told.set_result(0)
            del self._routes[source, to]

    async def _deliver(self, source: int, to: int, batch: Sequence[tuple[Parcel, asyncio.Future[int]]]) -> None:
        taken, grown = await self._receive(source, to, 0, [parcel for parcel, _ in batch])
        for (_, told), n in zip(batch, grown, strict=True):
            told.set_result(n)
        await self._calls.call("forwarded", shard=source, to=to, upto=taken)
        if taken < batch[-1][0][0]:  # one before it is not there yet: another process', or left behind
            await self._drain(source, to)

    async def _receive(self, source: int, to: int, base: int, parcels: Sequence[Parcel]) -> tuple[int, list[int]]:
        rows = [(number, before, raw(body)) for number, before, body in parcels]
        taken, grown = await self._calls.call("receive", shard=to, source=source, base=base, parcels=rows)
        self._away.pop(to, None)
        return taken, grown

    async def _drain(self, source: int, to: int) -> None:
        """All that waits, from the oldest on; what stood before it has arrived, or it would stand there still."""
        while rows := await self._calls.call("peek", shard=source, to=to, n=AT_ONCE):
            taken, _ = await self._receive(source, to, rows[0][1], rows)
            await self._calls.call("forwarded", shard=source, to=to, upto=taken)

    # --- what was left behind ---

    async def _work(self) -> None:
        while True:
            await asyncio.sleep(self._look_s)
            await self.catch_up()

    async def catch_up(self) -> None:
        """Everything old that waits for a node that answers."""
        try:
            pending = await self._calls.reach("pending")
        except Unavailable:
            return
        owed = [
            (source, to) for source, rows in pending.items() for to, _, age in rows
            if age >= self._old_ms and not self._left_alone(to) and (source, to) not in self._routes]
        limit = asyncio.Semaphore(SIDE_BY_SIDE)
        await asyncio.gather(*(self._clear(limit, source, to) for source, to in owed))

    async def _clear(self, limit: asyncio.Semaphore, source: int, to: int) -> None:
        async with limit:
            if self._left_alone(to):
                return
            try:
                await self._drain(source, to)
            except Unavailable as error:
                self._away[to] = asyncio.get_running_loop().time() + AWAY_S
                log.warning("shard %s waits for shard %s: %s", source, to, error)


def owed(stats: dict[int, list[Any]]) -> tuple[int, int]:
    """Of `pending`: parcels that wait, and the age of the oldest in ms."""
    rows = [row for rows in stats.values() for row in rows]
    return sum(n for _, n, _ in rows), max((age for _, _, age in rows), default=0)
