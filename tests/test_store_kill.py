"""kill -9 of a process that holds the store, at random instants, under load: what was acknowledged happens once.

A provider sends numbered messages on many keys and repeats each until it is acknowledged; the child
(tests/store_child.py) works them off, arms timers and delivers; the world notes every delivery. Two faulty children
show that the harness would notice loss and doubling.
"""
from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gateway.clock import RandomIds, SystemClock
from gateway.store.sqlite import SqliteStore

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
KEYS = [f"web:{i}" for i in range(16)]
RETRY_S = 0.01


@dataclass
class Findings:
    """What was found in the store and in the world afterwards; each a list of words for people."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)
    buried: list[str] = field(default_factory=list)
    acknowledged: int = 0
    kills: int = 0
    repeated_sends: int = 0


class Nursery:
    """The process that forks the children (tests/store_child.py)."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin
        assert process.stdout
        self.process, self.orders, self.words = process, process.stdin, process.stdout

    @classmethod
    async def open(cls, *args: str) -> Nursery:
        return cls(await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.store_child", *args, cwd=ROOT,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE))

    async def hear(self, word: str) -> str:
        line = (await asyncio.wait_for(self.words.readline(), 30)).decode()
        assert line.startswith(word), f"expected {word!r}, heard {line!r}"
        return line

    @asynccontextmanager
    async def life(self) -> AsyncIterator[Callable[[], Awaitable[str]]]:
        """From birth to kill -9; gives what waits until the child serves."""
        self.orders.write(b"spawn\n")
        pid = int((await self.hear("born")).split()[1])
        try:
            yield lambda: self.hear("ready")
        finally:
            os.kill(pid, signal.SIGKILL)
        while (word := (await self.words.readline()).decode()) != "gone\n":
            assert word == "ready\n", f"the child did not live until it was killed: {word!r}"

    async def close(self) -> None:
        self.orders.close()
        await self.process.wait()


class Torture:
    def __init__(self, folder: Path, variant: str) -> None:
        self.folder = folder
        self.variant = variant
        self.chance = random.Random(20261123)
        self.acknowledged = dict.fromkeys(KEYS, 0)
        self.told: list[str] = []
        self.kills = 0
        self.over = False

    def path(self, name: str) -> str:
        return str(self.folder / name)

    # --- the outside ---

    async def world(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while line := await reader.readline():
                self.told.append(line.decode().strip())
                writer.write(b"ok\n")

    async def ask(self, line: str) -> bytes:
        """One question to the child, on a connection of its own; b"" when it died over it."""
        try:
            reader, writer = await asyncio.open_unix_connection(self.path("listen"))
        except OSError:
            return b""
        try:
            writer.write(line.encode() + b"\n")
            return await reader.readline()
        except OSError:
            return b""
        finally:
            writer.close()

    async def provide(self, key: str) -> None:
        """Numbers in order, each repeated until it is acknowledged."""
        n = 0
        while not self.over:
            n += 1
            while await self.ask(f"{key} {n}") != b"ok\n":
                await asyncio.sleep(RETRY_S)
            self.acknowledged[key] = n
            await asyncio.sleep(self.chance.random() * RETRY_S)

    # --- the child's lives ---

    async def kill(self, nursery: Nursery, kills: int) -> None:
        """Let it live a moment and kill it; now and then before it is even up."""
        for _ in range(kills):
            async with nursery.life() as ready:
                if self.chance.random() < 0.9:
                    await ready()
                await asyncio.sleep(self.chance.random() * 0.2)
            self.kills += 1

    async def calm(self, nursery: Nursery) -> None:
        """A last life, in which everything is worked off."""
        async with nursery.life() as ready, asyncio.timeout(60):
            await ready()
            while await self.ask("idle") != b"yes\n":
                await asyncio.sleep(RETRY_S)

    async def run(self, kills: int) -> Findings:
        server = await asyncio.start_unix_server(self.world, self.path("outside"))
        nursery = await Nursery.open(self.path("store.db"), self.path("listen"), self.path("outside"), self.variant)
        providers = [asyncio.create_task(self.provide(key)) for key in KEYS]
        try:
            await self.kill(nursery, kills)
            self.over = True
            await asyncio.gather(*providers, self.calm(nursery))
        finally:
            for provider in providers:
                provider.cancel()
            await nursery.close()
            server.close()
        return await self.findings()

    # --- what is left ---

    async def findings(self) -> Findings:
        found = Findings(acknowledged=sum(self.acknowledged.values()), kills=self.kills)
        async with opened(self.folder / "store.db") as store:
            found.buried = [dead.why for dead in await store.lanes.dead()]
            for key in KEYS:
                await self.judge(store, key, found)
        sends = Counter(self.told)
        found.repeated_sends = sum(sends.values()) - len(sends)
        return found

    async def judge(self, store: SqliteStore, key: str, found: Findings) -> None:
        numbers = [str(n) for n in range(1, self.acknowledged[key] + 1)]
        timers = [f"t{n}" for n in numbers if int(n) % 3 == 0]
        places = {
            "turns": (await store.lanes.state("in", key))[0].decode().split(),
            "deliveries": (await store.lanes.state("out", f"to:{key}"))[0].decode().split(),
            "feed": [item.body.decode() for item in await store.shared.feed_read(key, None, 100_000)],
            "world": [id.removeprefix(f"{key}/") for id in dict.fromkeys(self.told) if id.startswith(f"{key}/")],
        }
        records = {record.body.decode() for record in await store.records.find("turn", "key", key, n=100_000)}
        for place, seen in places.items():
            where = f"{place} of {key}"
            found.lost += [f"{where}: {n}" for n in [*numbers, *timers] if n not in set(seen) & records]
            found.doubled += [f"{where}: {n}" for n, times in Counter(seen).items() if times > 1]
            spoken = [n for n in seen if n.isdigit()]
            if spoken != sorted(spoken, key=int):
                found.disordered.append(where)


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(path, SystemClock(), RandomIds())
    await store.open()
    yield store
    await store.close()


async def test_forty_kills_lose_nothing_double_nothing_and_bury_nothing(tmp_path: Path) -> None:
    found = await Torture(tmp_path, "sound").run(kills=40)
    assert (found.lost, found.doubled, found.disordered, found.buried) == ([], [], [], [])
    assert found.kills == 40
    assert found.acknowledged > 400, "there was load"
    assert found.repeated_sends <= found.kills * len(KEYS), "one send per key may be under way at a kill"


@pytest.mark.parametrize(("variant", "symptom"), [("hasty", "lost"), ("halving", "doubled")])
async def test_the_harness_notices_a_store_that_is_used_wrongly(tmp_path: Path, variant: str, symptom: str) -> None:
    found = await Torture(tmp_path, variant).run(kills=8)
    assert getattr(found, symptom) != []
