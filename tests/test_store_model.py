"""The SQLite store does what tests/store_model.py says, whatever the order of events."""
from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from gateway.errors import Fenced
from gateway.store.lanes import Changes, Emit, Lease
from gateway.store.limits import DEFAULT_LIMITS
from gateway.store.sqlite import SqliteStore
from tests.clock import ManualClock, SerialIds
from tests.store_model import ATTEMPTS, CAP, LOSSES, Grant, Model

T = TypeVar("T")
Held = tuple[Lease, Grant]

LIMITS = replace(DEFAULT_LIMITS, mailbox_cap=CAP, max_attempts=ATTEMPTS, max_losses=LOSSES)
keys = st.sampled_from(["web:a", "web:b", "sms:c"])
names = st.sampled_from(["m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8"])
spans = st.sampled_from([5_000, 10_000, 40_000])
delays = st.sampled_from([0, 1_000, 7_000])
ids = st.integers(1, 6)


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


class Lanes(RuleBasedStateMachine):
    leases: Bundle[Held] = Bundle("leases")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp(prefix="huiyin-model-"))
        self.clock = ManualClock()
        self.ids = SerialIds()
        self.model = Model(self.clock.ms())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    @initialize()
    def open(self) -> None:
        self.store = SqliteStore(self.folder / "store.db", self.clock, self.ids, LIMITS)
        self.run(self.store.open())

    def teardown(self) -> None:
        self.run(self.store.close())
        self.runner.close()
        shutil.rmtree(self.folder)

    def both(self, real: Coroutine[Any, Any, object], ideal: object, *args: Any, **named: Any) -> None:
        """Both do it, or both say Fenced."""
        fenced = False
        try:
            ideal(*args, **named)  # type: ignore[operator]
        except Fenced:
            fenced = True
        try:
            self.run(real)
        except Fenced:
            assert fenced, "the store fenced what the model allows"
        else:
            assert not fenced, "the store allowed what the model fences"

    # --- what may happen ---

    @rule(target=leases, key=keys, name=names, owner=st.booleans())
    def ingest(self, key: str, name: str, owner: bool) -> Any:
        body = f"{key} {name}".encode()
        outcome, seq, grant = self.model.ingest(key, name, body, owner=owner)
        real = self.run(self.store.lanes.ingest("in", key, name, body, owner="w" if owner else ""))
        assert (real.outcome, real.seq) == (outcome, seq)
        assert (real.lease is None) == (grant is None)
        if real.lease is None or grant is None:
            return multiple()
        assert same(real.lease, grant)
        return real.lease, grant

    @rule(target=leases, n=st.integers(1, 3), batch=st.integers(1, 3), span=spans)
    def claim(self, n: int, batch: int, span: int) -> Any:
        grants = self.model.claim(n, batch, span)
        real = self.run(self.store.lanes.claim("in", "w", n=n, batch=batch, lease_ms=span))
        assert [lease.key for lease in real] == [grant.key for grant in grants]
        assert all(same(lease, grant) for lease, grant in zip(real, grants, strict=True))
        return multiple(*zip(real, grants, strict=True))

    @rule(
        target=leases, held=leases, consume=st.integers(0, 3), keep=st.booleans(), twice=st.booleans(),
        state=st.none() | st.binary(max_size=3), emits=st.lists(st.tuples(keys, names), max_size=2),
    )
    def commit(
        self, held: Held, consume: int, keep: bool, twice: bool, state: bytes | None, emits: list[tuple[str, str]]
    ) -> Any:
        lease, grant = held
        upto = lease.msgs[min(consume, len(lease.msgs)) - 1].seq if consume else 0
        changes = Changes(upto=upto, state=state, emits=[Emit("in", key, name, b"emitted") for key, name in emits])
        told = [(key, name, b"emitted") for key, name in emits]
        following: Any = multiple()
        for _ in range(2 if twice else 1):
            following = self.commit_both(lease, grant, changes, told, keep)
        return following

    def commit_both(
        self, lease: Lease, grant: Grant, changes: Changes, told: list[tuple[str, str, bytes]], keep: bool
    ) -> Any:
        try:
            ideal = self.model.commit(grant, changes.upto, changes.state, told, keep)
        except Fenced:
            self.both(self.store.lanes.commit(lease, changes, keep=keep), self.model.held, grant)
            return multiple()
        real = self.run(self.store.lanes.commit(lease, changes, keep=keep))
        assert (real is None) == (ideal is None)
        if real is None or ideal is None:
            return multiple()
        assert same(real, ideal)
        assert real.nonce == lease.nonce
        return real, ideal

    @rule(held=leases, delay=delays)
    def fail(self, held: Held, delay: int) -> None:
        self.both(self.store.lanes.fail(held[0], delay, "boom"), self.model.fail, held[1], delay, "boom")

    @rule(held=leases, delay=delays)
    def defer(self, held: Held, delay: int) -> None:
        def ideal() -> None:
            self.model.free(self.model.held(held[1]), delay)
        self.both(self.store.lanes.defer(held[0], delay, "later"), ideal)

    @rule(held=leases, parked=st.booleans())
    def set_aside(self, held: Held, parked: bool) -> None:
        real = self.store.lanes.park(held[0], "odd") if parked else self.store.lanes.bury(held[0], "odd")
        self.both(real, self.model.set_aside, held[1], "odd", parked=parked)

    @rule(held=consumes(leases))
    def release(self, held: Held) -> None:
        self.run(self.store.lanes.release(held[0]))
        box = self.model.boxes[held[1].key]
        if box.holder == held[1].claim:
            self.model.free(box)

    @rule(one=leases, two=leases, span=spans)
    def renew(self, one: Held, two: Held, span: int) -> None:
        lost = self.run(self.store.lanes.renew([one[0], two[0]], span))
        assert {key for _, key in lost} == self.model.renew([one[1], two[1]], span)

    @rule(seconds=st.sampled_from([0.5, 3, 6, 12, 45]))
    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.model.now = self.clock.ms()

    @rule(held=leases, name=st.sampled_from(["remind", "expire"]), key=keys, after=st.sampled_from([0, 2, 8]))
    def arm(self, held: Held, name: str, key: str, after: int) -> None:
        lease, grant = held
        if self.model.boxes[grant.key].version != grant.version:
            return  # would be taken for a retry of the commit that came after this lease
        due = self.clock.ms(after)

        def ideal() -> None:
            self.model.held(grant)
            self.model.commit(grant, 0, None, (), True)
            self.model.timers[name] = (due, key, b"timer")
        self.both(self.store.lanes.commit(lease, Changes(emits=[Emit("in", key, name, b"timer", due)])), ideal)

    @rule(held=leases, name=st.sampled_from(["remind", "expire"]))
    def cancel(self, held: Held, name: str) -> None:
        lease, grant = held
        if self.model.boxes[grant.key].version != grant.version:
            return

        def ideal() -> None:
            self.model.held(grant)
            self.model.commit(grant, 0, None, (), True)
            self.model.timers.pop(name, None)
        self.both(self.store.lanes.commit(lease, Changes(cancel=[name])), ideal)

    @rule()
    def tick(self) -> None:
        assert self.run(self.store.lanes.tick()) == self.model.tick()

    @rule(id=ids, body=st.none() | st.just(b"corrected"))
    def replay(self, id: int, body: bytes | None) -> None:
        assert self.run(self.store.lanes.replay(id, body)) == self.model.replay(id, body)

    @rule(id=ids)
    def discard(self, id: int) -> None:
        assert self.run(self.store.lanes.discard(id, "op", "why")) == self.model.discard(id)

    @rule()
    def reopen(self) -> None:
        self.run(self.store.close())
        self.open()
        self.model.restart()

    # --- what must be so ---

    @invariant()
    def figures_agree(self) -> None:
        boxes, dead = self.model.boxes.values(), self.model.dead.values()
        stats = self.run(self.store.lanes.stats())
        figures = stats.get("in")
        real = (figures.waiting, figures.leased, figures.parked, figures.dead, figures.timers) if figures else (0,) * 5
        assert real == (
            sum(len(box.items) for box in boxes), sum(box.holder is not None for box in boxes),
            sum(letter.parked for letter in dead), sum(not letter.parked for letter in dead), len(self.model.timers))
        assert (stats["journal"].waiting if "journal" in stats else 0) == self.model.journal

    @invariant()
    def states_agree(self) -> None:
        for key, box in self.model.boxes.items():
            assert self.run(self.store.lanes.state("in", key)) == (box.state, box.version)

    @invariant()
    def dead_letters_agree(self) -> None:
        real = {
            letter.id: (letter.key, letter.seq, letter.body, letter.why, letter.parked)
            for letter in self.run(self.store.lanes.dead("in"))
        }
        assert real == {
            id: (letter.key, letter.item.seq, letter.item.body, letter.why, letter.parked)
            for id, letter in self.model.dead.items()
        }


Lanes.TestCase.settings = settings(max_examples=50, stateful_step_count=40, deadline=None)
TestLanes = Lanes.TestCase
