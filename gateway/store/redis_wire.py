"""Values on their way to the script: MessagePack as Redis' Lua reads it, and index values that sort by their bytes."""
from __future__ import annotations

from typing import Any

import msgspec

from gateway.store.lanes import Put

OFFSET = 2**63  # makes a number of 64 bits with a sign one that sorts by its bytes


def raw(value: Any) -> Any:
    """Bytes as MessagePack's old raw type: Redis 7.0's cmsgpack does not read the newer `bin`."""
    if not isinstance(value, bytes):
        return value
    head = b"\xda" + len(value).to_bytes(2) if len(value) < 2**16 else b"\xdb" + len(value).to_bytes(4)
    return msgspec.Raw(head + value)


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
