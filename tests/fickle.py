"""A store that goes away when told to, and a gateway's spool before it."""
from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from gateway.errors import ConfigError, Unavailable
from gateway.store.lanes import Outcome
from gateway.store.limits import Limits
from gateway.store.parts import Away
from gateway.store.spool import Spool
from gateway.store.sqlite import SqliteStore
from tests.clock import ManualClock, SerialIds
from tests.contracts.lanes import drain
from tests.until import until


class Line:
    """A part of a store behind a line that breaks on demand: `cut` before the call arrives, `deaf` after it did."""

    def __init__(self, part: Any, line: Fickle) -> None:
        self._part, self._line = part, line

    def __getattr__(self, name: str) -> Any:
        what = getattr(self._part, name)
        if not asyncio.iscoroutinefunction(what):
            return what

        async def call(*args: Any, **named: Any) -> Any:
            self._line.calls += 1
            if self._line.cut or (name == "ingest" and args[1] in self._line.lost):
                raise Unavailable("cut")
            answer = await what(*args, **named)
            if self._line.deaf:
                raise Unavailable("the answer was lost")
            return answer

        return call


class Fickle(SqliteStore):
    """A store for all gateways that can be away. `lost`: keys of a part that is; `words`: why it may not be trusted."""

    def __init__(self, path: Path, clock: ManualClock, ids: SerialIds, limits: Limits) -> None:
        super().__init__(path, clock, ids, limits)
        self.cut = self.deaf = False
        self.words = ""
        self.lost: set[str] = set()
        self.calls = self.opened = 0
        self.real = self.lanes
        self.lanes: Any = Line(self.lanes, self)
        self.shared: Any = Line(self.shared, self)

    async def open(self) -> None:
        if self.cut:
            raise Away("nobody answers")
        if self.words:
            raise ConfigError(self.words)
        if not self.opened:
            await super().open()
        self.opened += 1

    async def close(self) -> None:
        """One gateway leaves; the store runs on until `end`."""

    async def end(self) -> None:
        if self.opened:
            await super().close()


class House:
    """One gateway's spool before a store; `restart` is what its next process finds."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock, self.ids, self.went = folder, ManualClock(), SerialIds(), 0
        self.store = Fickle(folder / "store.db", self.clock, self.ids, Limits(mailbox_cap=5))
        self.spool = self._spool()

    def _spool(self, **limits: int) -> Spool:
        local = SqliteStore(self.folder / "spool.db", self.clock, self.ids, Limits(**{"mailbox_cap": 5} | limits))
        return Spool(self.store, local, self.clock, self.ids.unique, self._count, 0.005)

    def _count(self, n: int) -> None:
        self.went += n

    async def __aenter__(self) -> House:
        await self.spool.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.spool.close()
        await self.store.end()

    async def restart(self, **limits: int) -> None:
        """The store goes on running meanwhile."""
        await self.spool.close()
        self.spool = self._spool(**limits)
        await self.spool.open()

    async def say(self, *words: str, key: str = "web:a") -> list[Outcome]:
        """Each is its own dedupe id."""
        return [(await self.spool.lanes.ingest("in", key, word, word.encode())).outcome for word in words]

    async def away(self) -> None:
        self.store.cut = True

    async def back(self) -> None:
        self.store.cut = self.store.deaf = False
        await until(lambda: self.spool.state.straight)

    async def there(self, lane: str = "in") -> list[bytes]:
        return await drain(self.store.real, lane)
