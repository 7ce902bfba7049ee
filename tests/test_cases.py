"""The life of a case, rule by rule; the numbers are those of "Closure coming in"."""
from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest

from gateway.case_life import Decision, Rules, decide
from gateway.cases import CLAMP_MS, Cases
from gateway.errors import Uncertain
from gateway.messages import CaseNews, decode_inbound
from gateway.orders import (
    Added,
    Answered,
    CaseEvent,
    CaseItem,
    CaseOp,
    CaseState,
    Due,
    EventData,
    EventType,
    Filed,
    Happened,
    HistoryLine,
    RatingAnswer,
    Reached,
)
from gateway.outbox import Step
from gateway.store.lanes import Lease, Msg
from tests.clock import ManualClock
from tests.tables import table

RULES = Rules(delay=600, change=600, reminder=5_000, expire=10_000)
ID = "WO-20261123-0000000001"
ORDER = {"work_order_id": ID, "template": {"id": "general", "version": 1}, "due": {"resolve_by": "2026-11-30"}}


def fresh() -> CaseState:
    return CaseState(ID, "web:v1", dict(ORDER), 1_000)


def event(kind: EventType, seq: int, *, at: int = 2_000, **data: object) -> Happened:
    body = msgspec.convert(data, EventData)
    return Happened(CaseEvent(f"e{seq}", kind, "2026-11-23T10:00:00+08:00", "desk", ID, seq, body), at)


def run(state: CaseState, *items: CaseItem) -> tuple[CaseState, list[Decision]]:
    decisions = []
    for item in items:
        decision = decide(state, item, RULES)
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


def test_rule_2_an_older_event_is_history_only() -> None:
    state, _ = run(fresh(), event("case.dispatched", 5, department="postal"))
    state, decisions = run(state, event("case.accepted", 4), event("case.dispatched", 5, department="police"))
    assert (state.status, state.department, news(decisions)) == ("assigned", "postal", [])
    assert [line.what for line in state.history] == ["dispatched", "accepted", "dispatched"]


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
    assert set(decisions[0].cancel) == {"invite", "remind", "expire", "rework"}


def test_rule_8_close_reopen_close_inside_the_delay_invites_once() -> None:
    _, decisions = run(
        fresh(), event("case.closed", 1), event("case.reopened", 2), event("case.closed", 3), Due("invite", 0, 3_000)
    )
    assert news(decisions).count("rate") == 1
    assert decisions[1].cancel[0] == "invite"


def test_an_invitation_waits_for_nothing_that_went_on_meanwhile() -> None:
    _, decisions = run(fresh(), event("case.closed", 1), event("case.reopened", 2), Due("invite", 0, 3_000))
    assert "rate" not in news(decisions)


def test_unsolved_goes_back_to_the_same_department_after_the_change_window() -> None:
    state, _ = run(fresh(), event("case.dispatched", 1, department="postal"))
    state = closed(state)
    state, rated = run(state, Answered(unhappy(), 4_000))
    assert [op.op for op in rated[0].ops] == ["rating"]
    assert rated[0].arm == (("rework", 4_600),)
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


@table("seed", range(30))
def test_shuffled_and_repeated_events_end_where_the_last_one_ends(seed: int) -> None:
    events = [
        event("case.accepted", 1), event("case.dispatched", 2, department="postal"),
        event("case.progress", 3, reply="a"), event("case.dispatched", 4, department="police"),
        event("case.closed", 5, reply="b"),
    ]
    chance = random.Random(seed)
    shuffled = [*events, *events]
    chance.shuffle(shuffled)
    state, decisions = run(fresh(), *shuffled)
    assert (state.status, state.seq) == ("closed", 5)
    assert sum(1 for d in decisions for name, _ in d.arm if name == "invite") == 1


def lease(state: CaseState | None, *items: CaseItem) -> Lease:
    msgs = tuple(Msg(n, msgspec.json.encode(item)) for n, item in enumerate(items, 1))
    body = msgspec.json.encode(state) if state else b""
    return Lease("events", ID, 1, "n", 0, 0, 0, body, 0, msgs)


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


async def test_the_handler_begins_with_filed_and_commits_all_that_waits() -> None:
    clock = ManualClock()
    cases = Cases(clock, RULES, retain_ms=1_000)
    now = clock.ms()
    changes = await cases.handle(lease(None, Filed(dict(ORDER), "web:v1", now), event("case.closed", 1, at=now)))
    assert changes.upto == 2
    assert [(emit.lane, emit.key, emit.due) for emit in changes.emits] == [
        ("in", "web:v1", None), ("events", ID, now + RULES.delay),
    ]
    told = decode_inbound(changes.emits[0].body).content
    assert isinstance(told, CaseNews)
    assert told.news == "closed"
    (put,) = changes.puts
    assert (put.kind, put.id, put.index["status"]) == ("work_order", ID, "closed")
    assert put.body == changes.state


async def test_rule_3_an_event_from_the_future_is_taken_as_of_now() -> None:
    clock = ManualClock()
    ahead = event("case.closed", 1, at=clock.ms() + CLAMP_MS * 10)
    changes = await Cases(clock, RULES, 1_000).handle(lease(fresh(), ahead))
    assert changes.emits[1].due == clock.ms() + RULES.delay


async def test_rule_4_an_event_for_an_unknown_case_is_put_aside() -> None:
    with pytest.raises(Uncertain, match="unknown case"):
        await Cases(ManualClock(), RULES, 1_000).handle(lease(None, event("case.closed", 1)))


async def test_ids_of_what_goes_out_are_the_same_at_every_retry() -> None:
    clock = ManualClock()
    once = lease(closed(fresh()), Answered(unhappy(), clock.ms()))
    first = await Cases(clock, RULES, 1_000).handle(once)
    clock.advance(5)
    second = await Cases(clock, RULES, 1_000).handle(once)
    assert [emit.dedupe for emit in first.emits] == [emit.dedupe for emit in second.emits]
    assert {emit.lane for emit in first.emits} == {"case", "events"}
    assert msgspec.json.decode(first.emits[0].body, type=CaseOp).op == "rating"


async def test_a_reworks_timer_is_not_cancelled_by_the_commit_that_arms_it() -> None:
    clock = ManualClock()
    changes = await Cases(clock, RULES, 1_000).handle(lease(closed(fresh()), Answered(unhappy(), clock.ms())))
    assert f"{ID}:rework" not in changes.cancel
    assert set(changes.cancel) == {f"{ID}:remind", f"{ID}:expire"}
