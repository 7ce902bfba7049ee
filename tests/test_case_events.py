"""Events of a backend, rule by rule; the numbers are those of "Closure coming in" (casebridge/README.md)."""
from __future__ import annotations

from msgspec.structs import replace

from gateway.case_decision import Decision
from gateway.orders import Answered, CaseItem, CaseState, Due, EventType, Happened, Taken
from tests.lives import ID, closed, event, fresh, news, run, unhappy
from tests.tables import table

SOON, LATER = "2026-11-30T18:00:00+08:00", "2026-12-09T18:00:00+08:00"


def test_the_citizen_hears_of_every_step_in_order() -> None:
    state, decisions = run(
        fresh(),
        event("case.accepted", 1),
        event("case.dispatched", 2, department="postal"),
        event("case.progress", 3, reply="已联系网点"),
        event("case.closed", 4, reply="已送达"),
    )
    assert news(decisions) == ["accepted", "dispatched", "progress", "closed"]
    assert (state.status, state.department, state.seq) == ("closed", "postal", 4)
    assert decisions[3].news[0].text == "已送达"


@table("again", [
    event("case.closed", 1, reply="好了"), event("case.closed", 1, at=9_000), event("case.reopened", 1, at=9_000),
])
def test_rule_1_the_same_event_again_changes_nothing(again: Happened) -> None:
    """Known by its source and id, however long ago it was, and whatever it says now."""
    before, _ = run(fresh(), event("case.closed", 1, reply="好了"))
    after, (decision,) = run(before, again)
    assert (after, decision) == (before, Decision(before))


def test_rule_2_an_older_event_is_history_only() -> None:
    state, _ = run(fresh(), event("case.dispatched", 5, department="postal"))
    state, decisions = run(state, event("case.accepted", 4, at=1_500), event("case.dispatched", 3, department="police"))
    assert (state.status, state.department, news(decisions)) == ("assigned", "postal", [])
    assert [line.what for line in state.history] == ["accepted", "dispatched", "dispatched"]


def test_rule_2_without_a_count_time_and_id_are_the_order() -> None:
    state, _ = run(
        fresh(), event("case.dispatched", None, at=5_000, id="b", department="postal"),
        event("case.accepted", None, at=4_000, id="z"), event("case.progress", None, at=5_000, id="a"),
    )
    assert (state.status, state.department) == ("assigned", "postal")
    state, _ = run(state, event("case.progress", None, at=5_000, id="c"))
    assert state.status == "in_progress"


def test_rule_2_an_older_event_still_names_what_no_newer_one_did() -> None:
    state, _ = run(
        fresh(), event("case.progress", 5), event("case.dispatched", 3, department="postal", due=SOON),
        event("case.dispatched", 2, department="police", due=LATER),
    )
    assert (state.status, state.department, state.due) == ("in_progress", "postal", SOON)


def test_sources_count_by_themselves() -> None:
    state, _ = run(
        fresh(), event("case.dispatched", 40, department="tianhe"),
        event("case.progress", 3, source="tianhe"), event("case.closed", 2, source="tianhe"),
    )
    assert state.status == "in_progress"


def test_rule_3_an_event_from_the_future_is_flagged() -> None:
    ahead = replace(event("case.closed", 1, at=900_000), at=2_000)  # as gateway/cases.py clamps it
    state, _ = run(fresh(), ahead, event("case.progress", 2, at=3_000))
    assert [(line.what, line.ahead) for line in state.history] == [("closed", True), ("progress", False)]


def test_rule_5_a_closure_of_the_old_round_does_not_end_the_rework() -> None:
    state = closed(fresh())
    state, _ = run(state, Answered(unhappy(), 4_000))
    assert state.rework_due
    state, decisions = run(state, event("case.closed", 10, round=0))
    assert state.rework_due
    assert news(decisions) == []
    state, _ = run(state, Due("rework", 0, 5_000))
    state, decisions = run(state, event("case.closed", 11, round=0))
    assert (state.status, state.round, news(decisions)) == ("reopened", 1, [])


def test_rule_5_a_closure_in_the_change_window_is_of_the_round_that_is_sent_back() -> None:
    state, _ = run(closed(fresh()), Answered(unhappy(), 4_000), event("case.progress", 10))
    state, decisions = run(state, event("case.closed", 11), Due("rework", 0, 5_000))
    assert (news(decisions), state.round) == (["rework_sent"], 1)


def test_a_comment_tells_the_citizen_and_leaves_the_case_as_it_stands() -> None:
    """A word after the closure neither opens the case again nor calls its rating off."""
    state, decisions = run(
        fresh(), event("case.closed", None, at=4_000, id="a", reply="好了"),
        event("case.progress", None, at=5_000, id="b", reply="发票随后寄出", status="unchanged"),
    )
    assert (state.status, news(decisions)) == ("closed", ["closed", "progress"])
    assert decisions[1].news[0].text == "发票随后寄出"
    assert decisions[1].cancel == ()
    state, _ = run(state, event("case.reopened", None, at=4_500, id="c"))
    assert state.status == "reopened"


def test_rule_6_two_closures_of_a_round_ask_once() -> None:
    state, first = run(fresh(), event("case.closed", 1, reply="好了"))
    state, second = run(state, event("case.closed", 2, reply="好了"))
    assert first[0].arm == (("invite", 2_600),)
    assert (second[0].arm, news(second)) == ((), [])
    state, _ = run(state, Due("invite", 0, 3_000))
    state, again = run(state, Due("invite", 0, 3_000))
    assert news(again) == []


def test_rule_7_reopening_calls_an_open_invitation_off() -> None:
    state, decisions = run(closed(fresh()), event("case.reopened", 10))
    assert news(decisions) == ["rating_cancelled", "reopened"]
    assert state.invited is None
    assert set(decisions[0].cancel) == {"invite", "remind", "expire", "rework", "settled"}


def test_rule_8_close_reopen_close_inside_the_delay_invites_once() -> None:
    _, decisions = run(
        fresh(), event("case.closed", 1), event("case.reopened", 2), event("case.closed", 3), Due("invite", 0, 3_000)
    )
    assert news(decisions).count("rate") == 1
    assert decisions[1].cancel[0] == "invite"


def test_an_invitation_waits_for_nothing_that_went_on_meanwhile() -> None:
    _, decisions = run(fresh(), event("case.closed", 1), event("case.reopened", 2), Due("invite", 0, 3_000))
    assert "rate" not in news(decisions)


def test_a_department_that_reopens_in_the_change_window_can_close_again() -> None:
    state, _ = run(closed(fresh()), Answered(unhappy(), 4_000))
    state, decisions = run(state, event("case.reopened", 10), Due("rework", 0, 4_600), event("case.closed", 11))
    assert "rework" in decisions[0].cancel
    assert (state.status, state.rework_due, decisions[1].ops) == ("closed", False, ())


def test_progress_in_the_change_window_does_not_lose_the_rework() -> None:
    state, _ = run(closed(fresh()), Answered(unhappy(), 4_000))
    state, decisions = run(state, event("case.progress", 10, reply="…"), Due("rework", 0, 4_600))
    assert [op.op for op in decisions[1].ops] == ["rework"]
    assert state.round == 1


def sent_back() -> CaseState:
    """Round 1, of which the backend does not know yet."""
    state, _ = run(closed(fresh()), Answered(unhappy(), 4_000), Due("rework", 0, 5_000))
    assert (state.round, state.acknowledged) == (1, None)
    return state


def taken(seq: int | None, at: int = 6_000) -> Taken:
    return Taken("rework", f"{ID}:rework:1", "17", "desk", at, seq, 1)


@table(("seq", "status"), [(10, "reopened"), (11, "reopened"), (12, "closed")])
def test_rule_5_without_a_round_the_backends_own_count_tells(seq: int, status: str) -> None:
    """The backend took the rework as its 11th event; what it says later is about the new round."""
    first, _ = run(sent_back(), taken(11), event("case.closed", seq))
    early, decisions = run(sent_back(), event("case.closed", seq), taken(11))
    assert (first.status, early.status) == (status, status)
    assert news(decisions) == (["closed"] if status == "closed" else [])
    assert [name for name, _ in decisions[1].arm] == (["invite"] if status == "closed" else [])
    assert early.held == ()


@table(("at", "status"), [(5_900, "reopened"), (6_100, "closed")])
def test_rule_5_without_a_count_the_time_tells(at: int, status: str) -> None:
    state, _ = run(sent_back(), event("case.closed", None, at=at, id="x"), taken(None))
    assert state.status == status


def test_rule_5_each_round_waits_for_a_receipt_of_its_own() -> None:
    again: list[CaseItem] = [Answered(unhappy(1), 7_000), Due("rework", 1, 8_000)]
    state, _ = run(sent_back(), taken(11), event("case.closed", 12), *again, event("case.closed", 13))
    assert (state.round, state.status, len(state.held)) == (2, "reopened", 1)


def test_a_late_receipt_of_the_round_before_places_nothing() -> None:
    again: list[CaseItem] = [event("case.closed", 12, round=1), Answered(unhappy(1), 7_000), Due("rework", 1, 8_000)]
    state, _ = run(sent_back(), *again, event("case.closed", 13), taken(11))
    assert (state.round, state.status, state.acknowledged, len(state.held)) == (2, "reopened", None, 1)


def test_endings_that_wait_for_a_receipt_are_not_kept_without_end() -> None:
    state, _ = run(sent_back(), *(event("case.closed", seq) for seq in range(20, 50)))
    assert [item.event.seq for item in state.held] == [*range(30, 50)]


def test_a_receipt_of_another_operation_places_nothing() -> None:
    other = Taken("rating", f"{ID}:rating:1", "17", "desk", 6_000, 30)
    state, _ = run(sent_back(), other, event("case.closed", 31))
    assert (state.status, state.external_id, len(state.held)) == ("reopened", "17", 1)


def test_the_echo_of_our_own_rework_is_no_news() -> None:
    state, decisions = run(sent_back(), event("case.reopened", 11), taken(11))
    assert (state.status, news(decisions)) == ("reopened", [])


@table(("kind", "status"), [("case.rejected", "rejected"), ("case.cancelled", "cancelled")])
def test_other_endings_ask_for_no_rating(kind: EventType, status: str) -> None:
    state, decisions = run(fresh(), event("case.closed", 1), event(kind, 2), Due("invite", 0, 3_000))
    assert (state.status, news(decisions)) == (status, ["closed", status])
    assert "invite" in decisions[1].cancel


def test_a_case_closed_as_a_repeat_names_the_other() -> None:
    state, _ = run(fresh(), event("case.closed", 1, related="WO-20261101-0000000009"))
    assert state.order["related"] == [{"work_order_id": "WO-20261101-0000000009", "relation": "duplicate_of"}]
    assert run(state, event("case.closed", 2, related="WO-20261101-0000000009"))[0].order == state.order
