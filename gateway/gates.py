"""How it stands with a case backend, for those who watch over it; casebridge/gate.py keeps the gate."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, get_args

State = Literal["well", "away", "paused"]
STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True, slots=True)
class GateStatus:
    """well: everything is sent; away: it does not answer; paused: it refuses us; since: ms since 1970."""

    backend: str
    state: State = "well"
    why: str = ""
    since: int = 0


class CaseGate(Protocol):
    """Whether anything is sent to the case backend."""

    @property
    def status(self) -> GateStatus: ...

    async def resume(self) -> None:
        """A person says that it is well again: send what waits. Raises Unavailable."""
        ...
