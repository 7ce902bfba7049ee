"""The lanes as plain lists: what gateway/store/lanes.py means, without a database, threads or crashes.

Every method answers what the real store must answer, or raises Fenced. One lane, named `in`.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from gateway.errors import Fenced
from gateway.store.lanes import Changes, Emit, Outcome

CAP, ATTEMPTS, LOSSES = 4, 2, 2


@dataclass(frozen=True)
class Item:
    seq: int
    dedupe: str
    body: bytes
    attempts: int = 0
    losses: int = 0


@dataclass
class Box:
    """One key. `holder` is the claim that works on it, `former` the one whose commit gave it back."""

    key: str
    items: list[Item] = field(default_factory=list)
    seq: int = 0
    seen: dict[str, int] = field(default_factory=dict)
    consumed: set[int] = field(default_factory=set)
    state: bytes = b""
    version: int = 0
    fence: int = 0
    ready: int | None = None
    until: int | None = None
    holder: int | None = None
    former: int | None = None
    span: int = 0
    batch: int = 0


@dataclass(frozen=True)
class Grant:
    """A lease as the model gives it; `claim` stands for the nonce."""

    key: str
    claim: int
    fence: int
    version: int
    until: int
    state: bytes
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Letter:
    key: str
    item: Item
    why: str
    parked: bool


class Model:
    """by_name  whether keys that became ready in the same ms are claimed in order of their names, not of their age"""

    def __init__(self, now: int, *, by_name: bool = False) -> None:
        self.now = now
        self.by_name = by_name
        self.boxes: dict[str, Box] = {}
        self.timers: dict[str, tuple[int, str, bytes]] = {}
        self.dead: dict[int, Letter] = {}
        self.journal = 0
        self.claims = 0
        self.letters = 0

    def box(self, key: str) -> Box:
        return self.boxes.setdefault(key, Box(key))

    # --- coming in ---

    def push(self, box: Box, dedupe: str, body: bytes) -> bool:
        if dedupe in box.seen:
            return False
        box.seq += 1
        box.seen[dedupe] = box.seq
        box.items.append(Item(box.seq, dedupe, body))
        if box.holder is None and box.ready is None:
            box.ready = self.now
        return True

    def ingest(self, key: str, dedupe: str, body: bytes, *, owner: bool) -> tuple[Outcome, int, Grant | None]:
        box = self.box(key)
        if dedupe not in box.seen and len(box.items) >= CAP:
            return Outcome.FULL, 0, None
        if not self.push(box, dedupe, body):
            return Outcome.DUPLICATE, box.seen[dedupe], None
        free = owner and box.holder is None and box.ready is not None and box.ready <= self.now
        return Outcome.NEW, box.seq, self.grant(box, 10_000, 16) if free else None

    # --- leases ---

    def grant(self, box: Box, span: int, batch: int) -> Grant:
        self.claims += 1
        box.fence += 1
        box.holder, box.former, box.span, box.batch = self.claims, None, span, batch
        return self.prolong(box)

    def prolong(self, box: Box) -> Grant:
        box.ready, box.until = None, self.now + box.span
        return self.shown(box)

    def shown(self, box: Box) -> Grant:
        assert box.holder is not None
        assert box.until is not None
        return Grant(box.key, box.holder, box.fence, box.version, box.until, box.state, tuple(box.items[:box.batch]))

    def free(self, box: Box, delay: int = 0) -> None:
        box.holder = box.until = None
        box.ready = self.now + delay if box.items else None

    def _turn(self, box: Box, at: int | None) -> tuple[int, str]:
        return at or 0, box.key if self.by_name else ""

    def claim(self, n: int, batch: int, span: int) -> list[Grant]:
        expired = [box for box in self.boxes.values() if box.until is not None and box.until <= self.now]
        for box in sorted(expired, key=lambda box: self._turn(box, box.until)):
            head = box.items[0] = replace(box.items[0], losses=box.items[0].losses + 1)
            if head.losses >= LOSSES:
                self.put_aside(box, head, f"{LOSSES} leases ran out")
            self.free(box)
        ready = [box for box in self.boxes.values() if box.ready is not None and box.ready <= self.now]
        return [self.grant(box, span, batch) for box in sorted(ready, key=lambda box: self._turn(box, box.ready))[:n]]

    def held(self, grant: Grant) -> Box:
        box = self.boxes[grant.key]
        if box.holder != grant.claim:
            raise Fenced
        return box

    def commit(self, grant: Grant, changes: Changes, keep: bool) -> Grant | None:
        box, upto = self.boxes[grant.key], changes.upto
        if grant.claim not in (box.holder, box.former):
            raise Fenced
        if upto in box.consumed or (not upto and box.version != grant.version):
            return self.shown(box) if box.holder == grant.claim else None
        self.held(grant)
        shown = {item.seq for item in grant.items if item.seq <= upto}
        box.items = [item for item in box.items if item.seq not in shown]
        box.consumed |= shown
        box.version += 1
        box.state = box.state if changes.state is None else changes.state
        for name in changes.cancel:
            self.timers.pop(name, None)
        for emit in changes.emits:
            self.emit(emit)
        if box.items and keep:
            return self.prolong(box)
        box.former = grant.claim
        self.free(box)
        return None

    def emit(self, emit: Emit) -> None:
        if emit.due is None:
            self.push(self.box(emit.key), emit.dedupe, emit.body)
        else:
            self.timers[emit.dedupe] = (emit.due, emit.key, emit.body)

    def head(self, box: Box, grant: Grant) -> Item:
        return next((item for item in box.items if item.seq >= grant.items[0].seq), box.items[0])

    def fail(self, grant: Grant, delay: int, why: str) -> None:
        box = self.held(grant)
        old = self.head(box, grant)
        new = replace(old, attempts=old.attempts + 1)
        box.items[box.items.index(old)] = new
        if new.attempts >= ATTEMPTS:
            self.put_aside(box, new, why)
            delay = 0
        self.free(box, delay)

    def set_aside(self, grant: Grant, why: str, *, parked: bool) -> None:
        box = self.held(grant)
        self.put_aside(box, self.head(box, grant), why, parked=parked)
        self.free(box)

    def put_aside(self, box: Box, item: Item, why: str, *, parked: bool = False) -> None:
        box.items.remove(item)
        self.letters += 1
        self.dead[self.letters] = Letter(box.key, item, why, parked)

    def release(self, grant: Grant) -> None:
        if self.boxes[grant.key].holder == grant.claim:
            self.free(self.boxes[grant.key])

    def renew(self, grants: Sequence[Grant], span: int) -> set[str]:
        lost = set()
        for grant in grants:
            box = self.boxes[grant.key]
            if box.holder == grant.claim:
                box.until, box.span = self.now + span, span
            else:
                lost.add(grant.key)
        return lost

    # --- timers, dead letters, restart ---

    def tick(self) -> int:
        due = sorted((due, name) for name, (due, _, _) in self.timers.items() if due <= self.now)
        fired = 0
        for moment, name in due:
            _, key, body = self.timers.pop(name)
            fired += self.push(self.box(key), f"{name}@{moment}", body)
        return fired

    def replay(self, id: int, body: bytes | None) -> bool:
        letter = self.dead.pop(id, None)
        if letter is None:
            return False
        box = self.boxes[letter.key]
        item = letter.item
        box.items.append(Item(item.seq, item.dedupe, item.body if body is None else body))
        box.items.sort(key=lambda item: item.seq)
        if box.holder is None:
            self.free(box)
        return True

    def discard(self, id: int) -> bool:
        letter = self.dead.pop(id, None)
        if letter is None:
            return False
        self.journal += 1
        box = self.boxes[letter.key]
        if box.holder is None:
            self.free(box)
        return True

    def restart(self) -> None:
        for box in self.boxes.values():
            if box.holder is not None:
                self.free(box)
