"""kill -9 of the case bridge while it hands over to a system that fails: what is lost, doubled, disordered?

The bridge is a process of its own (tests/bridge_child.py), the case system another (bench/bridge_system.py). Before
every life more work orders are filed, so that there is always something under way when it is killed. What is in doubt
and cannot be asked about lies there until a person comes: who looks over there and says that it arrived, or not.
"""
from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import msgspec

from bench.bridge_system import Kept, System, What, system
from bench.server import ROOT
from casebridge.bridge import LANE
from casebridge.calling import ANSWER_S
from gateway.clock import Clock, RandomIds, SystemClock, to_ms
from gateway.console.door import Journal
from gateway.console.letters import Act, Letters, operation
from gateway.orders import CaseOp
from gateway.protocols import Repeat
from gateway.store.lanes import Dead
from gateway.store.sqlite import SqliteStore
from tests.bridge_child import STEPS, TIMES

SHARE = 0.15
SCALE = 0.002       # 5 s become 10 ms, half an hour 3.6 s
LATE_SCALE = TIMES.total / ANSWER_S  # as much of the waits as of the time-out
LONGEST_JITTER_S = 0.03
LIFE_S, PEACE_S = 60.0, 300.0
PERSON_EVERY = 5    # lives
FAULTS = ("lost", "doubled", "disordered", "buried")


@dataclass(frozen=True, slots=True)
class Ordeal:
    """repeat: what the system does with a key that came before; told: what the bridge believes, another makes it naive;
    orders: work orders of STEPS operations each; what: befalls operations there."""

    repeat: Repeat
    orders: int
    kills: int
    told: Repeat | None = None
    what: What = "anything"
    seed: int = 20261123

    @property
    def scale(self) -> float:
        return SCALE if self.what == "anything" else LATE_SCALE

    @property
    def operations(self) -> int:
        return self.orders * len(STEPS)


@dataclass(slots=True)
class Outcome:
    """heard: operations that reached the system, repeats too; befell: faults by kind; doubts: how often a person had to
    look over there, where `arrived` of them were already; lost: neither acknowledged nor in doubt, or acknowledged and
    not over there; doubled: more often over there than once; disordered: work orders whose operations arrived in
    another order; buried: given up."""

    operations: int = 0
    kills: int = 0
    heard: int = 0
    befell: dict[str, int] = field(default_factory=dict)
    doubts: int = 0
    arrived: int = 0
    lost: int = 0
    doubled: int = 0
    disordered: int = 0
    buried: int = 0
    seconds: float = 0.0

    @property
    def clean(self) -> bool:
        return not any(getattr(self, fault) for fault in FAULTS)


def operations(work_order: str, at: int) -> Iterator[CaseOp]:
    """STEPS, as gateway/case_life.py decides them."""
    order = {"work_order_id": work_order, "title": "占道", "content": work_order, "fields": [],
             "template": {"id": "general", "version": 1}}
    for n, step in enumerate(STEPS, start=1):
        if step == "submit":
            yield CaseOp("submit", work_order, n, {"order": order}, at)
        elif step == "comment":
            yield CaseOp("comment", work_order, n, {"text": f"{work_order} {n}", "urge": False}, at)
        else:
            yield CaseOp("rework", work_order, 1, {"round": 1, "reason": "没修好"}, at)


def keys(work_order: str) -> tuple[str, ...]:
    return tuple(op.key for op in operations(work_order, 0))


@asynccontextmanager
async def opened(path: Path, clock: Clock | None = None) -> AsyncIterator[SqliteStore]:
    """The store, while nobody else has it."""
    store = SqliteStore(path, clock or SystemClock(), RandomIds())
    await store.open()
    try:
        yield store
    finally:
        await store.close()


class Nursery:
    """The process that forks the bridges."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin
        assert process.stdout
        self._process, self._orders, self._words = process, process.stdin, process.stdout

    @classmethod
    async def open(cls, *args: str) -> Nursery:
        return cls(await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.bridge_child", *args, cwd=ROOT, stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL))

    async def hear(self, word: str, within_s: float = LIFE_S) -> str:
        line = (await asyncio.wait_for(self._words.readline(), within_s)).decode()
        assert line.startswith(word), f"expected {word!r}, heard {line!r}"
        return line

    @asynccontextmanager
    async def life(self) -> AsyncIterator[None]:
        """From `ready` to kill -9."""
        self._orders.write(b"spawn\n")
        pid = int((await self.hear("born")).split()[1])
        try:
            await self.hear("ready")
            yield
        finally:
            os.kill(pid, signal.SIGKILL)
        while (word := (await self._words.readline()).decode()) != "gone\n":
            assert word == "idle\n", f"the bridge did not live until it was killed: {word!r}"

    async def close(self) -> None:
        self._orders.close()
        await self._process.wait()


class Torture:
    def __init__(self, folder: Path, ordeal: Ordeal, there: System) -> None:
        self.path = folder / "bridge.db"
        self.ordeal, self.there = ordeal, there
        self.chance = random.Random(ordeal.seed)
        self.orders: list[str] = []
        self.outcome = Outcome(ordeal.operations)

    async def run(self) -> Outcome:
        began, ordeal = perf_counter(), self.ordeal
        nursery = await Nursery.open(str(self.path), self.there.url, ordeal.told or ordeal.repeat, str(ordeal.scale))
        try:
            for n in range(ordeal.kills):
                await self._prepare(n)
                await self._lives_and_dies(nursery)
            async with asyncio.timeout(PEACE_S):
                await self._ends_in_peace(nursery)
        finally:
            await nursery.close()
        self.outcome.seconds = round(perf_counter() - began, 1)
        return self.outcome

    async def _prepare(self, life: int) -> None:
        """File the next work orders; now and then a person looks after what is in doubt."""
        until = self.ordeal.orders * (life + 1) // self.ordeal.kills
        async with opened(self.path) as store:
            for n in range(len(self.orders), until):
                work_order = f"WO-20261123-{n:010d}"
                self.orders.append(work_order)
                for op in operations(work_order, to_ms(SystemClock().now())):
                    await store.lanes.ingest(LANE, work_order, op.key, msgspec.json.encode(op))
            if life % PERSON_EVERY == PERSON_EVERY - 1:
                await self._looks_after(store)

    async def _lives_and_dies(self, nursery: Nursery) -> None:
        """Killed at a random moment among its first operations."""
        enough = self.chance.randint(1, max(1, self.ordeal.orders // self.ordeal.kills))
        async with nursery.life(), asyncio.timeout(LIFE_S):
            await self.there.hears(enough)
            await asyncio.sleep(self.chance.random() * LONGEST_JITTER_S)
        self.outcome.kills += 1

    async def _ends_in_peace(self, nursery: Nursery) -> None:
        """Lives until nothing is left to send; judged after each, before a person looks after what is in doubt."""
        doubts = -1
        while doubts:
            async with nursery.life():
                await nursery.hear("idle", PEACE_S)
            async with opened(self.path) as store:
                await self._judge(store, await self.there.tell("book"))
                doubts = await self._looks_after(store)
        self.outcome.heard, self.outcome.befell = self.there.heard, self.there.befell

    # --- the person ---------------------------------------------------------------------------------------------

    async def _looks_after(self, store: SqliteStore) -> int:
        """Everything in doubt: whether it is over there, by its key. How many there were."""
        letters = [one for one in await store.lanes.dead(LANE, n=1_000_000) if one.parked]
        cases = {key: case.number for case in await self.there.tell("book") for key in case.keys} if letters else {}
        desk = Letters(store.lanes, Journal(store.lanes, SystemClock(), RandomIds()), SystemClock())
        for letter in letters:
            await self._decides(desk, letter, cases)
        return len(letters)

    async def _decides(self, desk: Letters, letter: Dead, cases: dict[str, str]) -> None:
        op = operation(letter)
        assert op is not None
        act = Act("boss", "looked over there")
        self.outcome.doubts += 1
        if op.key in cases:
            self.outcome.arrived += 1
            await desk.arrived(letter.id, act, cases[op.key])
        else:
            await desk.replay(letter.id, act)

    # --- the judge ----------------------------------------------------------------------------------------------

    async def _judge(self, store: SqliteStore, cases: Sequence[Kept]) -> None:
        letters = await store.lanes.dead(LANE, n=1_000_000)
        stopped = {letter.key: letter.seq for letter in letters if letter.parked}
        found = Outcome(buried=len(letters) - len(stopped))
        there: dict[str, list[str]] = {}
        for case in cases:
            there.setdefault(case.work_order, []).extend(case.keys)
        for work_order in self.orders:
            receipts = {record.id for record in await store.records.find("receipt", "work_order", work_order)}
            compare(found, work_order, there.get(work_order, []), receipts, stopped.get(work_order))
        for fault in FAULTS:  # what was wrong once stays so
            setattr(self.outcome, fault, max(getattr(self.outcome, fault), getattr(found, fault)))


def compare(found: Outcome, work_order: str, there: Sequence[str], receipts: set[str], stopped: int | None) -> None:
    """One work order: what arrived, against what was acknowledged; `stopped`: the number of its operation in doubt."""
    wanted = keys(work_order)
    surely = wanted[:stopped - 1] if stopped else wanted
    found.lost += sum(key not in receipts or key not in there for key in surely)
    found.doubled += sum(times - 1 for times in Counter(there).values())
    found.disordered += list(dict.fromkeys(there)) != [key for key in wanted if key in there]


async def torment(folder: Path, ordeal: Ordeal) -> Outcome:
    """One run in an empty folder."""
    async with system(ordeal.repeat, SHARE, ordeal.seed, ordeal.what) as there:
        return await Torture(folder, ordeal, there).run()
