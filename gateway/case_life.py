"""The life of a case as pure decisions: what follows from a rating, words or a timer, and from what is decided beside
this (gateway/case_events.py, gateway/case_deadlines.py).

`decide` is a plain function of the state and one item.
"""
from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import msgspec

from gateway.case_deadlines import LINES, passed, renewed, watched
from gateway.case_decision import FINAL, Decision, Rules, note
from gateway.case_events import happened, taken
from gateway.messages import CaseNews
from gateway.orders import (
    Added,
    Answered,
    CaseItem,
    CaseOp,
    CaseState,
    Due,
    Filed,
    Happened,
    HistoryLine,
    RatingAnswer,
    Reached,
    Revised,
    Taken,
)
from gateway.work_order import patched


def decide(state: CaseState, item: CaseItem, rules: Rules) -> Decision:
    """One item of a case's mailbox. Repeats and stale items change nothing."""
    match item:
        case Happened():
            return happened(state, item, rules)
        case Answered(answer, at, by):
            return _known_here(_answered(state, answer, at, rules), answer, by)
        case Added():
            return _added(state, item)
        case Due(timer, round_, at):
            return _due(state, timer, round_, at, rules)
        case Reached():
            return Decision(note(state, HistoryLine(item.at, item.what, item.round, _ways(item))))
        case Taken():
            return taken(state, item, rules)
        case Revised():
            return Decision(_revised(state, item))
        case Filed():
            return Decision(state, arm=watched(state, rules.calendar, item.at))


def begin(filed: Filed) -> CaseState:
    """The case as it stands the moment it is filed."""
    return CaseState(
        filed.order["work_order_id"], filed.conversation, filed.order, filed.at,
        due=(filed.order.get("due") or {}).get("resolve_by"), history=(HistoryLine(filed.at, "filed"),),
        completeness=filed.completeness,
    )


def _revised(state: CaseState, item: Revised) -> CaseState:
    """What was added to the case since stays; what the bridge sends was validated (gateway/console/letters.py)."""
    if item.revision <= state.order.get("revision", 1):
        return state
    order = patched(state.order, item.changes, item.revision)
    line = HistoryLine(item.at, "revised", state.round, f"{item.by}: {', '.join(item.changes)}")
    return note(msgspec.structs.replace(state, order=order), line)


def _answered(state: CaseState, answer: RatingAnswer, at: int, rules: Rules) -> Decision:
    """The first readable answer counts; for a while, and until the rework is handed over, it may change. Late ones are
    recorded."""
    state = note(state, HistoryLine(at, "rated", answer.round, answer.reason, answer=answer))
    if answer.round != state.round or state.status not in FINAL or state.expired:
        return Decision(state)
    if state.settled and not _only_adds(answer, state.rated):
        return Decision(state)
    first, pending, told = state.rated is None, state.rework_due, state.coordination
    state = msgspec.structs.replace(
        state, rated=answer, rework_due=answer.wants_rework and state.round < rules.max_rounds,
        coordination=answer.wants_rework and state.round >= rules.max_rounds,
    )
    state, op = _operate(state, "rating", at, msgspec.to_builtins(answer))
    news = (CaseNews(state.work_order_id, "coordination", state.round),) if state.coordination and not told else ()
    new = {"settled": first, "rework": state.rework_due and not pending}
    arm = tuple((timer, at + rules.change) for timer, armed in new.items() if armed)
    return Decision(state, news, (op,), arm, ("remind", "expire", *(() if state.rework_due else ("rework",))))


def _only_adds(answer: RatingAnswer, given: RatingAnswer | None) -> bool:
    """Whether somebody contacted the citizen is asked last, and may be answered whenever they come to it."""
    return given is not None and msgspec.structs.replace(given, contacted=answer.contacted) == answer


def _known_here(decision: Decision, answer: RatingAnswer, by: str) -> Decision:
    """What was rated by SMS is not open any more on the channel where the case began."""
    if by in ("", decision.state.conversation):
        return decision
    news = (CaseNews(answer.work_order_id, "rated", answer.round), *decision.news)
    return replace(decision, news=news)


def _added(state: CaseState, added: Added) -> Decision:
    """Files stand among the order's attachments from now on, where staff find them; the backend gets them, too."""
    state = note(state, HistoryLine(added.at, "urged" if added.urge else "supplement", state.round, added.text))
    payload: dict[str, Any] = {"text": added.text, "urge": added.urge}
    if added.attachments:
        payload["attachments"] = list(added.attachments)
        attached = [*state.order.get("attachments", ()), *added.attachments]
        state = msgspec.structs.replace(state, order={**state.order, "attachments": attached})
    state, op = _operate(state, "comment", added.at, payload)
    return Decision(state, ops=(op,))


def _due(state: CaseState, timer: str, round_: int, at: int, rules: Rules) -> Decision:
    """A timer of an old round, or of a case that went on meanwhile, does nothing."""
    if round_ != state.round:
        return Decision(state)
    if timer in LINES:
        return passed(state, timer, at)
    if timer == "rework":
        return _rework(state, at, rules) if state.rework_due else Decision(state)
    if timer == "settled":
        state = msgspec.structs.replace(state, settled=True)
        return Decision(state, (CaseNews(state.work_order_id, "settled", round_),))
    if state.status != "closed" or state.rated is not None:
        return Decision(state)
    return {"invite": _invite, "remind": _remind, "expire": _expire}[timer](state, at, rules)


def _invite(state: CaseState, at: int, rules: Rules) -> Decision:
    if state.invited == state.round:
        return Decision(state)
    state = msgspec.structs.replace(state, invited=state.round)
    return Decision(
        state, (CaseNews(state.work_order_id, "rate", state.round),),
        arm=(("remind", at + rules.reminder), ("expire", at + rules.expire)),
    )


def _remind(state: CaseState, at: int, rules: Rules) -> Decision:
    return Decision(state, (CaseNews(state.work_order_id, "rate_reminder", state.round),))


def _expire(state: CaseState, at: int, rules: Rules) -> Decision:
    """Nobody answered: recorded as that, never as satisfied."""
    state = msgspec.structs.replace(note(state, HistoryLine(at, "no_reply", state.round)), expired=True)
    return Decision(state, (CaseNews(state.work_order_id, "rating_expired", state.round),))


def _rework(state: CaseState, at: int, rules: Rules) -> Decision:
    """Back to the same department as a new round, with deadlines of its own; key = work_order_id:rework:round."""
    round_ = state.round + 1
    reason = state.rated.reason if state.rated else None
    op = CaseOp("rework", state.work_order_id, round_, {"round": round_, "reason": reason}, at)
    state = note(state, HistoryLine(at, "rework", round_, reason, state.department))
    if rules.calendar:
        state = renewed(state, rules.calendar.due(state.order, at))
    state = msgspec.structs.replace(
        state, round=round_, status="reopened", rework_due=False, late=(), rated=None, settled=False, invited=None,
        expired=False, order={**state.order, "rework_round": round_}, acknowledged=None, held=(),
        marks={what: mark for what, mark in state.marks.items() if what != "due"},
    )
    news = CaseNews(state.work_order_id, "rework_sent", round_, department=state.department)
    return Decision(state, (news,), (op,), watched(state, rules.calendar, at))


def _ways(reached: Reached) -> str:
    """`closed: window quota_used, template`"""
    return f"{reached.news}: " + ", ".join(" ".join(filter(None, (step.way, step.why))) for step in reached.steps)


def _operate(
    state: CaseState, op: Literal["rating", "comment"], at: int, payload: dict[str, Any]
) -> tuple[CaseState, CaseOp]:
    n = state.operations + 1
    return msgspec.structs.replace(state, operations=n), CaseOp(op, state.work_order_id, n, payload, at)
