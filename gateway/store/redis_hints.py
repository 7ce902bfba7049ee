"""Hints between gateways: what one made ready, the others hear over Redis' pub/sub.

Its own hints a gateway hears at once, without the way over Redis. A hint may be lost (a connection that breaks), so
after every new connection all topics are hinted, and readers also sweep.
"""
from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from gateway.store.hub import Hub, Listener

log = logging.getLogger(__name__)

PREFIX = "gw:hint:"
AGAIN_S = 0.5   # between attempts to reconnect
LISTEN_S = 1.0  # a quiet connection is looked at this often


class Hints(Hub):
    """run  of this gateway: hints of its own come back over Redis too and are passed over."""

    def __init__(self, client: Redis, run: str) -> None:
        super().__init__()
        self._client = client
        self._run = run.encode()
        self._confirmed: set[str] = set()
        self._changed = asyncio.Event()
        self._asked = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def open(self) -> None:
        self._task = asyncio.create_task(self._main())

    async def close(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])

    def subscribe(self, topics: Sequence[str]) -> Listener:
        self._changed.set()
        return super().subscribe(topics)

    def drop(self, topic: str, listener: Listener) -> None:
        super().drop(topic, listener)
        self._changed.set()

    async def _main(self) -> None:
        while True:
            try:
                async with self._client.pubsub() as pubsub:
                    await self._listen(pubsub)
            except* RedisError as errors:
                log.warning("hints are away: %s", errors.exceptions[0])
            await asyncio.sleep(AGAIN_S)

    async def _listen(self, pubsub: PubSub) -> None:
        """Until the connection is given up: keep its channels as our readers want them, pass on what it says."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._follow(pubsub))
            both.create_task(self._hear(pubsub))

    async def _follow(self, pubsub: PubSub) -> None:
        known: set[str] = set()
        while True:
            wanted = {PREFIX + topic for topic in self.listeners}
            self._changed.clear()
            if new := wanted - known:
                await pubsub.subscribe(*new)
            if old := known - wanted:
                await pubsub.unsubscribe(*old)
            known = wanted
            if known:
                self._asked.set()
            await self._changed.wait()

    async def _hear(self, pubsub: PubSub) -> None:
        while True:
            await self._asked.wait()  # before the first channel there is nothing to read
            message = await pubsub.get_message(timeout=LISTEN_S)
            if message:
                self._told(message["type"], message["channel"].decode().removeprefix(PREFIX), message["data"])
            elif not pubsub.subscribed:
                self._asked.clear()

    def _told(self, kind: str, topic: str, data: object) -> None:
        """A topic that is confirmed again was subscribed anew on a new connection (redis-py does so by itself)."""
        if kind == "unsubscribe":
            self._confirmed.discard(topic)
        elif kind == "subscribe" and topic not in self._confirmed:
            self._confirmed.add(topic)
        elif data != self._run:
            self.publish((topic,))
