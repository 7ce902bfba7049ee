"""The read side: records written as `Put`s in a commit, found again by id or by an index.

Kinds in use: work_order, conversation, transcript, audit, staff, template, upload, desk_case, citizen, account, posted,
receipt, backend, sending.
A record that belongs to a lane's key changes only in that key's commits; `write` is for the others.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.store.lanes import Put


@dataclass(frozen=True, slots=True)
class Record:
    kind: str
    id: str
    body: bytes
    version: int  # grows by one at every write of this id


class Records(Protocol):
    async def write(self, puts: Sequence[Put]) -> None:
        """All of them durably or none; the last write of an id wins. Raises Unavailable."""
        ...

    async def get(self, kind: str, id: str) -> Record | None:
        ...

    async def find(
        self, kind: str, index: str, value: str | int, *, after: str = "", n: int = 100
    ) -> list[Record]:
        """Records whose index has exactly this value, by id, behind `after`."""
        ...

    async def range(
        self, kind: str, index: str, start: str | int, end: str | int, *, newest: bool = False, n: int = 100
    ) -> list[Record]:
        """Records with start ≤ index < end, by index value; `newest` turns the order round."""
        ...

    async def count(self, kind: str, index: str, value: str | int) -> int:
        ...
