"""Records on Redis: gateway/store/records.py. An index is one sorted set of bytes: the value, then the id.

On a Cluster each shard has the index of its own records; lists are gathered and merged. One that cannot be complete,
because a node is away, is Unavailable.
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.store.lanes import Put
from gateway.store.records import Record
from gateway.store.redis_calls import Calls
from gateway.store.redis_shards import divided_puts
from gateway.store.redis_wire import packed, sortable

BEHIND = b"\xff"  # above every byte that an id, which is UTF-8, can begin with


class RedisRecords:
    """Records. An expired one is there until `clean` came by."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def write(self, puts: Sequence[Put]) -> None:
        if not puts:
            return
        shards, here = self._calls.shards, self._calls.home(puts[0].id)
        work = divided_puts(puts, here, shards) if shards > 1 else {"puts": [packed(put) for put in puts]}
        await self._calls.call("write", shard=here, **work)

    async def get(self, kind: str, id: str) -> Record | None:
        row = await self._calls.call("get_record", shard=self._calls.home(id), kind=kind, id=id)
        return _record(kind, row) if row else None

    async def find(self, kind: str, index: str, value: str | int, *, after: str = "", n: int = 100) -> list[Record]:
        low, high = b"(" + sortable(value) + after.encode(), b"(" + sortable(value) + BEHIND
        return await self._select(kind, index, low, high, n=n)

    async def range(
        self, kind: str, index: str, start: str | int, end: str | int, *, newest: bool = False, n: int = 100
    ) -> list[Record]:
        return await self._select(kind, index, b"[" + sortable(start), b"(" + sortable(end), newest=newest, n=n)

    async def count(self, kind: str, index: str, value: str | int) -> int:
        low, high = b"[" + sortable(value), b"(" + sortable(value) + BEHIND
        return sum(await self._calls.every("count", kind=kind, index=index, low=low, high=high))

    async def clean(self) -> int:
        return await self._calls.sweep("expire_records")

    async def _select(
        self, kind: str, index: str, low: bytes, high: bytes, *, n: int, newest: bool = False
    ) -> list[Record]:
        parts = await self._calls.every(
            "select", kind=kind, index=index, low=low, high=high, n=n, newest=newest, merge=self._calls.shards > 1)
        if len(parts) == 1:
            return [_record(kind, row) for row in parts[0]]
        rows = sorted((row for part in parts for row in part), key=lambda row: bytes(row[3]), reverse=newest)
        return [_record(kind, row) for row in rows[:n]]


def _record(kind: str, row: list[Any]) -> Record:
    id, body, version = row[:3]
    return Record(kind, id.decode(), body, version)
