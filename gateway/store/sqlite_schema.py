"""The store's file: its tables, how it is opened, and what stops the start.

Nothing newer than SQLite 3.35, the first with RETURNING.
`slot` is one row per (lane, key) and stays for good, so that sequence numbers and fences never repeat.
"""
from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from gateway.errors import ConfigError
from gateway.store.steady import Steady

VERSION = 1
APPLICATION = 0x48594E31  # "HYN1", shown by file(1); keeps us from opening somebody else's database
OLDEST_SQLITE = (3, 35, 0)
CHECK_WHOLE_BELOW = 256 * 2**20  # bytes: reading the whole file takes about a second

TABLES = """
CREATE TABLE slot (
    id INTEGER PRIMARY KEY, lane TEXT NOT NULL, key TEXT NOT NULL,
    seq INTEGER NOT NULL, size INTEGER NOT NULL,
    fence INTEGER NOT NULL, nonce TEXT NOT NULL, span INTEGER NOT NULL, batch INTEGER NOT NULL,
    ready INTEGER, until INTEGER, version INTEGER NOT NULL, state BLOB NOT NULL,
    UNIQUE (lane, key));
CREATE INDEX slot_ready ON slot (lane, ready) WHERE ready IS NOT NULL;
CREATE INDEX slot_until ON slot (lane, until) WHERE until IS NOT NULL;
CREATE TABLE item (
    slot INTEGER NOT NULL, seq INTEGER NOT NULL, dedupe TEXT NOT NULL, at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, losses INTEGER NOT NULL DEFAULT 0, body BLOB NOT NULL,
    PRIMARY KEY (slot, seq)) WITHOUT ROWID;
CREATE TABLE seen (
    slot INTEGER NOT NULL, dedupe TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (slot, dedupe)) WITHOUT ROWID;
CREATE INDEX seen_at ON seen (at);
CREATE TABLE timer (
    name TEXT PRIMARY KEY, due INTEGER NOT NULL, lane TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL);
CREATE INDEX timer_due ON timer (due);
CREATE TABLE dead (
    id INTEGER PRIMARY KEY AUTOINCREMENT, lane TEXT NOT NULL, key TEXT NOT NULL, seq INTEGER NOT NULL,
    dedupe TEXT NOT NULL, body BLOB NOT NULL, why TEXT NOT NULL, at INTEGER NOT NULL, parked INTEGER NOT NULL);
CREATE TABLE record (
    kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, expires INTEGER, body BLOB NOT NULL,
    PRIMARY KEY (kind, id));
CREATE INDEX record_expires ON record (expires) WHERE expires IS NOT NULL;
CREATE TABLE record_index (
    kind TEXT NOT NULL, name TEXT NOT NULL, value NOT NULL, id TEXT NOT NULL,
    PRIMARY KEY (kind, name, value, id)) WITHOUT ROWID;
CREATE INDEX record_index_id ON record_index (kind, id);
CREATE TABLE shared (key TEXT PRIMARY KEY, expires INTEGER NOT NULL, value BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX shared_expires ON shared (expires);
CREATE TABLE feed_item (
    seq INTEGER PRIMARY KEY, feed TEXT NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL, body BLOB NOT NULL,
    UNIQUE (feed, id));
CREATE INDEX feed_item_feed ON feed_item (feed);
CREATE INDEX feed_item_at ON feed_item (at);
"""

# What came after files of this version were made. item_at: the figures of 30,000 waiting items took the one writer
# 700 ms over the items themselves, whose bodies lie between, and take 15 over the index (measured).
ADDED = (
    "CREATE INDEX IF NOT EXISTS dead_key ON dead (lane, key)",
    "CREATE INDEX IF NOT EXISTS item_at ON item (slot, at)",
)

# Every lease is void: its holder died with the process that wrote it. No loss is counted (I11).
VOID_LEASES = "UPDATE slot SET until = NULL, nonce = '', ready = CASE WHEN size THEN ? END WHERE until IS NOT NULL"

NEWEST = "SELECT coalesce(max(at), 0) FROM seen"


def connect(path: Path, time: Steady, max_mb: int) -> sqlite3.Connection:
    """The one connection. Raises ConfigError with words for an operator."""
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise ConfigError(f"SQLite {sqlite3.sqlite_version} is too old for the store: 3.35 or newer is needed")
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        connection = sqlite3.connect(path, isolation_level=None, cached_statements=256, check_same_thread=False)
    except (OSError, sqlite3.Error) as error:
        raise ConfigError(f"the store's file {path} cannot be opened: {error}") from error
    try:
        _configure(connection, path, max_mb)
        _check(connection, path)
        for statement in ADDED:
            connection.execute(statement)
        time.begin(connection.execute(NEWEST).fetchone()[0])
        connection.execute(VOID_LEASES, (time.now(),))
    except sqlite3.Error as error:
        connection.close()
        raise ConfigError(f"the store's file {path} is damaged or unusable ({error}): restore a backup") from error
    except ConfigError:
        connection.close()
        raise
    return connection


def _configure(connection: sqlite3.Connection, path: Path, max_mb: int) -> None:
    # Exclusive before the first WAL access: no shared memory file, and a stray `sqlite3` shell cannot become the
    # second connection that the WAL-reset bug of SQLite 3.7.0 to 3.51.2 needs.
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise ConfigError(f"the store's file {path} cannot use a write-ahead log here (journal mode {mode})")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA temp_store = MEMORY")  # savepoints need no disk, which may be full
    connection.execute("PRAGMA cache_size = -16384")  # KiB
    # Pages: a page that many turns touch is copied into the file once per checkpoint.
    connection.execute("PRAGMA wal_autocheckpoint = 4000")
    connection.execute(f"PRAGMA journal_size_limit = {64 * 2**20}")
    if max_mb:
        (page_size,) = connection.execute("PRAGMA page_size").fetchone()
        connection.execute(f"PRAGMA max_page_count = {max_mb * 2**20 // page_size}")


def _check(connection: sqlite3.Connection, path: Path) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if not version and not tables:
        _create(connection)
        return
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application != APPLICATION:
        raise ConfigError(f"{path} is a database of another program")
    if version != VERSION:
        raise ConfigError(f"{path} was written by store version {version}, this program reads version {VERSION}")
    _check_pages(connection, path)


def _create(connection: sqlite3.Connection) -> None:
    connection.executescript(
        f"BEGIN IMMEDIATE; {TABLES} PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION}; COMMIT;"
    )


def _check_pages(connection: sqlite3.Connection, path: Path) -> None:
    whole = path.stat().st_size < CHECK_WHOLE_BELOW
    for check in ("quick_check(1)",) if whole else ("quick_check(item)", "quick_check(timer)", "quick_check(dead)"):
        (verdict,) = connection.execute(f"PRAGMA {check}").fetchone()
        if verdict != "ok":
            raise ConfigError(f"the store's file {path} is damaged ({verdict}): restore a backup")
