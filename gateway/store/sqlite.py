"""The embedded store: one SQLite file, one process, one connection.

`SqliteStore` opens the file and holds the three contracts as `lanes`, `records` and `shared`.
"""
from __future__ import annotations

import fcntl
import os
import sqlite3
from pathlib import Path

from gateway.clock import Clock, Ids
from gateway.errors import ConfigError
from gateway.store.hub import Hub
from gateway.store.limits import DEFAULT_LIMITS, Limits
from gateway.store.sqlite_jobs import Session
from gateway.store.sqlite_lanes import SqliteLanes
from gateway.store.sqlite_records import SqliteRecords
from gateway.store.sqlite_schema import connect
from gateway.store.sqlite_shared import SqliteShared
from gateway.store.sqlite_writer import Writer
from gateway.store.steady import Steady

PRAGMAS = ("journal_mode", "synchronous", "locking_mode", "page_count", "freelist_count", "page_size")


class SqliteStore:
    """Beside the file lie `-wal` (SQLite's log, part of the data) and `.lock` (held while we run)."""

    def __init__(self, path: Path, clock: Clock, ids: Ids, limits: Limits = DEFAULT_LIMITS) -> None:
        self._path = path
        self._limits = limits
        self._time = Steady(clock)
        self._lock = -1
        hub = Hub()
        self._writer = Writer(self._connect, hub.publish)
        self.lanes = SqliteLanes(self._writer, self._time, ids, limits)
        self.records = SqliteRecords(self._writer, self._time)
        self.shared = SqliteShared(self._writer, hub, self._time, limits)

    async def open(self) -> None:
        """Raises ConfigError: in use by another process, damaged, not ours, no place to write."""
        self._lock = _lock(self._path)
        try:
            await self._writer.start()
        except ConfigError:
            self._unlock()
            raise

    async def close(self) -> None:
        """What was handed over before is still written."""
        await self._writer.stop()
        self._unlock()

    async def clean(self) -> int:
        """Drop whatever outlived its time, in every part of the store; returns how many rows."""
        return await self.lanes.clean() + await self.records.clean() + await self.shared.clean()

    @property
    def trouble(self) -> str:
        """Why the last write failed (disk full, I/O error); "" while all is well. For the health page."""
        return self._writer.trouble

    @property
    def timers_held(self) -> bool:
        """The wall clock jumped by more than 5 minutes; `tick` fires nothing until it agrees again, the gateway is
        started anew, or an operator accepts the clock."""
        return self._time.held

    def accept_clock(self) -> None:
        self._time.accept()

    async def describe(self) -> dict[str, str | int]:
        """SQLite's version and settings as they are in force, sizes in pages; for `check` and the health page."""
        return await self._writer.read(_describe, long=True)

    def _connect(self) -> sqlite3.Connection:
        return connect(self._path, self._time, self._limits.max_mb)

    def _unlock(self) -> None:
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def _lock(path: Path) -> int:
    """One process per file; the system frees the lock when the process dies, however it dies."""
    name = path.with_name(path.name + ".lock")
    try:
        lock = os.open(name, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise ConfigError(f"the data folder {path.parent} cannot be written: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise ConfigError(f"{path} is in use by another Huiyin process: stop it first") from error
    return lock


def _describe(session: Session) -> dict[str, str | int]:
    facts: dict[str, str | int] = {"sqlite": sqlite3.sqlite_version}
    for name in PRAGMAS:
        (facts[name],) = session.sql.execute(f"PRAGMA {name}").fetchone()
    return facts
