"""The life of a case: pure decisions over what happened to it, and the commit that carries them out.

Lane `events`, key = work order. `decide` is a plain function of the state and one item; the rules for closures
coming in are numbered as in the documentation of the case bridge (casebridge/README.md).
"""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from gateway.clock import Clock, to_ms
from gateway.errors import Uncertain
from gateway.messages import CaseNews, Inbound, encode
from gateway.observe import RATINGS
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
)
from gateway.protocols import Changes, Emit, Lease, Put

CLAMP_MS = 300_000  # an event from more than 5 min ahead is taken as of now (rule 3)
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
        case Answered(answer, at):
            return _answered(state, answer, at, rules)
        case Added():
            return _added(state, item)
        case Due(timer, round_, at):
            return _due(state, timer, round_, at, rules)
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
    if event.seq <= state.seq:  # rule 2: order by seq; what comes late is history
        return Decision(_log(state, at, event.type.removeprefix("case."), event))
    state = _log(state, at, event.type.removeprefix("case."), event)
    stale = event.data.round is not None and event.data.round < state.round
    if stale or (event.type == "case.closed" and state.rework_due):  # rule 5: the closure belongs to the old round
        return Decision(msgspec.structs.replace(state, seq=event.seq))
    before = state.status
    state = msgspec.structs.replace(
        state, seq=event.seq, status=STATUS[event.type],
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


class Cases:
    """Handler of lane `events`."""

    def __init__(self, clock: Clock, rules: Rules, retain_ms: int) -> None:
        self._clock = clock
        self._rules = rules
        self._retain_ms = retain_ms
        self._items: msgspec.json.Decoder[CaseItem] = msgspec.json.Decoder(CaseItem)
        self._states = msgspec.json.Decoder(CaseState)

    async def handle(self, lease: Lease) -> Changes:
        """All waiting items in order, one commit. An event before its case is known is parked (rule 4)."""
        state = self._states.decode(lease.state) if lease.state else None
        emits: list[Emit] = []
        cancel: list[str] = []
        upto = 0
        for msg in lease.msgs:
            item = self._clamp(self._items.decode(msg.body))
            if isinstance(item, Filed):
                state = state or begin(item)
            elif state is None:
                if upto == 0:
                    raise Uncertain("unknown case")
                break
            else:
                decision = decide(state, item, self._rules)
                _count(state, decision.state)
                state = decision.state
                emits += _emits(decision, msg.seq)
                cancel += (_timer(state, name) for name in decision.cancel)
            upto = msg.seq
        assert state is not None
        armed = {emit.dedupe for emit in emits if emit.due is not None}
        body = msgspec.json.encode(state)
        return Changes(
            upto, body, emits, (self.record(state, body),), cancel=[name for name in cancel if name not in armed]
        )

    def record(self, state: CaseState, body: bytes | None = None) -> Put:
        """The case as staff's lists and the citizen's look-up see it."""
        return record(state, self._retain_ms, body)

    def _clamp(self, item: CaseItem) -> CaseItem:
        """Rule 3: a source whose clock runs ahead does not push timers into the future."""
        now = to_ms(self._clock.now())
        return msgspec.structs.replace(item, at=now) if item.at > now + CLAMP_MS else item


def record(state: CaseState, retain_ms: int, body: bytes | None = None) -> Put:
    index = {
        "status": state.status, "department": state.department or "", "round": state.round,
        "template": (state.order.get("template") or {}).get("id", ""), "conversation": state.conversation,
        "created": state.created,
    }
    expires = state.created + retain_ms
    return Put("work_order", state.work_order_id, body or msgspec.json.encode(state), index, expires)


def _count(before: CaseState, after: CaseState) -> None:
    """A rating counts once, however often it is added to."""
    if before.rated is None and after.rated is not None:
        RATINGS.labels(after.rated.resolved).inc()


def _timer(state: CaseState, name: str) -> str:
    return f"{state.work_order_id}:{name}"


def _emits(decision: Decision, seq: int) -> Iterable[Emit]:
    """I5: ids of what goes out follow from the case and the item's seq, the same at every retry."""
    state = decision.state
    channel = state.conversation.partition(":")[0]
    for ordinal, news in enumerate(decision.news):
        id_ = f"{state.work_order_id}:{seq}:{ordinal}"
        inbound = Inbound(id_, state.conversation, channel, _at(state), news)
        yield Emit("in", state.conversation, id_, encode(inbound))
    for op in decision.ops:
        yield Emit("case", state.work_order_id, op.key, msgspec.json.encode(op))
    for name, due in decision.arm:
        body = msgspec.json.encode(Due(name, state.round, due))
        yield Emit("events", state.work_order_id, _timer(state, name), body, due)


def _at(state: CaseState) -> int:
    return state.history[-1].at if state.history else state.created

