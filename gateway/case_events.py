"""What an event of the backend makes of a case, pure. Rules by their numbers in casebridge/README.md.

Events arrive repeated, late and in any order. Status, department and due are each those of the latest event that
names them, so that any order of arrival ends where the right one ends.
"""
from __future__ import annotations

from typing import Any

import msgspec

from gateway.case_deadlines import LINES, renewed, watched
from gateway.case_decision import FINAL, Decision, Rules, moment, note, round_at
from gateway.messages import CaseNews
from gateway.orders import CaseEvent, CaseState, Happened, HistoryLine, Mark, Taken

STATUS: dict[str, str] = {
    "case.accepted": "accepted", "case.dispatched": "assigned", "case.progress": "in_progress",
    "case.question": "suspended", "case.closed": "closed", "case.rejected": "rejected",
    "case.cancelled": "cancelled", "case.reopened": "reopened",
}
ENDINGS = frozenset({"case.closed", "case.rejected", "case.cancelled"})
UNCHANGED = "unchanged"  # a department's words that are no step: the case stands as it stood
INVITATION = ("invite", "remind", "expire")
HELD = 20     # endings that wait for a rework's receipt; far more than any backend sends
RELATED = 20  # of the work order's schema


def happened(state: CaseState, item: Happened, rules: Rules) -> Decision:
    """Rule 1: what was heard before changes nothing, however long ago it was."""
    event, name = item.event, _name(item.event)
    if any(line.event == name for line in state.history):
        return Decision(state)
    state = msgspec.structs.replace(_log(state, item), seq=max(state.seq, event.seq or 0))
    if _unplaced(state, event):
        return Decision(msgspec.structs.replace(state, held=(*state.held, item)[-HELD:]))
    return _apply(state, item, rules)


def taken(state: CaseState, item: Taken, rules: Rules) -> Decision:
    """The backend has an operation. With a rework's place in its order, endings that came before can be told apart."""
    state = msgspec.structs.replace(state, system=item.system, external_id=item.external_id)
    if item.op != "rework" or item.round != state.round:
        return Decision(state)
    counted = item.seq is not None
    mark = Mark(item.system, item.seq or 0) if counted else Mark(item.system, item.at, "~")
    decision = Decision(msgspec.structs.replace(state, acknowledged=mark, held=()))
    for one in state.held:
        decision = decision.then(_apply(decision.state, one, rules))
    return decision


def _apply(state: CaseState, item: Happened, rules: Rules) -> Decision:
    event, mark = item.event, _mark(item)
    old = _of_an_old_round(state, event, mark)
    state = _department(state, event.data.department, mark)
    if old or (event.type in ENDINGS and state.rework_due):  # rule 5
        return Decision(state)
    moved = _due(state, event.data.due, mark)
    arm = watched(moved, rules.calendar, item.at) if moved is not state and moved.status not in FINAL else ()
    state = moved
    if not mark.after(state.marks.get("status")):  # rule 2: what comes late is history
        return Decision(state, arm=arm)
    if event.data.status == UNCHANGED:
        return Decision(state, news=(_news(state, event),), arm=arm)
    before = state.status
    state = msgspec.structs.replace(state, status=STATUS[event.type], marks={**state.marks, "status": mark})
    return Decision(state, arm=arm).then(_became(state, before, item, rules))


def _became(state: CaseState, before: str, item: Happened, rules: Rules) -> Decision:
    event = item.event
    if event.type == "case.closed":
        return _closed(_related(state, event), before, item, rules)
    if event.type == "case.reopened" and before in FINAL:
        return _reopened(state, item, rules)
    if event.type == "case.reopened" and before == "reopened":  # the echo of our own rework
        return Decision(state)
    cancel = (*INVITATION, *LINES) if event.type in ENDINGS else ()
    return Decision(state, news=(_news(state, event),), cancel=cancel)


def _closed(state: CaseState, before: str, item: Happened, rules: Rules) -> Decision:
    """Tell the citizen; ask for the rating after the delay. Rules 6 and 8: one timer, and one invitation a round."""
    if before == "closed":
        return Decision(state)
    arm = (("invite", item.at + rules.delay),)
    return Decision(state, news=(_news(state, item.event),), arm=arm, cancel=tuple(LINES))


def _reopened(state: CaseState, item: Happened, rules: Rules) -> Decision:
    """Rule 7: a rating that was not given yet is called off, and the citizen told. A rework that waits for the
    end of its change window has become what they asked for."""
    state = msgspec.structs.replace(state, rework_due=False, coordination=False, settled=False)
    news = [_news(state, item.event)]
    if state.invited == state.round and state.rated is None:
        news.insert(0, CaseNews(state.work_order_id, "rating_cancelled", state.round))
        state = msgspec.structs.replace(state, invited=None)
    arm = watched(state, rules.calendar, item.at)
    return Decision(state, news=tuple(news), arm=arm, cancel=(*INVITATION, "rework", "settled"))


def _unplaced(state: CaseState, event: CaseEvent) -> bool:
    """An ending that does not say of which round it is, while the backend may not have this one yet."""
    return event.type in ENDINGS and event.data.round is None and state.round > 0 and state.acknowledged is None


def _of_an_old_round(state: CaseState, event: CaseEvent, mark: Mark) -> bool:
    if event.data.round is not None:
        return event.data.round < state.round
    return state.acknowledged is not None and not mark.after(state.acknowledged)


def _mark(item: Happened) -> Mark:
    event = item.event
    if event.seq is not None:
        return Mark(event.source, event.seq)
    return Mark(event.source, moment(event.time) or item.at, event.id)


def _department(state: CaseState, department: str | None, mark: Mark) -> CaseState:
    if not department or not mark.after(state.marks.get("department")):
        return state
    return msgspec.structs.replace(state, department=department, marks={**state.marks, "department": mark})


def _due(state: CaseState, due: str | None, mark: Mark) -> CaseState:
    """The backend's own deadline in place of ours."""
    if due is None or moment(due) is None or not mark.after(state.marks.get("due")):
        return state
    state = renewed(state, {**(state.order.get("due") or {}), "resolve_by": due})
    return msgspec.structs.replace(state, marks={**state.marks, "due": mark})


def _related(state: CaseState, event: CaseEvent) -> CaseState:
    """Closed because another case is about the same."""
    known = list(state.order.get("related") or ())
    if event.data.related is None or any(one["work_order_id"] == event.data.related for one in known):
        return state
    related = [*known, {"work_order_id": event.data.related, "relation": "duplicate_of"}][:RELATED]
    return msgspec.structs.replace(state, order={**state.order, "related": related})


def _news(state: CaseState, event: CaseEvent) -> CaseNews:
    news: Any = event.type.removeprefix("case.")
    return CaseNews(
        state.work_order_id, news, state.round, event.data.reply, event.data.reply_en, state.department, state.due
    )


def _log(state: CaseState, item: Happened) -> CaseState:
    event, data = item.event, item.event.data
    round_ = round_at(state, item.at) if data.round is None else data.round
    return note(state, HistoryLine(
        item.at, event.type.removeprefix("case."), round_, data.reply, data.department, text_en=data.reply_en,
        event=_name(event), ahead=item.at < (moment(event.time) or item.at),  # rule 3: it was taken as of now
    ))


def _name(event: CaseEvent) -> str:
    return f"{event.source}:{event.id}"
