"""The case bridge in a process of its own, to be killed: store, gate, bridge, reconciler and the webhook over HTTP.

    python -m tests.bridge_child DATABASE SYSTEM REPEAT SCALE

SYSTEM  address of the case system (bench/bridge_system.py)
REPEAT  what the bridge is told of it: idempotent, lookup, neither; a lie makes a naive bridge
SCALE   of every wait

A nursery that has everything imported and forks a child for every line it reads: `born PID`, `ready` (it works),
`idle` (nothing is left that it may send) and `gone` for each.
"""
from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import cast

import structlog

from casebridge.bridge import LANE
from casebridge.calling import Caller, Times, session
from casebridge.signing import Secrets
from casebridge.webhook import NAME, Site, WebhookBackend
from gateway.clock import RandomIds, SystemClock
from gateway.fellows import Fellows
from gateway.journal import Journal
from gateway.protocols import LaneStore, Repeat
from gateway.store.limits import DAY_MS
from gateway.store.sqlite import SqliteStore
from gateway.wiring.handing import HandingOver
from gateway.workers import LaneWorker, Supervisor
from simulators.case.settings import OPERATIONS_SECRET

STEPS = ("submit", "comment", "comment", "rework")  # of every work order, decided before the bridge starts
TIMES = Times(connect=2.0, total=1.0)
LOOK_S = 0.02


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def site(system: str, repeat: Repeat) -> Site:
    asked = f"{system}/cases" if repeat == "lookup" else ""
    return Site(f"{system}/operations", asked, "https://hotline.example", Secrets([OPERATIONS_SECRET]), repeat)


async def is_idle(lanes: LaneStore) -> bool:
    """Nothing waits but what stands behind an operation in doubt."""
    stats = (await lanes.stats()).get(LANE)
    if stats is None:
        return True
    behind = sum(len(STEPS) - letter.seq for letter in await lanes.dead(LANE, n=1_000_000) if letter.parked)
    return stats.waiting <= behind


async def live(database: str, system: str, repeat: Repeat, scale: float) -> None:
    clock, supervisor = SystemClock(), Supervisor()
    store = SqliteStore(Path(database), clock, RandomIds())
    await store.open()
    async with session() as http:
        caller = Caller(http, NAME, clock, TIMES)
        backend = WebhookBackend(caller, site(system, repeat), clock, lambda template: None)
        handing = HandingOver(backend, store, clock, scale)
        await handing.open(supervisor, Fellows(store.shared, many=False))
        worker = LaneWorker(LANE, handing.handle, store.lanes, store.shared, owner="child", terms=handing.terms)
        journal = LaneWorker("journal", Journal(DAY_MS).handle, store.lanes, store.shared, owner="child")
        supervisor.spawn("journal", lambda: journal.run(LOOK_S))
        supervisor.spawn("renew", worker.renew)
        supervisor.spawn("work", lambda: worker.run(LOOK_S))
        say("ready")
        while not await is_idle(store.lanes):
            await asyncio.sleep(LOOK_S)
        say("idle")
        await asyncio.Event().wait()


def nursery(database: str, system: str, repeat: str, scale: str) -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # stdout says how it lives
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            say(f"born {os.getpid()}")
            asyncio.run(live(database, system, cast(Repeat, repeat), float(scale)))
            os._exit(1)
        os.waitpid(pid, 0)
        say("gone")


if __name__ == "__main__":
    nursery(*sys.argv[1:])
