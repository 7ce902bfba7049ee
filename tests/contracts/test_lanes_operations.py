"""gateway/store/lanes.py, operation by operation: what each promises beyond the invariants of test_lanes.py."""
from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from gateway.errors import Fenced
from gateway.store.lanes import Changes, Emit, Feed, LaneStore, Outcome
from gateway.store.limits import DAY_MS, DEFAULT_LIMITS
from gateway.store.shared import SharedStore
from gateway.transcripts import Audit
from tests.clock import ManualClock
from tests.contracts.lanes import arm, bodies, drain, fill, take
from tests.contracts.stores import Opener

# --- ingest -------------------------------------------------------------------------------------------------

async def test_ingest_leases_a_free_key_to_its_owner_with_the_state(lanes: LaneStore, clock: ManualClock) -> None:
    stored = await lanes.ingest("in", "web:a", "m1", b"hello", owner="w", lease_ms=40_000)
    assert stored.lease is not None
    assert (stored.lease.until, stored.lease.version, bodies(stored.lease)) == (clock.ms(40), 0, [b"hello"])
    await lanes.commit(stored.lease, Changes(upto=1, state=b"greeted"))
    stored = await lanes.ingest("in", "web:a", "m2", b"more", owner="w")
    assert stored.lease is not None
    assert (stored.lease.state, stored.lease.version) == (b"greeted", 1)


async def test_ingest_gives_no_lease_for_a_duplicate_or_a_key_that_backs_off(lanes: LaneStore) -> None:
    await lanes.ingest("in", "web:a", "m1", b"hello")
    assert (await lanes.ingest("in", "web:a", "m1", b"hello", owner="w")).lease is None
    await lanes.fail(await take(lanes), 5000, "boom")
    assert (await lanes.ingest("in", "web:a", "m2", b"more", owner="w")).lease is None


async def test_ingest_with_a_lease_shows_what_waited_before(lanes: LaneStore) -> None:
    await fill(lanes, "web:a", 2)
    stored = await lanes.ingest("in", "web:a", "m3", b"third", owner="w")
    assert bodies(stored.lease) == [b"web:a 1", b"web:a 2", b"third"]


async def test_a_dedupe_id_belongs_to_its_lane_and_key(lanes: LaneStore) -> None:
    """Web visitors choose their own ids: one may not swallow another's message."""
    for lane, key in (("in", "web:a"), ("in", "web:b"), ("events", "web:a")):
        assert (await lanes.ingest(lane, key, "1", b"x")).outcome is Outcome.NEW
    assert (await lanes.ingest("in", "web:a", "1", b"x")).outcome is Outcome.DUPLICATE


async def test_without_a_dedupe_id_everything_is_new(lanes: LaneStore) -> None:
    assert [(await lanes.ingest("journal", "audit", "", b"same")).seq for _ in range(3)] == [1, 2, 3]


async def test_dedupe_ids_are_kept_seven_days(opener: Opener, clock: ManualClock) -> None:
    lanes = opener.store.lanes
    await lanes.ingest("in", "web:a", "m1", b"x")
    clock.advance(7 * DAY_MS / 1000 - 1)
    await opener.store.clean()
    assert (await lanes.ingest("in", "web:a", "m1", b"x")).outcome is Outcome.DUPLICATE
    clock.advance(1)
    assert await opener.store.clean() == 1
    assert (await lanes.ingest("in", "web:a", "m1", b"x")).outcome is Outcome.NEW


async def test_a_full_mailbox_refuses_strangers_but_not_duplicates_or_commits(opener: Opener) -> None:
    lanes = (await opener.restart(replace(DEFAULT_LIMITS, mailbox_cap=2))).lanes
    await fill(lanes, "web:a", 2)
    assert (await lanes.ingest("in", "web:a", "m3", b"x")).outcome is Outcome.FULL
    assert (await lanes.ingest("in", "web:a", "", b"x")).outcome is Outcome.FULL
    assert (await lanes.ingest("in", "web:a", "web:a-2", b"x")).outcome is Outcome.DUPLICATE
    assert (await lanes.ingest("in", "web:b", "m1", b"x")).outcome is Outcome.NEW
    await arm(lanes, "web:a", Emit("in", "web:a", "news", b"case news"))
    assert len(await drain(lanes, "in")) == 4


# --- claim, commit, renew -----------------------------------------------------------------------------------

async def test_claim_takes_the_longest_waiting_first_and_no_more_than_asked(
    lanes: LaneStore, clock: ManualClock
) -> None:
    for key in ("web:c", "web:a", "web:b"):
        await fill(lanes, key, 1)
        clock.advance(1)
    assert [lease.key for lease in await lanes.claim("in", "w", n=2)] == ["web:c", "web:a"]
    assert [lease.key for lease in await lanes.claim("in", "w", n=2)] == ["web:b"]


async def test_commit_goes_on_with_the_same_lease_renewed_for_its_own_length(
    lanes: LaneStore, clock: ManualClock
) -> None:
    await fill(lanes, "web:a", 5)
    lease = await take(lanes, batch=2, lease_ms=40_000)
    clock.advance(30)
    following = await lanes.commit(lease, Changes(upto=2))
    assert following is not None
    assert (following.fence, following.nonce, following.until) == (lease.fence, lease.nonce, clock.ms(40))
    assert [msg.seq for msg in following.msgs] == [3, 4]
    clock.advance(39)
    assert await lanes.claim("in", "w") == []


async def test_a_renewed_lease_goes_on_with_the_length_it_was_last_given(lanes: LaneStore, clock: ManualClock) -> None:
    await fill(lanes, "web:a", 2)
    lease = await take(lanes, lease_ms=40_000)
    await lanes.renew([lease], 5_000)
    following = await lanes.commit(lease, Changes(upto=1))
    assert following is not None
    assert following.until == clock.ms(5)


async def test_commit_consumes_only_what_the_lease_showed(lanes: LaneStore) -> None:
    await fill(lanes, "web:a", 3)
    await lanes.park(await take(lanes), "look at this")
    lease = await take(lanes)
    (parked,) = await lanes.dead()
    await lanes.replay(parked.id)
    assert bodies(await lanes.commit(lease, Changes(upto=3))) == [b"web:a 1"]


async def test_a_failure_after_a_replay_is_counted_for_the_item_it_happened_to(lanes: LaneStore) -> None:
    await fill(lanes, "web:a", 3)
    await lanes.park(await take(lanes), "look at this")
    lease = await take(lanes)
    (parked,) = await lanes.dead()
    await lanes.replay(parked.id)
    await lanes.fail(lease, 0, "boom")
    head = await take(lanes)
    assert (bodies(head)[0], head.attempts) == (b"web:a 1", 0)
    following = await lanes.commit(head, Changes(upto=1))
    assert following is not None
    assert (bodies(following)[0], following.attempts) == (b"web:a 2", 1)


async def test_commit_refuses_a_number_that_the_lease_does_not_hold(lanes: LaneStore) -> None:
    await fill(lanes, "web:a", 2)
    lease = await take(lanes, batch=1)
    with pytest.raises(ValueError, match="2"):
        await lanes.commit(lease, Changes(upto=2))
    assert bodies(await lanes.commit(lease, Changes(upto=1))) == [b"web:a 2"]


async def test_a_turn_may_write_to_its_own_mailbox(lanes: LaneStore) -> None:
    await fill(lanes, "web:a", 1)
    following = await lanes.commit(await take(lanes), Changes(upto=1, emits=(Emit("in", "web:a", "n", b"next"),)))
    assert bodies(following) == [b"next"]


async def test_an_expired_lease_holds_until_somebody_else_claims(lanes: LaneStore, clock: ManualClock) -> None:
    await fill(lanes, "web:a", 1)
    lease = await take(lanes)
    clock.advance(60)
    assert await lanes.commit(lease, Changes(upto=1)) is None


async def test_a_wall_clock_that_is_set_ends_no_lease(lanes: LaneStore, clock: ManualClock) -> None:
    await fill(lanes, "web:a", 1)
    await take(lanes)
    clock.jump(3600)
    assert await lanes.claim("in", "w2") == []
    clock.jump(-7200)
    await fill(lanes, "web:b", 1)
    assert (await take(lanes)).key == "web:b", "and what arrives after it was set back waits for nothing"


async def test_a_wall_clock_that_was_set_back_while_we_were_down_delays_nothing(
    opener: Opener, clock: ManualClock
) -> None:
    await fill(opener.store.lanes, "web:a", 1)
    clock.jump(-3600)
    assert (await take((await opener.restart()).lanes)).key == "web:a"


async def test_back_off_outlives_a_restart(opener: Opener, clock: ManualClock) -> None:
    await fill(opener.store.lanes, "web:a", 1)
    await opener.store.lanes.fail(await take(opener.store.lanes), 60_000, "boom")
    lanes = (await opener.restart()).lanes
    assert await lanes.claim("in", "w") == []
    clock.advance(60)
    assert (await take(lanes)).attempts == 1


async def test_renew_prolongs_and_names_the_lost(lanes: LaneStore, clock: ManualClock) -> None:
    await fill(lanes, "web:a", 1)
    await fill(lanes, "web:b", 1)
    a, b = await lanes.claim("in", "w")
    clock.advance(9)
    assert await lanes.renew([a], 20_000) == set()
    clock.advance(2)
    await take(lanes)
    assert await lanes.renew([a, b]) == {("in", "web:b")}
    with pytest.raises(Fenced):
        await lanes.commit(b, Changes(upto=1))
    await lanes.release(b)
    assert await lanes.commit(a, Changes(upto=1)) is None


async def test_what_comes_in_leaves_a_renewed_lease_its_length(lanes: LaneStore, clock: ManualClock) -> None:
    await lanes.ingest("in", "web:a", "m1", b"one")
    [lease] = await lanes.claim("in", "A", lease_ms=10_000)
    await lanes.renew([lease], 60_000)
    await lanes.ingest("in", "web:a", "m2", b"two")
    clock.advance(30)
    assert await lanes.claim("in", "B") == []


@pytest.mark.parametrize("after", ["fail", "defer", "park", "bury", "release"])
async def test_a_lease_that_was_given_back_is_void(lanes: LaneStore, after: str) -> None:
    await fill(lanes, "web:a", 2)
    lease = await take(lanes)
    if after in ("fail", "defer"):
        await getattr(lanes, after)(lease, 0, "why")
    elif after == "release":
        await lanes.release(lease)
    else:
        await getattr(lanes, after)(lease, "why")
    for work in (lanes.commit(lease, Changes(upto=1)), lanes.fail(lease, 0, "x"), lanes.defer(lease, 0, "x")):
        with pytest.raises(Fenced):
            await work
    assert await lanes.renew([lease]) == {("in", "web:a")}


async def test_fail_backs_off_and_defer_does_not_count(lanes: LaneStore, clock: ManualClock) -> None:
    await fill(lanes, "web:a", 1)
    for _ in range(10):
        await lanes.defer(await take(lanes), 1000, "quiet hours")
        clock.advance(1)
    await lanes.fail(await take(lanes), 2000, "boom")
    clock.advance(1.999)
    assert await lanes.claim("in", "w") == []
    clock.advance(0.001)
    assert (await take(lanes)).attempts == 1


async def test_attempts_belong_to_the_item_that_failed(lanes: LaneStore) -> None:
    """A lease kept over several commits: the failure is the present head's."""
    await fill(lanes, "web:a", 2)
    lease = await take(lanes)
    await lanes.commit(lease, Changes(upto=1))
    await lanes.fail(lease, 0, "boom")
    assert (await take(lanes)).attempts == 1


async def test_behind_a_long_queue_neither_end_starves(lanes: LaneStore, clock: ManualClock) -> None:
    for n in range(7):
        await fill(lanes, f"web:{n}", 1)
        clock.advance(1)
    await lanes.defer((await lanes.claim("in", "w", n=1))[0], 60_000, "not ready")
    got = [lease.key for lease in await lanes.claim("in", "w", n=4, newest=2)]
    assert sorted(got) == ["web:1", "web:2", "web:5", "web:6"]
    got = [lease.key for lease in await lanes.claim("in", "w", n=2, newest=2)]
    assert sorted(got) == ["web:3", "web:4"]


# --- dead letters -------------------------------------------------------------------------------------------

async def test_a_parked_item_lets_the_others_pass_and_comes_back_corrected_at_the_head(lanes: LaneStore) -> None:
    await fill(lanes, "web:a", 3)
    await lanes.park(await take(lanes), "uncertain")
    lease = await take(lanes, batch=1)
    assert bodies(lease) == [b"web:a 2"]
    await lanes.commit(lease, Changes(upto=2), keep=False)
    (parked,) = await lanes.dead("in")
    assert (parked.parked, parked.why) == (True, "uncertain")
    assert await lanes.replay(parked.id, b"corrected")
    assert await drain(lanes, "in") == [b"corrected", b"web:a 3"]


async def test_a_replayed_item_begins_with_a_clean_sheet_even_in_an_empty_mailbox(lanes: LaneStore) -> None:
    await fill(lanes, "web:a", 1)
    for _ in range(5):
        await lanes.fail(await take(lanes), 0, "boom")
    assert await lanes.claim("in", "w") == []
    (dead,) = await lanes.dead()
    assert await lanes.replay(dead.id)
    lease = await take(lanes)
    assert (lease.attempts, lease.losses, bodies(lease)) == (0, 0, [b"web:a 1"])
    await lanes.bury(lease, "no use")
    assert [one.why for one in await lanes.dead()] == ["no use"]


async def test_a_replay_is_worked_on_at_once_even_when_its_key_backs_off(lanes: LaneStore) -> None:
    await fill(lanes, "web:a", 2)
    await lanes.park(await take(lanes), "odd")
    await lanes.defer(await take(lanes), 60_000, "breaker open")
    (parked,) = await lanes.dead()
    await lanes.replay(parked.id)
    assert bodies(await take(lanes)) == [b"web:a 1", b"web:a 2"]


async def test_a_buried_item_is_still_known_by_its_dedupe_id(lanes: LaneStore) -> None:
    await fill(lanes, "web:a", 1)
    await lanes.bury(await take(lanes), "no use")
    assert (await lanes.ingest("in", "web:a", "web:a-1", b"again")).outcome is Outcome.DUPLICATE


async def test_dead_letters_are_listed_by_lane_and_by_page(lanes: LaneStore) -> None:
    for lane in ("in", "out", "in"):
        await lanes.ingest(lane, "k", "", lane.encode())
        await lanes.bury(await take(lanes, lane), "why")
    every = await lanes.dead()
    assert [dead.lane for dead in every] == ["in", "out", "in"]
    assert await lanes.dead("in") == [every[0], every[2]]
    assert await lanes.dead(after=every[0].id, n=1) == [every[1]]
    assert await lanes.dead("case") == []


async def test_dead_letters_of_one_key_are_found_alone(lanes: LaneStore) -> None:
    for lane, key in (("in", "web:a"), ("in", "web:b"), ("out", "web:a"), ("in", "web:a")):
        await lanes.ingest(lane, key, "", b"x")
        await lanes.park(await take(lanes, lane), "why")
    every = await lanes.dead()
    assert await lanes.dead("in", key="web:a") == [every[0], every[3]]
    assert await lanes.dead(key="web:a") == [every[0], every[2], every[3]]
    assert await lanes.dead("in", key="web:a", after=every[0].id) == [every[3]]
    assert await lanes.dead("in", key="web:") == []


@pytest.mark.parametrize("backs_off", [True, False])
async def test_a_discard_lets_what_stood_behind_it_go_on_at_once(lanes: LaneStore, backs_off: bool) -> None:
    await fill(lanes, "web:a", 2)
    await lanes.park(await take(lanes), "odd")
    lease = await take(lanes)
    if backs_off:
        await lanes.defer(lease, 60_000, "waits for the other")
    (parked,) = await lanes.dead()
    await lanes.discard(parked.id, "op", "spam")
    if not backs_off:  # in somebody's hands: they keep it
        assert await lanes.claim("in", "w") == []
        await lanes.release(lease)
    assert bodies(await take(lanes)) == [b"web:a 2"]


async def test_discard_says_who_and_why_in_the_journal(lanes: LaneStore, clock: ManualClock) -> None:
    await fill(lanes, "web:a", 1)
    await lanes.bury(await take(lanes), "no use")
    (dead,) = await lanes.dead()
    assert await lanes.discard(dead.id, "op-1", "spam")
    assert await lanes.replay(dead.id) is False
    (line,) = (await take(lanes, "journal")).msgs
    audit = msgspec.json.decode(line.body, type=Audit)
    assert (audit.who, audit.act, audit.subject, audit.detail, audit.at) == (
        "op-1", "discard", "in:web:a:1", "spam", clock.ms())


async def test_an_unknown_dead_letter_is_nobodys(lanes: LaneStore) -> None:
    assert [await lanes.replay(99), await lanes.discard(99, "op", "x")] == [False, False]
    assert await drain(lanes, "journal") == []


# --- timers, figures, hints ---------------------------------------------------------------------------------

async def test_tick_fires_the_oldest_first_and_no_more_than_asked(lanes: LaneStore, clock: ManualClock) -> None:
    await arm(lanes, "web:a", *(Emit("in", "web:a", f"t{i}", b"%d" % i, due=clock.ms(10 - i)) for i in range(5)))
    clock.advance(10)
    assert [await lanes.tick(2), await lanes.tick(2), await lanes.tick(2)] == [2, 2, 1]
    assert await drain(lanes, "in") == [b"4", b"3", b"2", b"1", b"0"]


async def test_cancelling_and_arming_in_one_commit_leaves_it_armed(lanes: LaneStore, clock: ManualClock) -> None:
    await fill(lanes, "web:a", 1)
    timer = Emit("in", "web:a", "t", b"new", due=clock.ms(5))
    await lanes.commit(await take(lanes), Changes(upto=1, cancel=("t",), emits=(timer,)))
    clock.advance(5)
    assert await lanes.tick() == 1


async def test_state_of_an_unknown_key_is_empty(lanes: LaneStore) -> None:
    assert await lanes.state("in", "web:nobody") == (b"", 0)


async def test_stats_count_what_is_where(lanes: LaneStore, clock: ManualClock) -> None:
    await fill(lanes, "web:a", 3)
    clock.advance(2)
    await fill(lanes, "web:b", 1)
    await lanes.park(await take(lanes, n=1), "odd")
    await lanes.bury(await take(lanes, n=1), "bad")
    await arm(lanes, "web:a", Emit("in", "web:a", "t", b"x", due=clock.ms(60)))
    clock.advance(3)
    await take(lanes, n=1)
    figures = (await lanes.stats())["in"]
    assert (figures.waiting, figures.leased, figures.parked, figures.dead, figures.timers) == (2, 1, 1, 1, 1)
    assert figures.oldest_ms == 5000
    assert set(await lanes.stats()) == {"in"}


async def test_commits_hint_the_lanes_and_feeds_they_touched(lanes: LaneStore, shared: SharedStore) -> None:
    hints = shared.subscribe(["lane:in", "lane:out", "feed:web:a"])
    stored = await lanes.ingest("in", "web:a", "m1", b"x", owner="w")
    assert await hints.next(0) is None, "leased at once: nobody else has to look"
    assert stored.lease is not None
    turn = Changes(upto=1, emits=(Emit("out", "s", "o", b"x"),), feeds=(Feed("web:a", "1", b"x"),))
    await lanes.commit(stored.lease, turn)
    assert {await hints.next(1), await hints.next(1)} == {"lane:out", "feed:web:a"}
    await lanes.ingest("in", "web:b", "m1", b"x")
    assert await hints.next(1) == "lane:in"
    assert await hints.next(0) is None
    hints.close()


async def test_a_key_that_backs_off_is_not_hinted(lanes: LaneStore, shared: SharedStore) -> None:
    await fill(lanes, "web:a", 1)
    lease = await take(lanes)
    hints = shared.subscribe(["lane:in"])
    await lanes.defer(lease, 5000, "breaker open")
    assert await hints.next(0) is None
    hints.close()


async def test_a_timer_that_fires_hints_its_lane(lanes: LaneStore, shared: SharedStore, clock: ManualClock) -> None:
    hints = shared.subscribe(["lane:in"])
    await arm(lanes, "web:a", Emit("in", "web:a", "t", b"x", due=clock.ms(1)))
    assert await hints.next(0) is None
    clock.advance(1)
    await lanes.tick()
    assert await hints.next(1) == "lane:in"
    hints.close()
