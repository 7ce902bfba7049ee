"""Whose receipt is it: what an SMPP link must remember of what it sent, over restarts.

A carrier gives each part an id of its own in its answer and speaks of it by that id alone. A receipt may come before
the answer: it is kept for two minutes, and found again when the answer comes.
"""
from __future__ import annotations

import msgspec
from msgspec import Struct

from channels.sms.smpp_receipts import Receipt
from channels.sms.traffic import State
from gateway.store.shared import SharedStore

EARLY_MS = 120_000
KNOWN_MS = 4 * 86_400_000      # carriers try for up to three days


class Whose(Struct, frozen=True):
    """id: ours."""

    id: str
    part: int
    parts: int


class _Early(Struct, frozen=True):
    state: State | None
    code: str


class Ledger:
    """`link` keeps the ids of two carriers apart."""

    def __init__(self, store: SharedStore, link: str) -> None:
        self._store, self._prefix = store, f"sms:smpp:{link}"

    async def taken(self, provider: str, whose: Whose) -> Receipt | None:
        """The carrier answered with its id; a receipt that was there before."""
        await self._store.put(self._known(provider), msgspec.json.encode(whose), KNOWN_MS)
        kept = await self._store.get(self._early(provider))
        if kept is None:
            return None
        early = msgspec.json.decode(kept, type=_Early)
        return Receipt(provider, early.state, early.code)

    async def whose(self, receipt: Receipt) -> Whose | None:
        """None: not known yet, and kept. It is kept before it is looked for, so that no answer slips in between."""
        kept = await self._store.get(self._known(receipt.provider))
        if kept is None:
            early = msgspec.json.encode(_Early(receipt.state, receipt.code))
            await self._store.put(self._early(receipt.provider), early, EARLY_MS)
            kept = await self._store.get(self._known(receipt.provider))
        return msgspec.json.decode(kept, type=Whose) if kept else None

    def _known(self, provider: str) -> str:
        return f"{self._prefix}:id:{provider.upper()}"

    def _early(self, provider: str) -> str:
        return f"{self._prefix}:early:{provider.upper()}"
