"""Files leave as links: whatever backend is given one operation, its attachments have a `url` that expires.

The link is made when the operation is sent. What is stored, shown to staff and corrected by them has none.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from gateway.orders import CaseOp, OpName
from gateway.protocols import CaseBackend, Receipt, Repeat

# The address of a file: its id, and when the operation was decided in ms since 1970.
Link = Callable[[str, int], str]


class Linking:
    """protocols.CaseBackend: the one that is given, which hears of every attachment where to fetch it."""

    def __init__(self, backend: CaseBackend, link: Link) -> None:
        self.name = backend.name
        self._backend, self._link = backend, link

    def repeat(self, op: OpName) -> Repeat:
        return self._backend.repeat(op)

    async def send(self, op: CaseOp, known: str | None) -> Receipt:
        return await self._backend.send(linked(op, self._link), known)

    async def lookup(self, op: CaseOp, known: str | None) -> Receipt | None:
        return await self._backend.lookup(op, known)


def linked(op: CaseOp, link: Link) -> CaseOp:
    """The operation as it is sent."""
    def addressed(holder: Mapping[str, Any]) -> dict[str, Any]:
        return {**holder, "attachments": [{**one, "url": link(one["id"], op.at)} for one in holder["attachments"]]}

    payload = op.payload
    order = payload.get("order") or {}
    if order.get("attachments"):
        payload = {**payload, "order": addressed(order)}
    if payload.get("attachments"):
        payload = addressed(payload)
    return op if payload is op.payload else replace(op, payload=payload)
