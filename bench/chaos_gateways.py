"""Four whole gateways on one Redis behind a balancer, killed and stopped while citizens file work orders.

`python -m bench.chaos_gateways --kills 100 --messages 20000`. The gateways understand nothing (`nlu.engine = "null"`
starts in seconds): citizens pick the form themselves. Redis is reached through the fault proxy (simulators/faults),
which cuts replies, and is itself killed and hung. The verdict is that of bench/chaos.py.
"""
from __future__ import annotations

import argparse
import asyncio
import json
import random
import tempfile
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import aiohttp

from bench.chaos import Evidence, Outcome, files, judge, settled
from bench.citizen import Citizen, Reply
from bench.server import Server
from gateway.workers import LEASE_MS
from simulators.faults.weather import CALM, Weather
from tests.many.balancer import Balancer
from tests.nursery import stop
from tests.torture.backing import Backing

GATEWAYS = 4
OVERSLEPT_S = 1.0
PATIENCE_S = 6.0  # then a visitor's page connects anew


@dataclass(frozen=True, slots=True)
class Plan:
    """As tests/torture/ordeal.py: messages at least, kills, zombies and outages in all, share of replies cut."""

    messages: int
    kills: int
    zombies: int = 0
    outages: int = 0
    cut: float = 0.004
    citizens: int = 50
    life_s: tuple[float, float] = (0.5, 4.0)
    between_outages_s: tuple[float, float] = (4.0, 10.0)
    seed: int = 20261123


@dataclass(slots=True)
class Storm(Outcome):
    zombies: int = 0
    outages: int = 0
    cuts: int = 0
    seconds: float = 0.0


class Visitor(Citizen):
    """Whose page gives a connection up that says nothing any more: the gateway behind it may be stopped."""

    async def _once(self, id_: str, what: dict[str, Any]) -> Reply:
        async with asyncio.timeout(PATIENCE_S):
            return await super()._once(id_, what)


class Ordeal:
    """One run in an empty folder."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.plan = plan
        self.storm = Storm()
        self.chance = random.Random(plan.seed)
        self.backing = Backing(folder, plan.seed)
        self.servers = [Server(folder / f"g{n}" / "data") for n in range(GATEWAYS)]
        self.balancer = Balancer([server.port for server in self.servers])
        self.crowd: list[Visitor] = []
        self.receipts: dict[str, list[str]] = {f"c{n}": [] for n in range(plan.citizens)}
        self._uploads = folder / "uploads"

    def settings(self) -> Mapping[str, str]:
        return {
            "HUIYIN_STORE_URL": self.backing.url, "HUIYIN_DATA_UPLOADS": str(self._uploads),
            "HUIYIN_NLU_ENGINE": "null", "HUIYIN_WEB_MESSAGES_PER_MINUTE": "60000", "HUIYIN_WEB_PER_ADDRESS": "1000",
            "HUIYIN_SERVER_BURST_HOLD_S": "0", "HUIYIN_SERVER_LEAVE_S": "0.2",
        }

    async def run(self) -> Storm:
        began = perf_counter()
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.backing.running())
            for server in self.servers:
                server.data.mkdir(parents=True)
                server.settings = dict(self.settings())
                await server.start()
                stack.push_async_callback(server.stop)
            await self.balancer.start()
            stack.push_async_callback(self.balancer.close)
            await self.balancer.look()
            http = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
            self.crowd = [Visitor(http, self.balancer.url, name) for name in self.receipts]
            await self._endured()
            await settled(self.servers[0])
            found = await judge(Evidence(self.backing.unopened, self.crowd, self.receipts, self.storm.kills))
        self.storm = Storm(**asdict(self.storm) | asdict(found))
        self.storm.seconds = round(perf_counter() - began, 1)
        return self.storm

    async def _endured(self) -> None:
        """All that the plan says befalls them, and all messages are sent; the last work orders are finished."""
        over = asyncio.Event()
        await self.backing.proxy.turn(Weather(cut_reply=self.plan.cut))
        async with asyncio.TaskGroup() as citizens:
            for visitor in self.crowd:
                fate = random.Random(f"{self.plan.seed} {visitor.name}")
                citizens.create_task(files(visitor, self.receipts[visitor.name], over, fate))
            async with asyncio.TaskGroup() as fates:
                for n, server in enumerate(self.servers):
                    fates.create_task(self._lives(server, n))
                fates.create_task(self._redis_fails())
            while sum(len(visitor.texts) for visitor in self.crowd) < self.plan.messages:
                await asyncio.sleep(0.1)
            over.set()
        self.storm.cuts = self.backing.proxy.befell["cut_reply"]
        await self.backing.proxy.turn(CALM)

    async def _lives(self, server: Server, n: int) -> None:
        kills, zombies = (len(range(n, all_of, GATEWAYS)) for all_of in (self.plan.kills, self.plan.zombies))
        for life in range(kills):
            await asyncio.sleep(self.chance.uniform(*self.plan.life_s))
            if life < zombies:
                assert server.process
                await stop(server.process.pid, LEASE_MS / 1000 + OVERSLEPT_S)
                self.storm.zombies += 1
                await asyncio.sleep(self.chance.uniform(*self.plan.life_s))
            await server.kill()
            self.storm.kills += 1
            await server.start()

    async def _redis_fails(self) -> None:
        for n in range(self.plan.outages):
            await asyncio.sleep(self.chance.uniform(*self.plan.between_outages_s))
            await self.backing.fails(n)
            self.storm.outages += 1


def main() -> None:
    parser = argparse.ArgumentParser()
    for name, value in (("messages", 2_000), ("kills", 15), ("zombies", 3), ("outages", 2), ("citizens", 50)):
        parser.add_argument(f"--{name}", type=int, default=value)
    plan = Plan(**vars(parser.parse_args()))
    with tempfile.TemporaryDirectory() as folder:
        storm = asyncio.run(Ordeal(Path(folder), plan).run())
    print(json.dumps(asdict(storm) | {"clean": storm.clean}, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
