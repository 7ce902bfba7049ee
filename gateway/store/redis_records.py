"""Records on Redis: gateway/store/records.py. An index is one sorted set of bytes: the value, then the id."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.store.lanes import Put
from gateway.store.records import Record
from gateway.store.redis_calls import Calls, raw

OFFSET = 2**63  # makes a number of 64 bits with a sign one that sorts by its bytes
BEHIND = b"\xff"  # above every byte that an id, which is UTF-8, can begin with


class RedisRecords:
    """Records. An expired one is there until `clean` came by."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def write(self, puts: Sequence[Put]) -> None:
        await self._calls.call("write", puts=[packed(put) for put in puts])

    async def get(self, kind: str, id: str) -> Record | None:
        row = await self._calls.call("get_record", kind=kind, id=id)
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
        return int(await self._calls.call("count", kind=kind, index=index, low=low, high=high))

    async def clean(self) -> int:
        return await self._calls.sweep("expire_records")

    async def _select(
        self, kind: str, index: str, low: bytes, high: bytes, *, n: int, newest: bool = False
    ) -> list[Record]:
        rows = await self._calls.call("select", kind=kind, index=index, low=low, high=high, n=n, newest=newest)
        return [_record(kind, row) for row in rows]


def packed(put: Put) -> tuple[Any, ...]:
    """As lane_shared.lua reads it: kind, id, body, its members of the indexes, expiry."""
    listed = [(name, raw(sortable(value) + put.id.encode())) for name, value in put.index.items()]
    return put.kind, put.id, raw(put.body), listed, put.expires


def sortable(value: str | int) -> bytes:
    """Bytes in the values' order, none a beginning of another's: numbers before words, words by code point.

    A word ends with a zero; one inside is followed by 255, which no UTF-8 holds.
    """
    if isinstance(value, int):
        return b"i" + (value + OFFSET).to_bytes(8)
    return b"s" + value.encode().replace(b"\0", b"\0\xff") + b"\0"


def _record(kind: str, row: list[Any]) -> Record:
    id, body, version = row
    return Record(kind, id.decode(), body, version)
