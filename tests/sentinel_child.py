"""A gateway under steady load, in a process of its own: stores messages and takes their turns until its input ends.

    python -m tests.sentinel_child NAME URL REPLICAS

It says `stored KEY N` when message N of a key was acknowledged and `turned KEY N` when its turn was committed. A
message that was refused is sent again under its id, as a platform does.
"""
from __future__ import annotations

import asyncio
import sys

from gateway.clock import RandomIds, SystemClock
from gateway.errors import Unavailable
from gateway.store.lanes import Changes, Emit, Lease
from gateway.store.redis import RedisStore
from gateway.store.redis_link import Link
from gateway.workers import LaneWorker, Supervisor

KEYS = 16
PAUSE_S = 0.01


class Citizens:
    """Each writes one message after another; `end` makes them stop behind the one under way."""

    def __init__(self, store: RedisStore, name: str) -> None:
        self.store, self.name = store, name
        self.ended = False

    async def write(self, citizen: int) -> None:
        key, n = f"{self.name}.{citizen}", 0
        while not self.ended:
            n += 1
            await self.insist(key, n)
            await asyncio.sleep(PAUSE_S)

    async def insist(self, key: str, n: int) -> None:
        while True:
            try:
                await self.store.lanes.ingest("in", key, str(n), b"%d" % n)
            except Unavailable:
                await asyncio.sleep(PAUSE_S)
            else:
                return say(f"stored {key} {n}")


async def turn(lease: Lease) -> Changes:
    """The state is the newest number that was seen, how many are missing before it, how many came again."""
    newest, missing, again = (int(part) for part in (lease.state or b"0 0 0").split())
    for msg in lease.msgs:
        n = int(msg.body)
        missing += max(0, n - newest - 1)
        again += n <= newest
        newest = max(newest, n)
    return Changes(
        upto=lease.msgs[-1].seq, state=b"%d %d %d" % (newest, missing, again),
        emits=(Emit("out", lease.key, str(newest), b"%d" % newest),))


async def sent(lease: Lease) -> Changes:
    """A turn's effect starts only from what was committed, so it tells of the commit."""
    for msg in lease.msgs:
        say(f"turned {lease.key} {msg.body.decode()}")
    return Changes(upto=lease.msgs[-1].seq)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def live(name: str, url: str, replicas: str) -> None:
    link = Link(url, replicas=int(replicas), durability="strict" if int(replicas) else "relaxed", wait_ms=300)
    store = RedisStore(link, SystemClock(), RandomIds())
    await store.open()
    supervisor = Supervisor()
    for lane, handler in (("in", turn), ("out", sent)):
        worker = LaneWorker(lane, handler, store.lanes, store.shared, owner=name)
        supervisor.spawn(f"{lane} worker", worker.run)
        supervisor.spawn(f"{lane} leases", worker.renew)
    citizens = Citizens(store, name)
    writing = [asyncio.create_task(citizens.write(i)) for i in range(KEYS)]
    await asyncio.to_thread(sys.stdin.read)
    citizens.ended = True
    await asyncio.gather(*writing)
    while (await store.lanes.stats()).keys() & {"in", "out"}:
        await asyncio.sleep(PAUSE_S)
    await supervisor.close()
    await store.close()


if __name__ == "__main__":
    asyncio.run(live(*sys.argv[1:]))
