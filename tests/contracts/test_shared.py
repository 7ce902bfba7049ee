"""gateway/store/shared.py: what every store shares between those who ask at the same time."""
from __future__ import annotations

import asyncio

import pytest

from gateway.errors import Unavailable
from gateway.store.limits import DAY_MS
from gateway.store.shared import SharedStore
from tests.clock import ManualClock
from tests.contracts.stores import Opener

# --- values -------------------------------------------------------------------------------------------------

async def test_a_value_lives_as_long_as_it_was_given(shared: SharedStore, clock: ManualClock) -> None:
    await shared.put("session:1", b"visitor", 10_000)
    clock.advance(9.999)
    assert await shared.get("session:1") == b"visitor"
    clock.advance(0.001)
    assert await shared.get("session:1") is None


async def test_put_replaces_and_delete_forgets(shared: SharedStore, clock: ManualClock) -> None:
    await shared.put("code", b"1", 1000)
    await shared.put("code", b"2", 5000)
    clock.advance(2)
    assert await shared.get("code") == b"2"
    await shared.delete("code")
    await shared.delete("code")
    assert await shared.get("code") is None


async def test_add_lets_only_the_first_in(shared: SharedStore, clock: ManualClock) -> None:
    tried = await asyncio.gather(*(shared.add("nonce:1", b"%d" % i, 1000) for i in range(10)))
    assert tried == [True] + [False] * 9
    assert await shared.get("nonce:1") == b"0"
    clock.advance(1)
    assert await shared.add("nonce:1", b"again", 1000)


async def test_values_outlive_a_restart_but_not_a_clean_up(opener: Opener, clock: ManualClock) -> None:
    await opener.store.shared.put("session:1", b"a", 1000)
    await opener.store.shared.put("session:2", b"b", 9000)
    store = await opener.restart()
    assert await store.shared.get("session:1") == b"a"
    clock.advance(1)
    assert await store.clean() == 1
    assert await store.shared.get("session:2") == b"b"


async def test_setting_the_wall_clock_ends_no_session(shared: SharedStore, clock: ManualClock) -> None:
    await shared.put("session:1", b"a", 1000)
    clock.jump(3600)
    assert await shared.get("session:1") == b"a"
    clock.jump(-7200)
    clock.advance(1)
    assert await shared.get("session:1") is None


# --- cached -------------------------------------------------------------------------------------------------

class Source:
    """A token server: counts how often it was asked, answers when it is let go."""

    def __init__(self, ttl_ms: int = 7_200_000) -> None:
        self.asked = 0
        self.ttl_ms = ttl_ms
        self.begun = asyncio.Event()
        self.go = asyncio.Event()
        self.error: Exception | None = None

    async def __call__(self) -> tuple[bytes, int]:
        self.asked += 1
        self.begun.set()
        await self.go.wait()
        if self.error:
            raise self.error
        return b"token %d" % self.asked, self.ttl_ms


async def test_two_hundred_callers_one_fetch(shared: SharedStore) -> None:
    source = Source()
    callers = [asyncio.create_task(shared.cached("token", source)) for _ in range(200)]
    await source.begun.wait()
    source.go.set()
    assert set(await asyncio.gather(*callers)) == {b"token 1"}
    assert await shared.cached("token", source) == b"token 1"
    assert source.asked == 1


async def test_a_value_with_too_little_left_is_fetched_anew(shared: SharedStore, clock: ManualClock) -> None:
    source = Source(ttl_ms=10_000)
    source.go.set()
    await shared.cached("token", source)
    clock.advance(4)
    assert await shared.cached("token", source, min_left_ms=5000) == b"token 1"
    clock.advance(2)
    assert await shared.cached("token", source, min_left_ms=5000) == b"token 2"
    assert await shared.cached("token", source) == b"token 2"


async def test_a_failed_fetch_is_told_to_all_and_tried_again_by_the_next(shared: SharedStore) -> None:
    source = Source()
    source.error = Unavailable("platform away")
    callers = [asyncio.create_task(shared.cached("token", source)) for _ in range(5)]
    await source.begun.wait()
    source.go.set()
    answers = await asyncio.gather(*callers, return_exceptions=True)
    assert [type(answer) for answer in answers] == [Unavailable] * 5
    source.error = None
    assert await shared.cached("token", source) == b"token 2"


async def test_a_caller_that_goes_away_takes_the_fetch_from_nobody(shared: SharedStore) -> None:
    source = Source()
    first, second = (asyncio.create_task(shared.cached("token", source)) for _ in range(2))
    await source.begun.wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    source.go.set()
    assert await second == b"token 1"


async def test_of_all_who_found_a_value_bad_one_fetches_the_next(shared: SharedStore) -> None:
    source = Source()
    source.go.set()
    bad = await shared.cached("token", source)
    again = await asyncio.gather(*(shared.cached("token", source, unlike=bad) for _ in range(50)))
    assert set(again) == {b"token 2"}
    assert await shared.cached("token", source, unlike=bad) == b"token 2", "whoever comes late finds it changed"
    assert await shared.cached("token", source) == b"token 2"
    assert source.asked == 2


async def test_tokens_outlive_a_restart_and_names_do_not_meet(opener: Opener) -> None:
    source = Source()
    source.go.set()
    await opener.store.shared.cached("wx1", source)
    shared = (await opener.restart()).shared
    assert await shared.cached("wx1", source) == b"token 1"
    assert await shared.cached("wx2", source) == b"token 2"
    assert await shared.get("wx1") is None


# --- rates --------------------------------------------------------------------------------------------------

async def test_a_bucket_gives_its_burst_then_one_by_one(shared: SharedStore, clock: ManualClock) -> None:
    assert [await shared.take("sms", 100, 3) for _ in range(4)] == [0, 0, 0, 100]
    clock.advance(0.04)
    assert await shared.take("sms", 100, 3) == 60
    clock.advance(0.06)
    assert [await shared.take("sms", 100, 3) for _ in range(2)] == [0, 100]
    clock.advance(10)
    assert [await shared.take("sms", 100, 3) for _ in range(4)] == [0, 0, 0, 100], "rest fills it, not more"


async def test_a_refused_take_takes_nothing(shared: SharedStore) -> None:
    assert await shared.take("b", 100, 5, n=4) == 0
    assert await shared.take("b", 100, 5, n=2) == 100
    assert await shared.take("b", 100, 5, n=1) == 0


async def test_buckets_are_apart_and_hold_over_time(shared: SharedStore, clock: ManualClock) -> None:
    admitted = 0
    for _ in range(3000):
        admitted += await shared.take("ip:1", 10, 20) == 0
        clock.advance(0.001)
    assert admitted in (319, 320), "20 at once and 100 in each of 3 s"
    assert await shared.take("ip:2", 10, 20) == 0


async def test_full_buckets_are_forgotten_by_the_clean_up(opener: Opener, clock: ManualClock) -> None:
    for i in range(5):
        await opener.store.shared.take(f"ip:{i}", 1000, 5)
    clock.advance(1)
    await opener.store.shared.take("ip:0", 1000, 5)
    assert await opener.store.clean() == 4


# --- hints --------------------------------------------------------------------------------------------------

async def test_a_hint_reaches_every_subscriber_of_its_topic(shared: SharedStore) -> None:
    one, two, other = (shared.subscribe([topic]) for topic in ("a", "a", "b"))
    await shared.publish("a")
    assert [await one.next(1), await two.next(1), await other.next(0)] == ["a", "a", None]
    for subscription in (one, two, other):
        subscription.close()


async def test_hints_that_nobody_read_yet_become_one_per_topic(shared: SharedStore) -> None:
    hints = shared.subscribe(["a", "b"])
    for topic in ("a", "b", "a", "a"):
        await shared.publish(topic)
    assert [await hints.next(1), await hints.next(1), await hints.next(0)] == ["a", "b", None]
    hints.close()


async def test_a_reader_that_waits_is_woken(shared: SharedStore) -> None:
    hints = shared.subscribe(["a"])
    waiting = asyncio.create_task(hints.next(30))
    await asyncio.sleep(0)
    await shared.publish("a", "look")
    async with asyncio.timeout(5):
        assert await waiting == "a"
    hints.close()


async def test_a_closed_subscription_hears_nothing(shared: SharedStore) -> None:
    hints = shared.subscribe(["a"])
    hints.close()
    hints.close()
    await shared.publish("a")
    assert await hints.next(0) is None


# --- feeds --------------------------------------------------------------------------------------------------

async def feed_ids(shared: SharedStore, after: str | None, n: int = 200) -> list[str]:
    return [item.id for item in await shared.feed_read("web:a", after, n)]


async def test_a_feed_is_read_in_order_from_any_of_its_items(shared: SharedStore) -> None:
    for i in "12345":
        await shared.feed_append("web:a", i, i.encode())
        await shared.feed_append("web:b", i, b"another visitor's")
    assert await feed_ids(shared, None) == ["1", "2", "3", "4", "5"]
    assert await feed_ids(shared, "3") == ["4", "5"]
    assert await feed_ids(shared, "5") == []
    assert await feed_ids(shared, "1", n=2) == ["2", "3"]
    assert await feed_ids(shared, "gone") == ["1", "2", "3", "4", "5"], "an unknown item: everything"
    items = await shared.feed_read("web:a", None)
    assert [item.body for item in items] == [b"1", b"2", b"3", b"4", b"5"]
    assert [item.seq for item in items] == sorted({item.seq for item in items})


async def test_an_item_is_in_its_feed_once(shared: SharedStore) -> None:
    assert [await shared.feed_append("web:a", "1", b"x"), await shared.feed_append("web:a", "1", b"y")] == [True, False]
    assert [item.body for item in await shared.feed_read("web:a", None)] == [b"x"]
    assert await shared.feed_append("web:b", "1", b"z")


async def test_a_growing_feed_hints_and_a_repeated_item_does_not(shared: SharedStore) -> None:
    hints = shared.subscribe(["feed:web:a"])
    await shared.feed_append("web:a", "1", b"x")
    assert await hints.next(1) == "feed:web:a"
    await shared.feed_append("web:a", "1", b"x")
    await shared.feed_append("web:b", "1", b"x")
    assert await hints.next(0) is None
    hints.close()


async def test_feeds_are_kept_seven_days_and_over_restarts(opener: Opener, clock: ManualClock) -> None:
    await opener.store.shared.feed_append("web:a", "1", b"x")
    clock.advance(7 * DAY_MS / 1000 - 1)
    store = await opener.restart()
    await store.shared.feed_append("web:a", "2", b"x")
    await store.clean()
    assert await feed_ids(store.shared, None) == ["1", "2"]
    clock.advance(1)
    await store.clean()
    assert await feed_ids(store.shared, "1") == ["2"]
