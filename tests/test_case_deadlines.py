"""Deadlines of a round: which are watched, what is said of one that passes, and what ends the watch."""
from __future__ import annotations

from dataclasses import replace

from msgspec.structs import replace as changed

from gateway.case_deadlines import late
from gateway.case_decision import moment
from gateway.case_life import begin
from gateway.orders import Answered, CaseItem, CaseState, Due, Filed, Happened, RatingAnswer
from tests.lives import ID, ORDER, RULES, event, news, run, unhappy
from tests.tables import table

DAY = 86_400_000
ENDS = {
    "accept_by": "2026-11-24T23:59:59+08:00", "contact_by": "2026-11-25T23:59:59+08:00",
    "resolve_by": "2026-12-14T23:59:59+08:00",
}
FILED = moment("2026-11-23T10:00:00+08:00") or 0


class Plain:
    """A round of 21 days, no nights."""

    def due(self, order: object, at: int) -> dict[str, str]:
        return {**ENDS, "resolve_by": "2027-01-04T23:59:59+08:00"}

    def soon(self, due: int) -> int:
        return due - DAY

    def seemly(self, at: int) -> int:
        return at


WATCHING = replace(RULES, calendar=Plain())


def filed() -> Filed:
    return Filed({**ORDER, "due": ENDS}, "web:v1", FILED)


def case() -> CaseState:
    return begin(filed())


def at(key: str) -> int:
    return moment(ENDS[key]) or 0


def test_a_case_that_is_filed_has_four_times_to_watch() -> None:
    _, (decision,) = run(case(), filed(), rules=WATCHING)
    assert dict(decision.arm) == {
        "accept": at("accept_by"), "contact": at("contact_by"), "soon": at("resolve_by") - DAY,
        "resolve": at("resolve_by"),
    }
    assert run(case(), filed())[1][0].arm == ()


def test_near_is_never_said_of_what_was_near_when_it_began_and_nothing_at_night() -> None:
    class Nightly(Plain):
        def seemly(self, at: int) -> int:
            return at + 1

    late_in_the_round = changed(filed(), at=at("resolve_by") - DAY + 1)
    _, (decision,) = run(case(), late_in_the_round, rules=replace(RULES, calendar=Nightly()))
    assert dict(decision.arm) == {
        "accept": at("accept_by") + 1, "contact": at("contact_by") + 1, "resolve": at("resolve_by") + 1,
    }


@table(("timer", "line", "told"), [
    ("accept", "late_accept", []), ("contact", "late_contact", []), ("soon", "due_soon", ["due_soon"]),
    ("resolve", "overdue", ["overdue"]),
])
def test_what_passes_is_an_alarm_once_and_the_citizen_hears_of_the_answer(
    timer: str, line: str, told: list[str]
) -> None:
    state, decisions = run(case(), Due(timer, 0, FILED + 1), Due(timer, 0, FILED + 2), rules=WATCHING)
    assert (late(state), [one.what for one in state.history], news(decisions)) == (line, ["filed", line], told)


@table(("timer", "items"), [
    ("accept", [event("case.accepted", 1, at=FILED + 1)]),
    ("contact", [event("case.progress", 1, at=FILED + 1, reply="已电话联系")]),
    ("contact", [event("case.question", 1, at=FILED + 1, reply="哪一天？")]),
    ("resolve", [event("case.closed", 1, at=FILED + 1, reply="好了")]),
    ("soon", [event("case.rejected", 1, at=FILED + 1, reply="不归我们")]),
])
def test_what_was_done_in_time_says_nothing(timer: str, items: list[CaseItem]) -> None:
    state, decisions = run(case(), *items, Due(timer, 0, at("resolve_by")), rules=WATCHING)
    assert (late(state), state.late, decisions[-1].news) == (None, (), ())


def test_taking_a_case_is_not_calling_its_citizen() -> None:
    state, _ = run(case(), event("case.dispatched", 1, at=FILED + 1, department="postal"),
                   Due("contact", 0, at("contact_by")), rules=WATCHING)
    assert late(state) == "late_contact"


def test_an_ending_disarms_them() -> None:
    _, decisions = run(case(), event("case.closed", 1, at=FILED + 1), rules=WATCHING)
    assert set(decisions[0].cancel) >= {"accept", "contact", "soon", "resolve"}


def moved(seq: int, due: str) -> Happened:
    return event("case.dispatched", seq, at=FILED + seq, due=due)


def test_the_backends_own_deadline_moves_the_watch() -> None:
    state, decisions = run(case(), Due("resolve", 0, FILED + 1), moved(2, "2026-12-20T18:00:00+08:00"), rules=WATCHING)
    arm = dict(decisions[1].arm)
    assert arm["resolve"] == moment("2026-12-20T18:00:00+08:00")
    assert (late(state), state.due, state.order["due"]["resolve_by"]) == (None, state.due, "2026-12-20T18:00:00+08:00")
    same, again = run(state, moved(3, "soon, we hope"), rules=WATCHING)
    assert (same.due, again[0].arm) == (state.due, ())


def test_a_rework_has_deadlines_of_its_own() -> None:
    state, _ = run(case(), event("case.closed", 1, at=FILED + 1), rules=WATCHING)
    state = changed(state, late=("resolve",))
    state, decisions = run(state, Answered(unhappy(), FILED + 2), Due("rework", 0, FILED + 3), rules=WATCHING)
    assert (state.due, late(state)) == ("2027-01-04T23:59:59+08:00", None)
    assert dict(decisions[1].arm)["resolve"] == moment("2027-01-04T23:59:59+08:00")
    state, stale = run(state, Due("accept", 0, FILED + 4), rules=WATCHING)
    assert stale[0].state == state
    assert late(run(state, Due("accept", 1, FILED + 5), rules=WATCHING)[0]) == "late_accept"
    assert late(run(state, Due("contact", 1, FILED + 5), rules=WATCHING)[0]) == "late_contact"


def test_a_case_taken_up_again_is_watched_again() -> None:
    state, decisions = run(
        case(), event("case.closed", 1, at=FILED + 1), event("case.reopened", 2, at=FILED + 2), rules=WATCHING)
    assert dict(decisions[1].arm)["resolve"] == at("resolve_by")
    assert late(run(state, Due("resolve", 0, at("resolve_by")), rules=WATCHING)[0]) == "overdue"


def test_a_rated_case_is_not_late() -> None:
    state, _ = run(case(), event("case.closed", 1, at=FILED + 1),
                   Answered(RatingAnswer(ID, 0, "yes", 5), FILED + 2), Due("resolve", 0, FILED + 3), rules=WATCHING)
    assert late(state) is None
