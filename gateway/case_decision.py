"""What a decision about a case is made of: the settings, the calendar, what follows, and a line of history; pure."""
from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

import msgspec

from gateway.clock import to_ms
from gateway.messages import CaseNews
from gateway.orders import CaseOp, CaseState, HistoryLine

FINAL = frozenset({"closed", "rejected", "cancelled"})


class Calendar(Protocol):
    """The city's working days (gateway/deadlines.py)."""

    def due(self, order: Mapping[str, Any], at: int) -> dict[str, str]:
        """The work order's `due` for a round that begins at this ms: {accept_by, contact_by, resolve_by}, RFC 3339."""
        ...

    def soon(self, due: int) -> int:
        """ms when what is due at this ms comes near: staff still have a working day for it."""
        ...

    def seemly(self, at: int) -> int:
        """This ms, or the next morning's when it lies in the night."""
        ...


@dataclass(frozen=True, slots=True)
class Rules:
    """Settings of closure → rating → rework, in ms (config.Rating). Without a calendar no deadline is watched."""

    delay: int = 600_000
    change: int = 600_000
    reminder: int = 172_800_000
    expire: int = 604_800_000
    max_rounds: int = 2
    calendar: Calendar | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The new state, and what follows from it. arm: (timer, due ms)."""

    state: CaseState
    news: tuple[CaseNews, ...] = ()
    ops: tuple[CaseOp, ...] = ()
    arm: tuple[tuple[str, int], ...] = ()
    cancel: tuple[str, ...] = ()

    def then(self, next_: Decision) -> Decision:
        """Both, where `next_` was decided on this one's state."""
        return replace(
            next_, news=self.news + next_.news, ops=self.ops + next_.ops, arm=self.arm + next_.arm,
            cancel=self.cancel + next_.cancel,
        )


def note(state: CaseState, line: HistoryLine) -> CaseState:
    """The history stands in order of time; nothing is older than the case."""
    line = msgspec.structs.replace(line, at=max(line.at, state.created))
    place = bisect_right(state.history, line.at, key=lambda other: other.at)
    return msgspec.structs.replace(state, history=(*state.history[:place], line, *state.history[place:]))


def round_at(state: CaseState, at: int) -> int:
    """The round that the case was in at this ms."""
    before = bisect_right(state.history, at, key=lambda line: line.at)
    return state.history[before - 1].round if before else 0


def moment(text: str | None) -> int | None:
    """ms of an RFC 3339 time; None for anything else."""
    try:
        read = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return None if read.tzinfo is None else to_ms(read)
