"""Each store does what tests/store_model.py says, whatever the order of events."""
from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from gateway.errors import Fenced
from gateway.store.lanes import Changes, Dead, Emit, LaneStats, Lease
from gateway.store.limits import DEFAULT_LIMITS
from gateway.store.parts import Running
from gateway.store.redis import Pace, RedisStore
from gateway.store.redis_link import Link
from gateway.store.sqlite import SqliteStore
from gateway.store.steady import Steady
from tests.clock import ManualClock, SerialIds
from tests.contracts.stores import redis_cluster, redis_server
from tests.store_model import ATTEMPTS, CAP, LOSSES, Grant, Model

T = TypeVar("T")
Held = tuple[Lease, Grant]

NOTHING = LaneStats(0, 0, 0, 0, 0, 0)
LIMITS = replace(DEFAULT_LIMITS, mailbox_cap=CAP, max_attempts=ATTEMPTS, max_losses=LOSSES)
keys = st.sampled_from(["web:a", "web:b"])
names = st.sampled_from(["m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8"])
spans = st.sampled_from([5_000, 10_000, 40_000])
delays = st.sampled_from([0, 0, 1_000, 7_000])
ids = st.integers(1, 6)
turns = st.integers(0, 9)


def same(lease: Lease, grant: Grant) -> bool:
    """The store's lease and the model's grant say the same."""
    head = grant.items[0]
    return (
        lease.key, lease.fence, lease.version, lease.until, lease.state, lease.attempts, lease.losses,
        [(msg.seq, msg.dedupe, msg.body) for msg in lease.msgs],
    ) == (
        grant.key, grant.fence, grant.version, grant.until, grant.state, head.attempts, head.losses,
        [(item.seq, item.dedupe, item.body) for item in grant.items],
    )


def lists(*options: T) -> st.SearchStrategy[list[T]]:
    return st.lists(st.sampled_from(options), max_size=2)


class Lanes(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp(prefix="huiyin-model-"))
        self.clock = ManualClock()
        self.ids = SerialIds()
        self.model = Model(self.clock.ms())
        self.leases: list[Held] = []

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    @initialize()
    def open(self) -> None:
        self.store = self.make()
        self.run(self.store.open())

    def make(self) -> Running:
        return SqliteStore(self.folder / "store.db", self.clock, self.ids, LIMITS)

    def teardown(self) -> None:
        self.run(self.store.close())
        self.runner.close()
        shutil.rmtree(self.folder)

    def keep(self, lease: Lease | None, grant: Grant | None) -> None:
        """The store's answer and the model's are the same."""
        assert (lease is None) == (grant is None)
        if lease and grant:
            assert same(lease, grant)
            self.leases.append((lease, grant))

    def pick(self, which: int) -> Held:
        """Mostly a lease that may still be good, sometimes any that ever was."""
        good = [held for held in self.leases if self.model.boxes[held[1].key].holder == held[1].claim]
        if which < 8 and good:
            return good[-1 - which % len(good)]
        return self.leases[which % len(self.leases)]

    def both(self, real: Coroutine[Any, Any, T], ideal: Callable[[], Any]) -> T | None:
        """Both do it, or both say Fenced."""
        try:
            answer = ideal()
        except Fenced:
            with pytest.raises(Fenced):
                self.run(real)
            return None
        did = self.run(real)
        if isinstance(did, Lease) or isinstance(answer, Grant):
            self.keep(did if isinstance(did, Lease) else None, answer)
        return did

    def letter(self, id: int) -> int:
        """The store's number of the model's letter."""
        return id

    def number(self, letter: Dead) -> int:
        """The model's number of the store's letter."""
        return letter.id

    # --- what may happen ---

    @rule(key=keys, name=names, owner=st.booleans())
    def ingest(self, key: str, name: str, owner: bool) -> None:
        body = f"{key} {name}".encode()
        outcome, seq, grant = self.model.ingest(key, name, body, owner=owner)
        real = self.run(self.store.lanes.ingest("in", key, name, body, owner="w" if owner else ""))
        assert (real.outcome, real.seq) == (outcome, seq)
        self.keep(real.lease, grant)

    @rule(n=st.integers(1, 3), batch=st.integers(1, 3), span=spans)
    def claim(self, n: int, batch: int, span: int) -> None:
        grants = self.model.claim(n, batch, span)
        real = self.run(self.store.lanes.claim("in", "w", n=n, batch=batch, lease_ms=span))
        for lease, grant in zip(real, grants, strict=True):
            self.keep(lease, grant)

    @precondition(lambda self: self.leases)
    @rule(
        which=turns, consume=st.integers(0, 3), keep=st.booleans(), times=st.sampled_from([1, 1, 2]),
        state=st.none() | st.binary(max_size=3),
        emits=lists("web:a 9", "web:b 9", "web:a 1"), timers=lists("remind", "expire"), cancel=lists("remind"),
    )
    def commit(
        self, which: int, consume: int, keep: bool, times: int, state: bytes | None, emits: list[str],
        timers: list[str], cancel: list[str],
    ) -> None:
        lease, grant = self.pick(which)
        upto = lease.msgs[min(consume, len(lease.msgs)) - 1].seq if consume else 0
        queued = [Emit("in", key, f"m{n}", b"emitted") for key, n in (emit.split() for emit in emits)]
        armed = [Emit("in", "web:b", name, b"timer", self.clock.ms(which)) for name in timers]
        changes = Changes(upto=upto, state=state, emits=queued + armed, cancel=cancel)
        for _ in range(times):
            self.both(
                self.store.lanes.commit(lease, changes, keep=keep),
                lambda: self.model.commit(grant, changes, keep),
            )

    @precondition(lambda self: self.leases)
    @rule(which=turns, delay=delays)
    def fail(self, which: int, delay: int) -> None:
        lease, grant = self.pick(which)
        self.both(self.store.lanes.fail(lease, delay, "boom"), lambda: self.model.fail(grant, delay, "boom"))

    @precondition(lambda self: self.leases)
    @rule(which=turns, delay=delays)
    def defer(self, which: int, delay: int) -> None:
        lease, grant = self.pick(which)
        self.both(self.store.lanes.defer(lease, delay, "later"), lambda: self.model.free(self.model.held(grant), delay))

    @precondition(lambda self: self.leases)
    @rule(which=turns, parked=st.booleans())
    def set_aside(self, which: int, parked: bool) -> None:
        lease, grant = self.pick(which)
        real = self.store.lanes.park(lease, "odd") if parked else self.store.lanes.bury(lease, "odd")
        self.both(real, lambda: self.model.set_aside(grant, "odd", parked=parked))

    @precondition(lambda self: self.leases)
    @rule(which=turns)
    def release(self, which: int) -> None:
        lease, grant = self.pick(which)
        self.run(self.store.lanes.release(lease))
        self.model.release(grant)

    @precondition(lambda self: self.leases)
    @rule(one=turns, two=turns, span=spans)
    def renew(self, one: int, two: int, span: int) -> None:
        held = [self.pick(one), self.pick(two)]
        lost = self.run(self.store.lanes.renew([lease for lease, _ in held], span))
        assert {key for _, key in lost} == self.model.renew([grant for _, grant in held], span)

    @rule(seconds=st.sampled_from([0.5, 3, 12, 45]))
    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.model.now = self.clock.ms()

    @precondition(lambda self: self.leases)
    @rule()
    def lose_every_lease(self) -> None:
        """A worker that died: its leases run out and are taken anew."""
        self.pass_time(45)
        self.claim(3, 2, 5_000)

    @precondition(lambda self: self.leases)
    @rule(which=turns)
    def fail_again(self, which: int) -> None:
        """The same item raises, is offered again, raises."""
        self.fail(which, 0)
        self.claim(3, 2, 10_000)

    @precondition(lambda self: self.model.timers)
    @rule()
    def tick(self) -> None:
        assert self.run(self.store.lanes.tick()) == self.model.tick()

    @precondition(lambda self: self.model.letters)
    @rule(id=ids, body=st.none() | st.just(b"corrected"))
    def replay(self, id: int, body: bytes | None) -> None:
        assert self.run(self.store.lanes.replay(self.letter(id), body)) == self.model.replay(id, body)

    @precondition(lambda self: self.model.letters)
    @rule(id=ids)
    def discard(self, id: int) -> None:
        assert self.run(self.store.lanes.discard(self.letter(id), "op", "why")) == self.model.discard(id)

    @rule()
    def reopen(self) -> None:
        self.run(self.store.close())
        self.open()
        self.model.restart()

    # --- what must be so ---

    @invariant()
    def both_stand_alike(self) -> None:
        boxes, dead = self.model.boxes, self.model.dead
        stats, letters, states = self.run(self.look())
        assert states == {key: (box.state, box.version) for key, box in boxes.items()}
        assert letters == {
            id: (one.key, one.item.seq, one.item.body, one.why, one.parked) for id, one in dead.items()}
        figures = stats.get("in", NOTHING)
        assert replace(figures, oldest_ms=0) == LaneStats(
            waiting=sum(len(box.items) for box in boxes.values()),
            leased=sum(box.holder is not None for box in boxes.values()),
            parked=sum(letter.parked for letter in dead.values()),
            dead=sum(not letter.parked for letter in dead.values()),
            timers=len(self.model.timers), oldest_ms=0)
        assert stats.get("journal", NOTHING).waiting == self.model.journal

    async def look(self) -> tuple[dict[str, LaneStats], dict[int, Any], dict[str, tuple[bytes, int]]]:
        lanes, keys = self.store.lanes, list(self.model.boxes)
        states = await asyncio.gather(*(lanes.state("in", key) for key in keys))
        letters = {
            self.number(letter): (letter.key, letter.seq, letter.body, letter.why, letter.parked)
            for letter in await lanes.dead("in")}
        return await lanes.stats(), letters, dict(zip(keys, states, strict=True))


class LanesOnRedis(Lanes):
    def __init__(self) -> None:
        super().__init__()
        self.server = redis_server()
        self.server.ask("FLUSHALL")
        self.time = Steady(self.clock)
        self.model = Model(self.clock.ms(), by_name=True)

    def make(self) -> Running:
        return RedisStore(
            Link(self.server.url, durability="relaxed"), self.clock, self.ids, LIMITS,
            moments=lambda: (self.time.now(), self.time.wall()))


class LanesOnCluster(Lanes):
    """Dead letters have numbers of their own there; a letter is known by its item."""

    def __init__(self) -> None:
        super().__init__()
        self.cluster = redis_cluster()
        self.cluster.empty()
        self.time = Steady(self.clock)
        self.model = Model(self.clock.ms(), by_name=True)
        self.numbers: dict[tuple[str, int], int] = {}

    def make(self) -> Running:
        return RedisStore(
            Link(self.cluster.url, durability="relaxed", shards=8), self.clock, self.ids, LIMITS,
            moments=lambda: (self.time.now(), self.time.wall()), pace=Pace(sweep_s=0, wait_s=10.0))

    def letter(self, id: int) -> int:
        one = self.model.dead.get(id)
        return self.numbers[one.key, one.item.seq] if one else id

    def number(self, letter: Dead) -> int:
        self.numbers[letter.key, letter.seq] = letter.id
        return next(id for id, one in self.model.dead.items() if (one.key, one.item.seq) == (letter.key, letter.seq))


@pytest.mark.parametrize("lanes", [Lanes, pytest.param(LanesOnRedis, marks=pytest.mark.programs)])
def test_the_store_does_what_the_model_does(lanes: type[Lanes]) -> None:
    run_state_machine_as_test(lanes, settings=settings(max_examples=30, stateful_step_count=30, deadline=None))


@pytest.mark.slow
@pytest.mark.parametrize("lanes", [Lanes, LanesOnRedis])
def test_the_store_does_what_the_model_does_for_long(lanes: type[Lanes]) -> None:
    run_state_machine_as_test(lanes, settings=settings(max_examples=200, stateful_step_count=50, deadline=None))


@pytest.mark.slow
def test_the_store_does_what_the_model_does_on_a_cluster() -> None:
    run_state_machine_as_test(LanesOnCluster, settings=settings(max_examples=10, stateful_step_count=30, deadline=None))
