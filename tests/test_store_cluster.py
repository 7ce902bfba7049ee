"""What only the store on a Redis Cluster promises: things of one shard reach another once, in order, however late."""
from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import msgspec
import pytest
from redis.asyncio import Redis
from redis.crc import key_slot

from gateway.clock import SystemClock, to_ms
from gateway.errors import ConfigError, Unavailable
from gateway.store.lanes import Changes, Emit, Feed, Put
from gateway.store.limits import DEFAULT_LIMITS
from gateway.store.redis import Pace, RedisStore
from gateway.store.redis_calls import Calls, Moments
from gateway.store.redis_cluster import ANSWER_S, Cluster
from gateway.store.redis_forward import Forwarder
from gateway.store.redis_gather import Gather
from gateway.store.redis_lanes import RedisLanes
from gateway.store.redis_link import Link, cluster_seeds, connect_node
from gateway.store.redis_mark import Mark
from gateway.store.redis_pipe import Replication
from gateway.store.redis_records import RedisRecords
from gateway.store.redis_shards import SHARDS, divided, home_key, shard_of, whole
from gateway.store.redis_watch import Fixed
from tests.clock import SerialIds
from tests.contracts.lanes import drain, fill
from tests.redis_cluster import RedisCluster
from tests.tables import table
from tests.until import until

IDS = SerialIds()


# --- which shard --------------------------------------------------------------------------------------------

@table(("timer", "key"), [
    ("web:u7:reask:d1", "web:u7"), ("web:u7:out:tidy", "web:u7"), ("web:u7:out:later:web:u7:3:0", "web:u7"),
    ("WO-20261123-0123456789:remind", "WO-20261123-0123456789"), ("sweep corp/kf", "sweep corp/kf"), ("", ""),
])
def test_a_timer_is_at_home_with_the_key_its_name_begins_with(timer: str, key: str) -> None:
    assert home_key(timer) == key


def test_shards_are_what_they_were_in_every_process() -> None:
    """Written in the database: to change this is to lose everything."""
    assert [shard_of(key, 64) for key in ("web:a", "sms:+8613800000000", "WO-20261123-0123456789", "告")] == [
        shard_of(key, 128) % 64 for key in ("web:a", "sms:+8613800000000", "WO-20261123-0123456789", "告")]
    assert (shard_of("web:a", 64), shard_of("web:a", 1)) == (ZLIB_OF_WEB_A % 64, 0)
    assert len({shard_of(f"web:{n}", SHARDS) for n in range(1000)}) == SHARDS


ZLIB_OF_WEB_A = 3580320778  # as every crc32 has it


def away(turn: dict[str, Any]) -> dict[int, dict[str, list[Any]]]:
    """The parcels, unpacked: shard → what is done there."""
    parcels: list[tuple[int, msgspec.Raw]] = turn["away"]
    return {to: msgspec.msgpack.decode(bytes(body)[3:], type=dict[str, list[Any]]) for to, body in parcels}


def test_a_commit_does_here_what_is_here_and_sends_the_rest_in_one_parcel_per_shard() -> None:
    far = key_where(lambda shard: shard != shard_of("web:a", SHARDS))
    changes = Changes(
        emits=[Emit("out", "web:a", "1", b"x"), Emit("events", far, "2", b"y"), Emit("case", far, "3", b"z"),
               Emit("in", "web:a", "web:a:t:1", b"t", due=5), Emit("in", far, "web:a:t:2", b"u", due=6)],
        puts=[Put("work_order", far, b"r", {"status": "new"}), Put("conversation", "web:a", b"c")],
        feeds=[Feed("web:a", "f", b"f")], cancel=["web:a:t:3", f"{far}:t"])
    turn = divided(changes, shard_of("web:a", SHARDS), SHARDS)
    there = shard_of(far, SHARDS)
    assert [emit[2] for emit in turn["emits"]] == ["1", "web:a:t:1", "web:a:t:2"]
    assert [emit[5] for emit in turn["emits"]] == [None, None, there], "a timer at home here, for a key elsewhere"
    assert (len(turn["puts"]), len(turn["feeds"]), turn["cancel"]) == (1, 1, ["web:a:t:3"])
    parcels = away(turn)
    assert list(parcels) == [there]
    assert [emit[2] for emit in parcels[there]["emits"]] == ["2", "3"]
    assert (len(parcels[there]["puts"]), parcels[there]["cancel"]) == (1, [f"{far}:t"])


def test_on_one_redis_nothing_travels() -> None:
    assert "away" not in whole(Changes(emits=[Emit("out", "web:a", "1", b"x")]))


def key_where(good: Callable[[int], bool], shards: int = SHARDS) -> str:
    return next(key for key in (f"web:{n}" for n in range(1000)) if good(shard_of(key, shards)))


@table("url", [
    "redis+cluster://", "redis+cluster://host:x", "redis+cluster://user:pw@", "http+cluster://host:1", "+cluster://host",
])
def test_an_address_of_a_cluster_that_we_cannot_use_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match=r"store\.url"):
        Cluster(Link(url))


@table(("url", "seeds", "shown"), [
    ("redis+cluster://a,b:7000", [("a", 6379), ("b", 7000)], ("a", None, None, False)),
    ("redis+cluster://u:p%40w@a:1/", [("a", 1)], ("a", "u", "p@w", False)),
    ("rediss+cluster://a:1,[::1]:2?ssl_cert_reqs=required", [("a", 1), ("::1", 2)], ("a", None, None, True)),
])
def test_the_address_of_a_cluster_names_some_of_its_nodes(
    url: str, seeds: list[tuple[str, int]], shown: tuple[str, str | None, str | None, bool]
) -> None:
    link = Link(url)
    assert cluster_seeds(link) == seeds
    pool = connect_node(link, *seeds[0]).connection_pool
    kwargs = pool.connection_kwargs
    assert (kwargs["host"], kwargs.get("username"), kwargs.get("password"),
            "SSL" in pool.connection_class.__name__) == shown
    assert connect_node(Link(url, "from-a-file"), *seeds[0]).connection_pool.connection_kwargs["password"] == (
        "from-a-file")


# --- a real Cluster -----------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisCluster]:
    cluster = RedisCluster(tmp_path_factory.mktemp("cluster"))
    cluster.start()
    yield cluster
    cluster.stop()


@pytest.fixture
def cluster(running: RedisCluster) -> RedisCluster:
    running.wait()
    running.empty()
    return running


@asynccontextmanager
async def opened(cluster: RedisCluster, *, moments: Moments | None = None) -> AsyncIterator[RedisStore]:
    store = RedisStore(
        Link(cluster.url, durability="relaxed"), SystemClock(), IDS, moments=moments, pace=Pace(sweep_s=0))
    await store.open()
    try:
        yield store
    finally:
        await store.close()


class Silent:
    """A gateway that dies between its commits and what they send: nothing of it hands on."""

    def __init__(self, cluster: RedisCluster) -> None:
        self._servers = Cluster(Link(cluster.url, durability="relaxed"))
        self.calls = Calls(self._servers, IDS.unique(), lambda topics: None, Replication(Fixed(0), 0))
        gather = Gather(self.calls, Forwarder(self.calls, 0), 0)
        self.lanes = RedisLanes(self.calls, gather, SystemClock(), IDS, DEFAULT_LIMITS)
        self.records = RedisRecords(self.calls)

    async def __aenter__(self) -> Silent:
        await self._servers.inspect()
        mark = Mark(self._servers, None, IDS.unique())
        await mark.settle()
        self.calls.open(mark.value)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.calls.close()
        await self._servers.aclose()


def node_of(key: str) -> int:
    """Which node serves the key, as RedisCluster gave the slots out."""
    return key_slot(f"{{gw:{shard_of(key, SHARDS)}}}".encode()) * 3 // 16_384


def key_on(node: int, n: int = 0) -> str:
    return [key for key in (f"web:{i}" for i in range(400)) if node_of(key) == node][n]


async def turn(lanes: RedisLanes, key: str, *emits: Emit, puts: tuple[Put, ...] = ()) -> None:
    stored = await lanes.ingest("in", key, "", b"x", owner="w")
    assert stored.lease
    await lanes.commit(stored.lease, Changes(upto=stored.seq, emits=emits, puts=puts))


async def waiting(store: RedisStore) -> int:
    stats = await store.lanes.stats()
    return stats["forward"].waiting if "forward" in stats else 0


@pytest.mark.slow
async def test_what_a_dead_gateway_committed_arrives_once_and_in_order(cluster: RedisCluster) -> None:
    here, there = key_on(0), key_on(1)
    async with Silent(cluster) as dead, opened(cluster) as store:
        for n in range(100):
            await turn(dead.lanes, here, Emit("out", there, "", b"%d" % n))
        await until(lambda: _arrived(store, 100), 10)
        await turn(store.lanes, here, Emit("out", there, "", b"last"))
        assert await drain(store.lanes, "out") == [*(b"%d" % n for n in range(100)), b"last"]
        assert await waiting(store) == 0


async def _arrived(store: RedisStore, n: int) -> bool:
    stats = await store.lanes.stats()
    return "out" in stats and stats["out"].waiting == n


@pytest.mark.slow
async def test_what_is_sent_on_behind_something_left_behind_arrives_behind_it(cluster: RedisCluster) -> None:
    here, there = key_on(0), key_on(1)
    async with Silent(cluster) as dead, opened(cluster) as store:
        await turn(dead.lanes, here, Emit("out", there, "", b"first"))
        await turn(store.lanes, here, Emit("out", there, "", b"second"))
        await store.lanes.stats()
        assert await drain(store.lanes, "out") == [b"first", b"second"]


@pytest.mark.slow
async def test_a_gateway_that_died_before_it_took_the_parcel_out_repeats_nothing(cluster: RedisCluster) -> None:
    here, there = key_on(0), key_on(1)
    source, to = shard_of(here, SHARDS), shard_of(there, SHARDS)
    async with Silent(cluster) as dead, opened(cluster) as store:
        await turn(dead.lanes, here, Emit("out", there, "", b"once"), Emit("in", there, "t", b"t", due=1))
        rows = await dead.calls.call("peek", shard=source, to=to, n=9)
        assert rows
        packed = [(number, before, as_raw(body)) for number, before, body in rows]
        for _ in range(2):
            await dead.calls.call("receive", shard=to, source=source, base=0, parcels=packed)
        await until(lambda: _nothing_waits(store), 10)
        await dead.calls.call("receive", shard=to, source=source, base=0, parcels=packed)
        assert await drain(store.lanes, "out") == [b"once"]


def as_raw(body: bytes) -> msgspec.Raw:
    return msgspec.Raw(b"\xdb" + len(body).to_bytes(4) + body)


async def _nothing_waits(store: RedisStore) -> bool:
    return await waiting(store) == 0


@pytest.mark.slow
@pytest.mark.parametrize("how", ["killed", "stopped"])
async def test_a_node_that_is_away_stops_nobody_else_and_gets_everything_later(
    cluster: RedisCluster, how: str
) -> None:
    here, there, other = key_on(0), key_on(1), key_on(2)
    node = cluster.nodes[1]
    assert node.process
    async with opened(cluster) as store:
        await turn(store.lanes, here, Emit("out", there, "", b"before"))
        if how == "killed":
            node.stop()
        else:
            node.process.send_signal(signal.SIGSTOP)
        spent = []
        for n in range(20):
            begun = time.monotonic()
            await turn(store.lanes, here, Emit("out", there, "", b"%d" % n), Emit("case", other, "", b"%d" % n))
            spent.append(time.monotonic() - begun)
        assert sum(spent) < 10, "who waited for it would take its time-out for every turn"
        got = [body for lease in await store.lanes.claim("case", "w") for body in (msg.body for msg in lease.msgs)]
        assert got == [b"%d" % n for n in range(16)], "the others are worked on meanwhile"
        with pytest.raises(Unavailable):
            await store.lanes.ingest("in", there, "m", b"x")
        if how == "killed":
            node.start()
        else:
            node.process.send_signal(signal.SIGCONT)
        await until(lambda: _nothing_waits(store), 20)
        await until(lambda: _arrived(store, 21), 20)
        assert await drain(store.lanes, "out") == [b"before", *(b"%d" % n for n in range(20))]


async def a_moment() -> None:
    """Gateways that know nothing of each other are told apart by the nodes' clocks, to the ms."""
    begun = time.time()
    await until(lambda: time.time() > begun + 0.003)


@pytest.mark.slow
async def test_an_older_write_that_comes_late_does_not_win(cluster: RedisCluster) -> None:
    here, record = key_on(0), key_on(1)
    async with Silent(cluster) as dead, opened(cluster) as store:
        await turn(dead.lanes, here, puts=(Put("note", record, b"old", {"state": "old"}),))
        await a_moment()
        await store.records.write([Put("note", record, b"new", {"state": "new"})])
        removed = key_on(2)
        await turn(dead.lanes, here, puts=(Put("note", removed, b"old", {"state": "old"}),))
        await a_moment()
        await store.records.write([Put("note", removed, None)])
        await until(lambda: _nothing_waits(store), 10)
        kept = await store.records.get("note", record)
        assert kept
        assert kept.body == b"new"
        assert await store.records.find("note", "state", "old") == []
        assert await store.records.get("note", removed) is None


@pytest.mark.slow
async def test_what_one_gateway_writes_later_is_later_though_the_nodes_clocks_disagree(cluster: RedisCluster) -> None:
    ahead = to_ms(SystemClock().now())
    skew = 0

    def moments() -> tuple[int, int]:
        return ahead - skew, ahead - skew

    async with opened(cluster, moments=moments) as store:
        record = key_on(2)
        await turn(store.lanes, key_on(0), puts=(Put("note", record, b"1"),))
        skew = 5_000
        await turn(store.lanes, key_on(1), puts=(Put("note", record, b"2"),))
        kept = await store.records.get("note", record)
        assert kept
        assert (kept.body, kept.version) == (b"2", 2)


@pytest.mark.slow
async def test_a_turn_sees_at_once_what_it_wrote_to_other_shards(cluster: RedisCluster) -> None:
    async with opened(cluster) as store:
        for n in range(50):
            await turn(store.lanes, f"web:{n}", puts=(Put("work_order", f"WO-{n}", b"x", {"at": n}),))
            assert await store.records.get("work_order", f"WO-{n}")
        assert [record.id for record in await store.records.range("work_order", "at", 10, 13)] == [
            "WO-10", "WO-11", "WO-12"]


@pytest.mark.slow
async def test_what_a_shard_writes_after_a_parcel_is_later_though_its_clock_is_behind(cluster: RedisCluster) -> None:
    here, record = key_on(0), key_on(1)
    ahead = to_ms(SystemClock().now()) + 60_000
    async with opened(cluster, moments=lambda: (ahead, ahead)) as fast, opened(cluster) as other:
        await turn(fast.lanes, here, puts=(Put("note", record, b"old"),))
        assert await fast.records.get("note", record)
        await other.records.write([Put("note", record, b"new")])
        kept = await other.records.get("note", record)
        assert kept
        assert kept.body == b"new"


@pytest.mark.slow
async def test_a_shard_that_forgot_what_it_received_is_told_from_where_to_go_on(cluster: RedisCluster) -> None:
    """Its data was lost and an operator accepted that."""
    here, there = key_on(0), key_on(1)
    async with Silent(cluster) as dead, opened(cluster) as store:
        await turn(store.lanes, here, Emit("out", there, "", b"first"))
        assert await drain(store.lanes, "out") == [b"first"]
        cluster.nodes[1].ask(f"DEL {{gw:{shard_of(there, SHARDS)}}}:received")
        await turn(dead.lanes, here, Emit("out", there, "", b"second"))
        await until(lambda: _arrived(store, 1), 10)
        assert await drain(store.lanes, "out") == [b"second"]


@pytest.mark.slow
async def test_dead_letters_are_paged_by_ids_of_fifteen_digits(cluster: RedisCluster) -> None:
    async with opened(cluster) as store:
        for n in range(4):
            await fill(store.lanes, key_on(n % 3), 1, lane=f"lane{n}")
            (lease,) = await store.lanes.claim(f"lane{n}", "w")
            await store.lanes.bury(lease, "why")
        every = await store.lanes.dead()
        assert len(every) == 4
        assert [await store.lanes.dead(after=dead.id - 1, n=1) for dead in every] == [[dead] for dead in every]
        assert [await store.lanes.dead(after=dead.id) for dead in every] == [every[n + 1:] for n in range(4)]


@pytest.mark.slow
async def test_another_number_of_shards_is_refused(cluster: RedisCluster) -> None:
    async with opened(cluster):
        pass
    other = RedisStore(Link(cluster.url, durability="relaxed", shards=32), SystemClock(), IDS)
    with pytest.raises(ConfigError, match="64 shards"):
        await other.open()


@pytest.mark.slow
@pytest.mark.parametrize(("setting", "value", "words"), [
    ("maxmemory-policy", "allkeys-lru", "noeviction"), ("appendfsync", "everysec", "appendfsync"),
])
async def test_one_master_that_would_lose_messages_stops_the_start(
    cluster: RedisCluster, setting: str, value: str, words: str
) -> None:
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(Redis(port=node.port)) for node in cluster.nodes]
        for client in clients:
            await client.config_set("appendfsync", "always")
        before = (await clients[2].config_get(setting))[setting]
        await clients[2].config_set(setting, value)
        with pytest.raises(ConfigError, match=words):
            await RedisStore(Link(cluster.url), SystemClock(), IDS).open()
        with pytest.raises(ConfigError, match="replicas"):
            await RedisStore(Link(cluster.url, replicas=1), SystemClock(), IDS).open()
        await clients[2].config_set(setting, str(before))


@pytest.mark.slow
async def test_a_shard_that_moves_to_another_node_is_followed(cluster: RedisCluster) -> None:
    key = key_on(0)
    slot = key_slot(f"{{gw:{shard_of(key, SHARDS)}}}".encode())
    async with opened(cluster) as store, AsyncExitStack() as stack:
        nodes = [await stack.enter_async_context(Redis(port=node.port)) for node in cluster.nodes]
        ids = [(await node.execute_command("CLUSTER", "MYID")).decode() for node in nodes]  # type: ignore[no-untyped-call]
        await fill(store.lanes, key, 2)

        await _slot(nodes[1], slot, "IMPORTING", ids[0])
        await _slot(nodes[0], slot, "MIGRATING", ids[1])
        with pytest.raises(Unavailable):
            await store.lanes.ingest("in", key, "while", b"x")
        await _move(nodes[0], cluster.nodes[1].port, slot)
        for node in (nodes[1], nodes[0], nodes[2]):
            await _slot(node, slot, "NODE", ids[1])
        assert (await store.lanes.ingest("in", key, "after", b"last")).seq == 3
        assert await drain(store.lanes, "in") == [f"{key} 1".encode(), f"{key} 2".encode(), b"last"]

        await _slot(nodes[0], slot, "IMPORTING", ids[1])
        await _slot(nodes[1], slot, "MIGRATING", ids[0])
        await _move(nodes[1], cluster.nodes[0].port, slot)
        for node in nodes:
            await _slot(node, slot, "NODE", ids[0])


async def _slot(node: Redis, slot: int, what: str, id: str) -> None:
    await node.execute_command("CLUSTER", "SETSLOT", slot, what, id)  # type: ignore[no-untyped-call]


async def _move(node: Redis, port: int, slot: int) -> None:
    while keys := await node.execute_command("CLUSTER", "GETKEYSINSLOT", slot, 100):  # type: ignore[no-untyped-call]
        await node.execute_command("MIGRATE", "127.0.0.1", port, "", 0, 5000, "KEYS", *keys)  # type: ignore[no-untyped-call]


@pytest.mark.slow
async def test_a_node_that_hangs_is_waited_for_once_and_then_asked_last(cluster: RedisCluster) -> None:
    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    hangs = await asyncio.start_server(mute, "127.0.0.1", 0)
    address = f"127.0.0.1:{hangs.sockets[0].getsockname()[1]}"
    servers = Cluster(Link(cluster.url.replace("//", f"//{address},"), durability="relaxed"))
    await servers.look_again()
    begun = time.monotonic()
    await servers.look_again()
    assert time.monotonic() - begun < ANSWER_S
    await servers.aclose()
    hangs.close()


@pytest.mark.slow
async def test_hints_of_one_gateway_reach_another_over_any_node(cluster: RedisCluster) -> None:
    async with opened(cluster) as one, opened(cluster) as two:
        hints = two.shared.subscribe(["shout"])

        async def heard() -> bool:
            await one.shared.publish("shout")
            return await hints.next(0.05) == "shout"

        await until(heard, 5)
        hints.close()


@pytest.mark.slow
async def test_two_gateways_never_lease_the_same_key(cluster: RedisCluster) -> None:
    async with opened(cluster) as one, opened(cluster) as two:
        for n in range(40):
            await fill(one.lanes, f"web:{n}", 1)
        offers = await asyncio.gather(*(store.lanes.claim("in", "w", n=5) for store in (one, two) * 5))
        keys = [lease.key for offer in offers for lease in offer]
        while leases := await two.lanes.claim("in", "w"):
            keys += [lease.key for lease in leases]
        assert len(keys) == len(set(keys)) == 40
