"""Four workers on one Redis: killed, stopped past their leases, their replies cut, their Redis killed and hung.

    found = await Ordeal(folder, Plan(messages=2_000, kills=15, zombies=4, outages=2)).run()

Every worker has a fate of its own, so several may be away at once. What is left is judged by tests/torture/findings.py.
"""
from __future__ import annotations

import asyncio
import random
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from gateway.store.redis import RedisStore
from simulators.faults.weather import CALM, Weather
from tests.nursery import ROOT, Life, Nursery, stop
from tests.torture.backing import Backing
from tests.torture.findings import Findings, judge
from tests.torture.outside import Outside
from tests.torture.variants import house
from tests.until import until

WORKERS = 4
LEASE_MS = 5_000     # longer than gateway/workers.py takes to renew it
OVERSLEPT_S = 0.7   # how long a zombie sleeps past its lease
SETTLE_S = 60.0
LOOK_S = 0.05


@dataclass(frozen=True, slots=True)
class Plan:
    """messages  at least so many are acknowledged
    kills     of workers, in all; each lives for `life_s` at random
    zombies   workers that are stopped until their leases are over, and then go on
    outages   of Redis: every other is a kill -9 with a restart, the others hang it
    cut       share of Redis' replies that are cut
    variant   of the store, wrong on purpose (tests/torture/variants.py); "": ours
    """

    messages: int
    kills: int
    zombies: int = 0
    outages: int = 0
    cut: float = 0.004
    variant: str = ""
    citizens: int = 64
    pause_s: float = 0.2
    life_s: tuple[float, float] = (0.2, 2.0)
    between_outages_s: tuple[float, float] = (1.0, 4.0)
    seed: int = 20261123


@dataclass
class Verdict(Findings):
    """cuts: replies that Redis gave and nobody heard; seconds: of the whole ordeal."""

    zombies: int = 0
    outages: int = 0
    cuts: int = 0
    seconds: float = 0.0

    @property
    def disturbances(self) -> int:
        return self.kills + self.zombies + self.outages


class Ordeal:
    """One run in an empty folder."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.plan = plan
        self.verdict = Verdict()
        self.chance = random.Random(plan.seed)
        self.backing = Backing(folder, plan.seed)
        names = [f"w{n}" for n in range(WORKERS)]
        self.outside = Outside(folder, [f"web:{n}" for n in range(plan.citizens)], names, plan.seed)
        self.listeners = self.outside.listeners
        self.checkout = house(folder, plan.variant) if plan.variant else ROOT
        self._fates = WORKERS + 1  # that are not fulfilled yet: the workers' and that of Redis
        self._judged = asyncio.Event()

    async def run(self) -> Verdict:
        began = perf_counter()
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.backing.running())
            await stack.enter_async_context(await self.outside.open())
            nurseries = [await self._nursery(listener) for listener in self.listeners]
            for nursery in nurseries:
                stack.push_async_callback(nursery.close)
            await self.backing.proxy.turn(Weather(cut_reply=self.plan.cut))
            async with asyncio.TaskGroup() as group:
                for n, nursery in enumerate(nurseries):
                    group.create_task(self._lives(nursery, n))
                group.create_task(self._redis_fails())
                await self._finished()
        self.verdict.seconds = round(perf_counter() - began, 1)
        return self.verdict

    async def _nursery(self, listener: str) -> Nursery:
        return await Nursery.open(
            "tests.torture.worker", self.backing.url, listener, self.outside.path,
            str(LEASE_MS), checkout=self.checkout)

    # --- what befalls them ---

    async def _lives(self, nursery: Nursery, n: int) -> None:
        """One worker: killed again and again, in its first lives stopped before that; the last life is calm."""
        kills, zombies = (len(range(n, all_of, WORKERS)) for all_of in (self.plan.kills, self.plan.zombies))
        for life in range(kills):
            async with nursery.life() as one:
                if self.chance.random() < 0.9:
                    await one.ready()
                await asyncio.sleep(self.chance.uniform(*self.plan.life_s))
                if life < zombies:
                    await self._rises(one)
                while self._said() < self.plan.messages * life / kills:  # on a slow machine, too, all along
                    await asyncio.sleep(LOOK_S)
            self.outside.disturb()  # told until it was dead
            self.verdict.kills += 1
        self._fates -= 1
        async with nursery.life():
            await self._judged.wait()

    async def _rises(self, life: Life) -> None:
        with self.outside.disturbed():
            await stop(life.pid, LEASE_MS / 1000 + OVERSLEPT_S)
        self.verdict.zombies += 1
        await asyncio.sleep(self.chance.uniform(*self.plan.life_s))

    async def _redis_fails(self) -> None:
        for n in range(self.plan.outages):
            await asyncio.sleep(self.chance.uniform(*self.plan.between_outages_s))
            with self.outside.disturbed():
                await self.backing.fails(n)
            self.verdict.outages += 1
        self._fates -= 1

    # --- the end ---

    async def _finished(self) -> None:
        """All is said and has befallen; what is under way is worked off in calm, and judged."""
        await asyncio.gather(*(
            self.outside.provide(key, self._over, self.plan.pause_s) for key in self.outside.acknowledged))
        self.verdict.cuts = self.backing.proxy.befell["cut_reply"]
        await self.backing.proxy.turn(CALM)
        async with self.backing.store() as store:
            await until(lambda: _idle(store), SETTLE_S, 0.1)
            await judge(store, self.outside, self.verdict)
        self._judged.set()

    def _over(self) -> bool:
        return not self._fates and self._said() >= self.plan.messages

    def _said(self) -> int:
        return sum(self.outside.acknowledged.values())


async def _idle(store: RedisStore) -> bool:
    return not any(lane.waiting or lane.timers for lane in (await store.lanes.stats()).values())
