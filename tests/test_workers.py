"""The generic lane loop: order, what each error does to the head item, hand-back on drain; and intake before it."""
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, cast

import pytest

from gateway.errors import Held, Paused, RateLimited, Rejected, Retry, Uncertain
from gateway.intake import Intake
from gateway.messages import Inbound, Text, decode_inbound, encode
from gateway.pressure import Pressure
from gateway.protocols import Changes, Emit, LaneStore, Lease
from gateway.store.limits import Limits
from gateway.store.sqlite import SqliteStore
from gateway.workers import LaneWorker, Supervisor, Terms, tick
from tests.clock import ManualClock, SerialIds
from tests.until import until

Handle = Callable[[Lease], Awaitable[Changes]]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def store(tmp_path: Path, clock: ManualClock) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(tmp_path / "w.db", clock, SerialIds(), Limits(mailbox_cap=5))
    await store.open()
    yield store
    await store.close()


class Bench:
    """A worker on lane `in` with a handler that can be told what to raise."""

    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.seen: list[tuple[str, bytes]] = []
        self.faults: list[Exception] = []
        self.gate: asyncio.Event | None = None
        self.worker = LaneWorker("in", self.handle, store.lanes, store.shared, owner="w1")
        self.intake = Intake(store.lanes, self.worker)

    async def handle(self, lease: Lease) -> Changes:
        if self.gate is not None:
            await self.gate.wait()
        if self.faults:
            raise self.faults.pop(0)
        head = lease.msgs[0]
        self.seen.append((lease.key, head.body))
        return Changes(head.seq)

    async def send(self, n: int, key: str = "web:a") -> str:
        return await self.intake.accept(Inbound(f"m{n}", key, "web", n, Text(f"{n}")))


@pytest.fixture
def bench(store: SqliteStore) -> Bench:
    return Bench(store)


def order(bench: Bench, key: str = "web:a") -> list[str]:
    return [decode_inbound(body).id for seen, body in bench.seen if seen == key]


async def test_an_accepted_message_is_worked_off_without_a_claim(bench: Bench) -> None:
    assert await bench.send(1) == "new"
    await until(lambda: order(bench) == ["m1"])


async def test_a_repeated_message_is_a_duplicate_and_has_no_effect(bench: Bench) -> None:
    await bench.send(1)
    assert await bench.send(1) == "duplicate"
    await bench.send(2)
    await until(lambda: order(bench) == ["m1", "m2"])


async def test_a_keys_items_keep_their_order_while_others_go_on(bench: Bench) -> None:
    bench.gate = asyncio.Event()
    for n in range(1, 5):
        await bench.send(n)
        await bench.send(n, "web:b")
    bench.gate.set()
    await until(lambda: len(bench.seen) == 8)
    assert order(bench) == order(bench, "web:b") == ["m1", "m2", "m3", "m4"]


async def test_a_full_mailbox_is_refused_not_stored(bench: Bench) -> None:
    bench.gate = asyncio.Event()
    for n in range(5):
        await bench.send(n)
    with pytest.raises(RateLimited):
        await bench.send(5)
    bench.gate.set()
    await until(lambda: len(bench.seen) == 5)


@pytest.mark.parametrize(("fault", "parked"), [(Rejected("never"), False), (Uncertain("who knows"), True)])
async def test_a_verdict_puts_the_head_aside_and_the_rest_goes_on(
    bench: Bench, store: SqliteStore, fault: Exception, parked: bool
) -> None:
    bench.gate = asyncio.Event()
    await bench.send(1)
    await bench.send(2)
    bench.faults = [fault]
    bench.gate.set()
    running = asyncio.create_task(bench.worker.run(0.01))
    await until(lambda: order(bench) == ["m2"])
    (dead,) = await store.lanes.dead("in")
    assert (decode_inbound(dead.body).id, dead.parked, dead.why) == ("m1", parked, str(fault))
    await bench.worker.drain(1)
    await running


@pytest.mark.parametrize("fault", [Retry("busy", after_s=30), Paused("401", after_s=30)])
async def test_what_is_not_the_items_fault_comes_back_uncounted(
    bench: Bench, store: SqliteStore, clock: ManualClock, fault: Exception
) -> None:
    bench.faults = [fault]
    await bench.send(1)
    await until(lambda: not bench.faults)
    assert await store.lanes.claim("in", "w2") == []
    clock.advance(31)
    (lease,) = await store.lanes.claim("in", "w2")
    assert lease.attempts == 0


async def test_a_held_key_is_looked_at_again_when_its_time_has_come(
    bench: Bench, store: SqliteStore, clock: ManualClock
) -> None:
    bench.faults = [Held(0.2)]
    running = asyncio.create_task(bench.worker.run(60))  # no sweep comes to its help
    await bench.send(1)
    async with asyncio.timeout(5):
        while bench.faults or (await store.lanes.stats())["in"].leased:
            await asyncio.sleep(0.002)
    assert bench.seen == []
    clock.advance(0.2)
    await until(lambda: order(bench) == ["m1"])
    running.cancel()


async def test_a_raised_error_is_counted_backed_off_and_buried_at_the_fifth(
    bench: Bench, store: SqliteStore, clock: ManualClock
) -> None:
    bench.faults = [ValueError("bug") for _ in range(5)]
    running = asyncio.create_task(bench.worker.run(0.01))
    await bench.send(1)
    async with asyncio.timeout(10):
        while not await store.lanes.dead("in"):
            clock.advance(0.5)  # well below the lease
            await asyncio.sleep(0.002)
    (dead,) = await store.lanes.dead("in")
    assert dead.why == "ValueError"
    await bench.worker.drain(1)
    await running


async def test_a_drain_finishes_what_runs_and_leaves_the_rest_to_others(bench: Bench, store: SqliteStore) -> None:
    bench.gate = asyncio.Event()
    await bench.send(1)
    await bench.send(2)
    draining = asyncio.create_task(bench.worker.drain(5))
    await asyncio.sleep(0)
    bench.gate.set()
    await draining
    assert order(bench) == ["m1"]
    (lease,) = await store.lanes.claim("in", "other")
    assert [decode_inbound(msg.body).id for msg in lease.msgs] == ["m2"]
    assert await bench.send(3) == "new"
    assert order(bench) == ["m1"]


async def test_a_drain_that_runs_out_of_time_gives_the_key_back(bench: Bench, store: SqliteStore) -> None:
    bench.gate = asyncio.Event()
    await bench.send(1)
    await bench.worker.drain(0.01)
    (lease,) = await store.lanes.claim("in", "other")
    assert lease.losses == 0
    assert len(lease.msgs) == 1


class Together:
    """Lanes that take a lease back only as one of three at a time."""

    def __init__(self, lanes: LaneStore) -> None:
        self.lanes = lanes
        self.three = asyncio.Barrier(3)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.lanes, name)

    async def release(self, lease: Lease) -> None:
        await self.three.wait()
        await self.lanes.release(lease)


async def test_what_a_drain_gives_back_goes_together(bench: Bench, store: SqliteStore) -> None:
    """Where the store hangs, one after the other would take as many time-outs."""
    bench.gate = asyncio.Event()
    worker = LaneWorker("in", bench.handle, cast("LaneStore", Together(store.lanes)), store.shared, owner="w1")
    for key in ("web:a", "web:b", "web:c"):
        stored = await store.lanes.ingest("in", key, "", b"x", owner="w1")
        assert stored.lease
        worker.begin(stored.lease)
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await worker.drain(0.01)
    assert len(await store.lanes.claim("in", "w2")) == 3


async def test_timers_fire_into_their_mailbox(bench: Bench, store: SqliteStore, clock: ManualClock) -> None:
    supervisor = Supervisor()
    supervisor.spawn("tick", lambda: tick(store.lanes, 0.002))
    await store.lanes.ingest("in", "web:a", "go", b"x")
    (lease,) = await store.lanes.claim("in", "me")
    await store.lanes.commit(lease, Changes(1, emits=[Emit("in", "web:a", "t", b"late", clock.ms(10))]), keep=False)
    running = asyncio.create_task(bench.worker.run(0.01))
    clock.advance(11)
    await until(lambda: ("web:a", b"late") in bench.seen)
    await bench.worker.drain(1)
    await running
    await supervisor.close()


async def test_the_supervisor_starts_a_failed_task_again() -> None:
    supervisor, runs = Supervisor(), []

    async def shaky() -> None:
        runs.append(1)
        if len(runs) < 3:
            raise RuntimeError("once more")

    supervisor.spawn("shaky", shaky)
    await until(lambda: len(runs) == 3)
    await supervisor.close()


async def test_while_the_loop_is_pressed_few_are_begun_and_none_is_lost(store: SqliteStore) -> None:
    """Pressed, one at a time; all others wait where they are stored, and are worked on as soon as it is over."""
    pressed, at_once, most, seen = True, 0, 0, list[str]()

    async def handle(lease: Lease) -> Changes:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0)
        at_once -= 1
        seen.append(lease.key)
        return Changes(lease.msgs[-1].seq)

    terms = Terms(pressed=lambda: pressed)
    worker = LaneWorker("in", handle, store.lanes, store.shared, owner="w1", terms=terms)
    intake = Intake(store.lanes, worker)
    assert worker.owner == "w1"
    keys = [f"web:{n}" for n in range(8)]
    await asyncio.gather(*(intake.accept(Inbound("m", key, "web", 0, Text("x"))) for key in keys[:1]))
    running = asyncio.create_task(worker.run(sweep_s=0.01))
    for key in keys[1:4]:
        await store.lanes.ingest("in", key, "m", encode(Inbound("m", key, "web", 0, Text("x"))))
    await until(lambda: len(seen) == 4)
    assert most == 1
    pressed = False
    for key in keys[4:]:
        await store.lanes.ingest("in", key, "m", encode(Inbound("m", key, "web", 0, Text("x"))))
    await until(lambda: sorted(seen) == keys)
    await worker.drain(1.0)
    await running


async def test_a_loop_that_keeps_up_again_is_not_pressed_for_long() -> None:
    pressure = Pressure(late_s=1.0)
    assert pressure.pressed()
    watching = asyncio.create_task(pressure.watch())
    await until(lambda: not pressure.pressed())
    watching.cancel()


async def test_what_there_is_no_room_for_is_not_even_claimed(store: SqliteStore) -> None:
    """31,200 rows that wait for a backend cost nothing while they wait."""
    asked, free, seen = 0, 0, list[str]()

    def room() -> int:
        nonlocal asked
        asked += 1
        return free

    async def handle(lease: Lease) -> Changes:
        seen.append(lease.key)
        return Changes(lease.msgs[-1].seq)

    for n in range(3):
        await store.lanes.ingest("case", f"WO-{n}", "", b"x")
    worker = LaneWorker("case", handle, store.lanes, store.shared, owner="w1", terms=Terms(room=room))
    running = asyncio.create_task(worker.run(0.001))
    await until(lambda: asked >= 4)
    stats = (await store.lanes.stats())["case"]
    assert (stats.waiting, stats.leased, seen) == (3, 0, [])
    free = 1
    await until(lambda: len(seen) == 3)
    await worker.drain(1)
    await running


async def test_while_all_hands_are_full_what_comes_in_is_stored_and_waits_there(store: SqliteStore) -> None:
    """A lease that waits in memory would have to be renewed: 40,000 of them in a storm."""
    gate, seen = asyncio.Event(), list[str]()

    async def handle(lease: Lease) -> Changes:
        seen.append(lease.key)
        await gate.wait()
        return Changes(lease.msgs[-1].seq)

    worker = LaneWorker("in", handle, store.lanes, store.shared, owner="w1", terms=Terms(at_once=2))
    intake = Intake(store.lanes, worker)
    for n in range(5):
        await intake.accept(Inbound("m", f"web:{n}", "web", n, Text("hello")))
        await asyncio.sleep(0)
    stats = (await store.lanes.stats())["in"]
    assert (stats.waiting, stats.leased, seen) == (5, 2, ["web:0", "web:1"])
    running = asyncio.create_task(worker.run(0.001))
    gate.set()
    await until(lambda: len(seen) == 5)
    assert seen == [f"web:{n}" for n in range(5)]
    await worker.drain(1)
    await running


async def test_a_long_queue_is_worked_off_from_both_ends(store: SqliteStore, clock: ManualClock) -> None:
    seen: list[str] = []

    async def handle(lease: Lease) -> Changes:
        seen.append(lease.key)
        return Changes(lease.msgs[-1].seq)

    for n in range(100):
        await store.lanes.ingest("case", f"WO-{n:03d}", "", b"x")
        clock.advance(1)
    terms = Terms(room=lambda: 4, both_ends=True)
    worker = LaneWorker("case", handle, store.lanes, store.shared, owner="w1", terms=terms)
    running = asyncio.create_task(worker.run(0.001))
    await until(lambda: len(seen) == 100)
    assert sorted(seen[:4]) == ["WO-000", "WO-001", "WO-098", "WO-099"]
    await worker.drain(1)
    await running
