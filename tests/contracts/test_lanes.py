"""gateway/store/lanes.py: the invariants I1 to I11 of DESIGN.md, each by its number."""
from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from gateway.errors import Fenced
from gateway.store.lanes import Changes, Emit, Feed, LaneStore, Lease, Outcome, Put
from gateway.store.limits import DEFAULT_LIMITS
from gateway.store.records import Records
from gateway.store.shared import SharedStore
from tests.clock import ManualClock
from tests.contracts.lanes import arm, bodies, drain, fill, take
from tests.contracts.stores import Opener

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


async def test_i11_a_lease_of_before_the_restart_is_void_whatever_it_did(opener: Opener) -> None:
    await fill(opener.store.lanes, "web:a", 1)
    lease = await take(opener.store.lanes)
    note = Changes(state=b"half way")
    await opener.store.lanes.commit(lease, note)
    lanes = (await opener.restart()).lanes
    for changes in (note, Changes(upto=1)):
        with pytest.raises(Fenced):
            await lanes.commit(lease, changes)


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
