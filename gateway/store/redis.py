"""The store beyond one machine: one Redis, many gateways. The only door to redis-py, with gateway/store/redis_*.py.

`RedisStore` holds the three contracts as `lanes`, `records` and `shared`. What is done is done by one script
(lane*.lua), so each operation is atomic; redis_calls.py sends it.
"""
from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from gateway.clock import Clock, Ids
from gateway.errors import ConfigError, Unavailable
from gateway.store.limits import DEFAULT_LIMITS, Limits
from gateway.store.redis_calls import Calls, Moments
from gateway.store.redis_cluster import Voice, servers
from gateway.store.redis_forward import Forwarder
from gateway.store.redis_gather import Gather
from gateway.store.redis_hints import Hints
from gateway.store.redis_lanes import RedisLanes
from gateway.store.redis_link import Link
from gateway.store.redis_mark import Mark
from gateway.store.redis_pipe import Replication
from gateway.store.redis_records import RedisRecords
from gateway.store.redis_shared import RedisShared


@dataclass(frozen=True, slots=True)
class Pace:
    """On a Cluster: how often a claim asks every shard, and how long a commit waits for what it does on others."""

    sweep_s: float = 0.2
    wait_s: float = 0.25


PACE = Pace()


class RedisStore:
    """moments  the time for the script, spans and wall (ms since 1970); None: the server's own clock"""

    def __init__(
        self, link: Link, clock: Clock, ids: Ids, limits: Limits = DEFAULT_LIMITS, *, moments: Moments | None = None,
        pace: Pace = PACE,
    ) -> None:
        self._servers = servers(link)
        run = ids.unique()
        self._hints = Hints(Voice(self._servers), run)
        replication = Replication(self._servers.succession, link.wait_ms)
        self._calls = Calls(self._servers, run, self._hints.publish, replication, moments)
        self._mark = Mark(self._servers, link.mark, run)
        self._forwarder = Forwarder(self._calls, pace.wait_s)
        self._calls.hand_on = self._forwarder.hand_on
        self.lanes = RedisLanes(self._calls, Gather(self._calls, self._forwarder, pace.sweep_s), clock, ids, limits)
        self.records = RedisRecords(self._calls)
        self.shared = RedisShared(self._calls, self._hints, limits)

    async def open(self) -> None:
        """Raises ConfigError: Away (it may be tried again; Emptied: it is not what we knew), too old, or set so that it
        would lose what we acknowledged."""
        try:
            await self._servers.inspect()
            await self._mark.settle()
        except ConfigError:
            await self._servers.aclose()
            raise
        await self._servers.watch()
        self._calls.open(self._mark.value)
        self._hints.open()
        if self._servers.shards > 1:
            self._forwarder.open()

    async def accept(self) -> bool:
        """An operator says that this is the store, whatever became of its data; to be called in place of `open`.
        Returns whether anything was amiss. Raises ConfigError."""
        try:
            await self._servers.inspect()
            return await self._mark.accept()
        finally:
            await self._servers.aclose()

    async def close(self) -> None:
        """Leases are given back for other gateways to take at once; what was handed over before is still done."""
        with suppress(Unavailable):  # then they run out by themselves
            await self.lanes.hand_back()
        await self._forwarder.close()
        await self._calls.close()
        await self._hints.close()
        await self._servers.aclose()

    async def clean(self) -> int:
        """Drop whatever outlived its time, in every part of the store; returns how many rows."""
        return await self.lanes.clean() + await self.records.clean() + await self.shared.clean()

    @property
    def trouble(self) -> str:
        """Why the last calls failed; "" while all is well. For the health page."""
        return self._calls.trouble

    @property
    def timers_held(self) -> bool:
        """This gateway's wall clock jumped by more than 5 minutes: its `tick` fires nothing until it agrees again,
        the gateway is started anew, or an operator accepts the clock. Or it and Redis' are so far apart: until
        somebody sets the wrong one."""
        return self.lanes.timers_held

    def accept_clock(self) -> None:
        self.lanes.accept_clock()

    async def describe(self) -> dict[str, str | int]:
        """Redis' version and settings as they are in force; for `check` and the health page. Raises ConfigError."""
        return await self._servers.inspect()
