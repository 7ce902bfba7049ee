"""Several gateways on one Redis: whom a hint reaches, and whose lost leases count."""
from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from redis.asyncio import Redis

from gateway.store.redis import RedisStore
from gateway.store.redis_link import Link
from tests.clock import ManualClock, SerialIds
from tests.contracts.lanes import drain, fill, take
from tests.redis_server import RedisServer
from tests.until import until

pytestmark = pytest.mark.programs

IDS = SerialIds()


# --- hints -------------------------------------------------------------------------------------------------

async def test_a_lane_that_is_worked_on_here_is_hinted_elsewhere_only_when_nobody_here_looks(
    gateways: tuple[RedisStore, RedisStore], client: Redis
) -> None:
    here, there = (store.shared.subscribe(["lane:in"]) for store in gateways)
    await until(lambda: _subscribers(client, "lane:in", 2))
    for i in range(30):
        await gateways[0].lanes.ingest("in", f"web:{i}", "m", b"x")
        assert await here.next(1) == "lane:in"
    assert await there.next(0.1) is None, "our own worker takes them"
    for i in range(30):
        await gateways[0].lanes.ingest("in", f"sms:{i}", "m", b"x")
    assert await there.next(5) == "lane:in", "ours has its hands full"
    for hints in (here, there):
        hints.close()


async def test_a_feed_that_is_read_at_two_gateways_is_hinted_at_both(
    gateways: tuple[RedisStore, RedisStore], client: Redis
) -> None:
    one, two = gateways
    here = one.shared.subscribe(["feed:web:a"])
    await until(lambda: _subscribers(client, "feed:web:a", 1))
    there = two.shared.subscribe(["feed:web:a"])
    assert await here.next(5) == "feed:web:a", "the other announced itself"
    for writer in gateways:
        await writer.shared.feed_append("web:a", IDS.unique(), b"x")
        for hints in (here, there):
            assert await hints.next(5) == "feed:web:a"
    for hints in (here, there):
        hints.close()


async def _subscribers(client: Redis, topic: str, n: int) -> bool:
    return bool((await client.pubsub_numsub(f"gw:hint:{topic}"))[0][1] == n)


# --- leases that run out -----------------------------------------------------------------------------------

@pytest.fixture
async def moments(server: RedisServer) -> AsyncIterator[Moved]:
    async with AsyncExitStack() as opened:
        yield Moved(server.url, opened)


class Moved:
    """Gateways on one Redis whose clock the test moves; one that is not closed died."""

    def __init__(self, url: str, opened: AsyncExitStack) -> None:
        self.clock = ManualClock()
        self._url = url
        self._opened = opened

    async def gateway(self) -> RedisStore:
        store = RedisStore(
            Link(self._url, durability="relaxed"), self.clock, IDS, moments=lambda: (self.clock.ms(), self.clock.ms()))
        await store.open()
        self._opened.push_async_callback(store.close)
        return store


async def test_i11_gateways_that_die_on_an_item_never_bury_it(moments: Moved) -> None:
    await fill((await moments.gateway()).lanes, "web:a", 1)
    for _ in range(25):
        lease = await take((await moments.gateway()).lanes)
        assert lease.losses == 0
        moments.clock.advance(10)
    assert await drain((await moments.gateway()).lanes, "in") == [b"web:a 1"]


async def test_i11_a_gateway_that_hung_is_counted_once_it_is_heard_again(moments: Moved) -> None:
    hung, other = await moments.gateway(), await moments.gateway()
    await fill(other.lanes, "web:a", 1)
    losses = []
    for _ in range(4):
        losses.append((await take(hung.lanes)).losses)
        moments.clock.advance(10)
        await other.lanes.release(await take(other.lanes))
        await hung.lanes.claim("out", "w")
        moments.clock.advance(1)
    assert losses == [0, 0, 1, 2], "each is counted when the next one comes"


async def test_of_many_leases_that_ran_out_one_claim_takes_back_some(moments: Moved) -> None:
    dead, alive = await moments.gateway(), await moments.gateway()
    for i in range(100):
        await fill(dead.lanes, f"web:{i}", 1)
    assert len(await dead.lanes.claim("in", "w", n=100)) == 100
    moments.clock.advance(10)
    got = [len(await alive.lanes.claim("in", "w", n=100)) for _ in range(3)]
    assert got == [64, 36, 0]
