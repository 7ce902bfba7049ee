"""A store as a whole: its parts, each with a contract of its own."""
from __future__ import annotations

from typing import Protocol

from gateway.store.lanes import LaneStore
from gateway.store.records import Records
from gateway.store.shared import SharedStore


class Store(Protocol):
    @property
    def lanes(self) -> LaneStore: ...

    @property
    def records(self) -> Records: ...

    @property
    def shared(self) -> SharedStore: ...
