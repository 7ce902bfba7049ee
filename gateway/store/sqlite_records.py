"""Records on SQLite: gateway/store/records.py. A record's indexes are rows of their own, rewritten with it."""
from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from itertools import chain

from gateway.store.lanes import Put
from gateway.store.records import Record
from gateway.store.sqlite_jobs import Session
from gateway.store.sqlite_writer import Writer
from gateway.store.steady import Steady

WRITE = """INSERT INTO record (kind, id, version, expires, body) VALUES (?, ?, 1, ?, ?) ON CONFLICT (kind, id) DO UPDATE
    SET version = version + 1, expires = excluded.expires, body = excluded.body RETURNING version"""
REMOVE = "DELETE FROM record WHERE kind = ? AND id = ?"
UNLIST = "DELETE FROM record_index WHERE kind = ? AND id = ?"
LIST = "INSERT INTO record_index (kind, name, value, id) VALUES (?, ?, ?, ?)"  # and more of these in one statement
GET = "SELECT kind, id, body, version FROM record WHERE kind = ? AND id = ?"
LISTED = """SELECT r.kind, r.id, r.body, r.version
    FROM record_index AS i JOIN record AS r ON r.kind = i.kind AND r.id = i.id WHERE i.kind = ? AND i.name = ?"""
FIND = f"{LISTED} AND i.value = ? AND i.id > ? ORDER BY i.id LIMIT ?"
OLDEST = f"{LISTED} AND i.value >= ? AND i.value < ? ORDER BY i.value, i.id LIMIT ?"
NEWEST = f"{LISTED} AND i.value >= ? AND i.value < ? ORDER BY i.value DESC, i.id DESC LIMIT ?"
COUNT = "SELECT count(*) FROM record_index WHERE kind = ? AND name = ? AND value = ?"
EXPIRED = "SELECT kind, id FROM record WHERE expires <= ? ORDER BY expires LIMIT ?"


class SqliteRecords:
    """Records. An expired one is there until `clean` came by."""

    def __init__(self, writer: Writer, time: Steady) -> None:
        self._writer = writer
        self._time = time

    async def write(self, puts: Sequence[Put]) -> None:
        await self._writer.write(_write, puts)

    async def get(self, kind: str, id: str) -> Record | None:
        return await self._writer.read(_get, kind, id)

    async def find(self, kind: str, index: str, value: str | int, *, after: str = "", n: int = 100) -> list[Record]:
        return await self._writer.read(_select, FIND, kind, index, value, after, n)

    async def range(
        self, kind: str, index: str, start: str | int, end: str | int, *, newest: bool = False, n: int = 100
    ) -> list[Record]:
        return await self._writer.read(_select, NEWEST if newest else OLDEST, kind, index, start, end, n)

    async def count(self, kind: str, index: str, value: str | int) -> int:
        return await self._writer.read(_count, kind, index, value, long=True)

    async def clean(self) -> int:
        return await self._writer.sweep(_expire, self._time.wall())


def put(sql: sqlite3.Connection, put: Put) -> None:
    """Inside a transaction: write or remove one record with its indexes."""
    if put.body is None:
        _remove(sql, put.kind, put.id)
        return
    (version,) = sql.execute(WRITE, (put.kind, put.id, put.expires, put.body)).fetchone()
    if version > 1:
        sql.execute(UNLIST, (put.kind, put.id))
    if put.index:
        rows = [(put.kind, name, value, put.id) for name, value in put.index.items()]
        sql.execute(LIST + ", (?, ?, ?, ?)" * (len(rows) - 1), [*chain.from_iterable(rows)])


def _remove(sql: sqlite3.Connection, kind: str, id: str) -> None:
    sql.execute(REMOVE, (kind, id))
    sql.execute(UNLIST, (kind, id))


def _write(session: Session, puts: Sequence[Put]) -> None:
    for one in puts:
        put(session.sql, one)


def _get(session: Session, kind: str, id: str) -> Record | None:
    row = session.sql.execute(GET, (kind, id)).fetchone()
    return Record(*row) if row else None


def _select(session: Session, query: str, *values: str | int) -> list[Record]:
    return [Record(*row) for row in session.sql.execute(query, values)]


def _count(session: Session, kind: str, index: str, value: str | int) -> int:
    return int(session.sql.execute(COUNT, (kind, index, value)).fetchone()[0])


def _expire(session: Session, before: int, n: int) -> int:
    rows = session.sql.execute(EXPIRED, (before, n)).fetchall()
    for kind, id in rows:
        _remove(session.sql, kind, id)
    return len(rows)
