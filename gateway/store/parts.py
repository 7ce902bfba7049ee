"""A store as a whole: its parts, each with a contract of its own."""
from __future__ import annotations

from typing import Protocol

from gateway.errors import ConfigError
from gateway.store.lanes import LaneStore
from gateway.store.records import Records
from gateway.store.shared import SharedStore


class Away(ConfigError):
    """The store cannot be reached now; nothing is known of how it is set."""


class Store(Protocol):
    @property
    def lanes(self) -> LaneStore: ...

    @property
    def records(self) -> Records: ...

    @property
    def shared(self) -> SharedStore: ...


class Running(Store, Protocol):
    """A store that a gateway opens when it starts and closes when it stops."""

    async def open(self) -> None:
        """Raises ConfigError with words for an operator, Away when the store cannot be reached now."""
        ...

    async def close(self) -> None: ...

    async def clean(self) -> int:
        """Drop whatever outlived its time; returns how many rows."""
        ...

    @property
    def trouble(self) -> str:
        """Why the last write failed; "" while all is well."""
        ...

    @property
    def timers_held(self) -> bool:
        """The wall clock jumped: `tick` fires nothing."""
        ...
