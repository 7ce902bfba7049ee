"""What stands behind the lanes on SQLite: timers, dead letters, figures, forgetting. Jobs of the writer."""
from __future__ import annotations

from collections import defaultdict

import msgspec

from gateway.messages import encode
from gateway.store.lanes import Dead, LaneStats
from gateway.store.sqlite_jobs import Session
from gateway.store.sqlite_mailboxes import Mailboxes
from gateway.store.steady import Steady
from gateway.transcripts import Audit

DISARM = "DELETE FROM timer WHERE name = ?"
DUE = "SELECT name, due, lane, key, body FROM timer WHERE due <= ? ORDER BY due, name LIMIT ?"
DEAD = "SELECT id, lane, key, seq, body, why, at, parked FROM dead WHERE"
DEAD_PAGE = "id > ? ORDER BY id LIMIT ?"
EXHUME = "DELETE FROM dead WHERE id = ? RETURNING lane, key, seq, dedupe, body"
RETURN = "INSERT INTO item (slot, seq, dedupe, at, body) VALUES (?, ?, ?, ?, ?)"
STATE = "SELECT state, version FROM slot WHERE lane = ? AND key = ?"
WAITING = "SELECT lane, count(*), min(at) FROM item JOIN slot ON slot.id = item.slot GROUP BY lane"
LEASED = "SELECT lane, count(*) FROM slot WHERE until IS NOT NULL GROUP BY lane"
BURIED = "SELECT lane, sum(parked), sum(NOT parked) FROM dead GROUP BY lane"
ARMED = "SELECT lane, count(*) FROM timer GROUP BY lane"
FIGURES = ("waiting", "leased", "parked", "dead", "timers", "oldest_ms")
FORGET = """DELETE FROM seen WHERE (slot, dedupe) IN
    (SELECT slot, dedupe FROM seen WHERE at <= ? ORDER BY at LIMIT ?)"""


def tick(session: Session, time: Steady, n: int) -> int:
    boxes = Mailboxes(session, time)
    fired = 0
    for name, due, lane, key, body in session.sql.execute(DUE, (time.wall(), n)).fetchall():
        session.sql.execute(DISARM, (name,))
        fired += boxes.push(boxes.at(lane, key), f"{name}@{due}", body)
    boxes.save()
    return fired


def replay(session: Session, time: Steady, dead_id: int, body: bytes | None) -> bool:
    """Under its old number, so that it stands where it stood; its counts begin anew."""
    row = session.sql.execute(EXHUME, (dead_id,)).fetchone()
    if row is None:
        return False
    lane, key, seq, dedupe, old = row
    boxes = Mailboxes(session, time)
    slot = boxes.at(lane, key)
    session.sql.execute(RETURN, (slot.id, seq, dedupe, boxes.now, old if body is None else body))
    slot.size += 1
    if slot.until is None:
        boxes.free(slot)
    boxes.save()
    return True


def discard(session: Session, time: Steady, dead_id: int, audit: Audit) -> bool:
    """`audit` without its subject: which item it was is known only here."""
    row = session.sql.execute(EXHUME, (dead_id,)).fetchone()
    if row is None:
        return False
    lane, key, seq = row[:3]
    boxes = Mailboxes(session, time)
    line = msgspec.structs.replace(audit, subject=f"{lane}:{key}:{seq}")
    boxes.push(boxes.at("journal", "audit"), audit.id, encode(line))
    slot = boxes.at(lane, key)
    if slot.until is None:  # what stood behind it may go on
        boxes.free(slot)
    boxes.save()
    return True


def dead(session: Session, lane: str | None, key: str | None, after: int, n: int) -> list[Dead]:
    wanted = {name: value for name, value in (("lane", lane), ("key", key)) if value is not None}
    where = " AND ".join([*(f"{name} = ?" for name in wanted), DEAD_PAGE])
    rows = session.sql.execute(f"{DEAD} {where}", (*wanted.values(), after, n))
    return [
        Dead(id, lane, key, seq, body, why, at, bool(parked)) for id, lane, key, seq, body, why, at, parked in rows
    ]


def state(session: Session, lane: str, key: str) -> tuple[bytes, int]:
    return session.sql.execute(STATE, (lane, key)).fetchone() or (b"", 0)


def stats(session: Session, now: int) -> dict[str, LaneStats]:
    """By lane; lanes where nothing waits, runs, lies buried or is armed are left out."""
    figures: defaultdict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(FIGURES, 0))
    for lane, count, oldest in session.sql.execute(WAITING):
        figures[lane].update(waiting=count, oldest_ms=now - oldest)
    for lane, count in session.sql.execute(LEASED):
        figures[lane]["leased"] = count
    for lane, parked, dead in session.sql.execute(BURIED):
        figures[lane].update(parked=parked, dead=dead)
    for lane, count in session.sql.execute(ARMED):
        figures[lane]["timers"] = count
    return {lane: LaneStats(**numbers) for lane, numbers in sorted(figures.items())}


def forget(session: Session, before: int, n: int) -> int:
    return session.sql.execute(FORGET, (before, n)).rowcount
