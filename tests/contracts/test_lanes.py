"""gateway/store/lanes.py: what every store keeps. The invariants I1 to I11 of DESIGN.md by name, then the details."""
from __future__ import annotations

import asyncio
from dataclasses import replace

import msgspec
import pytest

from gateway.errors import Fenced
from gateway.messages import Audit
from gateway.store.lanes import Changes, Emit, Feed, LaneStore, Lease, Outcome, Put
from gateway.store.limits import DAY_MS, DEFAULT_LIMITS
from gateway.store.records import Records
from gateway.store.shared import SharedStore
from tests.clock import ManualClock
from tests.contracts.stores import Opener


async def fill(lanes: LaneStore, key: str, n: int, lane: str = "in") -> None:
    for i in range(1, n + 1):
        await lanes.ingest(lane, key, f"{key}-{i}", f"{key} {i}".encode())


async def take(lanes: LaneStore, lane: str = "in", **how: int) -> Lease:
    """The one lease that is to be had."""
    (lease,) = await lanes.claim(lane, "w", **how)
    return lease


async def drain(lanes: LaneStore, lane: str) -> list[bytes]:
    """All that waits in a lane, in the order it is handed out, consumed."""
    bodies: list[bytes] = []
    while leases := await lanes.claim(lane, "drain", n=1):
        lease: Lease | None = leases[0]
        while lease:
            bodies += [msg.body for msg in lease.msgs]
            lease = await lanes.commit(lease, Changes(upto=lease.msgs[-1].seq))
    return bodies


def bodies(lease: Lease | None) -> list[bytes]:
    assert lease is not None
    return [msg.body for msg in lease.msgs]


# --- the invariants -----------------------------------------------------------------------------------------

async def test_i1_what_was_acknowledged_is_in_the_mailbox_or_known_by_its_dedupe_id(opener: Opener) -> None:
    await fill(opener.store.lanes, "web:a", 3)
    lease = await take(opener.store.lanes, batch=1)
    await opener.store.lanes.commit(lease, Changes(upto=1), keep=False)

    lanes = (await opener.restart()).lanes

    again = [await lanes.ingest("in", "web:a", f"web:a-{i}", b"again") for i in (1, 2, 3)]
    assert [(one.outcome, one.seq) for one in again] == [(Outcome.DUPLICATE, i) for i in (1, 2, 3)]
    assert await drain(lanes, "in") == [b"web:a 2", b"web:a 3"]


async def test_i2_one_lease_per_key_and_the_fence_only_grows(opener: Opener, clock: ManualClock) -> None:
    lanes = opener.store.lanes
    await fill(lanes, "web:a", 1)
    fences, nonces = [0], set[str]()
    for how in ("release", "expire", "fail", "defer", "restart", "release"):
        offers = await asyncio.gather(*(lanes.claim("in", f"w{i}") for i in range(8)))
        (lease,) = [lease for offer in offers for lease in offer]
        assert (await lanes.ingest("in", "web:a", how, b"more", owner="w9")).lease is None
        fences.append(lease.fence)
        nonces.add(lease.nonce)
        if how == "expire":
            clock.advance(10)
        elif how == "restart":
            lanes = (await opener.restart()).lanes
        elif how == "release":
            await lanes.release(lease)
        else:
            await getattr(lanes, how)(lease, 0, "test")
    assert fences == sorted(set(fences))
    assert len(nonces) == 6


async def test_i2_a_lease_is_void_when_either_fence_or_nonce_differs(lanes: LaneStore) -> None:
    await fill(lanes, "web:a", 1)
    lease = await take(lanes)
    for forged in (replace(lease, fence=lease.fence + 1), replace(lease, nonce="other"), replace(lease, key="web:b")):
        with pytest.raises(Fenced):
            await lanes.commit(forged, Changes(upto=1, state=b"forged"))
    assert await lanes.state("in", "web:a") == (b"", 0)


async def test_i3_items_are_consumed_in_order_each_in_one_commit(lanes: LaneStore, clock: ManualClock) -> None:
    keys = [f"web:{i}" for i in range(4)]
    for key in keys:
        await fill(lanes, key, 25)
    done: dict[str, list[bytes]] = {key: [] for key in keys}
    for batch in (1, 7, 3, 16, 2, 5, 4, 6, 8):
        for lease in await lanes.claim("in", "w", batch=batch):
            part = lease.msgs[: batch // 2 + 1]
            done[lease.key] += [msg.body for msg in part]
            following = await lanes.commit(lease, Changes(upto=part[-1].seq))
            if following and batch % 2:
                await lanes.release(following)
        clock.advance(10)
    for key in keys:
        assert done[key] == [f"{key} {i}".encode() for i in range(1, len(done[key]) + 1)]
        assert len(done[key]) == 25


async def test_i3_a_number_is_never_used_twice_even_when_the_mailbox_ran_empty(opener: Opener) -> None:
    seqs = []
    lanes = opener.store.lanes
    for i in range(5):
        stored = await lanes.ingest("in", "web:a", f"m{i}", b"x", owner="w")
        assert stored.lease is not None
        seqs.append(stored.seq)
        assert await lanes.commit(stored.lease, Changes(upto=stored.seq)) is None
        if i == 2:
            lanes = (await opener.restart()).lanes
    assert seqs == [1, 2, 3, 4, 5]


def whole_turn(clock: ManualClock, upto: int) -> Changes:
    return Changes(
        upto=upto, state=b"filled",
        emits=(Emit("out", "sms:1", "turn-1", b"reply"), Emit("in", "web:a", "remind", b"?", due=clock.ms(60))),
        puts=(Put("work_order", "WO-1", b"{}", {"status": "new"}),), feeds=(Feed("web:a", "turn-1", b"reply"),),
        cancel=("old",),
    )


async def arm(lanes: LaneStore, key: str, *timers: Emit) -> None:
    """Arm timers from a turn of their own."""
    stored = await lanes.ingest("aside", key, "", b"arm", owner="w")
    assert stored.lease is not None
    await lanes.commit(stored.lease, Changes(upto=stored.seq, emits=timers))


async def test_i4_state_consumption_emits_timers_records_and_feed_change_together(
    lanes: LaneStore, records: Records, shared: SharedStore, clock: ManualClock
) -> None:
    await arm(lanes, "web:a", Emit("in", "web:a", "old", b"old", due=clock.ms(30)))
    await fill(lanes, "web:a", 1)
    assert await lanes.commit(await take(lanes), whole_turn(clock, 1)) is None

    assert (await lanes.state("in", "web:a"))[0] == b"filled"
    assert await drain(lanes, "in") == []
    assert await drain(lanes, "out") == [b"reply"]
    assert [record.id for record in await records.find("work_order", "status", "new")] == ["WO-1"]
    assert [item.body for item in await shared.feed_read("web:a", None)] == [b"reply"]
    clock.advance(60)
    assert await lanes.tick() == 1
    assert await drain(lanes, "in") == [b"?"]


async def test_i4_a_fenced_commit_changes_nothing(
    lanes: LaneStore, records: Records, shared: SharedStore, clock: ManualClock
) -> None:
    await arm(lanes, "web:a", Emit("in", "web:a", "old", b"old", due=clock.ms(30)))
    await fill(lanes, "web:a", 1)
    zombie = await take(lanes)
    clock.advance(10)
    successor = await take(lanes)
    with pytest.raises(Fenced):
        await lanes.commit(zombie, whole_turn(clock, 1))

    assert await lanes.state("in", "web:a") == (b"", 0)
    assert await drain(lanes, "out") == []
    assert await records.get("work_order", "WO-1") is None
    assert await shared.feed_read("web:a", None) == []
    assert await lanes.renew([successor]) == set()
    clock.advance(20)
    assert await lanes.tick() == 1, "the old timer was not cancelled, the new one not armed"


async def test_i5_an_effect_comes_from_a_committed_turn_and_a_rerun_repeats_its_id(
    lanes: LaneStore, clock: ManualClock
) -> None:
    await fill(lanes, "web:a", 1)
    turn = Changes(upto=1, emits=(Emit("out", "sms:1", "web:a:1:0", b"reply"),))
    crashed = await take(lanes)
    clock.advance(10)
    assert await drain(lanes, "out") == [], "a turn that was not committed has no effect"
    await lanes.commit(await take(lanes), turn)
    with pytest.raises(Fenced):
        await lanes.commit(crashed, turn)
    (sent,) = (await take(lanes, "out")).msgs
    assert (sent.dedupe, sent.body) == ("web:a:1:0", b"reply")


@pytest.mark.parametrize("how", ["keep", "give back", "fail", "defer", "release", "expire", "bury", "park", "restart"])
async def test_i6_a_key_with_items_is_ready_or_leased_and_is_always_offered_again(
    opener: Opener, clock: ManualClock, how: str
) -> None:
    lanes = opener.store.lanes
    await fill(lanes, "web:a", 3)
    lease = await take(lanes)
    gone = how in ("keep", "give back", "bury", "park")
    following: Lease | None = None
    match how:
        case "keep" | "give back":
            following = await lanes.commit(lease, Changes(upto=1), keep=how == "keep")
        case "fail" | "defer":
            await getattr(lanes, how)(lease, 5000, how)
        case "bury" | "park":
            await getattr(lanes, how)(lease, how)
        case "release":
            await lanes.release(lease)
        case "restart":
            lanes = (await opener.restart()).lanes
    waits = how in ("keep", "fail", "defer", "expire")
    assert (await lanes.stats())["in"].leased == (how in ("keep", "expire"))
    if waits:
        assert await lanes.claim("in", "w2") == [], "leased or backing off"
        clock.advance(10)
    again = await take(lanes)
    assert bodies(again) == [b"web:a 1", b"web:a 2", b"web:a 3"][gone:]
    assert await lanes.claim("in", "w2") == []
    if following:
        assert bodies(following) == bodies(again)


async def test_i7_an_item_leaves_by_commit_dead_letter_or_discard_only(opener: Opener, clock: ManualClock) -> None:
    lanes = opener.store.lanes
    await fill(lanes, "web:a", 3)
    for _ in range(4):
        await lanes.fail(await take(lanes), 0, "boom")
    clock.advance(400 * 24 * 3600)
    await opener.store.clean()
    lanes = (await opener.restart()).lanes
    lease = await take(lanes)
    assert (bodies(lease), lease.attempts) == ([b"web:a 1", b"web:a 2", b"web:a 3"], 4)

    await lanes.fail(lease, 60_000, "boom")
    (dead,) = await lanes.dead("in")
    assert (dead.key, dead.seq, dead.body, dead.why, dead.parked) == ("web:a", 1, b"web:a 1", "boom", False)
    lease = await take(lanes)
    assert (bodies(lease), lease.attempts) == ([b"web:a 2", b"web:a 3"], 0), "the next item begins with a clean sheet"
    await lanes.commit(lease, Changes(upto=2), keep=False)
    assert await lanes.discard(dead.id, "op", "test data")
    assert await lanes.dead() == []
    assert await drain(lanes, "in") == [b"web:a 3"]


async def test_i8_every_operation_may_be_sent_twice(
    lanes: LaneStore, records: Records, shared: SharedStore, clock: ManualClock
) -> None:
    await fill(lanes, "web:a", 3)
    await fill(lanes, "web:a", 3)
    lease = await take(lanes, batch=2)
    turn = whole_turn(clock, 1)
    first = await lanes.commit(lease, turn)
    second = await lanes.commit(lease, turn)
    assert first == second
    assert bodies(second) == [b"web:a 2", b"web:a 3"]
    assert await lanes.state("in", "web:a") == (b"filled", 1)
    assert (await records.get("work_order", "WO-1") or pytest.fail("no record")).version == 1
    assert await drain(lanes, "out") == [b"reply"]
    assert len(await shared.feed_read("web:a", None)) == 1

    assert first is not None
    assert await lanes.renew([first]) == await lanes.renew([first]) == set()
    await lanes.park(first, "odd")
    with pytest.raises(Fenced):
        await lanes.park(first, "odd")
    (parked,) = await lanes.dead()
    assert [await lanes.replay(parked.id), await lanes.replay(parked.id)] == [True, False]
    assert await lanes.discard(parked.id, "op", "late") is False
    last = await take(lanes)
    await lanes.release(last)
    await lanes.release(last)
    assert await drain(lanes, "in") == [b"web:a 2", b"web:a 3"]


@pytest.mark.parametrize("keep", [True, False])
async def test_i8_a_retry_of_the_last_commit_is_answered_as_the_first_was(lanes: LaneStore, keep: bool) -> None:
    await fill(lanes, "web:a", 1)
    lease = await take(lanes)
    turn = Changes(upto=1, state=b"1", emits=(Emit("out", "sms:1", "", b"without a dedupe id"),))
    assert [await lanes.commit(lease, turn, keep=keep) for _ in range(3)] == [None, None, None]
    assert await drain(lanes, "out") == [b"without a dedupe id"]


async def test_i8_a_commit_that_consumes_nothing_is_done_once_too(lanes: LaneStore) -> None:
    await fill(lanes, "web:a", 1)
    lease = await take(lanes)
    note = Changes(state=b"half way", emits=(Emit("out", "sms:1", "", b"typing"),))
    first = await lanes.commit(lease, note)
    assert first == await lanes.commit(lease, note)
    assert await drain(lanes, "out") == [b"typing"]
    assert first is not None
    assert await lanes.commit(first, Changes(upto=1)) is None


async def test_i8_a_retry_that_comes_after_a_successor_is_fenced(lanes: LaneStore) -> None:
    await fill(lanes, "web:a", 2)
    lease = await take(lanes, batch=1)
    await lanes.commit(lease, Changes(upto=1, state=b"1"), keep=False)
    await take(lanes)
    with pytest.raises(Fenced):
        await lanes.commit(lease, Changes(upto=1, state=b"1"), keep=False)
    assert await lanes.state("in", "web:a") == (b"1", 1)


async def test_i9_a_timer_fires_once_at_its_time_and_never_early(opener: Opener, clock: ManualClock) -> None:
    lanes = opener.store.lanes
    due = clock.ms(60)
    await arm(lanes, "web:a", Emit("in", "web:a", "remind", b"hello?", due=due))
    clock.advance(59.999)
    assert await lanes.tick() == 0
    lanes = (await opener.restart()).lanes
    clock.advance(0.001)
    assert await asyncio.gather(*(lanes.tick() for _ in range(5))) == [1, 0, 0, 0, 0]
    (fired,) = (await take(lanes)).msgs
    assert (fired.dedupe, fired.body) == (f"remind@{due}", b"hello?")

    await arm(lanes, "web:a", Emit("in", "web:a", "remind", b"hello?", due=due))
    assert await lanes.tick() == 0, "the same (id, due) never fires again"
    await arm(lanes, "web:a", Emit("in", "web:a", "remind", b"once more?", due=due + 1000))
    clock.advance(1)
    assert await lanes.tick() == 1


async def test_i9_arming_again_moves_a_timer_and_cancelling_disarms_it(lanes: LaneStore, clock: ManualClock) -> None:
    await arm(lanes, "web:a", Emit("in", "web:a", "t", b"first", due=clock.ms(10)))
    await arm(lanes, "web:a", Emit("in", "web:b", "t", b"second", due=clock.ms(20)))
    await arm(lanes, "web:a", Emit("in", "web:a", "u", b"cancelled", due=clock.ms(10)))
    stored = await lanes.ingest("in", "web:c", "", b"x", owner="w")
    assert stored.lease is not None
    await lanes.commit(stored.lease, Changes(upto=1, cancel=("u", "unknown")))
    clock.advance(10)
    assert await lanes.tick() == 0
    clock.advance(10)
    assert await lanes.tick() == 1
    lease = await take(lanes)
    assert (lease.key, bodies(lease)) == ("web:b", [b"second"])


async def test_i9_timers_hold_while_the_wall_clock_has_jumped(opener: Opener, clock: ManualClock) -> None:
    store = opener.store
    await arm(store.lanes, "web:a", Emit("in", "web:a", "t", b"soon", due=clock.ms(3600)))
    clock.jump(2 * 3600)
    assert await store.lanes.tick() == 0
    assert store.timers_held
    clock.jump(-2 * 3600)
    assert await store.lanes.tick() == 0
    assert not store.timers_held, "the clock agrees again"
    clock.jump(2 * 3600)
    assert await store.lanes.tick() == 0
    store.accept_clock()
    assert await store.lanes.tick() == 1, "an operator said the clock is right"


async def test_i9_slow_corrections_do_not_hold_timers(opener: Opener, clock: ManualClock) -> None:
    await arm(opener.store.lanes, "web:a", Emit("in", "web:a", "t", b"soon", due=clock.ms(3600)))
    for _ in range(15):
        clock.jump(4 * 60)
        await opener.store.lanes.tick()
    assert not opener.store.timers_held
    assert len(await drain(opener.store.lanes, "in")) == 1


async def test_i10_things_of_one_key_never_wait_for_each_others_delay(lanes: LaneStore, clock: ManualClock) -> None:
    await arm(
        lanes, "web:a",
        Emit("in", "web:a", "tomorrow", b"rating", due=clock.ms(12 * 3600)),
        Emit("in", "web:a", "tonight", b"answer", due=clock.ms(1)),
        Emit("in", "web:a", "now", b"reply"),
    )
    assert await drain(lanes, "in") == [b"reply"]
    clock.advance(1)
    await lanes.tick()
    assert await drain(lanes, "in") == [b"answer"]
    await fill(lanes, "web:b", 1)
    await lanes.defer(await take(lanes), 3_600_000, "breaker open")
    await fill(lanes, "web:c", 1)
    assert (await take(lanes)).key == "web:c"


async def test_i11_restarts_alone_never_bury(opener: Opener) -> None:
    await fill(opener.store.lanes, "web:a", 1)
    for _ in range(25):
        lease = await take(opener.store.lanes)
        assert (lease.attempts, lease.losses) == (0, 0)
        await opener.restart()
    assert await opener.store.lanes.dead() == []
    assert await drain(opener.store.lanes, "in") == [b"web:a 1"]


async def test_i11_twenty_lost_leases_do(lanes: LaneStore, clock: ManualClock) -> None:
    await fill(lanes, "web:a", 2)
    for lost in range(20):
        lease = await take(lanes)
        assert (lease.losses, lease.attempts) == (lost, 0)
        clock.advance(10)
    assert bodies(await take(lanes)) == [b"web:a 2"]
    (dead,) = await lanes.dead()
    assert "20" in dead.why


async def test_i11_the_holder_of_a_buried_item_is_told_that_it_is_too_late(opener: Opener, clock: ManualClock) -> None:
    lanes = (await opener.restart(replace(DEFAULT_LIMITS, max_losses=1))).lanes
    await fill(lanes, "web:a", 1)
    zombie = await take(lanes)
    clock.advance(10)
    assert await lanes.claim("in", "w") == []
    with pytest.raises(Fenced):
        await lanes.commit(zombie, Changes(upto=1))


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


async def test_a_timer_that_fires_hints_its_lane(lanes: LaneStore, shared: SharedStore, clock: ManualClock) -> None:
    hints = shared.subscribe(["lane:in"])
    await arm(lanes, "web:a", Emit("in", "web:a", "t", b"x", due=clock.ms(1)))
    assert await hints.next(0) is None
    clock.advance(1)
    await lanes.tick()
    assert await hints.next(1) == "lane:in"
    hints.close()
