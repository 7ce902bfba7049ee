"""What only the store on Redis promises: several gateways on one server, repeated scripts, a server that goes away."""
from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest
from redis.asyncio import Redis

from gateway.clock import SystemClock, to_ms
from gateway.errors import ConfigError, Fenced, Unavailable
from gateway.store.lanes import Changes, Emit, Put
from gateway.store.limits import DEFAULT_LIMITS
from gateway.store.redis import RedisStore
from gateway.store.redis_link import Link, cluster_seeds, connect
from gateway.store.redis_pipe import SCRIPT
from gateway.store.redis_wire import packed, raw
from tests.clock import ManualClock, SerialIds
from tests.contracts.lanes import arm, bodies, drain, fill, take
from tests.redis_server import RedisServer
from tests.tables import table
from tests.until import until

pytestmark = pytest.mark.programs

IDS = SerialIds()


# --- several gateways ---------------------------------------------------------------------------------------

async def test_what_one_gateway_takes_another_does_not_get(gateways: tuple[RedisStore, RedisStore]) -> None:
    one, two = gateways
    for i in range(40):
        await fill(one.lanes, f"web:{i}", 1)
    offers = await asyncio.gather(*(store.lanes.claim("in", "w", n=5) for store in (one, two) * 5))
    keys = [lease.key for offer in offers for lease in offer]
    assert len(keys) == len(set(keys)) == 40


async def test_a_gateway_that_stops_hands_its_keys_to_the_others(server: RedisServer) -> None:
    one, two = (RedisStore(Link(server.url, durability="relaxed"), SystemClock(), IDS) for _ in range(2))
    await one.open()
    await two.open()
    await fill(one.lanes, "web:a", 1)
    lease = await take(one.lanes)
    await fill(two.lanes, "web:b", 1)
    kept = await take(two.lanes)
    await one.close()
    again = await take(two.lanes)
    assert (again.key, again.losses, again.fence) == ("web:a", 0, lease.fence + 1)
    with pytest.raises(Fenced):
        await two.lanes.commit(lease, Changes(upto=1))
    assert await two.lanes.commit(kept, Changes(upto=1)) is None
    await two.close()


async def test_hints_reach_the_other_gateway(gateways: tuple[RedisStore, RedisStore], client: Redis) -> None:
    one, two = gateways
    hints = two.shared.subscribe(["feed:web:a", "lane:in"])
    await until(lambda: _subscribed(client, 2))
    await one.shared.feed_append("web:a", "1", b"x")
    assert await hints.next(5) == "feed:web:a"
    await one.lanes.ingest("in", "web:a", "m1", b"x")
    assert await hints.next(5) == "lane:in"
    hints.close()
    await until(lambda: _subscribed(client, 0))


async def _subscribed(client: Redis, n: int) -> bool:
    return len(await client.pubsub_channels()) == n


async def test_hints_that_may_have_been_lost_are_given_for_all(
    gateways: tuple[RedisStore, RedisStore], client: Redis
) -> None:
    hints = gateways[0].shared.subscribe(["feed:web:a"])
    await until(lambda: _subscribed(client, 1))
    await client.client_kill_filter(_type="pubsub")
    assert await hints.next(5) == "feed:web:a"
    hints.close()


async def test_of_all_gateways_one_fetches_a_token(gateways: tuple[RedisStore, RedisStore]) -> None:
    asked = 0

    async def fetch() -> tuple[bytes, int]:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        return b"token %d" % asked, 60_000

    tokens = await asyncio.gather(*(store.shared.cached("wx", fetch) for store in gateways * 20))
    assert (set(tokens), asked) == ({b"token 1"}, 1)


async def test_a_rate_is_shared(gateways: tuple[RedisStore, RedisStore]) -> None:
    taken = [await store.shared.take("sms", 60_000, 3) for store in gateways * 3]
    assert [wait == 0 for wait in taken] == [True, True, True, False, False, False]


# --- a script that is sent twice (I8) -----------------------------------------------------------------------

async def send(client: Redis, call: str, operation: str, **args: Any) -> Any:
    packed_args = msgspec.msgpack.encode({name: raw(value) for name, value in args.items()})
    mark = await client.get("{gw:0}:mark") or ""
    return (await client.eval(SCRIPT, 1, "{gw:0}", operation, call, "", "", packed_args, "run", mark))[0]


async def twice(client: Redis, operation: str, **args: Any) -> list[Any]:
    """The same call, sent again as redis-py does when a reply was lost."""
    call = IDS.unique()
    return [await send(client, call, operation, **args) for _ in range(2)]


@pytest.mark.parametrize("dedupe", ["m1", ""])
async def test_an_ingest_sent_twice_is_one_item_and_one_lease(
    gateways: tuple[RedisStore, RedisStore], client: Redis, dedupe: str
) -> None:
    first, second = await twice(
        client, "ingest", lane="in", key="web:a", dedupe=dedupe, body=b"x", nonce="w.1", span=10_000, batch=16, cap=9)
    assert first[:2] == second[:2] == [b"new", 1]
    assert first[2][:3] == second[2][:3]
    assert (await gateways[0].lanes.stats())["in"].waiting == 1


async def test_a_claim_sent_twice_is_the_same_leases(
    gateways: tuple[RedisStore, RedisStore], client: Redis
) -> None:
    for key in ("web:a", "web:b", "web:c"):
        await fill(gateways[0].lanes, key, 1)
    first, second = await twice(
        client, "claim", lane="in", nonce="w.1", n=2, batch=16, span=10_000, newest=0, losses=20)
    assert [lease[:3] for lease in first] == [lease[:3] for lease in second]
    assert len(first) == 2
    assert len(await gateways[0].lanes.claim("in", "w")) == 1


async def test_a_claim_sent_again_shows_no_lease_that_is_anothers_by_now(
    gateways: tuple[RedisStore, RedisStore], client: Redis
) -> None:
    for key in ("web:a", "web:b"):
        await fill(gateways[0].lanes, key, 1)
    call = IDS.unique()
    how = {"lane": "in", "nonce": "w.1", "n": 2, "batch": 16, "span": 10_000, "newest": 0, "losses": 20}
    first = await send(client, call, "claim", **how)
    await send(client, IDS.unique(), "release", lane="in", key="web:a", fence=first[0][1], nonce=first[0][2])
    assert (await take(gateways[0].lanes)).key == "web:a"
    assert [lease[0] for lease in await send(client, call, "claim", **how)] == [b"web:b"]


async def test_a_value_that_is_anothers_by_now_is_not_removed(
    gateways: tuple[RedisStore, RedisStore], client: Redis
) -> None:
    """Who fetched a token for too long does not end the turn of the next one."""
    shared = gateways[0].shared
    await shared.put("lock", b"theirs", 60_000)
    assert await twice(client, "delete", key="lock", value=b"ours") == [0, 0]
    assert await shared.get("lock") == b"theirs"
    assert await twice(client, "delete", key="lock", value=b"theirs") == [1, 0]


@pytest.mark.parametrize(("operation", "more"), [
    ("fail", {"delay": 0, "why": "boom", "most": 5}), ("defer", {"delay": 0}),
    ("put_aside", {"why": "odd", "parked": True}), ("release", {}),
])
async def test_giving_back_sent_twice_is_done_once_and_answered_alike(
    gateways: tuple[RedisStore, RedisStore], client: Redis, operation: str, more: dict[str, Any]
) -> None:
    lanes = gateways[0].lanes
    await fill(lanes, "web:a", 2)
    lease = await take(lanes)
    first, second = await twice(
        client, operation, lane="in", key="web:a", fence=lease.fence, nonce=lease.nonce, first=1, **more)
    assert first == second == 1
    again = await take(lanes)
    assert again.attempts == (operation == "fail")
    assert len(await lanes.dead()) == (operation == "put_aside")


async def test_what_an_operator_does_and_what_is_written_is_done_once(
    gateways: tuple[RedisStore, RedisStore], client: Redis
) -> None:
    store = gateways[0]
    await fill(store.lanes, "web:a", 1)
    await store.lanes.park(await take(store.lanes), "odd")
    assert await twice(client, "replay", id=(await store.lanes.dead())[0].id) == [1, 1]
    assert await twice(client, "write", puts=[packed(Put("audit", "a", b"x", {"at": 1}))]) == [1, 1]
    assert (await store.records.get("audit", "a") or pytest.fail("no record")).version == 1
    assert await twice(client, "add", key="nonce", value=b"x", ttl=1000) == [1, 1]
    assert await twice(client, "append", feed="web:a", id="1", body=b"x") == [1, 1]
    assert await drain(store.lanes, "in") == [b"web:a 1"]


# --- the server ---------------------------------------------------------------------------------------------

async def test_a_server_that_forgot_the_script_learns_it_again(
    gateways: tuple[RedisStore, RedisStore], client: Redis
) -> None:
    lanes = gateways[0].lanes
    await fill(lanes, "web:a", 1)
    await client.script_flush()
    assert bodies(await take(lanes)) == [b"web:a 1"]


async def test_a_server_that_is_away_makes_calls_unavailable_and_nothing_is_lost(server: RedisServer) -> None:
    store = RedisStore(Link(server.url, durability="relaxed"), SystemClock(), IDS)
    await store.open()
    await fill(store.lanes, "web:a", 2)
    server.stop()
    with pytest.raises(Unavailable):
        await store.lanes.ingest("in", "web:a", "m3", b"x")
    assert "redis" in store.trouble
    server.start()
    assert await drain(store.lanes, "in") == [b"web:a 1", b"web:a 2"]
    assert store.trouble == ""
    await store.close()
    with pytest.raises(Unavailable):
        await store.lanes.ingest("in", "web:a", "m4", b"x")


async def test_a_full_memory_refuses_and_says_so(gateways: tuple[RedisStore, RedisStore], client: Redis) -> None:
    lanes = gateways[0].lanes
    await fill(lanes, "web:a", 1)
    await client.config_set("maxmemory", "1")
    with pytest.raises(Unavailable, match="memory"):
        await lanes.ingest("in", "web:b", "m", b"x")
    assert "memory" in gateways[0].trouble, "the health page is red"
    await client.config_set("maxmemory", "0")
    assert await drain(lanes, "in") == [b"web:a 1"]


async def test_a_write_that_no_replica_confirms_is_not_acknowledged(server: RedisServer) -> None:
    store = RedisStore(Link(server.url, replicas=1, wait_ms=20), SystemClock(), IDS)
    await store.open()
    with pytest.raises(Unavailable, match="replica"):
        await store.lanes.ingest("in", "web:a", "m1", b"x")
    await store.close()


async def test_a_write_that_a_replica_confirmed_is_on_the_replica(server: RedisServer, tmp_path: Path) -> None:
    async with server.replica() as replica:
        store = RedisStore(Link(server.url, replicas=1), SystemClock(), IDS)
        await store.open()
        await fill(store.lanes, "web:a", 3)
        server.ask("DEL {gw:0}:waited")
        assert await store.lanes.state("in", "web:a") == (b"", 0)
        server.stop()
        assert replica.ask("ZCARD {gw:0}:queue:in:web:a") == b":3\r\n"
        assert replica.ask("EXISTS {gw:0}:waited") == b":1\r\n", "or Redis 7.2's WAIT says nothing of a duplicate"
        with pytest.raises(Unavailable):
            await fill(store.lanes, "web:b", 1)
        await store.close()


async def test_sentinel_says_where_the_server_is(server: RedisServer) -> None:
    sentinel = server.watched()
    sentinel.start()
    try:
        link = Link(f"redis+sentinel://127.0.0.1:{sentinel.port}/gw", durability="relaxed")
        store = RedisStore(link, SystemClock(), IDS)
        await store.open()
        await fill(store.lanes, "web:a", 1)
        assert await drain(store.lanes, "in") == [b"web:a 1"]
        await store.close()
    finally:
        sentinel.stop()
    with pytest.raises(ConfigError, match=r"store\.url"):
        await RedisStore(link, SystemClock(), IDS).open()


async def test_a_timer_fires_by_the_servers_clock(gateways: tuple[RedisStore, RedisStore]) -> None:
    lanes = gateways[0].lanes
    stored = await lanes.ingest("in", "web:a", "m", b"x", owner="w")
    assert stored.lease
    now = stored.lease.until - 10_000
    timers = (Emit("in", "web:a", "past", b"due", due=now - 1), Emit("in", "web:a", "later", b"no", due=now + 60_000))
    await lanes.commit(stored.lease, Changes(upto=1, emits=timers))
    assert [await lanes.tick(), await lanes.tick()] == [1, 0]
    assert await drain(lanes, "in") == [b"due"]


async def test_a_timer_that_was_moved_meanwhile_does_not_fire_as_it_was_seen(
    gateways: tuple[RedisStore, RedisStore], client: Redis
) -> None:
    """On a Cluster a gateway first asks what is due, and then says which of it to fire."""
    lanes = gateways[0].lanes
    seen = 1_000
    await arm(lanes, "web:a", Emit("in", "web:a", "remind", b"x", due=seen))
    await arm(lanes, "web:a", Emit("in", "web:a", "remind", b"x", due=to_ms(SystemClock().now()) + 60_000))
    assert await send(client, IDS.unique(), "fire", timers=[(seen, "remind")]) == 0
    stats = await lanes.stats()
    assert (stats["in"].waiting, stats["in"].timers) == (0, 1)


@pytest.mark.parametrize(("setting", "value", "words"), [
    ("maxmemory-policy", "allkeys-lru", "noeviction"), ("appendonly", "no", "appendonly"),
    ("appendfsync", "everysec", "appendfsync"),
])
async def test_a_server_that_would_lose_messages_stops_the_start(
    server: RedisServer, client: Redis, setting: str, value: str, words: str
) -> None:
    await client.config_set("appendfsync", "always")
    sure = RedisStore(Link(server.url), SystemClock(), IDS, DEFAULT_LIMITS)
    await sure.open()
    assert (await sure.describe())["appendfsync"] == "always"
    await sure.close()
    await client.config_set(setting, value)
    with pytest.raises(ConfigError, match=words):
        await RedisStore(Link(server.url), SystemClock(), IDS).open()


async def test_a_server_that_is_not_there_stops_the_start(server: RedisServer) -> None:
    server.stop()
    with pytest.raises(ConfigError, match=r"store\.url"):
        await RedisStore(Link(server.url), SystemClock(), IDS).open()


# --- what is left behind ------------------------------------------------------------------------------------

async def test_an_item_whose_loss_was_in_doubt_leaves_nothing_behind(server: RedisServer, client: Redis) -> None:
    """The gateway that held it is not heard again."""
    lost, other = (RedisStore(Link(server.url, durability="relaxed"), SystemClock(), IDS) for _ in range(2))
    await lost.open()
    await other.open()
    await lost.lanes.ingest("in", "web:a", "m", b"x", owner="w", lease_ms=1)
    await until(lambda: _drained(other), 5)
    assert [await client.exists(f"{{gw:0}}:{kind}:in:web:a") for kind in ("items", "queue")] == [0, 0]
    await lost.close()
    await other.close()


async def _drained(store: RedisStore) -> bool:
    return await drain(store.lanes, "in") == [b"x"]


async def test_gateways_of_long_ago_are_forgotten(server: RedisServer, client: Redis) -> None:
    clock, link = ManualClock(), Link(server.url, durability="relaxed")
    for _ in range(3):
        store = RedisStore(link, clock, IDS, moments=lambda: (clock.ms(0), clock.ms(0)))
        await store.open()
        await store.lanes.claim("in", "w")
        await store.close()
        clock.advance(90_000)
    assert await client.zcard("{gw:0}:runs") == 1


# --- addresses ----------------------------------------------------------------------------------------------

@table("url", [
    "mysql://127.0.0.1", "redis+sentinel://127.0.0.1:26379", "redis+sentinel://127.0.0.1:x/gw", "redis://a:port",
    "redis",
])
def test_an_address_we_cannot_use_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match=r"store\.url"):
        connect(Link(url))


@table("url", [
    "redis://:sec#ret@h:1", "redis://:sec/ret@h:1", "redis+sentinel://u:sec/ret@h:1/gw", "redis+cluster://:sec?ret@h:1",
    "redis+cluster://:sec/ret@h:x",
])
def test_a_password_that_is_not_encoded_is_not_quoted(url: str) -> None:
    link = Link(url, "secret")
    with pytest.raises(ConfigError, match=r"store\.url") as refused:
        cluster_seeds(link) if "cluster" in url else connect(link)
    assert "sec" not in f"{refused.value} {link}"


async def test_a_server_on_the_same_machine_is_reached_by_a_unix_socket(tmp_path: Path) -> None:
    server = RedisServer(tmp_path, "--unixsocket", str(tmp_path / "redis.sock"))
    server.start()
    try:
        store = RedisStore(Link(f"unix://{tmp_path}/redis.sock", durability="relaxed"), SystemClock(), IDS)
        await store.open()
        await fill(store.lanes, "web:a", 1)
        await store.close()
    finally:
        server.stop()


async def test_a_password_comes_apart_from_the_address(server: RedisServer, client: Redis) -> None:
    await client.config_set("requirepass", "p@ss/word")
    with pytest.raises(ConfigError, match=r"store\.url"):
        await RedisStore(Link(server.url, durability="relaxed"), SystemClock(), IDS).open()
    store = RedisStore(Link(server.url, "p@ss/word", "relaxed"), SystemClock(), IDS)
    await store.open()
    await store.close()
