"""The store beyond one machine: one Redis, many gateways. The only door to redis-py, with gateway/store/redis_*.py.

`RedisStore` holds the three contracts as `lanes`, `records` and `shared`. What is done is done by one script
(lane*.lua), so each operation is atomic; redis_calls.py sends it.
"""
from __future__ import annotations

from contextlib import suppress

from gateway.clock import Clock, Ids
from gateway.errors import ConfigError, Unavailable
from gateway.store.limits import DEFAULT_LIMITS, Limits
from gateway.store.redis_calls import Calls, Moments, Replication
from gateway.store.redis_hints import Hints
from gateway.store.redis_lanes import RedisLanes
from gateway.store.redis_link import Link, connect, inspect
from gateway.store.redis_records import RedisRecords
from gateway.store.redis_shared import RedisShared


class RedisStore:
    """moments  the time for the script, spans and wall (ms since 1970); None: the server's own clock"""

    def __init__(
        self, link: Link, clock: Clock, ids: Ids, limits: Limits = DEFAULT_LIMITS, *, moments: Moments | None = None,
    ) -> None:
        self._link = link
        self._client = connect(link)
        run = ids.unique()
        self._hints = Hints(self._client, run)
        self._calls = Calls(self._client, run, self._hints.publish, Replication(link.replicas, link.wait_ms), moments)
        self.lanes = RedisLanes(self._calls, clock, ids, limits)
        self.records = RedisRecords(self._calls)
        self.shared = RedisShared(self._calls, self._hints, limits)

    async def open(self) -> None:
        """Raises ConfigError: away, too old, or set so that it would lose what we acknowledged."""
        try:
            await inspect(self._client, self._link)
        except ConfigError:
            await self._client.aclose()
            raise
        self._hints.open()

    async def close(self) -> None:
        """Leases are given back for other gateways to take at once; what was handed over before is still done."""
        with suppress(Unavailable):  # then they run out by themselves
            await self.lanes.hand_back()
        await self._calls.close()
        await self._hints.close()
        await self._client.aclose()

    async def clean(self) -> int:
        """Drop whatever outlived its time, in every part of the store; returns how many rows."""
        return await self.lanes.clean() + await self.records.clean() + await self.shared.clean()

    @property
    def trouble(self) -> str:
        """Why the last calls failed; "" while all is well. For the health page."""
        return self._calls.trouble

    @property
    def timers_held(self) -> bool:
        """This gateway's wall clock jumped by more than 5 minutes; its `tick` fires nothing until it agrees again,
        the gateway is started anew, or an operator accepts the clock."""
        return self.lanes.timers_held

    def accept_clock(self) -> None:
        self.lanes.accept_clock()

    async def describe(self) -> dict[str, str | int]:
        """Redis' version and settings as they are in force; for `check` and the health page. Raises ConfigError."""
        return await inspect(self._client, self._link)
