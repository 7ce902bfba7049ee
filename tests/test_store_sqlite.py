"""gateway/store/sqlite*.py: what only this store promises (group commit, one process, full disk, damage)."""
from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
import threading
import time
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.clock import RandomIds, SystemClock
from gateway.errors import ConfigError, Unavailable
from gateway.store.lanes import Changes, Emit, Feed, Outcome, Put
from gateway.store.limits import DEFAULT_LIMITS, Limits
from gateway.store.sqlite import SqliteStore
from gateway.store.sqlite_jobs import Session
from gateway.store.sqlite_writer import Writer
from tests.clock import ManualClock, SerialIds


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "huiyin.db"


def make(path: Path, limits: Limits = DEFAULT_LIMITS) -> SqliteStore:
    return SqliteStore(path, ManualClock(), SerialIds(), limits)


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqliteStore]:
    store = make(path)
    await store.open()
    yield store
    await store.close()


# --- group commit -------------------------------------------------------------------------------------------

class Counted:
    """A writer over a plain connection, and what the connection was told."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.hints: list[set[str]] = []
        self.writer = Writer(self._connect, self.hints.append, slice_s=60.0)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        connection.execute("CREATE TABLE t (n INTEGER PRIMARY KEY)")
        connection.set_trace_callback(self.said.append)
        return connection

    def count(self, word: str) -> int:
        return sum(line.startswith(word) for line in self.said)


@pytest.fixture
async def counted() -> AsyncIterator[Counted]:
    counted = Counted()
    await counted.writer.start()
    yield counted
    await counted.writer.stop()


class Gate:
    """Keeps the writer busy, so that what comes meanwhile queues up."""

    def __init__(self) -> None:
        self._begun = threading.Event()
        self._opened = threading.Event()

    def _stand(self, session: Session) -> None:
        self._begun.set()
        self._opened.wait(10)

    async def close(self, writer: Writer) -> None:
        self._held = writer.read(self._stand)
        await asyncio.to_thread(self._begun.wait, 10)

    async def open(self) -> None:
        self._opened.set()
        await self._held


def insert(session: Session, n: int) -> int:
    session.sql.execute("INSERT INTO t VALUES (?)", (n,))
    session.hints.add(f"t:{n}")
    return n


def count(session: Session) -> int:
    return int(session.sql.execute("SELECT count(*) FROM t").fetchone()[0])


def stumble(session: Session, n: int) -> int:
    insert(session, n)
    raise ValueError("the caller's mistake")


def refuse(session: Session) -> int:
    raise ValueError("the caller's mistake")


def lose_transaction(session: Session, n: int) -> int:
    """What SQLite does by itself on a full disk or an I/O error."""
    session.sql.execute("ROLLBACK")
    raise sqlite3.OperationalError("database or disk is full")


async def test_everything_that_queued_up_shares_one_transaction(counted: Counted) -> None:
    gate = Gate()
    await gate.close(counted.writer)
    waiting = [counted.writer.write(insert, n) for n in range(100)]
    await gate.open()
    assert await asyncio.gather(*waiting) == list(range(100))
    assert (counted.count("BEGIN IMMEDIATE"), counted.count("COMMIT"), counted.count("SAVEPOINT")) == (1, 1, 0)
    assert (counted.writer.groups, counted.writer.jobs) == (1, 100)
    assert counted.hints[-1] == {f"t:{n}" for n in range(100)}


async def test_readers_alone_cause_no_transaction(counted: Counted) -> None:
    assert await asyncio.gather(*(counted.writer.read(count) for _ in range(5))) == [0] * 5
    assert (counted.count("BEGIN"), counted.count("COMMIT")) == (0, 0)


async def test_one_job_that_fails_takes_nobody_along(counted: Counted) -> None:
    gate = Gate()
    await gate.close(counted.writer)
    jobs = [counted.writer.write(insert, 1), counted.writer.write(stumble, 2), counted.writer.write(insert, 3)]
    await gate.open()
    answers = await asyncio.gather(*jobs, return_exceptions=True)
    assert (answers[0], type(answers[1]), answers[2]) == (1, ValueError, 3)
    assert await counted.writer.read(count) == 2


async def test_a_group_is_taken_back_once_however_many_of_it_fail(counted: Counted) -> None:
    gate = Gate()
    await gate.close(counted.writer)
    jobs = [counted.writer.write(stumble if n % 2 else insert, n) for n in range(20)]
    await gate.open()
    answers = await asyncio.gather(*jobs, return_exceptions=True)
    assert [answer for answer in answers if isinstance(answer, int)] == list(range(0, 20, 2))
    assert counted.said.count("ROLLBACK") == 1
    assert await counted.writer.read(count) == 10


async def test_a_job_that_fails_before_it_wrote_takes_nothing_back(counted: Counted) -> None:
    gate = Gate()
    await gate.close(counted.writer)
    jobs = [counted.writer.write(insert, 1), counted.writer.write(refuse)]
    await gate.open()
    answers = await asyncio.gather(*jobs, return_exceptions=True)
    assert (answers[0], type(answers[1]), counted.count("ROLLBACK")) == (1, ValueError, 0)
    assert await counted.writer.read(count) == 1


async def test_mailboxes_are_read_anew_when_their_group_was_taken_back(store: SqliteStore) -> None:
    await store.lanes.ingest("in", "web:b", "m1", b"one")
    [lease] = await store.lanes.claim("in", "A")
    unwritable: Any = None
    answers = await asyncio.gather(
        store.lanes.ingest("in", "web:a", "m1", b"one"),
        store.lanes.commit(lease, Changes(upto=1, emits=[Emit("out", "web:b", "m2", unwritable)])),
        store.lanes.ingest("in", "web:a", "m2", b"two"), return_exceptions=True,
    )
    assert isinstance(answers[1], sqlite3.IntegrityError)
    await store.lanes.commit(lease, Changes(upto=1), keep=False)
    [other] = await store.lanes.claim("in", "A")
    assert [msg.body for msg in other.msgs] == [b"one", b"two"]


async def test_a_broken_transaction_is_nobodys_success_and_the_next_one_works(counted: Counted) -> None:
    gate = Gate()
    await gate.close(counted.writer)
    jobs = [counted.writer.write(insert, 1), counted.writer.write(lose_transaction, 2)]
    await gate.open()
    answers = await asyncio.gather(*jobs, return_exceptions=True)
    assert [type(answer) for answer in answers] == [Unavailable] * 2
    assert "full" in counted.writer.trouble
    assert counted.hints[-1] == set()
    assert await counted.writer.read(count) == 0
    assert await counted.writer.write(insert, 4) == 4
    assert counted.writer.trouble == ""


async def test_a_caller_that_went_away_disturbs_nobody(counted: Counted) -> None:
    gate = Gate()
    await gate.close(counted.writer)
    gone, stays = counted.writer.write(insert, 1), counted.writer.write(insert, 2)
    gone.cancel()
    await gate.open()
    assert await stays == 2
    assert await counted.writer.read(count) == 2, "handed over is done, whoever waits"


async def test_what_was_handed_over_before_the_end_is_done(path: Path) -> None:
    store = make(path)
    await store.open()
    last = [asyncio.create_task(store.lanes.ingest("in", "web:a", f"m{i}", b"x")) for i in range(20)]
    await asyncio.sleep(0)
    await store.close()
    assert [(await task).seq for task in last] == list(range(1, 21))
    with pytest.raises(Unavailable):
        await store.lanes.ingest("in", "web:a", "late", b"x")
    with pytest.raises(Unavailable):
        await store.records.get("case", "late")


class StuckClock(ManualClock):
    """Stops the writer's thread, as a slow disk would."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()

    def monotonic(self) -> float:
        if threading.current_thread().name == "store-writer":
            self.go.wait(10)
        return super().monotonic()


async def test_the_loop_goes_on_while_a_long_job_works(path: Path) -> None:
    """DESIGN.md: nothing may block the loop for more than 50 ms."""
    clock = StuckClock()
    store = SqliteStore(path, clock, SerialIds())
    await store.open()
    ticking = asyncio.create_task(store.lanes.tick())
    await asyncio.sleep(0)
    waiting = asyncio.create_task(store.lanes.ingest("in", "web:a", "m1", b"x"))
    gaps, last = [], time.monotonic()
    for _ in range(500):
        await asyncio.sleep(0)
        gaps.append(time.monotonic() - last)
        last = time.monotonic()
    assert not ticking.done()
    assert not waiting.done(), "one connection: it waits its turn, and the loop does not"
    clock.go.set()
    assert await ticking == 0
    assert (await waiting).outcome is Outcome.NEW
    assert sorted(gaps)[-5] < 0.05
    await store.close()


# --- the file -----------------------------------------------------------------------------------------------

async def test_the_settings_that_durability_rests_on_are_in_force(store: SqliteStore) -> None:
    facts = await store.describe()
    assert (facts["journal_mode"], facts["synchronous"], facts["locking_mode"]) == ("wal", 2, "exclusive")


async def test_no_second_connection_can_be_made(store: SqliteStore, path: Path) -> None:
    with closing(sqlite3.connect(path, timeout=0)) as stranger, pytest.raises(sqlite3.OperationalError, match="locked"):
        stranger.execute("SELECT count(*) FROM item")


async def test_a_commit_is_in_the_log_when_it_is_acknowledged(store: SqliteStore, path: Path) -> None:
    await store.lanes.ingest("in", "web:a", "m1", b"these very bytes")
    assert b"these very bytes" in (path.parent / f"{path.name}-wal").read_bytes()


async def test_an_idle_worker_that_looks_for_work_writes_nothing(store: SqliteStore, path: Path) -> None:
    log = path.parent / f"{path.name}-wal"
    await store.lanes.ingest("in", "web:a", "m1", b"x")
    before = log.stat().st_size
    for _ in range(5):
        assert await store.lanes.claim("out", "w") == []
        assert await store.lanes.tick() == 0
        assert await store.clean() == 0
    assert log.stat().st_size == before


async def test_the_file_is_its_owners_alone(store: SqliteStore, path: Path) -> None:
    await store.lanes.ingest("in", "web:a", "m1", b"x")
    assert {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {
        "huiyin.db": 0o600, "huiyin.db-wal": 0o600, "huiyin.db.lock": 0o600}


async def test_a_second_store_on_the_same_file_is_refused(store: SqliteStore, path: Path) -> None:
    with pytest.raises(ConfigError, match="in use by another"):
        await make(path).open()


async def test_another_process_is_refused_until_we_are_gone(path: Path) -> None:
    store = make(path)
    await store.open()
    code = (
        "import asyncio, pathlib, sys\n"
        "from gateway.clock import RandomIds, SystemClock\n"
        "from gateway.store.sqlite import SqliteStore\n"
        "asyncio.run(SqliteStore(pathlib.Path(sys.argv[1]), SystemClock(), RandomIds()).open())\n"
    )

    async def attempt() -> tuple[int | None, bytes]:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, str(path), stderr=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[1])
        _, words = await child.communicate()
        return child.returncode, words

    status, words = await attempt()
    assert status == 1
    assert b"in use by another Huiyin process" in words
    await store.close()
    assert (await attempt())[0] == 0


async def test_a_store_that_was_refused_can_be_opened_later(path: Path) -> None:
    first, second = make(path), make(path)
    await first.open()
    with pytest.raises(ConfigError):
        await second.open()
    await first.close()
    await second.open()
    await second.close()


async def test_everything_is_there_after_reopening(path: Path) -> None:
    store = make(path)
    await store.open()
    stored = await store.lanes.ingest("in", "web:a", "m1", b"x", owner="w")
    assert stored.lease is not None
    await store.lanes.ingest("in", "web:a", "m2", b"second")
    timer = Emit("in", "web:a", "t", b"x", due=1)
    await store.lanes.commit(stored.lease, Changes(
        upto=1, state=b"state", emits=[timer], puts=[Put("case", "1", b"x")], feeds=[Feed("web:a", "1", b"x")]))
    await store.shared.put("k", b"v", 60_000)
    await store.close()

    store = make(path)
    await store.open()
    assert await store.lanes.state("in", "web:a") == (b"state", 1)
    assert [msg.body for msg in (await store.lanes.claim("in", "w"))[0].msgs] == [b"second"]
    assert await store.lanes.tick() == 1
    assert await store.records.get("case", "1") is not None
    assert len(await store.shared.feed_read("web:a", None)) == 1
    assert await store.shared.get("k") == b"v"
    await store.close()


# --- what stops the start -----------------------------------------------------------------------------------

async def refused(path: Path, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        await make(path).open()


async def filled(path: Path) -> None:
    store = make(path)
    await store.open()
    for i in range(200):
        await store.lanes.ingest("in", f"web:{i}", "m", b"x" * 500)
    await store.close()


def size_of(path: Path) -> int:
    return path.stat().st_size


def spoil(path: Path, at: int, garbage: bytes) -> None:
    """What a dying disk or a careless copy does."""
    path.touch()
    with path.open("r+b") as file:
        file.seek(at)
        file.write(garbage)


async def test_a_file_that_is_no_database_stops_the_start(path: Path) -> None:
    spoil(path, 0, b"this is a letter, not a database. " * 300)
    await refused(path, "damaged or unusable")


async def test_a_damaged_page_stops_the_start(path: Path) -> None:
    await filled(path)
    spoil(path, 4096 * 8, os.urandom(4096 * 4))
    await refused(path, "damaged")


async def test_a_torn_file_stops_the_start(path: Path) -> None:
    await filled(path)
    os.truncate(path, size_of(path) // 2)
    await refused(path, "damaged")


async def test_another_programs_database_stops_the_start(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE recipes (name)")
    await refused(path, "another program")
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT count(*) FROM recipes").fetchone() == (0,)


async def test_a_file_of_another_version_stops_the_start(path: Path) -> None:
    await filled(path)
    with closing(sqlite3.connect(path)) as later:
        later.execute("PRAGMA user_version = 99")
    await refused(path, "version 99")


async def test_a_folder_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    await refused(tmp_path / "nowhere" / "huiyin.db", "cannot be written")


async def test_a_start_that_failed_leaves_no_lock(path: Path) -> None:
    spoil(path, 0, b"x" * 5000)
    await refused(path, "damaged")
    os.unlink(path)
    store = make(path)
    await store.open()
    await store.close()


# --- a full disk and a damaged one --------------------------------------------------------------------------

async def fill_up(store: SqliteStore) -> int:
    """Ingest until the file is full; returns how many were acknowledged."""
    for i in range(10_000):
        try:
            await store.lanes.ingest("in", f"web:{i % 7}", f"m{i}", b"x" * 4000)
        except Unavailable:
            return i
    raise AssertionError("the file never got full")


async def test_a_full_disk_refuses_and_keeps_what_was_acknowledged(path: Path) -> None:
    store = make(path, replace(DEFAULT_LIMITS, max_mb=1, mailbox_cap=10_000))
    await store.open()
    acknowledged = await fill_up(store)
    assert acknowledged > 50
    assert "full" in store.trouble
    (lease,) = await store.lanes.claim("in", "w", n=1)
    big = [Put("case", str(i), b"x" * 4000, {"n": i}) for i in range(200)]
    with pytest.raises(Unavailable):
        await store.lanes.commit(lease, Changes(upto=lease.msgs[0].seq, state=b"s", puts=big))
    assert await store.lanes.state("in", lease.key) == (b"", 0)
    assert await store.records.count("case", "n", 0) == 0
    assert (await store.lanes.stats())["in"].waiting == acknowledged
    while lease := await store.lanes.commit(lease, Changes(upto=lease.msgs[-1].seq)):  # type: ignore[assignment]
        pass
    assert store.trouble == ""
    assert (await store.lanes.ingest("in", "web:new", "m", b"x" * 4000)).outcome is Outcome.NEW, "there is room again"
    await store.close()


async def test_a_group_on_a_full_disk_lets_the_small_ones_in(path: Path) -> None:
    """Each job of a group is told the truth about itself."""
    store = make(path, replace(DEFAULT_LIMITS, max_mb=1, mailbox_cap=10_000))
    await store.open()
    await fill_up(store)
    answers = await asyncio.gather(
        *(store.lanes.ingest("in", f"big:{i}", "m", b"x" * 400_000) for i in range(3)),
        *(store.lanes.ingest("in", "web:0", f"small:{i}", b"x") for i in range(3)),
        return_exceptions=True)
    known = [
        (await store.lanes.ingest("in", key, dedupe, b"x")).outcome is Outcome.DUPLICATE
        for key, dedupe in [("web:0", f"small:{i}") for i in range(3)]
    ]
    assert [isinstance(answer, Unavailable) for answer in answers[:3]] == [True] * 3
    assert known == [not isinstance(answer, Unavailable) for answer in answers[3:]]
    await store.close()


async def test_a_caller_who_hands_in_nonsense_is_told_and_the_store_goes_on(store: SqliteStore) -> None:
    with pytest.raises(OverflowError):
        await store.records.write([Put("case", "1", b"x", {"n": 2**70})])
    with pytest.raises(sqlite3.IntegrityError):
        await store.records.write([Put("case", "1", b"x", {"n": None})])  # type: ignore[dict-item]
    assert await store.records.get("case", "1") is None
    assert store.trouble == ""


async def test_a_page_that_goes_bad_while_we_run_is_unavailable_not_a_crash(path: Path) -> None:
    store = make(path)
    await store.open()
    await store.records.write([Put("transcript", f"{i:03}", b"x" * 300_000) for i in range(100)])  # beyond any cache
    await store.close()
    store = make(path)
    await store.open()
    size = size_of(path)
    spoil(path, size // 2, os.urandom(size // 4))
    answers = await asyncio.gather(
        *(store.records.get("transcript", f"{i:03}") for i in range(100)), return_exceptions=True)
    assert any(isinstance(answer, Unavailable) for answer in answers)
    assert not any(isinstance(answer, BaseException) and not isinstance(answer, Unavailable) for answer in answers)
    await store.close()


async def test_it_runs_on_the_real_clock_too(path: Path) -> None:
    store = SqliteStore(path, SystemClock(), RandomIds())
    await store.open()
    stored = await store.lanes.ingest("in", "web:a", "m", b"x", owner="w")
    assert stored.lease is not None
    assert abs(stored.lease.until - time.time() * 1000 - 10_000) < 2000
    assert await store.lanes.commit(stored.lease, Changes(upto=1)) is None
    await store.close()
