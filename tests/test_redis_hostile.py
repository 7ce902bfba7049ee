"""HOSTILE.md, rows 39 and 40, at the level of the store."""
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from gateway.clock import SystemClock
from gateway.errors import ConfigError, Fenced, Unavailable
from gateway.store.lanes import Changes, Emit, Outcome
from gateway.store.redis import RedisStore
from gateway.store.redis_link import Link
from gateway.store.redis_pipe import SCRIPT
from simulators.faults.proxy import FaultProxy
from simulators.faults.weather import CALM, Weather
from tests.clock import ManualClock, SerialIds
from tests.contracts.lanes import drain, fill, take
from tests.redis_server import RedisServer
from tests.until import until

pytestmark = pytest.mark.programs

IDS = SerialIds()


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


@pytest.mark.slow
async def test_hostile_39_while_the_server_reads_its_log_calls_are_unavailable_and_then_all_is_there(
    tmp_path: Path
) -> None:
    server = RedisServer(tmp_path, "--loading-process-events-interval-bytes", "1024", "--key-load-delay", "100")
    server.program = (*server.program, "--aof-use-rdb-preamble", "no")
    server.start()
    store = RedisStore(Link(server.url, durability="relaxed"), SystemClock(), IDS)
    try:
        await store.open()
        await fill(store.lanes, "web:a", 1)
        async with Redis.from_url(server.url) as client, client.pipeline(transaction=False) as pipeline:
            for n in range(30_000):
                pipeline.set(f"ballast:{n}", b"")
            await pipeline.execute()
        server.stop()
        server.spawn()
        await until(lambda: b"LOADING" in server.ask("GET x"), 10)
        with pytest.raises(Unavailable, match="loading"):
            await store.lanes.ingest("in", "web:a", "web:a-2", b"web:a 2")
        assert "loading" in store.trouble
        with pytest.raises(ConfigError, match="loading"):
            await RedisStore(Link(server.url, durability="relaxed"), SystemClock(), IDS).open()
        server.ask("CONFIG SET key-load-delay 0")
        await until(lambda: server.ask("PING") == b"+PONG\r\n", 20)
        await fill(store.lanes, "web:a", 2)
        assert await drain(store.lanes, "in") == [b"web:a 1", b"web:a 2"]
        await store.close()
    finally:
        server.stop()


@pytest.mark.slow
async def test_hostile_39_five_seconds_of_latency_are_unavailable_in_time_and_nothing_is_doubled(
    server: RedisServer
) -> None:
    async with FaultProxy(("127.0.0.1", server.port)) as proxy:
        link = Link(f"redis://127.0.0.1:{proxy.port}/0", durability="relaxed")
        store = RedisStore(link, SystemClock(), IDS)
        await store.open()
        await fill(store.lanes, "web:a", 1)
        await proxy.turn(Weather(latency_s=5))
        began = asyncio.get_running_loop().time()
        with pytest.raises(Unavailable):
            await store.lanes.ingest("in", "web:a", "web:a-2", b"web:a 2")
        assert asyncio.get_running_loop().time() - began < 4.5, "WeChat waits for 5 s"
        await proxy.turn(CALM)
        await store.lanes.ingest("in", "web:a", "web:a-2", b"web:a 2")
        assert await drain(store.lanes, "in") == [b"web:a 1", b"web:a 2"]
        await store.close()


@pytest.mark.parametrize("jump_ms", [-10 * 60_000, 10 * 60_000])
async def test_a_jump_of_the_servers_clock_holds_timers_and_no_two_turns_stand(
    server: RedisServer, jump_ms: int, caplog: pytest.LogCaptureFixture
) -> None:
    clock, jumped = ManualClock(), 0
    store = RedisStore(
        Link(server.url, durability="relaxed"), clock, IDS, moments=lambda: (clock.ms() + jumped, clock.ms() + jumped))
    await store.open()
    await fill(store.lanes, "web:a", 1)
    timer = Emit("in", "web:t", "soon", b"due", due=clock.ms() + 60_000)
    await store.lanes.commit(await take(store.lanes), Changes(upto=1, emits=(timer,)), keep=False)
    await fill(store.lanes, "web:b", 1)
    held = await take(store.lanes)
    jumped = jump_ms
    assert [await store.lanes.tick(), store.timers_held, "apart" in caplog.text] == [0, True, True]
    others = await store.lanes.claim("in", "w")
    assert len(others) == (jump_ms > 0), "forward, leases run out: the fence decides whose turn stands"
    if others:
        await store.lanes.commit(others[0], Changes(upto=1, state=b"successor's"))
        with pytest.raises(Fenced):
            await store.lanes.commit(held, Changes(upto=1, state=b"late"))
    else:
        await store.lanes.commit(held, Changes(upto=1, state=b"its own"))
    jumped = 0
    clock.advance(61)
    assert [await store.lanes.tick(), store.timers_held] == [1, False]
    await store.close()


async def test_a_duplicate_is_not_confirmed_while_its_first_copy_is_on_no_replica(
    server: RedisServer, tmp_path: Path
) -> None:
    async with Redis.from_url(server.url) as client:
        await client.script_load(SCRIPT)
    sure = RedisStore(Link(server.url, replicas=1, wait_ms=20), SystemClock(), IDS)
    await sure.open()
    for _ in range(2):
        with pytest.raises(Unavailable, match="replica"):
            await sure.lanes.ingest("in", "web:a", "m1", b"x")
    assert server.ask("ZCARD {gw:0}:queue:in:web:a") == b":1\r\n"
    async with server.replica() as replica:
        async def confirmed() -> bool:
            try:
                return (await sure.lanes.ingest("in", "web:a", "m1", b"x")).outcome is Outcome.DUPLICATE
            except Unavailable:
                return False

        await until(confirmed, 10)
        assert replica.ask("ZCARD {gw:0}:queue:in:web:a") == b":1\r\n"
    await sure.close()
