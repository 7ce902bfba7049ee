"""HOSTILE.md, rows 39 and 40, at the level of the store."""
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from gateway.clock import SystemClock
from gateway.errors import Fenced, Unavailable
from gateway.store.lanes import Changes, Outcome
from gateway.store.redis import RedisStore
from gateway.store.redis_link import Link
from tests.clock import ManualClock, SerialIds
from tests.contracts.lanes import drain, fill, take
from tests.redis_server import RedisServer

IDS = SerialIds()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def store(server: RedisServer) -> AsyncIterator[RedisStore]:
    store = RedisStore(Link(server.url, durability="relaxed"), SystemClock(), IDS)
    await store.open()
    yield store
    await store.close()


async def test_hostile_39_a_master_that_became_a_replica_refuses_and_all_goes_on_when_it_is_one_again(
    store: RedisStore, server: RedisServer
) -> None:
    await fill(store.lanes, "web:a", 1)
    async with Redis.from_url(server.url) as client:
        await client.replicaof("127.0.0.1", str(server.port + 1))
        with pytest.raises(Unavailable):
            await store.lanes.ingest("in", "web:a", "web:a-2", b"web:a 2")
        await client.replicaof("NO", "ONE")
    assert (await store.lanes.ingest("in", "web:a", "web:a-2", b"web:a 2")).outcome is Outcome.NEW
    assert await drain(store.lanes, "in") == [b"web:a 1", b"web:a 2"]


async def test_hostile_39_a_killed_server_has_what_was_acknowledged_when_it_is_back(
    store: RedisStore, server: RedisServer
) -> None:
    await fill(store.lanes, "web:a", 3)
    server.stop()
    with pytest.raises(Unavailable):
        await store.lanes.ingest("in", "web:a", "web:a-4", b"web:a 4")
    server.start()
    await fill(store.lanes, "web:a", 4)
    assert await drain(store.lanes, "in") == [b"web:a %d" % n for n in range(1, 5)]


async def test_hostile_40_the_fence_refuses_a_gateway_that_slept_for_a_minute(server: RedisServer) -> None:
    clock = ManualClock()
    stores = [
        RedisStore(
            Link(server.url, durability="relaxed"), clock, IDS, moments=lambda: (clock.ms(), clock.ms()))
        for _ in range(2)
    ]
    await asyncio.gather(*(store.open() for store in stores))
    paused, successor = (store.lanes for store in stores)
    await fill(paused, "web:a", 1)
    late = await take(paused)
    clock.advance(60)
    await successor.commit(await take(successor), Changes(upto=1, state=b"successor's"))
    with pytest.raises(Fenced):
        await paused.commit(late, Changes(upto=1, state=b"late"))
    assert (await paused.state("in", "web:a"))[0] == b"successor's"
    await asyncio.gather(*(store.close() for store in stores))
