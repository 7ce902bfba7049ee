"""How many bytes a turn and a work order leave behind, in SQLite and in Redis: `python -m bench.sizing`.

The same citizens file the same complaint on both stores, twice as many the second time: what counts is what the second
crowd added. The gateways understand nothing and ask more for it; what is stored of a turn is the same.
"""
from __future__ import annotations

import asyncio
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import aiohttp
from redis.asyncio import Redis

from bench import record
from bench.citizen import Citizen
from bench.server import Server
from gateway.clock import RandomIds, SystemClock
from gateway.messages import Inbound, Text, encode
from gateway.store.sqlite import SqliteStore
from tests.many.people import files
from tests.many.town import town
from tests.until import until

CITIZENS = 60
AT_ONCE = 16
QUIET_S = 3.0  # the journal and the desk have caught up by then
KEY = "told to all gateways of the town"
SETTINGS = {
    "HUIYIN_NLU_ENGINE": "null", "HUIYIN_WEB_MESSAGES_PER_MINUTE": "60000", "HUIYIN_WEB_PER_ADDRESS": "1000",
    "HUIYIN_SERVER_BURST_HOLD_S": "0",
}

Figures = dict[str, Any]


async def crowd(http: aiohttp.ClientSession, url: str, first: int, citizens: int) -> int:
    """Each files one complaint of their own; returns how many messages they wrote."""
    together = asyncio.Semaphore(AT_ONCE)

    async def one(n: int) -> int:
        async with together:
            citizen = Citizen(http, url, f"c{n}")
            await files(citizen, f"{7_000_000_000_000 + n}")
            await citizen.leaves()
            return len(citizen.texts)

    turns = sum(await asyncio.gather(*(one(first + n) for n in range(citizens))))
    await asyncio.sleep(QUIET_S)
    return turns


async def on_sqlite(folder: Path, citizens: int) -> Figures:
    server, kept, sizes = Server(folder / "data", SETTINGS), folder / "data" / "huiyin.db", [0]
    server.data.mkdir(parents=True)
    turns = 0
    for first in (0, citizens):
        await server.start()
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
            turns = await crowd(http, server.url, first, citizens * (2 if first else 1))
        await server.stop()  # its log goes into the file
        sizes.append(kept.stat().st_size)
    return each(sizes[2] - sizes[1], turns, citizens * 2)


async def on_redis(folder: Path, citizens: int) -> Figures:
    await asyncio.to_thread(folder.mkdir)
    async with town(folder) as here, Redis.from_url(here.redis.url) as client:
        await here.opens(1, HUIYIN_API_LOOKUP_KEY=KEY)
        await crowd(here.http, here.url, 0, citizens)
        before, kinds_before = await used(client), await kinds(client)
        turns = await crowd(here.http, here.url, citizens, citizens * 2)
        after, kinds_after = await used(client), await kinds(client)
        grown = {name: size - kinds_before.get(name, 0) for name, size in kinds_after.items()}
        await client.bgrewriteaof()
        await until(lambda: rewritten(client), 30.0)
        log = (await client.info("persistence"))["aof_current_size"]
        most = sorted(grown.items(), key=lambda one: -one[1])[:8]
        return each(after - before, turns, citizens * 2) | {
            "log_bytes_per_work_order": round(log / (citizens * 3)),
            "kinds": {name: round(size / (citizens * 2)) for name, size in most},
        }


async def on_spool(folder: Path, messages: int = 2_000) -> int:
    """Bytes of one text message that waits for Redis."""
    store = SqliteStore(folder / "spool.db", SystemClock(), RandomIds())
    await store.open()
    for n in range(messages):
        user = f"wechat:wx0123456789abcdef.o{n:027d}"
        said = Text("快递三天没有动静了，请帮我催一催")
        body = encode(Inbound(f"{n:020d}", user, "wechat", 1_700_000_000_000 + n, said))
        await store.lanes.ingest("spool", f"in {user}", f"{n:020d}", body)
    await store.close()
    return round((folder / "spool.db").stat().st_size / messages)


def each(grown: int, turns: int, orders: int) -> Figures:
    return {
        "turns_per_work_order": round(turns / orders, 1), "bytes_per_turn": round(grown / turns),
        "bytes_per_work_order": round(grown / orders),
    }


async def used(client: Redis) -> int:
    return int((await client.info("memory"))["used_memory"])


async def rewritten(client: Redis) -> bool:
    return not (await client.info("persistence"))["aof_rewrite_in_progress"]


async def kinds(client: Redis) -> dict[str, int]:
    """Bytes by what a key is for: `{gw:<shard>}:<what>:…`."""
    found: dict[str, int] = defaultdict(int)
    async for key in client.scan_iter(count=1_000):
        found[key.decode("latin-1").split(":")[2]] += await client.memory_usage(key, samples=0) or 0
    return found


async def measure(citizens: int = CITIZENS) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        return record.head() | {
            "citizens": citizens * 3, "sqlite": await on_sqlite(Path(folder) / "sqlite", citizens),
            "redis": await on_redis(Path(folder) / "redis", citizens), "spool_bytes": await on_spool(Path(folder)),
        }


if __name__ == "__main__":
    record.keep(record.RESULTS, sizing=asyncio.run(measure()))
