"""The one thread that touches the store's file: group commit.

It takes everything that has queued up, runs it inside one transaction (a savepoint for each job), commits once, and
only then lets the callers go on; so one fsync serves them all and nothing is acknowledged before it is durable.
A group of readers needs no transaction and no fsync.
"""
from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, TypeVar, TypeVarTuple

from gateway.errors import HuiyinError, Unavailable

Args = TypeVarTuple("Args")
T = TypeVar("T")
log = logging.getLogger(__name__)

SWEEP = 1000  # rows of one step of a clean-up
MISUSE = (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError)  # coming again will not help
GROUP = 512  # jobs in one transaction at most; bounds how long the first of them waits


@dataclass(slots=True)
class Session:
    """What a job works with: the connection, and the topics to hint once the group is durable."""

    sql: sqlite3.Connection
    hints: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Job:
    run: Callable[..., Any]
    args: tuple[Any, ...]
    writes: bool
    answer: asyncio.Future[Any]
    value: Any = None
    error: Exception | None = None


class Writer:
    """`read` and `write` hand a function `(session, *args)` to the thread and wait for its answer.

    trouble  what kept the last transaction from writing, "" when nothing did; for the health page
    groups   transactions so far; jobs / groups is how well the grouping works
    """

    def __init__(self, connect: Callable[[], sqlite3.Connection], publish: Callable[[set[str]], None]) -> None:
        self._connect = connect
        self._publish = publish
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._open = False
        self.trouble = ""
        self.groups = 0
        self.jobs = 0

    async def start(self) -> None:
        """Raises what `connect` raises."""
        self._loop = asyncio.get_running_loop()
        session = Session(await asyncio.to_thread(self._connect))
        self._thread = threading.Thread(target=self._main, args=(session,), name="store-writer", daemon=True)
        self._thread.start()
        self._open = True

    async def stop(self) -> None:
        """What was handed over before is still done."""
        self._open = False
        self._queue.put(None)
        if self._thread:
            await asyncio.to_thread(self._thread.join)

    def read(self, run: Callable[[Session, *Args], T], *args: *Args) -> asyncio.Future[T]:
        return self._hand_over(run, args, writes=False)

    def write(self, run: Callable[[Session, *Args], T], *args: *Args) -> asyncio.Future[T]:
        """Durable when it returns; raises Unavailable with nothing changed."""
        return self._hand_over(run, args, writes=True)

    async def sweep(self, run: Callable[[Session, int, int], int], before: int) -> int:
        """Call `run(session, before, n)` until it did less than n; in small steps, so that others come in between."""
        total = 0
        while True:
            done = await self.write(run, before, SWEEP)
            total += done
            if done < SWEEP:
                return total

    def _hand_over(self, run: Callable[..., T], args: tuple[Any, ...], *, writes: bool) -> asyncio.Future[T]:
        if not self._open:
            raise Unavailable("the store is closed")
        answer: asyncio.Future[T] = self._loop.create_future()
        self._queue.put(Job(run, args, writes, answer))
        return answer

    # --- in the thread ---

    def _main(self, session: Session) -> None:
        try:
            while self._take_group(session):
                pass
        finally:
            session.sql.close()

    def _take_group(self, session: Session) -> bool:
        """One turn of the thread; False when it is to end."""
        jobs, goes_on = self._drain()
        if jobs:
            self._run_group(session, jobs)
            hints, session.hints = session.hints, set()
            self._loop.call_soon_threadsafe(self._answer, jobs, hints)
        return goes_on

    def _drain(self) -> tuple[list[Job], bool]:
        job = self._queue.get()
        jobs: list[Job] = []
        try:
            while job is not None:
                jobs.append(job)
                if len(jobs) == GROUP:
                    break
                job = self._queue.get_nowait()
        except Empty:
            return jobs, True
        return jobs, job is not None

    def _run_group(self, session: Session, jobs: list[Job]) -> None:
        if not any(job.writes for job in jobs):
            for job in jobs:
                _run(session, job)
            return
        changes = session.sql.total_changes
        try:
            session.sql.execute("BEGIN IMMEDIATE")
            for job in jobs:
                _run_inside(session, job)
            session.sql.execute("COMMIT")
        except sqlite3.Error as error:
            _give_up(session, jobs, error)
        trouble = next((str(job.error) for job in jobs if isinstance(job.error, Unavailable)), "")
        if trouble or session.sql.total_changes > changes:  # a group that had nothing to write proves nothing
            self.trouble = trouble
        self.groups += 1
        self.jobs += len(jobs)

    # --- back in the loop ---

    def _answer(self, jobs: list[Job], hints: set[str]) -> None:
        for job in jobs:
            _settle(job.answer, job.value, job.error)
        self._publish(hints)


def _settle(answer: asyncio.Future[Any], value: Any, error: Exception | None) -> None:
    if answer.done():  # the caller was cancelled meanwhile
        return
    if error is None:
        answer.set_result(value)
    else:
        answer.set_exception(error)


def _run(session: Session, job: Job) -> None:
    try:
        job.value = job.run(session, *job.args)
    except HuiyinError as error:
        job.error = error
    except MISUSE as error:
        job.error = error
    except sqlite3.Error as error:
        job.error = Unavailable(f"the store does not answer: {error}")
    except Exception as error:  # the caller's mistake is the caller's to see; the thread lives on
        job.error = error


def _run_inside(session: Session, job: Job) -> None:
    """A job that fails leaves no trace; one that broke the whole transaction lets SQLite's error through."""
    if job.writes:
        session.sql.execute("SAVEPOINT job")
    _run(session, job)
    if not session.sql.in_transaction:
        raise sqlite3.OperationalError(str(job.error))
    if job.writes:
        if job.error:
            session.sql.execute("ROLLBACK TO job")
        session.sql.execute("RELEASE job")


def _give_up(session: Session, jobs: list[Job], error: sqlite3.Error) -> None:
    """Nothing of the group stands; SQLite may have rolled back already (disk full, I/O error)."""
    log.error("store transaction failed: %s", error)
    if session.sql.in_transaction:
        session.sql.execute("ROLLBACK")
    session.hints.clear()
    for job in jobs:
        job.value, job.error = None, Unavailable(f"the store could not write: {error}")
