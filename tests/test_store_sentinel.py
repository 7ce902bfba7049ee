"""The master is lost under load: killed, or hung and back as a zombie. Nothing that was acknowledged is lost."""
from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.clock import RandomIds, SystemClock
from gateway.store.redis import RedisStore
from gateway.store.redis_link import Link
from tests.sentinel import PATIENCE_S, Gateway, Heard, Watched, hang, kill, watched
from tests.until import until

pytestmark = pytest.mark.slow

BEFORE, AFTER = 500, 500  # messages acknowledged before the master is lost, and after another was chosen
ZOMBIE_S = 60.0               # Sentinel makes a replica of a master that came back after some 10 s


@dataclass(frozen=True)
class Findings:
    acknowledged: int
    lost: int
    turns_lost: int
    repeated: int
    gap_ms: int


async def ordeal(servers: Watched, replicas: int, fault: Callable[[Watched], Awaitable[None]]) -> Findings:
    heard = Heard()
    await servers.settled()
    gateways = [await Gateway.start(f"g{i}", servers.url, replicas, heard) for i in range(2)]
    try:
        await until(lambda: len(heard.moments) >= BEFORE, PATIENCE_S)
        began = time.monotonic()
        await fault(servers)
        had = len(heard.moments)
        await until(lambda: len(heard.moments) >= had + AFTER, PATIENCE_S)
        if fault is hang:
            await until(lambda: b"role:slave" in servers.servers[0].ask("INFO replication"), ZOMBIE_S)
    finally:
        await asyncio.gather(*(gateway.stop() for gateway in gateways))
    return await judge(servers.url, heard, heard.gap_ms(began))


async def judge(url: str, heard: Heard, gap_ms: int) -> Findings:
    """The gateways went when all was worked off."""
    store = RedisStore(Link(url, durability="relaxed"), SystemClock(), RandomIds())
    await store.open()
    states = {key: (await store.lanes.state("in", key))[0] or b"0 0 0" for key in heard.stored}
    lost = turns_lost = repeated = 0
    for key, stored in heard.stored.items():
        newest, missing, again = (int(part) for part in states[key].split())
        lost += missing + max(0, stored - newest)
        turns_lost += max(0, heard.turned[key] - newest)
        repeated += again
    await store.close()
    return Findings(sum(heard.stored.values()), lost, turns_lost, repeated, gap_ms)


@pytest.mark.parametrize("fault", [kill, hang])
async def test_with_wait_a_lost_master_loses_nothing_that_was_acknowledged(
    tmp_path: Path, fault: Callable[[Watched], Awaitable[None]], record_property: Callable[[str, object], None]
) -> None:
    with watched(tmp_path) as servers:
        found = await ordeal(servers, 1, fault)
    print(fault.__name__, found)
    record_property("found", str(found))
    assert (found.lost, found.turns_lost, found.repeated) == (0, 0, 0)


async def test_without_wait_a_hung_master_loses_messages_so_the_harness_notices(tmp_path: Path) -> None:
    with watched(tmp_path) as servers:
        found = await ordeal(servers, 0, hang)
    print("control", found)
    assert found.lost > 0
