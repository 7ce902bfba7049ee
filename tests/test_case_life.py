"""The life of a case after its closure: rating, rework, words of the citizen's, and how news went."""
from __future__ import annotations

from typing import Any

import msgspec

from gateway.case_decision import Decision
from gateway.orders import Added, Answered, Due, HistoryLine, RatingAnswer, Reached, Revised
from gateway.outbox import Step
from tests.lives import ID, closed, event, fresh, news, run, unhappy
from tests.tables import table


def test_unsolved_goes_back_to_the_same_department_after_the_change_window() -> None:
    state, _ = run(fresh(), event("case.dispatched", 1, department="postal"))
    state = closed(state)
    state, rated = run(state, Answered(unhappy(), 4_000))
    assert [op.op for op in rated[0].ops] == ["rating"]
    assert rated[0].arm == (("settled", 4_600), ("rework", 4_600))
    state, sent = run(state, Due("rework", 0, 4_600))
    (op,) = sent[0].ops
    assert (op.op, op.key) == ("rework", f"{ID}:rework:1")
    assert op.payload == {"round": 1, "reason": "没人来"}
    assert (state.round, state.department, state.rated, state.order["rework_round"]) == (1, "postal", None, 1)
    state, second = run(state, event("case.closed", 12, round=1), Due("invite", 1, 9_000))
    assert news(second) == ["closed", "rate"]
    state, last = run(state, Answered(RatingAnswer(ID, 1, "yes", 5), 9_500))
    assert not state.rework_due
    assert last[0].ops[0].key != rated[0].ops[0].key


def test_what_was_rated_in_another_conversation_is_not_open_any_more_in_its_own() -> None:
    by_sms = Answered(RatingAnswer(ID, 0, "yes", 5), 4_000, "sms:+8613800138000")
    _, decisions = run(closed(fresh()), by_sms)
    assert news(decisions) == ["rated"]
    for by in ("", "web:v1"):
        _, decisions = run(closed(fresh()), Answered(by_sms.answer, 4_000, by))
        assert news(decisions) == []


def test_a_change_of_mind_inside_the_window_stops_the_rework() -> None:
    state, _ = run(closed(fresh()), Answered(unhappy(), 4_000))
    state, decisions = run(state, Answered(RatingAnswer(ID, 0, "yes", 4), 4_100))
    assert not state.rework_due
    assert "rework" in decisions[0].cancel
    state, late = run(state, Due("rework", 0, 4_600))
    assert late[0].ops == ()


def test_after_the_window_a_change_is_recorded_only() -> None:
    state, first = run(closed(fresh()), Answered(RatingAnswer(ID, 0, "yes", 5), 4_000))
    assert first[0].arm == (("settled", 4_600),)
    state, decisions = run(state, Answered(RatingAnswer(ID, 0, "yes", 4), 4_500), Due("settled", 0, 4_600))
    assert (decisions[0].arm, news(decisions)) == ((), ["settled"])
    after, late = run(state, Answered(unhappy(), 4_700))
    assert (late[0].ops, after.rework_due, after.history[-1].answer) == ((), False, unhappy())
    assert after.rated == state.rated


def test_whether_somebody_called_may_be_told_whenever() -> None:
    given = RatingAnswer(ID, 0, "yes", 5)
    state, _ = run(closed(fresh()), Answered(given, 4_000), Due("settled", 0, 4_600))
    state, decisions = run(state, Answered(msgspec.structs.replace(given, contacted="yes"), 9_000))
    assert state.rated is not None
    assert (state.rated.contacted, [op.op for op in decisions[0].ops]) == ("yes", ["rating"])


def test_a_new_round_may_be_changed_anew() -> None:
    state, _ = run(closed(fresh()), Answered(unhappy(), 4_000), Due("settled", 0, 4_600), Due("rework", 0, 4_600))
    assert (state.round, state.settled) == (1, False)
    state, decisions = run(closed(state, 12), Answered(RatingAnswer(ID, 1, "yes", 5), 9_000))
    assert ("settled", 9_600) in decisions[0].arm


def test_adding_to_the_rating_does_not_move_the_hand_over() -> None:
    state, _ = run(closed(fresh()), Answered(unhappy(), 4_000))
    _, decisions = run(state, Answered(unhappy(), 4_100))
    assert decisions[0].arm == ()
    assert "rework" not in decisions[0].cancel


def test_after_the_second_rework_a_person_coordinates() -> None:
    state = msgspec.structs.replace(closed(msgspec.structs.replace(fresh(), round=2)), invited=2)
    state, decisions = run(state, Answered(unhappy(2), 4_000))
    assert (state.coordination, state.rework_due, news(decisions)) == (True, False, ["coordination"])
    _, added = run(state, Answered(unhappy(2), 4_100))
    assert news(added) == []


def test_no_answer_is_recorded_as_that_and_a_late_one_sends_nothing_back() -> None:
    state = closed(fresh())
    state, decisions = run(state, Due("remind", 0, 6_000), Due("expire", 0, 13_000))
    assert news(decisions) == ["rate_reminder", "rating_expired"]
    assert state.rated is None
    state, late = run(state, Answered(unhappy(), 14_000))
    assert (late[0].ops, state.rework_due) == ((), False)
    assert state.history[-1].answer == unhappy()


def test_a_supplement_and_an_urge_reach_the_backend_under_keys_of_their_own() -> None:
    _, decisions = run(fresh(), Added("收件人电话变了", urge=False, at=2_000), Added("请尽快", urge=True, at=2_100))
    keys = [op.key for decision in decisions for op in decision.ops]
    assert keys == [f"{ID}:comment:1", f"{ID}:comment:2"]
    assert decisions[1].ops[0].payload == {"text": "请尽快", "urge": True}


def test_an_added_photo_stands_with_the_case_and_goes_to_the_backend() -> None:
    photo = {"id": "u1", "media_type": "image/jpeg", "size": 3, "sha256": "0"}
    state, decisions = run(fresh(), Added("", urge=False, at=2_000, attachments=(photo,)))
    assert state.order["attachments"] == [photo]
    assert decisions[0].ops[0].payload == {"text": "", "urge": False, "attachments": [photo]}


@table(("what", "steps", "text"), [
    ("told", (Step("window", "quota_used"), Step("template")), "closed: window quota_used, template"),
    ("doubtful", (Step("window", "wechat did not answer"),), "closed: window wechat did not answer"),
    ("not_told", (Step("any", "too_late"),), "closed: any too_late"),
    ("delivered", (Step("template", "success"),), "closed: template success"),
    ("failed", (Step("template", "failed:user block"),), "closed: template failed:user block"),
])
def test_what_became_of_the_news_stands_in_the_case_and_changes_nothing_else(
    what: Any, steps: tuple[Step, ...], text: str
) -> None:
    before = closed(fresh())
    after, (decision,) = run(before, Reached(what, "closed", 0, steps, 9_000))
    assert after.history == (*before.history, HistoryLine(9_000, what, 0, text))
    assert msgspec.structs.replace(after, history=before.history) == before
    assert decision == Decision(after)


def test_a_correction_by_staff_changes_the_order_once_and_keeps_what_was_added_since() -> None:
    photo = {"id": "u1", "media_type": "image/png", "size": 1, "sha256": "0" * 64}
    state, _ = run(fresh(), Added("", urge=False, at=2_000, attachments=(photo,)))
    corrected = Revised({"title": "占道", "work_order_id": "WO-1", "revision": 7}, 2, "boss", 3_000)
    state, decisions = run(state, corrected, corrected)
    assert (state.order["title"], state.order["revision"], state.order["work_order_id"]) == ("占道", 2, ID)
    assert state.order["attachments"] == [photo]
    assert [line.text for line in state.history if line.what == "revised"] == ["boss: title, work_order_id, revision"]
    assert [decision.ops for decision in decisions] == [(), ()]
