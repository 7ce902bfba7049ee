"""What one gateway knows of its store: there or away, and how much waits here for it. Each change is logged once."""
from __future__ import annotations

import asyncio
import logging
from collections import Counter

from gateway.clock import Clock

log = logging.getLogger(__name__)

PATIENCE_S = 2.0  # for one call of the store; a platform waits for our answer (WeChat: 5 s)


class SpoolState:
    """waiting    items here, with those that are being written; oldest  monotonic seconds of the oldest, as last seen
    inherited  the last run left some of them, nobody looked for which keys
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._amiss = asyncio.Event()
        self.why = ""
        self.waiting = 0
        self._waiting = Counter[str]()
        self.inherited = False
        self.forwarded = 0
        self._oldest = clock.monotonic()

    @property
    def away(self) -> bool:
        return bool(self.why)

    @property
    def straight(self) -> bool:
        """Nothing is amiss."""
        return not self.why and not self.waiting

    def passes(self, key: str) -> bool:
        """What comes in for this key goes to the store itself, since nothing that came before it waits here."""
        return not self.why and not self.inherited and key not in self._waiting

    async def wanted(self) -> None:
        """Until the store is away or something waits."""
        while self.straight:
            self._amiss.clear()
            await self._amiss.wait()

    def shut(self, why: str) -> None:
        if not self.why:
            log.warning("store is away, what comes in is kept here: %s", why or "no answer in time")
        self.why = why or "it did not answer in time"
        self._amiss.set()

    def back(self) -> None:
        log.warning("store is back, %d wait here for it", self.waiting)
        self.why = ""

    def kept(self, key: str) -> None:
        """One more is being written."""
        if not self.waiting:
            self._oldest = self._clock.monotonic()
        self.waiting += 1
        self._waiting[key] += 1
        self._amiss.set()

    def gone(self, key: str, n: int) -> None:
        """They went on, or were not written after all."""
        self.waiting -= n
        self._waiting[key] -= n
        if self._waiting[key] <= 0:
            del self._waiting[key]
        if not self.waiting:
            self.inherited = False
            self._waiting.clear()

    def aged(self, oldest_ms: int) -> None:
        """How long the oldest has been in the file."""
        self._oldest = self._clock.monotonic() - oldest_ms / 1000

    def oldest_s(self) -> float:
        """How long the oldest has been waiting, 0 when nothing does."""
        return self._clock.monotonic() - self._oldest if self.waiting else 0.0

    def told(self) -> str | None:
        """A few words, None when all is well."""
        if self.straight:
            return None
        waits = f"{self.waiting} wait here, the oldest for {self.oldest_s():.0f} s" if self.waiting else "nothing waits"
        return f"the store is away ({self.why}); {waits}" if self.why else waits
