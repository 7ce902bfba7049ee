"""The store in a process of its own, to be killed: takes messages, works them off, delivers what follows.

    python -m tests.store_child DATABASE LISTEN WORLD VARIANT

LISTEN  unix socket for the provider: `key n` → `ok` once it is durable; `idle` → `yes` or `no`
WORLD   unix socket of the outside: `id` → `ok`, one line for every delivery and work order
VARIANT `sound`, or a fault that the harness must notice:
        `hasty` acknowledges before storing, `halving` saves state and consumption in two commits
"""
from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from gateway.clock import RandomIds, SystemClock
from gateway.protocols import Handler
from gateway.store.lanes import Changes, Lease
from gateway.store.sqlite import SqliteStore
from tests.nursery import rear, say
from tests.torture.duty import TIMER_MS, Duty, World


class Child:
    def __init__(self, store: SqliteStore, variant: str) -> None:
        self.store = store
        self.lanes = store.lanes
        self.variant = variant

    # --- the provider's side ---

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := (await reader.readline()).decode().split():
            if line == ["idle"]:
                answer = b"yes\n" if await self.idle() else b"no\n"
            else:
                answer = b"ok\n"
                if self.variant == "hasty":
                    writer.write(answer)
                    await writer.drain()
                    answer = b""
                await self.lanes.ingest("in", line[0], line[1], line[1].encode())
            writer.write(answer)
            await writer.drain()

    async def idle(self) -> bool:
        figures = (await self.lanes.stats()).values()
        return not any(lane.waiting or lane.timers for lane in figures)

    # --- the lanes ---

    async def work(self, lane: str, handler: Handler) -> None:
        hints = self.store.shared.subscribe([f"lane:{lane}"])
        while True:
            leases = await self.lanes.claim(lane, "child", n=64)
            await asyncio.gather(*(self.finish(lease, handler) for lease in leases))
            if not leases:
                await hints.next(1)

    async def finish(self, lease: Lease, handler: Handler) -> None:
        following: Lease | None = lease
        while following:
            following = await self.commit(following, await handler(following))

    async def commit(self, lease: Lease, whole: Changes) -> Lease | None:
        if self.variant != "halving":
            return await self.lanes.commit(lease, whole)
        half = await self.lanes.commit(lease, Changes(state=whole.state))
        return await self.lanes.commit(half or lease, replace(whole, state=None))

    async def tick(self) -> None:
        while True:
            await self.lanes.tick()
            await asyncio.sleep(TIMER_MS / 2000)


async def live(database: str, listen: str, world: str, variant: str) -> None:
    store = SqliteStore(Path(database), SystemClock(), RandomIds())
    await store.open()
    child = Child(store, variant)
    duty = Duty(World(*await asyncio.open_unix_connection(world)))
    server = await asyncio.start_unix_server(child.serve, listen)
    say("ready")
    await asyncio.gather(
        server.serve_forever(), *(child.work(lane, handler) for lane, handler in duty.handlers.items()), child.tick())


if __name__ == "__main__":
    rear(lambda: live(*sys.argv[1:]))
