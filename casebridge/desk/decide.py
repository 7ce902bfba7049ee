"""The desk's decisions, pure: a case and one item → the case afterwards and what others are to be told.

A rework op reopens the case for the department that closed it and says nothing: the citizen has been told by
the gateway that it went back, and any event of ours would read as news from the department. The first word of
the new round is the department's own `accept`.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from casebridge.desk.case import (
    KEPT_LINES,
    KEPT_OUTCOMES,
    Comment,
    DeskCase,
    Item,
    Line,
    Outcome,
    Received,
    Refusal,
    ReworkOrder,
    Said,
    Status,
    Submission,
)
from gateway.orders import CaseOp, EventType, RatingAnswer, StaffAction

OPEN: frozenset[Status] = frozenset({"new", "accepted", "dispatched", "in_progress", "rework"})
TAKEN: frozenset[Status] = OPEN - {"new"}

# The desk's words → status of the work order (gateway/work-order.schema.json).
SCHEMA_STATUS: dict[Status, str] = {
    "new": "submitted", "accepted": "accepted", "dispatched": "assigned", "in_progress": "in_progress",
    "closed": "closed", "rework": "reopened", "rejected": "rejected", "cancelled": "cancelled",
}


class UnknownCase(Exception):
    """An operation for a case that was never submitted."""


@dataclass(frozen=True, slots=True)
class Rule:
    """From where an act is allowed, what the case becomes, what is told, what it needs."""

    allowed: frozenset[Status]
    becomes: Status
    event: EventType
    text: bool = False
    department: bool = False


RULES: dict[str, Rule] = {
    "accept": Rule(frozenset({"new", "rework"}), "accepted", "case.accepted"),
    "dispatch": Rule(TAKEN, "dispatched", "case.dispatched", department=True),
    "progress": Rule(TAKEN, "in_progress", "case.progress", text=True),
    "question": Rule(TAKEN, "in_progress", "case.question", text=True),
    "close": Rule(TAKEN, "closed", "case.closed", text=True),
    "reject": Rule(frozenset({"new", "accepted", "dispatched"}), "rejected", "case.rejected", text=True),
}


@dataclass(frozen=True, slots=True)
class Decision:
    case: DeskCase
    events: tuple[Said, ...] = ()


def allowed(case: DeskCase) -> tuple[str, ...]:
    """The acts that the case's state permits now, in the order of a case's life."""
    return tuple(act for act, rule in RULES.items() if case.status in rule.allowed)


def decide(case: DeskCase | None, item: Item) -> Decision:
    """Raises UnknownCase, and msgspec.ValidationError for a payload that breaks the contract."""
    if isinstance(item, Received) and item.op.op == "submit":
        return Decision(case or _open(item))
    if case is None:
        raise UnknownCase
    if isinstance(item, Received):
        return Decision(OPS[item.op.op](case, item.op, item.at))
    return _act(case, item.action, item.at)


def _open(item: Received) -> DeskCase:
    order = msgspec.convert(item.op.payload, Submission).order
    case = DeskCase(item.op.work_order_id, order, created=item.at, updated=item.at)
    return _noted(case, Line(item.at, "submit"))


def _comment(case: DeskCase, op: CaseOp, at: int) -> DeskCase:
    comment = msgspec.convert(op.payload, Comment)
    case = _noted(case, Line(at, "urge" if comment.urge else "comment", round=case.round, text=comment.text or None))
    return msgspec.structs.replace(case, urged=case.urged + comment.urge)


def _rework(case: DeskCase, op: CaseOp, at: int) -> DeskCase:
    rework = msgspec.convert(op.payload, ReworkOrder)
    if rework.round <= case.round or case.status == "cancelled":
        return case
    case = _noted(case, Line(at, "rework", round=rework.round, text=rework.reason, department=case.department))
    return msgspec.structs.replace(case, status="rework", round=rework.round, reason=rework.reason, urged=0)


def _rating(case: DeskCase, op: CaseOp, at: int) -> DeskCase:
    rating = msgspec.convert({"work_order_id": case.work_order_id, "round": case.round} | op.payload, RatingAnswer)
    case = _noted(case, Line(at, "rating", round=rating.round, text=rating.reason))
    return msgspec.structs.replace(case, rating=rating)


def _withdraw(case: DeskCase, op: CaseOp, at: int) -> DeskCase:
    case = _noted(case, Line(at, "withdraw", round=case.round))
    return msgspec.structs.replace(case, status="cancelled") if case.status in OPEN else case


OPS: dict[str, Callable[[DeskCase, CaseOp, int], DeskCase]] = {
    "comment": _comment, "rework": _rework, "rating": _rating, "withdraw": _withdraw,
}


def _act(case: DeskCase, action: StaffAction, at: int) -> Decision:
    if case.outcome(action.id):
        return Decision(case)
    rule = RULES[action.act]
    refused = _refusal(case, action, rule)
    if refused:
        return Decision(_settled(case, action, refused))
    department = action.department if rule.department else case.department
    back = action.act == "accept" and case.department is not None  # rework: it has its department already
    status: Status = "dispatched" if back else rule.becomes
    line = Line(at, action.act, action.who, case.round, action.text, department)
    after = msgspec.structs.replace(_noted(case, line), status=status, department=department, seq=case.seq + 1)
    said = Said(rule.event, SCHEMA_STATUS[status], after.round, after.seq, action.text, department)
    return Decision(_settled(after, action), (said,))


def _refusal(case: DeskCase, action: StaffAction, rule: Rule) -> Refusal | None:
    if case.status not in rule.allowed:
        return "wrong_state"
    if rule.department and not (action.department or "").strip():
        return "department_needed"
    if rule.text and not (action.text or "").strip():
        return "text_needed"
    return None


def _noted(case: DeskCase, line: Line) -> DeskCase:
    history = (*case.history, line)[-KEPT_LINES:]
    return msgspec.structs.replace(case, history=history, updated=max(case.updated, line.at))


def _settled(case: DeskCase, action: StaffAction, refused: Refusal | None = None) -> DeskCase:
    outcome = Outcome(action.id, refused, case.seq)
    return msgspec.structs.replace(case, outcomes=(*case.outcomes, outcome)[-KEPT_OUTCOMES:])
