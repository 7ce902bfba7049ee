"""The one connection to the store's file: group commit.

Everything that has queued up runs inside one transaction, is committed once, and only then the callers go on; so one
fsync serves them all and nothing is acknowledged before it is durable. A group of readers needs no transaction and no
fsync.

Short jobs run in the loop, and a thread only commits. sqlite3 lets Python's lock go at every statement, and in a thread
beside a loop that computes each statement then waits until the loop gives the lock up. In the loop a statement takes
5 µs. Jobs that may read or write many rows run in the thread, so that they hold nobody up.
"""
from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from time import perf_counter
from typing import Any, TypeVar, TypeVarTuple

from gateway.errors import Unavailable
from gateway.store.sqlite_jobs import Group, Job, Session, run

Args = TypeVarTuple("Args")
T = TypeVar("T")
log = logging.getLogger(__name__)

SWEEP = 1000  # rows of one step of a clean-up
GROUP = 512  # jobs in one transaction at most; bounds how long the first of them waits
SLICE_S = 0.005  # of the loop in one go


class Writer:
    """`read` and `write` hand over a function `(session, *args)` and wait for its answer; `long`: it may take
    milliseconds, and is run in the thread.

    trouble  what kept the last transaction from writing, "" when nothing did; for the health page
    groups   transactions so far; jobs / groups is how well the grouping works
    """

    def __init__(
        self, connect: Callable[[], sqlite3.Connection], publish: Callable[[set[str]], None],
        slice_s: float = SLICE_S,
    ) -> None:
        self._connect = connect
        self._publish = publish
        self._slice_s = slice_s
        self._waiting: deque[Job] = deque()
        self._queue: SimpleQueue[Group | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._open = False
        self._idle = asyncio.Event()  # nobody uses the connection
        self._idle.set()
        self.trouble = ""
        self.groups = 0
        self.jobs = 0

    async def start(self) -> None:
        """Raises what `connect` raises."""
        self._loop = asyncio.get_running_loop()
        self._session = Session(await asyncio.to_thread(self._connect))
        self._thread = threading.Thread(target=self._main, name="store-writer", daemon=True)
        self._thread.start()
        self._open = True

    async def stop(self) -> None:
        """What was handed over before is still done."""
        self._open = False
        await self._idle.wait()
        self._queue.put(None)
        if self._thread:
            await asyncio.to_thread(self._thread.join)

    def read(self, work: Callable[[Session, *Args], T], *args: *Args, long: bool = False) -> asyncio.Future[T]:
        return self._hand_over(Job(work, args, False, long, self._loop.create_future()))

    def write(self, work: Callable[[Session, *Args], T], *args: *Args, long: bool = False) -> asyncio.Future[T]:
        """Durable when it returns; raises Unavailable with nothing changed."""
        return self._hand_over(Job(work, args, True, long, self._loop.create_future()))

    async def sweep(self, run: Callable[[Session, int, int], int], before: int) -> int:
        """Call `run(session, before, n)` until it did less than n; in small steps, so that others come in between."""
        total = 0
        while True:
            done = await self.write(run, before, SWEEP, long=True)
            total += done
            if done < SWEEP:
                return total

    # --- in the loop ---

    def _hand_over(self, job: Job) -> asyncio.Future[Any]:
        if not self._open:
            raise Unavailable("the store is closed")
        self._waiting.append(job)
        if self._idle.is_set():
            self._idle.clear()
            self._loop.call_soon(self._next)
        return job.answer

    def _next(self) -> None:
        """The next group; what comes while it is committed is the one after it."""
        if not self._waiting:
            self._idle.set()
            return
        group = self._run_short() if not self._waiting[0].long else Group(self._taken())
        if group.jobs and (group.begun or group.jobs[0].long):
            self._queue.put(group)
        else:
            self._done(group)

    def _taken(self) -> list[Job]:
        """Long ones from the head of the queue."""
        jobs: list[Job] = []
        while self._waiting and self._waiting[0].long and len(jobs) < GROUP:
            jobs.append(self._waiting.popleft())
        return jobs

    def _run_short(self) -> Group:
        """As many from the head of the queue as the slice allows."""
        sql, end = self._session.sql, perf_counter() + self._slice_s
        group = Group([], changes=sql.total_changes)
        try:
            while self._waiting and not self._waiting[0].long and len(group.jobs) < GROUP and perf_counter() < end:
                job = self._waiting.popleft()
                group.jobs.append(job)
                if job.writes and not group.begun:
                    sql.execute("BEGIN IMMEDIATE")
                    group.begun = True
                run(self._session, group, job)
        except sqlite3.Error as error:
            _give_up(self._session, group.jobs, error)
            self._judge(group)
            group.begun = False
        return group

    def _done(self, group: Group) -> None:
        hints, self._session.hints = self._session.hints, set()
        self._loop.call_soon(self._next)
        for job in group.jobs:
            _settle(job.answer, job.value, job.error)
        self._publish(hints)

    # --- in the thread, while nothing of it is in the loop ---

    def _main(self) -> None:
        try:
            while (group := self._queue.get()) is not None:
                self._finish(group)
                self._loop.call_soon_threadsafe(self._done, group)
        finally:
            self._session.sql.close()

    def _finish(self, group: Group) -> None:
        session = self._session
        try:
            if not group.begun:
                self._run_long(group)
            if session.sql.in_transaction:
                session.sql.execute("COMMIT")
        except sqlite3.Error as error:
            _give_up(session, group.jobs, error)
        self._judge(group)

    def _run_long(self, group: Group) -> None:
        group.changes = self._session.sql.total_changes
        if any(job.writes for job in group.jobs):
            self._session.sql.execute("BEGIN IMMEDIATE")
        for job in group.jobs:
            run(self._session, group, job)

    def _judge(self, group: Group) -> None:
        """Says what kept it from writing; a group that had nothing to write proves nothing."""
        if not any(job.writes for job in group.jobs):
            return
        trouble = next((str(job.error) for job in group.jobs if isinstance(job.error, Unavailable)), "")
        if trouble or self._session.sql.total_changes > group.changes:
            self.trouble = trouble
        self.groups += 1
        self.jobs += len(group.jobs)


def _settle(answer: asyncio.Future[Any], value: Any, error: Exception | None) -> None:
    if answer.done():  # the caller was cancelled meanwhile
        return
    if error is None:
        answer.set_result(value)
    else:
        answer.set_exception(error)


def _give_up(session: Session, jobs: list[Job], error: sqlite3.Error) -> None:
    """Nothing of the group stands; SQLite may have rolled back already (disk full, I/O error)."""
    log.error("store transaction failed: %s", error)
    if session.sql.in_transaction:
        session.sql.execute("ROLLBACK")
    session.forget()
    for job in jobs:
        job.value, job.error = None, Unavailable(f"the store could not write: {error}")
