"""Leases on SQLite: take a key, work, give it back. Each function is one job of the writer."""
from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.errors import Fenced
from gateway.store import sqlite_records, sqlite_shared
from gateway.store.lanes import Changes, Emit, Ingested, Lease, Outcome
from gateway.store.limits import Limits
from gateway.store.sqlite_jobs import Session
from gateway.store.sqlite_mailboxes import DEFAULT_BATCH, Mailboxes, Slot
from gateway.store.steady import Steady

COUNT_ATTEMPT = "UPDATE item SET attempts = attempts + 1 WHERE slot = ? AND seq = ? RETURNING attempts"
COUNT_LOSS = """UPDATE item SET losses = losses + 1
    WHERE slot = ? AND seq = (SELECT min(seq) FROM item WHERE slot = ?) RETURNING seq, losses"""
RENEW = """UPDATE slot SET until = ?, span = ?
    WHERE lane = ? AND key = ? AND fence = ? AND nonce = ? AND until IS NOT NULL"""
ARM = """INSERT INTO timer (name, due, lane, key, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE
    SET due = excluded.due, lane = excluded.lane, key = excluded.key, body = excluded.body"""
DISARM = "DELETE FROM timer WHERE name = ?"


@dataclass(frozen=True, slots=True)
class Wanted:
    """n ready keys of a lane, `newest` of them those that became ready last."""

    lane: str
    n: int
    newest: int = 0


class Leases:
    """`run` is drawn once per start and makes every nonce unique."""

    def __init__(self, time: Steady, limits: Limits, run: str) -> None:
        self._time = time
        self._limits = limits
        self._run = run
        self._claims = itertools.count(1)

    def _nonce(self, owner: str) -> str:
        """Unique over all claims of all runs; a fence alone could repeat after a restore from backup."""
        return f"{owner}.{self._run}.{next(self._claims)}"

    def ingest(self, session: Session, item: Emit, owner: str, span: int) -> Ingested:
        boxes = Mailboxes(session, self._time)
        slot = boxes.at(item.lane, item.key)
        if slot.size >= self._limits.mailbox_cap and not boxes.known_as(slot, item.dedupe):
            return Ingested(Outcome.FULL)
        if not boxes.push(slot, item.dedupe, item.body):
            return Ingested(Outcome.DUPLICATE, boxes.known_as(slot, item.dedupe))
        lease = None
        if owner and slot.ready is not None and slot.ready <= boxes.now:
            lease = boxes.lease(slot, self._nonce(owner), span, DEFAULT_BATCH)
        boxes.save()
        return Ingested(Outcome.NEW, slot.seq, lease)

    def claim(self, session: Session, wanted: Wanted, owner: str, batch: int, span: int) -> list[Lease]:
        boxes = Mailboxes(session, self._time)
        for slot in boxes.expired(wanted.lane):
            self._count_loss(boxes, slot)
        boxes.save()
        slots = boxes.ready(wanted.lane, wanted.n, wanted.newest)
        leases = [boxes.lease(slot, self._nonce(owner), span, batch) for slot in slots]
        boxes.save()
        return leases

    def _count_loss(self, boxes: Mailboxes, slot: Slot) -> None:
        seq, losses = boxes.sql.execute(COUNT_LOSS, (slot.id, slot.id)).fetchone()
        if losses >= self._limits.max_losses:
            boxes.bury(slot, seq, f"{losses} leases ran out")
        slot.nonce = ""
        boxes.free(slot)

    def _held(self, boxes: Mailboxes, lease: Lease) -> Slot:
        """The lease's slot. Raises Fenced when it is somebody else's, or nobody's."""
        slot = boxes.find(lease.lane, lease.key)
        if slot is None or (slot.fence, slot.nonce) != (lease.fence, lease.nonce):
            raise Fenced(f"{lease.lane}:{lease.key}")
        return slot

    def _active(self, boxes: Mailboxes, lease: Lease) -> Slot:
        slot = self._held(boxes, lease)
        if slot.until is None:
            raise Fenced(f"{lease.lane}:{lease.key}")
        return slot

    def commit(self, session: Session, lease: Lease, changes: Changes, keep: bool) -> Lease | None:
        boxes = Mailboxes(session, self._time)
        slot = self._held(boxes, lease)
        if not _consume(boxes, slot, lease, changes.upto):
            return boxes.shown(slot) if slot.until is not None else None
        if slot.until is None:
            raise Fenced(f"{lease.lane}:{lease.key}")
        slot.version += 1
        if changes.state is not None:
            slot.state = changes.state
        _apply(session, boxes, changes)
        following = boxes.prolong(slot) if keep and slot.size else None
        if following is None:
            boxes.free(slot)
        boxes.save()
        return following

    def fail(self, session: Session, lease: Lease, delay: int, why: str) -> None:
        boxes = Mailboxes(session, self._time)
        slot = self._active(boxes, lease)
        head = boxes.head(slot, lease)
        (attempts,) = session.sql.execute(COUNT_ATTEMPT, (slot.id, head)).fetchone()
        if attempts >= self._limits.max_attempts:
            boxes.bury(slot, head, why)
            delay = 0
        self._end(boxes, slot, delay)

    def give_back(self, session: Session, lease: Lease, delay: int) -> None:
        boxes = Mailboxes(session, self._time)
        self._end(boxes, self._active(boxes, lease), delay)

    def put_aside(self, session: Session, lease: Lease, why: str, parked: bool) -> None:
        boxes = Mailboxes(session, self._time)
        slot = self._active(boxes, lease)
        boxes.bury(slot, boxes.head(slot, lease), why, parked=parked)
        self._end(boxes, slot, 0)

    def release(self, session: Session, lease: Lease) -> None:
        boxes = Mailboxes(session, self._time)
        slot = boxes.find(lease.lane, lease.key)
        if slot and slot.until is not None and (slot.fence, slot.nonce) == (lease.fence, lease.nonce):
            self._end(boxes, slot, 0)

    def _end(self, boxes: Mailboxes, slot: Slot, delay: int) -> None:
        slot.nonce = ""
        boxes.free(slot, delay)
        boxes.save()

    def renew(self, session: Session, leases: Sequence[Lease], span: int) -> set[tuple[str, str]]:
        until = self._time.now() + span
        for lease in leases:
            session.slots.pop((lease.lane, lease.key), None)
        return {
            (lease.lane, lease.key) for lease in leases
            if not session.sql.execute(
                RENEW, (until, span, lease.lane, lease.key, lease.fence, lease.nonce)).rowcount
        }


def _consume(boxes: Mailboxes, slot: Slot, lease: Lease, upto: int) -> bool:
    """Take the items the lease showed, up to `upto`; False when this very commit was done before."""
    if not upto:
        return slot.version == lease.version
    if not boxes.drop(slot, upto):
        return False
    for msg in lease.msgs:
        if msg.seq < upto:
            boxes.drop(slot, msg.seq)
    return True


def _apply(session: Session, boxes: Mailboxes, changes: Changes) -> None:
    for name in changes.cancel:
        session.sql.execute(DISARM, (name,))
    for emit in changes.emits:
        _emit(boxes, emit)
    for put in changes.puts:
        sqlite_records.put(session.sql, put)
    for feed in changes.feeds:
        sqlite_shared.append(session, feed, boxes.now)


def _emit(boxes: Mailboxes, emit: Emit) -> None:
    if emit.due is None:
        boxes.push(boxes.at(emit.lane, emit.key), emit.dedupe, emit.body)
    else:
        boxes.sql.execute(ARM, (emit.dedupe, emit.due, emit.lane, emit.key, emit.body))
