"""So many messages a second, by whichever process of ours: a carrier refuses what is more, or fines it."""
from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from math import gcd

from gateway.store.shared import SharedStore

SECOND_MS = 1000

Sleep = Callable[[float], Awaitable[None]]


class Turns:
    """`name` is the carrier's: its grant is for all of us together. A second's worth may go at once.

    The store's bucket counts whole milliseconds, so a token stands for as many messages as make them whole: 300 a
    second are 3 in 10 ms, 2,500 are 5 in 2 ms. Who waits stands in a line, and the first one asks for all.
    """

    def __init__(self, store: SharedStore, name: str, tps: int, sleep: Sleep = asyncio.sleep) -> None:
        self._store, self._bucket, self._sleep = store, f"sms:tps:{name}", sleep
        self._burst = gcd(tps, SECOND_MS)
        self._share, self._per_ms = tps // self._burst, SECOND_MS // self._burst
        self._left = 0       # of the token that was taken last
        self._line = asyncio.Lock()

    async def wait(self) -> None:
        """Until one message may go."""
        async with self._line:
            while not self._left:
                wait_ms = await self._store.take(self._bucket, self._per_ms, self._burst)
                if wait_ms:
                    await self._sleep(wait_ms / SECOND_MS)
                else:
                    self._left = self._share
            self._left -= 1
