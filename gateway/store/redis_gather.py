"""What is asked of all shards of a Cluster and put together again: claims, timers, figures.

None of it waits for a node that is away: what the others have to give is worked on meanwhile.
"""
from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.errors import Unavailable
from gateway.store.lanes import LaneStats
from gateway.store.redis_calls import Calls
from gateway.store.redis_forward import Forwarder, owed
from gateway.store.steady import TOLERANCE_MS

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Leasing:
    """How keys are leased: one claim's nonce, the items shown of each, the lease's length, losses that bury."""

    lane: str
    nonce: str
    batch: int
    span: int
    losses: int


class Gather:
    """sweep_s  how often a claim asks every shard; in between it asks those on which this gateway woke something"""

    def __init__(self, calls: Calls, forwarder: Forwarder, sweep_s: float) -> None:
        self._calls = calls
        self._sweep_s = sweep_s
        self._swept: dict[str, float] = {}
        self._forwarder = forwarder
        self._ticking = asyncio.Lock()
        self.apart = False

    async def some(self, asked: Mapping[int, tuple[str, dict[str, Any]]]) -> dict[int, Any]:
        """Shard → operation and arguments; what each answers. One that does not is left out, unless none does."""
        answers = await asyncio.gather(
            *(self._calls.call(operation, shard=shard, **args) for shard, (operation, args) in asked.items()),
            return_exceptions=True)
        known = dict[int, Any]()
        for shard, answer in zip(asked, answers, strict=True):
            if not isinstance(answer, BaseException):
                known[shard] = answer
            elif not isinstance(answer, Unavailable) or len(asked) == 1:
                raise answer
        if asked and not known:
            raise Unavailable("no node of the Cluster answers")
        return known

    async def claim(self, how: Leasing, n: int, newest: int) -> list[Any]:
        """First what each shard has to offer, then of that the n that have been ready longest, but for the newest."""
        terms: dict[str, Any] = {
            "lane": how.lane, "nonce": how.nonce, "batch": how.batch, "span": how.span, "losses": how.losses}
        if self._calls.shards == 1:
            rows: list[Any] = await self._calls.call("claim", **terms, n=n, newest=newest)
            return rows
        woken = self._to_ask(how.lane)
        if woken is not None and not woken:
            return []
        offers = await self._calls.reach("offer", only=woken, lane=how.lane, losses=how.losses, n=n, newest=newest)
        ready = sorted((since, key, shard) for shard, rows in offers.items() for since, key in rows)
        chosen = ready if len(ready) <= n else ready[:n - newest] + ready[len(ready) - newest:]
        if len(chosen) < len(ready):
            self._calls.woken.setdefault(how.lane, set()).update(shard for _, _, shard in ready)
        keys: dict[int, list[bytes]] = {}
        for _, key, shard in chosen:
            keys.setdefault(shard, []).append(key)
        if not keys:
            return []
        taken = await self.some({
            shard: ("claim_offered", {**terms, "keys": [key.decode() for key in wanted]})
            for shard, wanted in keys.items()})
        place = {key: i for i, (_, key, _) in enumerate(chosen)}
        return sorted((row for rows in taken.values() for row in rows), key=lambda row: place[row[0]])

    def _to_ask(self, lane: str) -> set[int] | None:
        """None: all shards."""
        woken, now = self._calls.woken.pop(lane, set()), asyncio.get_running_loop().time()
        if now - self._swept.get(lane, float("-inf")) < self._sweep_s:
            return woken
        self._swept[lane] = now
        return None

    async def tick(self, n: int, wall: int) -> int:
        """Nothing while a server's clock and ours, `wall`, are apart: `apart` then says so.

        Oldest first over all shards. Timers whose key is on another shard go one after the other, so that they
        arrive in order; the others shard by shard."""
        if self._calls.shards == 1:
            fired = int(await self._calls.call("tick", n=n, wall=wall, tolerance=TOLERANCE_MS))
            self._judge(fired < 0)
            return max(fired, 0)
        async with self._ticking:
            found = await self._calls.reach("due", n=n, wall=wall, tolerance=TOLERANCE_MS)
            self._judge(-1 in found.values())
            if self.apart:
                return 0
            due = sorted((when, name, shard, stray) for shard, rows in found.items() for when, name, stray in rows)[:n]
            if any(stray for *_, stray in due):
                return sum([await self._fire(shard, [(when, name)]) for when, name, shard, _ in due])
            parts: dict[int, list[tuple[int, bytes]]] = {}
            for when, name, shard, _ in due:
                parts.setdefault(shard, []).append((when, name))
            return sum(await asyncio.gather(*(self._fire(shard, timers) for shard, timers in parts.items())))

    def _judge(self, apart: bool) -> None:
        if apart and not self.apart:
            log.critical("the clock of Redis and ours are more than %d s apart: timers hold", TOLERANCE_MS // 1000)
        self.apart = apart

    async def _fire(self, shard: int, timers: list[tuple[int, bytes]]) -> int:
        rows = [(when, name.decode()) for when, name in timers]
        try:
            here, elsewhere = await self._calls.told("fire", shard=shard, timers=rows)
        except Unavailable:  # they are still there
            return 0
        return int(here) + elsewhere

    async def stats(self) -> dict[str, LaneStats]:
        if self._calls.shards > 1:
            await self._forwarder.settle()
        parts = await self._calls.reach("stats")
        lanes: dict[str, LaneStats] = {}
        for rows in parts.values():
            for lane, *figures in rows:
                lanes[lane.decode()] = _sum(lanes.get(lane.decode()), LaneStats(*figures))
        if self._calls.shards > 1:
            waiting, oldest = owed(await self._calls.reach("pending"))
            lanes["forward"] = LaneStats(waiting, 0, 0, 0, 0, oldest)
        return lanes


def _sum(one: LaneStats | None, two: LaneStats) -> LaneStats:
    if one is None:
        return two
    return LaneStats(
        one.waiting + two.waiting, one.leased + two.leased, one.parked + two.parked, one.dead + two.dead,
        one.timers + two.timers, max(one.oldest_ms, two.oldest_ms))
