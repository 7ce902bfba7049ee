"""Behind Sentinel: whether the master we write to may still be believed, and who has to confirm a write.

`WAIT` is no consensus. A master that hung and was replaced goes on as one when it wakes, and a replica that was not yet
told confirms what is thrown away as soon as it is. So every server that could be made the master has to confirm: one of
them was, and does not follow the old one any more. Who that is, a majority of the Sentinels has to agree on; at every
change of their mind all connections are given up, because some may lead to the old master.
"""
from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from redis.asyncio import Redis
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

LOOK_S = 0.5     # Sentinel takes a second or more to give a master up
PATIENT_S = 0.5  # a write that took longer may have met a master that hung: the Sentinels are asked before it counts
ANSWER_S = 1.0

Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class View:
    """Of one Sentinel. standbys: replicas that it could make the master now."""

    master: Address
    standbys: int


@dataclass(frozen=True, slots=True)
class Belief:
    """What a majority agrees on; None for the master: nothing."""

    master: Address | None = None
    standbys: int = 0


def agreed(views: Sequence[View], sentinels: int) -> Belief:
    """Of all who answered, each must name the same master; a replica counts when one of them could choose it."""
    masters = {view.master for view in views}
    if len(views) <= sentinels // 2 or len(masters) != 1:
        return Belief()
    return Belief(masters.pop(), max(view.standbys for view in views))


class Succession(Protocol):
    """needed  replicas that have to confirm a write, None: no master is to be believed now
    turn       changes whenever connections from before may lead to another master
    """

    @property
    def needed(self) -> int | None: ...

    @property
    def turn(self) -> int: ...

    async def doubt(self, seconds: float) -> None:
        """A write took so long."""
        ...


class Fixed:
    """One Redis, or a Cluster, whose nodes settle it among themselves."""

    turn = 0

    def __init__(self, replicas: int) -> None:
        self.needed: int | None = replicas

    async def doubt(self, seconds: float) -> None:
        """There is nobody to ask."""


class Watch:
    """least  replicas that have to confirm, however few could be made the master"""

    def __init__(self, client: Redis, least: int) -> None:
        self._pool = client.connection_pool
        assert isinstance(self._pool, SentinelConnectionPool)
        self._sentinel: Sentinel = self._pool.sentinel_manager
        self._name: str = self._pool.service_name
        self._least = least
        self._belief = Belief()
        self._looking: asyncio.Task[None] | None = None
        self._task: asyncio.Task[None] | None = None
        self.turn = 0

    @property
    def needed(self) -> int | None:
        return max(self._least, self._belief.standbys) if self._belief.master else None

    async def open(self) -> None:
        await self.look()
        self._task = asyncio.create_task(self._main())

    async def close(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def doubt(self, seconds: float) -> None:
        if seconds > PATIENT_S:
            await self.look()

    async def look(self) -> None:
        """All who ask at the same time wait for a look that begins now."""
        if self._looking and not self._looking.done():
            await asyncio.shield(self._looking)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        await asyncio.shield(self._looking)

    async def _main(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            await self.look()

    async def _look(self) -> None:
        sentinels: list[Redis] = self._sentinel.sentinels
        views = await asyncio.gather(*(self._ask(sentinel) for sentinel in sentinels))
        belief = agreed([view for view in views if view], len(sentinels))
        if belief.master != self._belief.master:
            log.warning("master: %s", belief.master or "the Sentinels do not agree")
            self.turn += 1
            self._belief = belief
            await self._pool.disconnect(inuse_connections=True)
        self._belief = belief

    async def _ask(self, sentinel: Redis) -> View | None:
        try:
            async with asyncio.timeout(ANSWER_S):
                host, port = await sentinel.execute_command(  # type: ignore[no-untyped-call]  # redis-py's
                    "SENTINEL GET-MASTER-ADDR-BY-NAME", self._name)
                rows: list[dict[str, Any]] = await sentinel.sentinel_slaves(self._name)
        except (RedisError, OSError, TimeoutError, TypeError):  # TypeError: it does not know the name
            return None
        return View((host.decode(), int(port)), sum(_promotable(row) for row in rows))


def _promotable(row: dict[str, Any]) -> bool:
    """One that is still being filled is behind the others, and Sentinel chooses the one that has most; one of priority
    0 it never chooses."""
    away = row["is_sdown"] or row["is_odown"] or row["is_disconnected"]
    return not away and row.get("master-link-status") == "ok" and row.get("slave-priority") != 0
