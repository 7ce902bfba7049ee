"""kill -9 of a process that holds the store, at random instants, under load: what was acknowledged happens once.

A provider sends numbered messages on many keys and repeats each until it is acknowledged; the child
(tests/store_child.py) works them off, arms timers, files and delivers; the world notes what it is told. Two faulty
children show that the harness would notice loss and doubling.
"""
from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.clock import RandomIds, SystemClock
from gateway.store.sqlite import SqliteStore
from tests.nursery import Nursery
from tests.torture.findings import Findings, judge
from tests.torture.outside import RETRY_S, Outside

pytestmark = pytest.mark.slow

KEYS = [f"web:{i}" for i in range(16)]
SEED = 20261123


class Torture:
    def __init__(self, folder: Path, variant: str) -> None:
        self.folder = folder
        self.variant = variant
        self.chance = random.Random(SEED)
        self.outside = Outside(folder, KEYS, ["listen"], SEED)
        self.kills = 0
        self.over = False

    def path(self, name: str) -> str:
        return str(self.folder / name)

    async def kill(self, nursery: Nursery, kills: int) -> None:
        """Let it live a moment and kill it; now and then before it is even up."""
        for _ in range(kills):
            async with nursery.life() as life:
                if self.chance.random() < 0.9:
                    await life.ready()
                await asyncio.sleep(self.chance.random() * 0.2)
            self.outside.disturb()  # told until it was dead
            self.kills += 1

    async def calm(self, nursery: Nursery) -> None:
        """A last life, in which everything is worked off."""
        async with nursery.life() as life, asyncio.timeout(60):
            await life.ready()
            while await self.outside.ask("idle") != b"yes\n":
                await asyncio.sleep(RETRY_S)

    async def run(self, kills: int) -> Findings:
        server = await self.outside.open()
        nursery = await Nursery.open(
            "tests.store_child", self.path("store.db"), self.path("listen"), self.path("outside"), self.variant)
        providers = [
            asyncio.create_task(self.outside.provide(key, lambda: self.over, RETRY_S)) for key in KEYS]
        try:
            await self.kill(nursery, kills)
            self.over = True
            await asyncio.gather(*providers, self.calm(nursery))
        finally:
            for provider in providers:
                provider.cancel()
            await nursery.close()
            server.close()
        found = Findings(kills=self.kills)
        async with opened(self.folder / "store.db") as store:
            await judge(store, self.outside, found)
        return found


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(path, SystemClock(), RandomIds())
    await store.open()
    yield store
    await store.close()


async def test_forty_kills_lose_nothing_double_nothing_and_bury_nothing(tmp_path: Path) -> None:
    found = await Torture(tmp_path, "sound").run(kills=40)
    assert found.faults == {}
    assert found.kills == 40
    assert found.acknowledged > 400, "there was load"
    assert found.repeated_sends <= found.kills * len(KEYS) * 2, "of one citizen a message and an order may be under way"


@pytest.mark.parametrize(("variant", "symptom"), [("hasty", "lost"), ("halving", "doubled")])
async def test_the_harness_notices_a_store_that_is_used_wrongly(tmp_path: Path, variant: str, symptom: str) -> None:
    found = await Torture(tmp_path, variant).run(kills=8)
    assert symptom in found.faults
