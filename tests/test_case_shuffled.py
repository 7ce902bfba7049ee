"""Events in any order, repeated and late, end where the right order ends."""
from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gateway.case_decision import Rules
from gateway.orders import Answered, CaseItem, CaseState, Due, EventType, Happened, Taken
from tests.lives import event, fresh, run, unhappy

DEPARTMENTS = (None, "postal", "police", "city_management")
KINDS: tuple[EventType, ...] = (
    "case.accepted", "case.dispatched", "case.progress", "case.question", "case.reopened", "case.closed",
    "case.rejected",
)
DUES = (None, "2026-12-01T18:00:00+08:00", "2026-12-09T18:00:00+08:00")


class Weekly:
    """A calendar whose rounds have a week, and never a night."""

    def due(self, order: Mapping[str, Any], at: int) -> dict[str, str]:
        return {"resolve_by": f"2027-01-{1 + order.get('rework_round', 0):02d}T18:00:00+08:00"}

    def soon(self, due: int) -> int:
        return due - 86_400_000

    def seemly(self, at: int) -> int:
        return at


RULES = Rules(delay=600, change=600, max_rounds=9, calendar=Weekly())


def essence(state: CaseState) -> object:
    """All that a shuffled delivery must agree on; the history as it reads, not as it came."""
    lines = sorted((line.at, line.what, line.text or "", line.round) for line in state.history)
    return (
        state.status, state.round, state.department, state.due, state.order.get("due"), state.rework_due, state.late,
        state.rated, state.seq, lines,
    )


def told(state: CaseState, *items: CaseItem) -> CaseState:
    return run(state, *items, rules=RULES)[0]


class Shuffled(RuleBasedStateMachine):
    """`arrived` hears what the backend says in any order, `model` in its own."""

    @initialize(counts=st.booleans(), rounds=st.booleans())
    def begin(self, counts: bool, rounds: bool) -> None:
        self.counts, self.rounds = counts, rounds
        self.model = self.arrived = fresh()
        self.said: list[Happened] = []
        self.heard: set[int] = set()

    @rule(kind=st.sampled_from(KINDS), department=st.sampled_from(DEPARTMENTS), due=st.sampled_from(DUES))
    def the_backend_says(self, kind: EventType, department: str | None, due: str | None) -> None:
        n = len(self.said) + 1
        data: dict[str, Any] = {"department": department, "due": due, "reply": f"{n}"}
        if self.rounds:
            data["round"] = self.model.round
        self.said.append(event(kind, n if self.counts else None, at=2_000 + 10 * n, id=f"e{n}", **data))
        self.model = told(self.model, self.said[-1])

    @precondition(lambda self: self.said)
    @rule(data=st.data())
    def one_arrives(self, data: st.DataObject) -> None:
        self.hears(data.draw(st.integers(0, len(self.said) - 1)))

    def hears(self, n: int) -> None:
        self.arrived = told(self.arrived, self.said[n])
        self.heard.add(n)

    @precondition(lambda self: self.said and self.said[-1].event.type == "case.closed")
    @rule()
    def the_citizen_sends_it_back(self) -> None:
        """Once the closure has come; what was said before it may still be on its way."""
        self.hears(len(self.said) - 1)
        at = 2_000 + 10 * len(self.said) + 1
        judged: list[CaseItem] = [Answered(unhappy(self.model.round), at), Due("rework", self.model.round, at + 1)]
        seq = len(self.said) if self.counts else None
        receipt = Taken("rework", "k", "17", "desk", at + 2, seq, self.model.round + 1)
        self.model, self.arrived = (told(state, *judged, receipt) for state in (self.model, self.arrived))

    @precondition(lambda self: self.said)
    @rule(seed=st.integers(0, 1_000))
    def everything_has_arrived(self, seed: int) -> None:
        rest = [n for n in range(len(self.said)) if n not in self.heard] * 2
        random.Random(seed).shuffle(rest)
        for n in rest:
            self.hears(n)
        assert essence(self.arrived) == essence(self.model)

    @invariant()
    def no_round_is_invited_twice(self) -> None:
        if hasattr(self, "arrived"):
            assert self.arrived.invited in (None, self.arrived.round)


Shuffled.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestShuffled = Shuffled.TestCase


def test_ten_thousand_events_in_any_order() -> None:
    """400 cases of 25 events, each heard three times in a shuffled row."""
    chance = random.Random(12345)
    for _ in range(400):
        said = [
            event(
                chance.choice(KINDS), n, at=2_000 + 10 * n, department=chance.choice(DEPARTMENTS),
                due=chance.choice(DUES), reply=f"{n}",
            ) for n in range(1, 26)
        ]
        shuffled = said * 3
        chance.shuffle(shuffled)
        in_order, any_order = told(fresh(), *said), told(fresh(), *shuffled)
        assert essence(any_order) == essence(in_order)
        asked = [told(state, Due("invite", 0, 9_000)).invited for state in (in_order, any_order)]
        assert asked[0] == asked[1] == (0 if in_order.status == "closed" else None)


