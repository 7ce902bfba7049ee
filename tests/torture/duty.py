"""What a worker under torture has to do: turns, timers, deliveries and work orders, each told to the outside.

A citizen's messages are numbers, 1 and up. A turn notes them in the state, in a record and in the feed, and sends each
out; every third arms a timer, which comes in as `t<number>`, every fifth is due a work order.
"""
from __future__ import annotations

import asyncio
from collections.abc import Iterator

from gateway.clock import SystemClock, to_ms
from gateway.store.lanes import Changes, Emit, Feed, Lease, Put

TIMER_EVERY, ORDER_EVERY = 3, 5
TIMER_MS = 30


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


class Duty:
    """One handler per lane (gateway/protocols.py: Handler)."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.handlers = {"in": self.turn, "out": self.deliver, "case": self.file}

    async def turn(self, lease: Lease) -> Changes:
        """Some of the items at once, and no two leases the same number of them."""
        msgs = lease.msgs[:1 + lease.msgs[0].seq % len(lease.msgs)]
        words = [msg.body.decode() for msg in msgs]
        now = to_ms(SystemClock().now())
        return Changes(
            upto=msgs[-1].seq, state=lease.state + " ".join([*words, ""]).encode(),
            emits=[emit for word in words for emit in follow(lease.key, word, now)],
            puts=[Put("turn", f"{lease.key}/{word}", word.encode(), {"key": lease.key}) for word in words],
            feeds=[Feed(lease.key, f"{lease.key}/{word}", word.encode()) for word in words],
        )

    async def deliver(self, lease: Lease) -> Changes:
        msg = lease.msgs[0]
        await self._world.tell(msg.dedupe)
        return Changes(upto=msg.seq, state=lease.state + msg.body + b" ")

    async def file(self, lease: Lease) -> Changes:
        msg = lease.msgs[0]
        await self._world.tell(lease.key)
        return Changes(upto=msg.seq, state=b"filed")


def follow(key: str, word: str, now: int) -> Iterator[Emit]:
    """What one message of a citizen leads to."""
    id, number = f"{key}/{word}", int(word) if word.isdigit() else 1
    yield Emit("out", f"to:{key}", id, word.encode())
    if number % TIMER_EVERY == 0:
        yield Emit("in", key, id, f"t{word}".encode(), now + TIMER_MS)
    if number % ORDER_EVERY == 0:
        yield Emit("case", order(key, number), id, word.encode())


def order(key: str, number: int) -> str:
    return f"order:{key}/{number}"
