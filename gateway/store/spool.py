"""A store that may be away, and beside it a file of our own that keeps what comes in meanwhile.

`Spool` is a store as the one behind it (Redis), but for two things:

- `lanes.ingest` is durable here (SQLite, one lane of its own) when the store does not answer, and while anything of the
  same key still waits here: nothing overtakes it. It goes on to the store under the same lane, key and dedupe id, so
  what was stored there already, by an attempt whose answer was lost or before a kill, is known there. Of two messages
  of one key the order is kept when the second began after the first was acknowledged by this same process.
- `door` is the shared store for whoever proves and counts what platforms bring: it answers from our file meanwhile, so
  for that time rates and replays are known to each gateway for itself.

Everything else raises Unavailable while the store is away, as it would without us.
"""
from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from gateway.clock import Clock
from gateway.errors import ConfigError, Unavailable
from gateway.store.parts import Away, Running
from gateway.store.shared import SharedStore
from gateway.store.spool_door import Door
from gateway.store.spool_lanes import Forwarder, SpooledLanes
from gateway.store.spool_state import PATIENCE_S, SpoolState

log = logging.getLogger(__name__)

PAUSE_S = 0.25
LONGER = 16  # times as long at the most, while it does not come back
LONG = 4     # while it is there and takes nothing that waits: a part of it is away


class Spool:
    """front  the store for all gateways; local  a file of this one alone; count  of each batch that went on;
    pause_s  between two looks whether the store is back, at first"""

    def __init__(
        self, front: Running, local: Running, clock: Clock, unique: Callable[[], str],
        count: Callable[[int], None] = lambda _: None, pause_s: float = PAUSE_S,
    ) -> None:
        self._front, self._local = front, local
        self.state = SpoolState(clock)
        self.lanes = SpooledLanes(front.lanes, local.lanes, self.state, unique)
        self.records = front.records
        self.shared = front.shared
        self.door: SharedStore = Door(front.shared, local.shared, self.state)
        self._forwarder = Forwarder(front.lanes, local.lanes, self.state, unique(), count)
        self._open = False
        self._pause_s = pause_s
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """The store may be away: then we begin with our file alone. Raises ConfigError: a store that answers and is
        not to be trusted, a file that cannot be used."""
        await self._local.open()
        try:
            await self._open_front()
        except Away as error:
            self.state.shut(str(error))
        except ConfigError:
            await self._local.close()
            raise
        await self._forwarder.begin()
        self._task = asyncio.create_task(self._main(), name="spool")

    async def _open_front(self) -> None:
        await self._front.open()
        self._open = True

    async def close(self) -> None:
        """What waits goes on after the next start."""
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])
        if self._open:
            await self._front.close()
        await self._local.close()

    async def clean(self) -> int:
        """Drop whatever outlived its time in the store, which is all gateways'."""
        return await self._front.clean()

    async def tidy(self) -> int:
        """And what did here, in our own file."""
        return await self._local.clean()

    @property
    def trouble(self) -> str:
        """Why nothing that comes in could be kept: the store is away and our own file cannot be written either; ""
        otherwise."""
        return self._local.trouble if self.state.away or self.state.waiting else ""

    @property
    def timers_held(self) -> bool:
        return self._front.timers_held

    async def told(self) -> str | None:
        """For the health page: whether the store is away, and what waits here."""
        return self.state.told()

    # --- while something is amiss -----------------------------------------------------------------------------

    async def _main(self) -> None:
        while True:
            await self.state.wanted()
            await self._mend()

    async def _mend(self) -> None:
        """Until the store is back and everything went on to it."""
        pause = self._pause_s
        while not self.state.straight:
            if await self._round():
                pause = self._pause_s
            else:
                await asyncio.sleep(pause)
                pause = min(pause * 2, self._pause_s * (LONGER if self.state.away else LONG))

    async def _round(self) -> bool:
        """One look, and what can be sent on now. False: come back later."""
        try:
            await self._greet()
            if self.state.away:
                self.state.back()
            return await self._forwarder.round()
        except (Unavailable, TimeoutError) as error:
            self.state.shut(str(error))
        except ConfigError as error:
            if not isinstance(error, Away) and str(error) != self.state.why:
                log.error("store is there, and not to be trusted: %s", error)
            self.state.shut(str(error))
        return False

    async def _greet(self) -> None:
        """A write, since a store that can be read alone would not help. Raises ConfigError: it came up, and is set so
        that it would lose what we acknowledged."""
        if not self._open:
            await self._open_front()
        async with asyncio.timeout(PATIENCE_S):
            await self._front.shared.put("health", b"", 1_000)
