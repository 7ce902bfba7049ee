"""Whose receipt is it: what must be remembered of what was sent, over restarts.

A provider gives each message, a carrier each part, an id of its own in its answer and speaks of it by that id alone. A
receipt may come before the answer: it is kept for two minutes, and found again when the answer comes. One that is still
nobody's then is counted and let go.
"""
from __future__ import annotations

from dataclasses import dataclass

import msgspec
import structlog
from msgspec import Struct

from channels.sms.traffic import Hands, Report, State, digest
from gateway.clock import Clock, to_ms
from gateway.store.shared import SharedStore

EARLY_MS = 120_000
KNOWN_MS = 4 * 86_400_000      # carriers try for up to three days

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Receipt:
    """provider: the id as the answer to the submission had it; state None: the provider does not know either."""

    provider: str
    state: State | None
    code: str = ""
    blocked: bool = False


class Whose(Struct, frozen=True):
    """id: ours."""

    id: str
    part: int = 1
    parts: int = 1


class _Early(Struct, frozen=True):
    state: State
    code: str
    blocked: bool


class Matcher:
    """`way` keeps the ids of two providers apart."""

    def __init__(self, store: SharedStore, way: str, hands: Hands, clock: Clock) -> None:
        self._store, self._hands, self._clock, self._way = store, hands, clock, way
        self._prefix = f"sms:sent:{way}"
        self._parked: dict[str, int] = {}    # early ones that came here: until when they are kept

    async def taken(self, provider: str, whose: Whose) -> None:
        """The provider answered with its id; a receipt that was there before is told now."""
        self._parked.pop(provider, None)
        await self._store.put(self._known(provider), msgspec.json.encode(whose), KNOWN_MS)
        kept = await self._store.get(self._early(provider))
        if kept is not None:
            early = msgspec.json.decode(kept, type=_Early)
            await self._tell(whose, provider, early)

    async def arrived(self, receipt: Receipt) -> None:
        """Tell whose it is, or keep it; one that says nothing is let go. It is kept before the message is looked for,
        so that no answer slips in between."""
        await self.sweep()
        if not receipt.provider or receipt.state is None:
            return
        early = _Early(receipt.state, receipt.code, receipt.blocked)
        kept = await self._store.get(self._known(receipt.provider))
        if kept is None:
            await self._store.put(self._early(receipt.provider), msgspec.json.encode(early), EARLY_MS)
            kept = await self._store.get(self._known(receipt.provider))
        if kept is None:
            self._parked[receipt.provider] = to_ms(self._clock.now()) + EARLY_MS
        else:
            await self._tell(msgspec.json.decode(kept, type=Whose), receipt.provider, early)

    async def sweep(self) -> None:
        """Say of what has waited in vain that it did; of the provider's id only a digest, for ids are not ours to log.
        """
        now = to_ms(self._clock.now())
        for provider in [provider for provider, until in self._parked.items() if until <= now]:
            del self._parked[provider]
            if await self._store.get(self._known(provider)) is None:  # another process may have sent it
                _log.warning("sms_receipt_stray", way=self._way, receipt=digest(provider)[:8])
                self._hands.stray()

    async def _tell(self, whose: Whose, provider: str, early: _Early) -> None:
        await self._hands.tell(Report(whose.id, early.state, provider, early.code, early.blocked, whose.part,
                                      whose.parts))

    def _known(self, provider: str) -> str:
        return f"{self._prefix}:id:{provider.upper()}"

    def _early(self, provider: str) -> str:
        return f"{self._prefix}:early:{provider.upper()}"
