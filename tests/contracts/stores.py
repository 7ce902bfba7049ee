"""The stores that the contract suites run over. A new store is one class here and one row in OPENERS."""
from __future__ import annotations

from pathlib import Path
from typing import Protocol

from gateway.store import parts
from gateway.store.limits import DEFAULT_LIMITS, Limits
from gateway.store.sqlite import SqliteStore
from tests.clock import ManualClock, SerialIds


class Store(parts.Store, Protocol):
    """With what only its own tests and an operator need."""

    @property
    def timers_held(self) -> bool: ...

    def accept_clock(self) -> None: ...

    async def clean(self) -> int: ...

    async def close(self) -> None: ...


class Opener:
    """Opens the same store again and again: `restart` is what a new process finds."""

    store: Store

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = ManualClock()
        self.ids = SerialIds()
        self.limits = DEFAULT_LIMITS

    async def open(self) -> Store:
        raise NotImplementedError

    async def restart(self, limits: Limits | None = None) -> Store:
        self.limits = limits or self.limits
        await self.store.close()
        self.store = await self.open()
        return self.store


class SqliteOpener(Opener):
    async def open(self) -> Store:
        store = SqliteStore(self.folder / "store.db", self.clock, self.ids, self.limits)
        await store.open()
        return store


OPENERS: dict[str, type[Opener]] = {"sqlite": SqliteOpener}
