"""Slots and items inside one transaction: the moves every lane operation is made of.

A slot is one (lane, key). With items it is ready (`ready` says from when) or leased (`until` says how long),
never both and never neither (I6); without items it is neither.
"""
from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from gateway.store.lanes import Lease, Msg
from gateway.store.sqlite_jobs import Session
from gateway.store.steady import Steady

SLOT = """SELECT id, lane, key, seq, size, fence, nonce, span, batch, ready, until, version, state
    FROM slot WHERE lane = ?"""
FIND = f"{SLOT} AND key = ?"
READY = f"{SLOT} AND ready <= ? ORDER BY ready, id LIMIT ?"
READY_LAST = f"{SLOT} AND ready <= ? ORDER BY ready DESC, id DESC LIMIT ?"
EXPIRED = f"{SLOT} AND until <= ? ORDER BY until, id"
ADD = """INSERT INTO slot (lane, key, seq, size, fence, nonce, span, batch, version, state)
    VALUES (?, ?, 0, 0, 0, '', 0, 0, 0, x'')"""
SAVE = """UPDATE slot SET seq = ?, size = ?, fence = ?, nonce = ?, span = ?, batch = ?, ready = ?, until = ?,
    version = ?, state = ? WHERE id = ?"""
REMEMBER = "INSERT OR IGNORE INTO seen (slot, dedupe, seq, at) VALUES (?, ?, ?, ?)"
RECALL = "SELECT seq FROM seen WHERE slot = ? AND dedupe = ?"
PUSH = "INSERT INTO item (slot, seq, dedupe, at, body) VALUES (?, ?, ?, ?, ?)"
FIRST = "SELECT seq, body, dedupe, attempts, losses FROM item WHERE slot = ? ORDER BY seq LIMIT ?"
DROP = "DELETE FROM item WHERE slot = ? AND seq = ?"
# The head as the lease saw it: an item that an operator replayed meanwhile stands before it and is not meant.
HEAD = "SELECT seq FROM item WHERE slot = ? ORDER BY seq < ?, seq LIMIT 1"
BURY = """INSERT INTO dead (lane, key, seq, dedupe, body, why, at, parked)
    SELECT ?, ?, seq, dedupe, body, ?, ?, ? FROM item WHERE slot = ? AND seq = ?"""

DEFAULT_BATCH = 16


@dataclass(slots=True)
class Slot:
    """A row of `slot`, changed in memory and written once by `Mailboxes.save`."""

    id: int
    lane: str
    key: str
    seq: int       # the last number given out
    size: int      # items waiting
    fence: int
    nonce: str     # of the present lease; stays after a commit gave the key back, so that its retry is known
    span: int      # ms, the lease's length
    batch: int
    ready: int | None
    until: int | None
    version: int   # grows with every commit
    state: bytes

    @property
    def row(self) -> tuple[Any, ...]:
        """In the order of SLOT."""
        return (self.id, self.lane, self.key, self.seq, self.size, self.fence, self.nonce, self.span, self.batch,
                self.ready, self.until, self.version, self.state)


class Mailboxes:
    """The slots one operation touches, each read once and written once."""

    def __init__(self, session: Session, time: Steady) -> None:
        self.sql: sqlite3.Connection = session.sql
        self.now = time.now()
        self._time = time
        self._hints = session.hints
        self._rows = session.slots
        self._slots: dict[tuple[str, str], Slot] = {}

    def find(self, lane: str, key: str) -> Slot | None:
        name = (lane, key)
        slot = self._slots.get(name)
        if slot is None and (row := self._rows.get(name) or self.sql.execute(FIND, name).fetchone()):
            slot = self._keep(Slot(*row))
        return slot

    def at(self, lane: str, key: str) -> Slot:
        """The slot of the key, made when there is none."""
        slot = self.find(lane, key)
        if slot is None:
            id = self.sql.execute(ADD, (lane, key)).lastrowid or 0
            slot = self._keep(Slot(id, lane, key, 0, 0, 0, "", 0, 0, None, None, 0, b""))
        return slot

    def ready(self, lane: str, n: int, newest: int = 0) -> list[Slot]:
        rows = self.sql.execute(READY, (lane, self.now, n)).fetchall()
        if newest and len(rows) == n:  # more may be ready than these
            rows[n - newest:] = self.sql.execute(READY_LAST, (lane, self.now, newest)).fetchall()
        return list({slot.id: slot for slot in (self._keep(Slot(*row)) for row in rows)}.values())

    def expired(self, lane: str) -> list[Slot]:
        return [self._keep(Slot(*row)) for row in self.sql.execute(EXPIRED, (lane, self.now)).fetchall()]

    def _keep(self, slot: Slot) -> Slot:
        return self._slots.setdefault((slot.lane, slot.key), slot)

    def save(self) -> None:
        """Write every slot, and hint the lanes where one became ready."""
        for name, slot in self._slots.items():
            if slot.ready is not None and slot.ready <= self.now:
                self._hints.add(f"lane:{slot.lane}")
            row = slot.row
            if row != self._rows.get(name):
                self.sql.execute(SAVE, (*row[3:], slot.id))
                self._rows[name] = row

    # --- items ---

    def push(self, slot: Slot, dedupe: str, body: bytes) -> bool:
        """A new item behind all others; False when the dedupe id is known in this mailbox."""
        seq = slot.seq + 1
        if dedupe and not self.sql.execute(REMEMBER, (slot.id, dedupe, seq, self.now)).rowcount:
            return False
        self.sql.execute(PUSH, (slot.id, seq, dedupe, self.now, body))
        slot.seq = seq
        slot.size += 1
        if slot.until is None and slot.ready is None:
            self.free(slot)
        return True

    def known_as(self, slot: Slot, dedupe: str) -> int:
        """The sequence number a dedupe id was stored under, 0 for a new one."""
        row = self.sql.execute(RECALL, (slot.id, dedupe)).fetchone()
        return int(row[0]) if row else 0

    def drop(self, slot: Slot, seq: int) -> bool:
        gone = self.sql.execute(DROP, (slot.id, seq)).rowcount
        slot.size -= gone
        return bool(gone)

    def head(self, slot: Slot, lease: Lease) -> int:
        """Sequence number of the item the lease is about."""
        return int(self.sql.execute(HEAD, (slot.id, lease.msgs[0].seq)).fetchone()[0])

    def bury(self, slot: Slot, seq: int, why: str, *, parked: bool = False) -> None:
        self.sql.execute(BURY, (slot.lane, slot.key, why, self._time.wall(), parked, slot.id, seq))
        self.drop(slot, seq)

    # --- leases ---

    def lease(self, slot: Slot, nonce: str, span: int, batch: int) -> Lease:
        slot.fence += 1
        slot.nonce, slot.span, slot.batch = nonce, span, batch
        return self.prolong(slot)

    def prolong(self, slot: Slot) -> Lease:
        """The slot's lease from now on, with the items that are left."""
        slot.ready, slot.until = None, self.now + slot.span
        return self.shown(slot)

    def shown(self, slot: Slot) -> Lease:
        rows = self.sql.execute(FIRST, (slot.id, slot.batch)).fetchall()
        attempts, losses = rows[0][3:]
        return Lease(
            slot.lane, slot.key, slot.fence, slot.nonce, slot.until or 0, attempts, losses,
            slot.state, slot.version, tuple(Msg(*row[:3]) for row in rows),
        )

    def free(self, slot: Slot, delay: int = 0) -> None:
        """Nobody's; ready after the delay when something waits."""
        slot.until = None
        slot.ready = self.now + delay if slot.size else None
