"""Hints between gateways: what one made ready, the others hear over Redis' pub/sub, if they can use it.

A hint that reaches a gateway costs it a look, so that every further gateway would make each turn dearer. Therefore:

- Its own hints a gateway hears at once, without the way over Redis.
- A lane that is worked on here is hinted elsewhere only when nobody here has looked after HELP_S: too busy.
- A feed that is read here is hinted elsewhere only if it is read elsewhere too (a second tab): gateways that read a
  feed announce themselves to one another.

A hint may be lost (a connection that breaks, a gateway that dies between a commit and its hint), so after every new
connection all topics are hinted, and readers also sweep every second.
"""
from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence

from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from gateway.store.hub import Hub, Listener
from gateway.store.redis_cluster import Voice

log = logging.getLogger(__name__)

PREFIX = "gw:hint:"
HERE = b" here"  # behind the run: not a hint, it reads this feed
AGAIN_S = 0.5    # between attempts to reconnect
LISTEN_S = 1.0   # a quiet connection is looked at this often
HELP_S = 0.05    # a lane's worker that has not looked by then has its hands full


class Hints(Hub):
    """run  of this gateway: hints of its own come back over Redis too and are passed over."""

    def __init__(self, client: Voice, run: str) -> None:
        super().__init__()
        self._client = client
        self._run = run.encode()
        self._confirmed: set[str] = set()
        self._read_elsewhere: set[str] = set()
        self._watched: set[str] = set()
        self._changed = asyncio.Event()
        self._asked = asyncio.Event()
        self._unsaid: dict[tuple[str, bytes], None] = {}
        self._to_say = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def open(self) -> None:
        self._tasks = [asyncio.create_task(self._main()), asyncio.create_task(self._speak())]

    async def close(self) -> None:
        left = set(self._tasks)
        while left:  # one cancellation may be lost: redis-py sometimes takes it for the end of a time of its own
            for task in left:
                task.cancel()
            _, left = await asyncio.wait(left, timeout=LISTEN_S / 10)

    def publish(self, topics: Iterable[str]) -> None:
        """Something became ready by what this gateway did."""
        for topic in topics:
            super().publish((topic,))
            if not self.listeners.get(topic) or topic in self._read_elsewhere:
                self._say(topic, self._run)
            elif topic.startswith("lane:") and topic not in self._watched:
                self._watched.add(topic)
                asyncio.get_running_loop().call_later(HELP_S, self._look_after, topic)

    def tell(self, topic: str) -> None:
        """Hint all, here and elsewhere."""
        super().publish((topic,))
        self._say(topic, self._run)

    def subscribe(self, topics: Sequence[str]) -> Listener:
        self._changed.set()
        return super().subscribe(topics)

    def drop(self, topic: str, listener: Listener) -> None:
        super().drop(topic, listener)
        self._changed.set()

    # --- what others are told ---

    def _look_after(self, topic: str) -> None:
        self._watched.discard(topic)
        if all(listener.awaits(topic) for listener in self.listeners.get(topic, ())):
            self._say(topic, self._run)

    def _say(self, topic: str, what: bytes) -> None:
        self._unsaid[topic, what] = None
        self._to_say.set()

    async def _speak(self) -> None:
        """What gathers while a round trip is under way goes out together, each hint once."""
        while True:
            await self._to_say.wait()
            self._to_say.clear()
            unsaid, self._unsaid = self._unsaid, {}
            try:
                async with self._client.pipeline(transaction=False) as pipeline:
                    for topic, what in unsaid:
                        pipeline.publish(PREFIX + topic, what)
                    await pipeline.execute()
            except (RedisError, OSError) as error:
                log.warning("hints are not told: %s", error)  # whom they were for finds it by its sweep

    # --- what others tell ---

    async def _main(self) -> None:
        while True:
            try:
                async with self._client.pubsub() as pubsub:
                    await self._listen(pubsub)
            except* (RedisError, OSError) as errors:
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

    def _told(self, kind: str, topic: str, data: bytes | int) -> None:
        """A topic that is confirmed again was subscribed anew on a new connection (redis-py does so by itself)."""
        if kind == "unsubscribe":
            self._confirmed.discard(topic)
            self._read_elsewhere.discard(topic)
        elif kind == "subscribe":
            if topic.startswith("feed:"):
                self._say(topic, self._run + HERE)
            if topic in self._confirmed:
                super().publish((topic,))
            self._confirmed.add(topic)
        elif isinstance(data, bytes) and not data.startswith(self._run):
            if data.endswith(HERE):
                self._met(topic)
            super().publish((topic,))

    def _met(self, topic: str) -> None:
        """Another gateway reads this feed too; it learns of us in turn."""
        if topic not in self._read_elsewhere:
            self._read_elsewhere.add(topic)
            self._say(topic, self._run + HERE)
