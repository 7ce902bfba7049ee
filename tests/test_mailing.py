"""A turn's messages as items of lane `out`, and what of a case they tell outside the conversation."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace as with_
from datetime import datetime, timedelta, timezone
from typing import Any

from gateway import mailing
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.draft import Case, Dialogue
from gateway.dialogue.effects import Say
from gateway.mailing import Wording
from gateway.messages import CaseNews, Inbound, Outbound, Text
from gateway.outbox import About, Heard, Moved, OutItem, Quiet, decode
from gateway.outbox import Say as Said
from gateway.turn import Turn
from tests import project
from tests.tables import table

WHO, ID = "wechat:wx1.o1", "WO-20261123-0000000001"
CHINA = timezone(timedelta(hours=8))
AT = datetime(2026, 11, 23, 18, 5, tzinfo=CHINA)


def turn(*texts: str) -> Turn:
    begun = Turn(WHO, 7, 1_000)
    begun.sent += [Outbound(id=begun.id(n), at=1_000, text=text) for n, text in enumerate(texts)]
    return begun


def heard(*ids: str, note: str = "") -> list[Inbound]:
    return [Inbound(id_, WHO, "wechat", 1_000, Text("在吗"), note=note and f"{note} {id_}") for id_ in ids]


def items(begun: Turn, came: Sequence[Inbound], told: About | None = None, moves: Any = None) -> list[OutItem]:
    return [decode(emit.body) for emit in mailing.items(begun, came, told, moves)]


# --- what stands in the mailbox -----------------------------------------------------------------------------

def test_the_windows_are_known_before_the_answer_that_needs_them() -> None:
    came = heard("a", "b", note="note of")
    first, second, said = items(turn("您好"), came)
    assert (first, second) == (Heard("note of a"), Heard("note of b"))
    assert said == Said(turn("您好").sent[0], ("a", "b"))


def test_the_first_message_answers_all_that_was_heard_and_the_others_nothing() -> None:
    said = items(turn("您好", "我是张工", "请稍等"), heard("a", "b"))
    assert [one.answers for one in said if isinstance(one, Said)] == [("a", "b"), (), ()]


def test_a_turn_that_says_nothing_lets_the_pushes_go() -> None:
    assert items(turn(), heard("a", "b")) == [Quiet(("a", "b"))]
    assert items(turn(), heard("a", note="n")) == [Heard("n a"), Quiet(("a",))]


def test_news_stands_with_the_message_of_the_bot_alone() -> None:
    about = About(ID, "closed")
    said = items(turn("已办结", "另一条"), heard("n1"), about)
    assert [one.about for one in said if isinstance(one, Said)] == [about, None]


def test_news_that_waited_is_as_old_as_what_happened() -> None:
    news = [Inbound(id_, WHO, "wechat", at, CaseNews(ID, "closed")) for id_, at in (("n1", 400), ("n2", 700))]
    said = items(turn("已办结"), [*heard("a"), *news], About(ID, "closed"))
    assert [one.about.since for one in said if isinstance(one, Said) and one.about] == [400]


@table(("moves", "order"), [
    ("person", [Heard, Said, Said, Moved]),  # our last word, then their queue
    ("bot", [Heard, Moved, Said, Said]),     # handed back, then our next word
    (None, [Heard, Said, Said]),
])
def test_a_platforms_staff_takes_over_behind_our_last_word(moves: Any, order: list[type]) -> None:
    assert [type(item) for item in items(turn("一", "二"), heard("a", note="n"), None, moves)] == order


def test_each_item_is_known_by_its_turn_and_place() -> None:
    """I5: the same at every retry of the turn, another in every other turn."""
    def ids(begun: Turn) -> list[tuple[str, str, str]]:
        emits = list(mailing.items(begun, heard("a", note="n"), None, "bot"))
        return [(emit.lane, emit.key, emit.dedupe) for emit in emits]

    assert ids(turn("一")) == ids(turn("一")) == [("out", WHO, f"7.{n}") for n in range(3)]
    later = with_(turn("一"), number=8)
    assert not set(ids(turn("一"))) & set(ids(later))


# --- what of a case is told ---------------------------------------------------------------------------------

def catalog() -> Catalog:
    return project.catalog()


def told(key: str, *, language: str = "zh", template: str = "general", **params: Any) -> About | None:
    case = Case(ID, template, "路灯坏了三天", "closed", round=1)
    said = Say(key, {"work_order": ID, **params})
    wording = Wording(project.replies(), "wechat", AT)
    return mailing.about(said, Dialogue(language=language, cases=(case,)), catalog(), wording)


def test_the_facts_of_a_closure() -> None:
    about = told("news.closed", department="市政园林局")
    assert about == About(ID, "closed", 1, {
        "number": ID, "title": "路灯坏了三天", "department": "市政园林局", "status": "已办结", "status_zh": "已办结",
        "time": "2026年11月23日 18:05", "hint": "承办单位已答复，请点开查看",
    })


def test_in_english_everything_but_the_platforms_own_phrase_is_english() -> None:
    about = told("news.closed", language="en")
    assert about is not None
    assert (about.facts["status"], about.facts["status_zh"], about.facts["time"]) == (
        "Answered", "已办结", "2026-11-23 18:05")
    assert about.facts["title"] == catalog().newest["general"].title.en


def test_a_discreet_matter_is_not_named_outside_the_conversation() -> None:
    discreet = [form.id for form in project.forms() if form.discreet]
    assert discreet
    for template in discreet:
        for language in ("zh", "en"):
            about = told("news.closed", language=language, template=template)
            assert about is not None
            assert about.facts["title"] == ""
            assert "路灯" not in str(about)


def test_a_case_that_is_not_known_any_more_is_told_by_its_number() -> None:
    """Somebody who was forgotten: the case stays, what it was called does not."""
    wording = Wording(project.replies(), "wechat", AT)
    about = mailing.about(Say("news.closed", {"work_order": ID}), Dialogue(), catalog(), wording)
    assert about is not None
    assert (about.round, about.facts["number"], about.facts["title"]) == (0, ID, "")


@table(("key", "news"), [
    ("news.accepted", "accepted"), ("news.rework_sent", "rework_sent"), ("news.question", "question"),
    ("rating.invite", "rate"), ("rating.remind", "rate_reminder"),
])
def test_the_word_for_the_news(key: str, news: str) -> None:
    about = told(key)
    assert about is not None
    assert about.news == news


@table("key", ["answer.sent", "filed.receipt", "rating.thanks", "goodnews.closed", ""])
def test_what_is_said_in_the_conversation_is_no_news(key: str) -> None:
    assert told(key) is None


def test_news_of_no_case_is_none() -> None:
    wording = Wording(project.replies(), "wechat", AT)
    assert mailing.about(Say("news.closed", {}), Dialogue(), catalog(), wording) is None
