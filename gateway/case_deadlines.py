"""The deadlines of a round, pure: taken by a department, the citizen contacted, answered.

A deadline that was met says nothing. One that comes near or passes is a line of the history and an alarm for staff;
of the answer's the citizen hears, too, and never at night.
"""
from __future__ import annotations

from typing import Any, Literal

import msgspec

from gateway.case_decision import FINAL, Calendar, Decision, moment, note
from gateway.messages import CaseNews
from gateway.orders import CaseState, HistoryLine

DUE = {"accept": "accept_by", "contact": "contact_by", "soon": "resolve_by", "resolve": "resolve_by"}
LINES = {"accept": "late_accept", "contact": "late_contact", "soon": "due_soon", "resolve": "overdue"}
TOLD: dict[str, Literal["due_soon", "overdue"]] = {"soon": "due_soon", "resolve": "overdue"}
CONTACTS = frozenset({"progress", "question", "closed", "rejected"})  # events in which a department speaks


def watched(state: CaseState, calendar: Calendar | None, at: int) -> tuple[tuple[str, int], ...]:
    """Timers of the present round: (name, ms)."""
    if calendar is None:
        return ()
    due = state.order.get("due") or {}
    ends = {name: end for name, key in DUE.items() if (end := moment(due.get(key))) is not None}
    timers = {name: calendar.soon(end) if name == "soon" else calendar.seemly(end) for name, end in ends.items()}
    return tuple((name, when) for name, when in timers.items() if name != "soon" or when > at)


def passed(state: CaseState, timer: str, at: int) -> Decision:
    """A deadline of the present round has come, or (`soon`) comes near."""
    if state.status in FINAL or timer in state.late or _met(state, timer):
        return Decision(state)
    state = note(state, HistoryLine(at, LINES[timer], state.round, department=state.department))
    state = msgspec.structs.replace(state, late=(*state.late, timer))
    told = TOLD.get(timer)
    if told is None:
        return Decision(state)
    return Decision(state, (CaseNews(state.work_order_id, told, state.round, None, None, state.department, state.due),))


def renewed(state: CaseState, due: dict[str, Any]) -> CaseState:
    """With another `due` of the work order; what was late by an old one counts no more."""
    before = state.order.get("due") or {}
    late = tuple(name for name in state.late if due.get(DUE[name]) == before.get(DUE[name]))
    return msgspec.structs.replace(state, due=due.get("resolve_by"), order={**state.order, "due": due}, late=late)


def late(state: CaseState) -> str | None:
    """The line of history that says how late an open case is; None for one that is not."""
    return LINES[state.late[-1]] if state.late and state.status not in FINAL else None


def _met(state: CaseState, timer: str) -> bool:
    if timer == "accept":
        return state.status not in ("submitted", "reopened")
    return timer == "contact" and any(
        line.round == state.round and line.what in CONTACTS for line in state.history
    )
