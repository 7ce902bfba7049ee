"""Hints inside one process: a topic was touched, look there. A hint may be lost or come twice; readers also sweep."""
from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence


class Listener:
    """Subscription of one reader; a topic that is hinted again before it was read is one hint."""

    def __init__(self, hub: Hub, topics: Sequence[str]) -> None:
        self._hub = hub
        self._topics = tuple(topics)
        self._pending: dict[str, None] = {}
        self._wake = asyncio.Event()
        for topic in self._topics:
            hub.listeners[topic].add(self)

    def hint(self, topic: str) -> None:
        self._pending[topic] = None
        self._wake.set()

    def awaits(self, topic: str) -> bool:
        """It was hinted at this topic and has not looked yet."""
        return topic in self._pending

    async def next(self, timeout_s: float) -> str | None:
        try:
            async with asyncio.timeout(timeout_s):
                await self._wake.wait()
        except TimeoutError:
            return None
        topic = next(iter(self._pending))
        del self._pending[topic]
        if not self._pending:
            self._wake.clear()
        return topic

    def close(self) -> None:
        for topic in self._topics:
            self._hub.drop(topic, self)


class Hub:
    def __init__(self) -> None:
        self.listeners: defaultdict[str, set[Listener]] = defaultdict(set)

    def publish(self, topics: Iterable[str]) -> None:
        for topic in topics:
            for listener in tuple(self.listeners.get(topic, ())):
                listener.hint(topic)

    def subscribe(self, topics: Sequence[str]) -> Listener:
        return Listener(self, topics)

    def drop(self, topic: str, listener: Listener) -> None:
        readers = self.listeners.get(topic, set())
        readers.discard(listener)
        if not readers:
            self.listeners.pop(topic, None)
