"""casebridge/desk/decide.py: the life of a case at the desk, as a story, then as a machine that may do anything."""
from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from casebridge.desk.case import Acted, DeskCase, Received, Said
from casebridge.desk.decide import OPEN, RULES, Decision, UnknownCase, allowed, decide
from gateway.orders import CaseOp, StaffAction
from tests.tables import table

WO = "WO-20261123-4KX7P2M9QD"
ORDER: dict[str, Any] = {"work_order_id": WO, "title": "占道"}


def op(name: Any, n: int = 1, **payload: Any) -> Received:
    return Received(CaseOp(name, WO, n, payload, at=n), at=n)


def act(name: Any, id: str = "", *, text: str | None = None, department: str | None = None) -> Acted:
    return Acted(StaffAction(id or f"a-{name}", name, "clerk", department, text), at=50)


def submitted() -> DeskCase:
    return decide(None, Received(CaseOp("submit", WO, 0, {"order": ORDER}, at=1), at=1)).case


def follow(case: DeskCase, *items: Received | Acted) -> Decision:
    """Several items in order; the events of all of them."""
    events: list[Said] = []
    for item in items:
        decision = decide(case, item)
        case = decision.case
        events += decision.events
    return Decision(case, tuple(events))


def closed() -> DeskCase:
    return follow(
        submitted(), act("accept"), act("dispatch", department="urban"), act("close", text="已清理"),
    ).case


def test_a_case_goes_from_new_to_closed_and_every_step_is_told() -> None:
    done = follow(
        submitted(), act("accept"), act("dispatch", department="urban"), act("question", text="哪一侧?"),
        act("progress", text="已到现场"), act("close", text="已清理"),
    )
    assert done.case.status == "closed"
    assert [(e.type, e.seq, e.round, e.text, e.department) for e in done.events] == [
        ("case.accepted", 1, 0, None, None),
        ("case.dispatched", 2, 0, None, "urban"),
        ("case.question", 3, 0, "哪一侧?", "urban"),
        ("case.progress", 4, 0, "已到现场", "urban"),
        ("case.closed", 5, 0, "已清理", "urban"),
    ]
    assert [e.status for e in done.events] == ["accepted", "assigned", "in_progress", "in_progress", "closed"]


def test_a_rework_goes_back_to_the_same_department_silently_and_closes_in_its_own_round() -> None:
    back = decide(closed(), op("rework", 1, round=1, reason="又堆起来了"))
    assert back.events == ()
    assert (back.case.status, back.case.round, back.case.department) == ("rework", 1, "urban")
    assert back.case.reason == "又堆起来了"
    again = follow(back.case, act("accept", "a2"), act("close", "a3", text="加派巡查"))
    assert [(e.type, e.round, e.status, e.department) for e in again.events] == [
        ("case.accepted", 1, "assigned", "urban"), ("case.closed", 1, "closed", "urban"),
    ]


def test_the_same_rework_twice_is_one_round() -> None:
    once = decide(closed(), op("rework", 1, round=1, reason="x")).case
    assert decide(once, op("rework", 1, round=1, reason="x")).case == once


@table(("item", "refused"), [
    (act("dispatch", "r"), "department_needed"),
    (act("dispatch", "r", department=" "), "department_needed"),
    (act("close", "r"), "text_needed"),
    (act("close", "r", text="  \n"), "text_needed"),
    (act("question", "r"), "text_needed"),
    (act("reject", "r"), "text_needed"),
    (act("accept", "r"), "wrong_state"),
])
def test_what_an_accepted_case_refuses(item: Acted, refused: str) -> None:
    before = follow(submitted(), act("accept")).case
    decision = decide(before, item)
    outcome = decision.case.outcome("r")
    assert decision.events == ()
    assert outcome is not None
    assert outcome.refused == refused
    assert msgspec.structs.replace(decision.case, outcomes=before.outcomes) == before


def test_a_new_case_is_accepted_or_rejected_only() -> None:
    assert allowed(submitted()) == ("accept", "reject")


@table("ending", ["closed", "rejected", "cancelled"])
def test_an_ended_case_allows_nothing(ending: Any) -> None:
    assert allowed(msgspec.structs.replace(closed(), status=ending)) == ()


def test_a_double_click_acts_once() -> None:
    first = decide(submitted(), act("accept", "click"))
    second = decide(first.case, act("accept", "click"))
    assert second == Decision(first.case)


def test_supplement_urge_rating_and_withdrawal_are_shown_and_say_nothing() -> None:
    done = follow(
        closed(), op("comment", 2, text="在东侧", urge=False), op("comment", 3, text="快点", urge=True),
        op("rating", 4, round=0, resolved="no", satisfaction=1, reason="没清"), op("withdraw", 5),
    )
    assert done.events == ()
    assert [line.what for line in done.case.history][-4:] == ["comment", "urge", "rating", "withdraw"]
    assert done.case.urged == 1
    assert done.case.rating is not None
    assert (done.case.rating.resolved, done.case.rating.satisfaction) == ("no", 1)
    assert done.case.status == "closed"  # what is over cannot be withdrawn


def test_withdrawing_an_open_case_cancels_it_and_no_rework_revives_it() -> None:
    cancelled = decide(submitted(), op("withdraw", 1)).case
    assert cancelled.status == "cancelled"
    assert decide(cancelled, op("rework", 1, round=1)).case == cancelled


@table("item", [op("comment"), op("rework", round=1), act("accept")])
def test_nothing_but_a_submission_opens_a_case(item: Received | Acted) -> None:
    with pytest.raises(UnknownCase):
        decide(None, item)


@table("item", [
    op("rework"), op("rework", round="one"), op("comment", text=7), op("rating", satisfaction="x"),
])
def test_a_payload_that_breaks_the_contract_is_an_error(item: Received) -> None:
    with pytest.raises(msgspec.ValidationError):
        decide(submitted(), item)


def test_a_submission_without_an_order_is_an_error() -> None:
    with pytest.raises(msgspec.ValidationError):
        decide(None, op("submit"))


def test_hostile_words_are_kept_as_they_are() -> None:
    words = "{{7*7}} {% include %} <img onerror=alert(1)> %s ${jndi:x}\r\n"
    done = follow(closed(), op("rework", 1, round=1, reason=words), act("close", "h", text=words))
    assert done.case.reason == words
    assert done.events[-1].text == words


ACTS = st.builds(
    StaffAction, id=st.text("abc", min_size=1, max_size=2), act=st.sampled_from(sorted(RULES)), who=st.just("clerk"),
    department=st.sampled_from([None, "urban", "market", " "]), text=st.sampled_from([None, "", "reply", "{{7*7}}"]),
)


class DeskMachine(RuleBasedStateMachine):
    """Any order of operations and acts, with repeats."""

    def __init__(self) -> None:
        super().__init__()
        self.case = submitted()
        self.told: list[tuple[str, int, int]] = []
        self.at = 1

    def put(self, item: Received | Acted) -> Decision:
        before = self.case
        decision = decide(before, item)
        self.case = decision.case
        self.told += [(e.type, e.seq, e.round) for e in decision.events]
        assert self.case.seq == before.seq + len(decision.events)
        return decision

    @initialize()
    def accept(self) -> None:
        self.put(act("accept", "start"))

    @rule(action=ACTS)
    def act(self, action: StaffAction) -> None:
        before = self.case
        decision = self.put(Acted(action, self.at))
        known, outcome = before.outcome(action.id), self.case.outcome(action.id)
        assert outcome is not None
        fresh = known is None and outcome.refused is None
        assert len(decision.events) == (1 if fresh else 0)
        if fresh:
            assert action.act in allowed(before)
            assert action.act != "close" or (action.text or "").strip()
            assert action.act != "dispatch" or (self.case.department or "").strip()

    @rule(round=st.integers(0, 4))
    def rework(self, round: int) -> None:
        before = self.case
        self.put(op("rework", round, round=round, reason="x"))
        if round > before.round and before.status != "cancelled":
            assert (self.case.status, self.case.round) == ("rework", round)
            assert self.case.department == before.department
        else:
            assert self.case == before

    @rule(urge=st.booleans())
    def comment(self, urge: bool) -> None:
        self.put(op("comment", text="x", urge=urge))

    @rule()
    def withdraw(self) -> None:
        was_open = self.case.status in OPEN
        self.put(op("withdraw"))
        assert not was_open or self.case.status == "cancelled"

    @invariant()
    def events_are_numbered_and_rounds_never_go_back(self) -> None:
        assert [seq for _, seq, _ in self.told] == list(range(1, len(self.told) + 1))
        rounds = [r for _, _, r in self.told]
        assert rounds == sorted(rounds)

    @invariant()
    def the_case_survives_storage(self) -> None:
        assert msgspec.json.decode(msgspec.json.encode(self.case), type=DeskCase) == self.case


DeskMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestDesk = DeskMachine.TestCase
