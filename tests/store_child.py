"""The store in a process of its own, to be killed: takes messages, works them off, delivers what follows.

The program is a nursery that has everything imported and forks a child for every line it reads, so that a life costs
milliseconds. It says `born PID`, `ready` (serving) and `gone` for each.

    python -m tests.store_child DATABASE LISTEN WORLD VARIANT

LISTEN  unix socket for the provider: `key n` → `ok` once it is durable; `idle` → `yes` or `no`
WORLD   unix socket of the outside: `id` → `ok`, one line for every delivery
VARIANT `sound`, or a fault that the harness must notice:
        `hasty` acknowledges before storing, `halving` saves state and consumption in two commits
"""
from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from gateway.clock import RandomIds, SystemClock, to_ms
from gateway.store.lanes import Changes, Emit, Feed, Lease, Put
from gateway.store.sqlite import SqliteStore

TIMER_MS = 30
Handler = Callable[[Lease], Awaitable[None]]


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

    async def work(self, lane: str, handle: Handler) -> None:
        hints = self.store.shared.subscribe([f"lane:{lane}"])
        while True:
            leases = await self.lanes.claim(lane, "child", n=64)
            await asyncio.gather(*(handle(lease) for lease in leases))
            if not leases:
                await hints.next(1)

    async def turn(self, lease: Lease) -> None:
        """One message at a time: note it in the state, tell the world, and after every third arm a timer."""
        following: Lease | None = lease
        while following:
            following = await self.take(following)

    async def take(self, lease: Lease) -> Lease | None:
        msg = lease.msgs[0]
        said = msg.body.decode()
        id = f"{lease.key}/{said}"
        emits = [Emit("out", f"to:{lease.key}", id, said.encode())]
        if said.isdigit() and int(said) % 3 == 0:
            due = to_ms(SystemClock().now()) + TIMER_MS
            emits.append(Emit("in", lease.key, id, f"t{said}".encode(), due))
        whole = Changes(
            upto=msg.seq, state=lease.state + msg.body + b" ", emits=emits,
            puts=[Put("turn", id, msg.body, {"key": lease.key})], feeds=[Feed(lease.key, id, msg.body)],
        )
        if self.variant != "halving":
            return await self.lanes.commit(lease, whole)
        half = await self.lanes.commit(lease, Changes(state=whole.state))
        return await self.lanes.commit(half or lease, Changes(upto=msg.seq, emits=emits))

    async def deliver(self, world: World, lease: Lease) -> None:
        following: Lease | None = lease
        while following:
            msg = following.msgs[0]
            await world.tell(msg.dedupe)
            done = Changes(upto=msg.seq, state=following.state + msg.body + b" ")
            following = await self.lanes.commit(following, done)

    async def tick(self) -> None:
        while True:
            await self.lanes.tick()
            await asyncio.sleep(TIMER_MS / 2000)


class World:
    """The outside: one line out, one answer back, in turn."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.turn = asyncio.Lock()

    async def tell(self, id: str) -> None:
        async with self.turn:
            self.writer.write(id.encode() + b"\n")
            await self.reader.readline()


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def live(database: str, listen: str, world: str, variant: str) -> None:
    store = SqliteStore(Path(database), SystemClock(), RandomIds())
    await store.open()
    child = Child(store, variant)
    outside = World(*await asyncio.open_unix_connection(world))
    server = await asyncio.start_unix_server(child.serve, listen)
    say("ready")
    await asyncio.gather(
        server.serve_forever(), child.work("in", child.turn), child.work("out", partial(child.deliver, outside)),
        child.tick())


def nursery(*args: str) -> None:
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            say(f"born {os.getpid()}")
            asyncio.run(live(*args))
            os._exit(1)
        os.waitpid(pid, 0)
        say("gone")


if __name__ == "__main__":
    nursery(*sys.argv[1:])
