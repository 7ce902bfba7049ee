"""A case and what comes to its mailbox, for the tests of its life."""
from __future__ import annotations

import msgspec

from gateway.case_decision import Decision, Rules
from gateway.case_life import decide
from gateway.clock import from_ms
from gateway.orders import CaseEvent, CaseItem, CaseState, Due, EventData, EventType, Happened, RatingAnswer
from gateway.store.lanes import Lease, Msg

RULES = Rules(delay=600, change=600, reminder=5_000, expire=10_000)
ID = "WO-20261123-0000000001"
ORDER = {"work_order_id": ID, "template": {"id": "general", "version": 1}, "due": {"resolve_by": "2026-11-30"}}


def fresh() -> CaseState:
    return CaseState(ID, "web:v1", dict(ORDER), 1_000)


def event(
    kind: EventType, seq: int | None, *, at: int = 2_000, id: str = "", source: str = "desk", **data: object
) -> Happened:
    body = msgspec.convert(data, EventData)
    return Happened(CaseEvent(id or f"e{seq}", kind, from_ms(at).isoformat(), source, ID, seq, body), at)


def run(state: CaseState, *items: CaseItem, rules: Rules = RULES) -> tuple[CaseState, list[Decision]]:
    decisions = []
    for item in items:
        decision = decide(state, item, rules)
        decisions.append(decision)
        state = decision.state
    return state, decisions


def news(decisions: list[Decision]) -> list[str]:
    return [item.news for decision in decisions for item in decision.news]


def unhappy(round_: int = 0, reason: str = "没人来") -> RatingAnswer:
    return RatingAnswer(ID, round_, "no", 1, reason=reason, wants_rework=True)


def closed(state: CaseState, seq: int = 9) -> CaseState:
    ended = event("case.closed", seq, reply="已处理", round=state.round)
    state, _ = run(state, ended, Due("invite", state.round, 3_000))
    return state


def lease(state: CaseState | None, *items: CaseItem) -> Lease:
    msgs = tuple(Msg(n, msgspec.json.encode(item)) for n, item in enumerate(items, 1))
    body = msgspec.json.encode(state) if state else b""
    return Lease("events", ID, 1, "n", 0, 0, 0, body, 0, msgs)
