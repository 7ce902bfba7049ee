"""The life of a case as pure decisions: what follows from an event, a rating, words or a timer.

`decide` is a plain function of the state and one item; the rules for closures coming in are numbered as in the
documentation of the case bridge (casebridge/README.md).
"""
from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import msgspec

from gateway.messages import CaseNews
from gateway.orders import (
    Added,
    Answered,
    CaseEvent,
    CaseItem,
    CaseOp,
    CaseState,
    Due,
    Filed,
    Happened,
    HistoryLine,
    RatingAnswer,
    Reached,
    Taken,
)

STATUS: dict[str, str] = {
    "case.accepted": "accepted", "case.dispatched": "assigned", "case.progress": "in_progress",
    "case.question": "suspended", "case.closed": "closed", "case.rejected": "rejected", "case.reopened": "reopened",
}
FINAL = frozenset({"closed", "rejected", "cancelled"})


@dataclass(frozen=True, slots=True)
class Rules:
    """Settings of closure → rating → rework, in ms (config.Rating)."""

    delay: int = 600_000
    change: int = 600_000
    reminder: int = 172_800_000
    expire: int = 604_800_000
    max_rounds: int = 2


@dataclass(frozen=True, slots=True)
class Decision:
    """The new state, and what follows from it."""

    state: CaseState
    news: tuple[CaseNews, ...] = ()
    ops: tuple[CaseOp, ...] = ()
    arm: tuple[tuple[str, int], ...] = ()      # timer, due ms
    cancel: tuple[str, ...] = ()


def decide(state: CaseState, item: CaseItem, rules: Rules) -> Decision:
    """One item of a case's mailbox. Repeats and stale items change nothing."""
    match item:
        case Happened(event, at):
            return _happened(state, event, at, rules)
        case Answered(answer, at, by):
            return _known_here(_answered(state, answer, at, rules), answer, by)
        case Added():
            return _added(state, item)
        case Due(timer, round_, at):
            return _due(state, timer, round_, at, rules)
        case Reached():
            return Decision(_note(state, HistoryLine(item.at, item.what, item.round, _ways(item))))
        case Taken():
            return Decision(msgspec.structs.replace(state, system=item.system, external_id=item.external_id))
        case Filed():
            return Decision(state)


def begin(filed: Filed) -> CaseState:
    """The case as it stands the moment it is filed."""
    return CaseState(
        filed.order["work_order_id"], filed.conversation, filed.order, filed.at,
        due=(filed.order.get("due") or {}).get("resolve_by"), history=(HistoryLine(filed.at, "filed"),),
        completeness=filed.completeness,
    )


def _happened(state: CaseState, event: CaseEvent, at: int, rules: Rules) -> Decision:
    seq = state.seq + 1 if event.seq is None else event.seq
    if seq <= state.seq:  # rule 2: order by seq; what comes late is history
        return Decision(_log(state, at, event.type.removeprefix("case."), event))
    state = _log(state, at, event.type.removeprefix("case."), event)
    stale = event.data.round is not None and event.data.round < state.round
    if stale or (event.type == "case.closed" and state.rework_due):  # rule 5: the closure belongs to the old round
        return Decision(msgspec.structs.replace(state, seq=seq))
    before = state.status
    state = msgspec.structs.replace(
        state, seq=seq, status=STATUS[event.type],
        department=event.data.department or state.department, due=event.data.due or state.due,
    )
    if event.type == "case.closed":
        return _closed(state, before, event, at, rules)
    if event.type == "case.reopened" and before in FINAL:
        return _reopened(state, event)
    return Decision(state, news=(_news(state, event),))


def _closed(state: CaseState, before: str, event: CaseEvent, at: int, rules: Rules) -> Decision:
    """Tell the citizen; ask for the rating after the delay. Rules 6 and 8: one invitation a round."""
    news = (_news(state, event),)
    if before == "closed" or state.invited == state.round or state.rated is not None:
        return Decision(state, news=() if before == "closed" else news)
    return Decision(state, news=news, arm=(("invite", at + rules.delay),))


def _reopened(state: CaseState, event: CaseEvent) -> Decision:
    """Rule 7: a rating that was not given yet is called off, and the citizen told. A rework that waits for the
    end of its change window has become what they asked for."""
    state = msgspec.structs.replace(state, rework_due=False)
    open_invitation = state.invited == state.round and state.rated is None
    news = [_news(state, event)]
    if open_invitation:
        news.insert(0, CaseNews(state.work_order_id, "rating_cancelled", state.round))
        state = msgspec.structs.replace(state, invited=None)
    return Decision(state, news=tuple(news), cancel=("invite", "remind", "expire", "rework"))


def _answered(state: CaseState, answer: RatingAnswer, at: int, rules: Rules) -> Decision:
    """The first readable answer counts; it may change until the rework is handed over. Late ones are recorded."""
    state = _note(state, HistoryLine(at, "rated", answer.round, answer.reason, answer=answer))
    if answer.round != state.round or state.status not in FINAL or state.expired:
        return Decision(state)
    pending, told = state.rework_due, state.coordination
    state = msgspec.structs.replace(
        state, rated=answer, rework_due=answer.wants_rework and state.round < rules.max_rounds,
        coordination=answer.wants_rework and state.round >= rules.max_rounds,
    )
    state, op = _operate(state, "rating", at, msgspec.to_builtins(answer))
    news = (CaseNews(state.work_order_id, "coordination", state.round),) if state.coordination and not told else ()
    arm = (("rework", at + rules.change),) if state.rework_due and not pending else ()
    return Decision(state, news, (op,), arm, ("remind", "expire", *(() if state.rework_due else ("rework",))))


def _known_here(decision: Decision, answer: RatingAnswer, by: str) -> Decision:
    """What was rated by SMS is not open any more on the channel where the case began."""
    if by in ("", decision.state.conversation):
        return decision
    news = (CaseNews(answer.work_order_id, "rated", answer.round), *decision.news)
    return replace(decision, news=news)


def _added(state: CaseState, added: Added) -> Decision:
    """Files stand among the order's attachments from now on, where staff find them; the backend gets them, too."""
    state = _note(state, HistoryLine(added.at, "urged" if added.urge else "supplement", state.round, added.text))
    payload: dict[str, Any] = {"text": added.text, "urge": added.urge}
    if added.attachments:
        payload["attachments"] = list(added.attachments)
        attached = [*state.order.get("attachments", ()), *added.attachments]
        state = msgspec.structs.replace(state, order={**state.order, "attachments": attached})
    state, op = _operate(state, "comment", added.at, payload)
    return Decision(state, ops=(op,))


def _due(state: CaseState, timer: str, round_: int, at: int, rules: Rules) -> Decision:
    """A timer of an old round, or of a case that went on meanwhile, does nothing."""
    if timer == "rework":
        return _rework(state, at) if state.rework_due and round_ == state.round else Decision(state)
    if round_ != state.round or state.status not in FINAL or state.rated is not None:
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
    state = msgspec.structs.replace(_note(state, HistoryLine(at, "no_reply", state.round)), expired=True)
    return Decision(state, (CaseNews(state.work_order_id, "rating_expired", state.round),))


def _rework(state: CaseState, at: int) -> Decision:
    """Back to the same department as a new round; key = work_order_id:rework:round."""
    round_ = state.round + 1
    reason = state.rated.reason if state.rated else None
    op = CaseOp("rework", state.work_order_id, round_, {"round": round_, "reason": reason}, at)
    state = _note(state, HistoryLine(at, "rework", round_, reason, state.department))
    state = msgspec.structs.replace(
        state, round=round_, status="reopened", rework_due=False, rated=None, invited=None, expired=False,
        order={**state.order, "rework_round": round_},
    )
    news = CaseNews(state.work_order_id, "rework_sent", round_, department=state.department)
    return Decision(state, (news,), (op,))


def _ways(reached: Reached) -> str:
    """`closed: window quota_used, template`"""
    return f"{reached.news}: " + ", ".join(" ".join(filter(None, (step.way, step.why))) for step in reached.steps)


def _operate(
    state: CaseState, op: Literal["rating", "comment"], at: int, payload: dict[str, Any]
) -> tuple[CaseState, CaseOp]:
    n = state.operations + 1
    return msgspec.structs.replace(state, operations=n), CaseOp(op, state.work_order_id, n, payload, at)


def _news(state: CaseState, event: CaseEvent) -> CaseNews:
    news: Any = event.type.removeprefix("case.")
    return CaseNews(
        state.work_order_id, news, state.round, event.data.reply, event.data.reply_en, state.department, state.due
    )


def _log(state: CaseState, at: int, what: str, event: CaseEvent) -> CaseState:
    data = event.data
    line = HistoryLine(at, what, data.round or state.round, data.reply, data.department, text_en=data.reply_en)
    return _note(state, line)


def _note(state: CaseState, line: HistoryLine) -> CaseState:
    return msgspec.structs.replace(state, history=(*state.history, line))
