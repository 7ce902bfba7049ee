"""Uploaded bytes, by id. Ids are ours (hex), never a name somebody sent."""
from __future__ import annotations

from typing import Protocol


class BlobStore(Protocol):
    async def put(self, id: str, data: bytes) -> None:
        """Durable when it returns. Raises Unavailable when it cannot be."""
        ...

    async def open(self, id: str) -> bytes:
        """Raises NotFound."""
        ...

    async def delete(self, id: str) -> None:
        """Quiet when there is none."""
        ...
