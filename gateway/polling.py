"""Asking a case system what happened, where it does not call us: one of the ways in of lane `events`.

Leaf for the adapters of casebridge/; casebridge/polls.py asks, stores what is found and keeps the place.
"""
from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.orders import CaseEvent


@dataclass(frozen=True, slots=True)
class Followed:
    """A case that the backend has and has not ended: its number there, and how it stands here (CaseState.status)."""

    work_order_id: str
    external_id: str
    status: str


class CasePoller(Protocol):
    """A backend that is asked. Both may bring what was heard before: an event has the same id whenever it is found,
    and a place in the order (`seq`, or its `time`). Both raise SendError; what came until then counts."""

    name: str
    tells: bool  # it keeps a list of changes; otherwise every look asks for the states of all its cases

    def changes(self, since: datetime) -> AsyncIterator[Sequence[CaseEvent]]:
        """What happened to any of our cases from then on, page by page, oldest first; nothing where it does not
        tell."""
        ...

    def states(self, cases: Sequence[Followed]) -> AsyncIterator[Sequence[CaseEvent]]:
        """How these cases stand, as the event that would have brought each there; the ones the backend does not know
        are left out. The caller drops what is as it was."""
        ...


class Duty(Protocol):
    """What is done once in a period by one of all gateways on a store, whoever comes first."""

    async def mine(self, period_s: float) -> bool:
        """True: this one does it now, and no other before the period is over."""
        ...

    async def put_off(self, period_s: float) -> None:
        """Nobody does it before that is over."""
        ...


class Alone:
    """The Duty of a gateway that has its store to itself."""

    async def mine(self, period_s: float) -> bool:
        return True

    async def put_off(self, period_s: float) -> None:
        pass


ALONE = Alone()
