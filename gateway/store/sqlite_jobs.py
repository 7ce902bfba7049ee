"""What the writer runs: jobs inside one transaction, each of which leaves its work or no trace.

A savepoint for every job would be a quarter of all statements. So jobs run plainly, and one that fails behind something
it wrote, which is rare, takes the transaction back: then all of its group run once more, a savepoint for each.
"""
from __future__ import annotations

import asyncio
import sqlite3
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gateway.errors import HuiyinError, Unavailable

MISUSE = (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError)  # coming again will not help
REMEMBERED = 1024  # rows


class Rows(OrderedDict[tuple[str, str], tuple[Any, ...]]):
    """Rows by name as they stand in the open transaction, those that were used last: nobody else writes to the file."""

    def __setitem__(self, name: tuple[str, str], row: tuple[Any, ...]) -> None:
        super().__setitem__(name, row)
        self.move_to_end(name)
        if len(self) > REMEMBERED:
            self.popitem(last=False)


@dataclass(slots=True)
class Session:
    """What a job works with, and all it may change: the connection, the topics to hint once the group is durable, the
    mailboxes (lane, key) that jobs before it read or wrote."""

    sql: sqlite3.Connection
    hints: set[str] = field(default_factory=set)
    slots: Rows = field(default_factory=Rows)

    def forget(self) -> None:
        """After a rollback."""
        self.hints.clear()
        self.slots.clear()


@dataclass(slots=True, eq=False)
class Job:
    run: Callable[..., Any]
    args: tuple[Any, ...]
    writes: bool
    long: bool
    answer: asyncio.Future[Any]
    value: Any = None
    error: Exception | None = None


@dataclass(slots=True)
class Group:
    """begun: its jobs have run inside a transaction that is still open. changes: rows written before it. apart: each
    of its jobs has a savepoint."""

    jobs: list[Job]
    begun: bool = False
    changes: int = 0
    apart: bool = False


def run(session: Session, group: Group, job: Job) -> None:
    """The next of the group's. One that fails leaves no trace; one that broke the whole transaction lets SQLite's error
    through."""
    sql = session.sql
    if not sql.in_transaction:  # readers before the first that writes
        _run(session, job)
    elif group.apart:
        _run_apart(session, job)
    else:
        written = sql.total_changes
        _run(session, job)
        _unbroken(session, job)
        if job.error and sql.total_changes != written:
            _take_back(session, group, job)


def _take_back(session: Session, group: Group, failed: Job) -> None:
    session.sql.execute("ROLLBACK")
    session.forget()
    session.sql.execute("BEGIN IMMEDIATE")
    group.apart = True
    for job in group.jobs[:group.jobs.index(failed) + 1]:
        _run_apart(session, job)


def _run_apart(session: Session, job: Job) -> None:
    session.sql.execute("SAVEPOINT job")
    _run(session, job)
    _unbroken(session, job)
    if job.error:
        session.sql.execute("ROLLBACK TO job")
        session.slots.clear()
    session.sql.execute("RELEASE job")


def _run(session: Session, job: Job) -> None:
    job.value = job.error = None
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


def _unbroken(session: Session, job: Job) -> None:
    if not session.sql.in_transaction:
        raise sqlite3.OperationalError(str(job.error))
