"""Composition of the store: its address chooses it, and before Redis stands the spool (gateway/store/spool.py).

A gateway may start while Redis is away, so that a rolling restart in an outage does not close the door to platforms
that come three times and no more: then what the start asks of the store is asked as soon as it is there (`Soon`).
"""
from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from gateway.clock import Clock, Ids
from gateway.config import Config
from gateway.errors import Unavailable
from gateway.fellows import Fellows
from gateway.health import Check
from gateway.observe import SPOOL_FORWARDED, SPOOL_OLDEST, SPOOL_WAITING, STORE_AWAY
from gateway.protocols import SharedStore
from gateway.store.limits import DAY_MS, DEFAULT_LIMITS, Limits
from gateway.store.parts import Running
from gateway.store.redis import RedisStore
from gateway.store.redis_link import Link
from gateway.store.spool import Spool
from gateway.store.sqlite import SqliteStore
from gateway.workers import Supervisor, sweep


def store_of(config: Config, clock: Clock, ids: Ids) -> Running:
    """Raises ConfigError."""
    data, keep, kept = Path(config.data.dir), config.retention, config.store
    limits = Limits(
        mailbox_cap=kept.mailbox_cap, dedupe_ms=keep.dedupe_days * DAY_MS, feed_ms=keep.feed_days * DAY_MS
    )
    if not kept.many:
        return SqliteStore(data / "huiyin.db", clock, ids, limits)
    redis = redis_of(config, clock, ids, limits)
    if not kept.spool:
        return redis
    ours = Limits(mailbox_cap=kept.mailbox_cap, dedupe_ms=limits.dedupe_ms, max_mb=kept.spool_mb)
    spool = Spool(redis, SqliteStore(data / "spool.db", clock, ids, ours), clock, ids.unique, SPOOL_FORWARDED.inc)
    SPOOL_WAITING.set_function(lambda: spool.state.waiting)
    SPOOL_OLDEST.set_function(spool.state.oldest_s)
    STORE_AWAY.set_function(lambda: spool.state.away)
    return spool


def redis_of(config: Config, clock: Clock, ids: Ids, limits: Limits = DEFAULT_LIMITS) -> RedisStore:
    """Raises ConfigError."""
    kept, mark = config.store, Path(config.data.dir) / "redis.mark"
    link = Link(kept.url, kept.password, kept.durability, kept.replicas, mark=mark, ca=kept.ca_file)
    return RedisStore(link, clock, ids, limits)


def door_of(store: Running) -> SharedStore:
    """For whoever proves and counts what platforms bring."""
    return store.door if isinstance(store, Spool) else store.shared


def watched(store: Running) -> Mapping[str, Check]:
    """What `/readyz` tells of and is ready without: what comes in is kept while the store is away."""
    return {"spool": store.told} if isinstance(store, Spool) else {}


def well(store: Running) -> Check:
    """Nothing while the last write went well: to the store, or to the spool in its place."""
    async def look() -> str | None:
        if store.timers_held:
            return "timers held: the clock jumped"
        if store.trouble:  # with nothing to write it would never hear that all is well again
            await door_of(store).put("health", b"", 1_000)
        return store.trouble or None

    return look


def clean(
    supervisor: Supervisor, store: Running, fellows: Fellows, files: Callable[[], Awaitable[int]]
) -> None:
    """Drop what outlived its time, every hour: one of all gateways what is theirs together, each its own spool."""
    supervisor.spawn("clean", lambda: sweep(store.clean, files, duty=fellows.duty("clean")))
    if isinstance(store, Spool):
        supervisor.spawn("clean spool", lambda: sweep(store.tidy))


class Soon:
    """What the start asks of the store: now, or as soon as it is there."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor

    async def __call__(self, name: str, work: Callable[[], Awaitable[None]]) -> bool:
        """Whether it was done."""
        try:
            await work()
        except Unavailable:
            self._supervisor.spawn(name, lambda: _awaited(work))
            return False
        return True


async def _awaited(work: Callable[[], Awaitable[None]]) -> None:
    await work()
