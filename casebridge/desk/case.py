"""What the desk remembers of a case, and the two kinds of item in its mailbox (lane `desk`, key = work_order_id)."""
from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import Struct

from gateway.orders import CaseOp, EventType, RatingAnswer, StaffAction

Status = Literal["new", "accepted", "dispatched", "in_progress", "closed", "rework", "rejected", "cancelled"]
Refusal = Literal["wrong_state", "department_needed", "text_needed"]

KEPT_LINES = 200     # history shown to staff; the citizen's own history is the gateway's
KEPT_OUTCOMES = 50   # far more than one person can have open at once


class Received(Struct, frozen=True, tag="op"):
    """An operation the bridge handed over; dedupe id = op.key."""

    op: CaseOp
    at: int


class Acted(Struct, frozen=True, tag="act"):
    """What a member of staff did on the page; dedupe id = action.id."""

    action: StaffAction
    at: int


Item = Received | Acted


class Submission(Struct, frozen=True):
    """Payload of op `submit`: the work order as the citizen confirmed it (gateway/work-order.schema.json)."""

    order: dict[str, Any]


class ReworkOrder(Struct, frozen=True):
    """Payload of op `rework`: the new round and the citizen's own reason."""

    round: int
    reason: str | None = None


class Comment(Struct, frozen=True):
    """Payload of op `comment`: the citizen's supplement; `urge` when they only ask to hurry."""

    text: str = ""
    urge: bool = False


class Line(Struct, frozen=True):
    """One line of the desk's own history. what: an op, or an act of StaffAction."""

    at: int
    what: str
    who: str = "citizen"
    round: int = 0
    text: str | None = None
    department: str | None = None


class Outcome(Struct, frozen=True):
    """What became of a staff action, so that `Desk.act` can wait for it and a double click finds it done."""

    action: str
    refused: Refusal | None
    seq: int


class DeskCase(Struct, frozen=True):
    """State of the desk's key, and record `desk_case` (same body; indexed by status, department, updated).

    order       the work order as it was handed over
    department  code of the city's department that has it; a rework returns to it
    seq         events emitted so far; the next event is seq + 1
    reason      why the citizen sent it back, None in round 0
    urged       how often the citizen asked to hurry in this round
    """

    work_order_id: str
    order: dict[str, Any]
    created: int
    updated: int
    status: Status = "new"
    round: int = 0
    department: str | None = None
    seq: int = 0
    reason: str | None = None
    urged: int = 0
    rating: RatingAnswer | None = None
    history: tuple[Line, ...] = ()
    outcomes: tuple[Outcome, ...] = ()

    def outcome(self, action_id: str) -> Outcome | None:
        return next((o for o in self.outcomes if o.action == action_id), None)


class Said(Struct, frozen=True):
    """An event the desk wants told; desk.py gives it its id and time."""

    type: EventType
    status: str
    round: int
    seq: int
    text: str | None = None
    department: str | None = None


_items: msgspec.json.Decoder[Item] = msgspec.json.Decoder(Item)
_cases = msgspec.json.Decoder(DeskCase)
encode = msgspec.json.Encoder().encode


def decode_item(body: bytes) -> Item:
    """Raises msgspec.DecodeError or its subclass ValidationError."""
    return _items.decode(body)


def decode_case(state: bytes) -> DeskCase | None:
    """b"" is a case the desk has not read yet."""
    return _cases.decode(state) if state else None
