"""What a case tells its citizen, and what a department's question gets back."""
from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from gateway import mailing, news, rating
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.draft import Case, Dialogue, RatingDialog
from gateway.dialogue.effects import Ask, Labelled, Quote, Say, Supplement
from gateway.fields.city import Department
from gateway.mailing import Wording
from gateway.messages import CaseNews, Choice, Text, Upload
from tests import project
from tests.tables import table

ID = "WO-20261123-0000000001"
MINE = Case(ID, "general", "其他诉求", "submitted", key="k")


def state(**more: object) -> Dialogue:
    return Dialogue(cases=(MINE,), **more)  # type: ignore[arg-type]


def test_a_closure_says_what_the_department_wrote_and_keeps_the_form_open() -> None:
    before = state(asked="carrier", offered=("sf",))
    after, effects = news.tell(before, CaseNews(ID, "closed", text="已处理", department="postal"))
    assert [type(effect) for effect in effects] == [Say, Quote]
    assert effects[1] == Quote("已处理")
    assert (after.asked, after.offered, after.cases[0].status) == ("carrier", ("sf",), "closed")
    assert after.cases[0].key == "k"


@pytest.mark.parametrize("called", ["postal", "邮政管理局", "Postal Administration"])
def test_whatever_a_backend_calls_a_department_the_citizen_reads_its_name_in_their_language(called: str) -> None:
    office = Department("postal", "邮政管理局", "Postal Administration")
    told = CaseNews(ID, "dispatched", department=called)
    for language, name in (("zh", office.zh), ("en", office.en)):
        said = news.tell(state(language=language), told, [office])[1][0]
        assert isinstance(said, Say)
        assert said.params["department"] == name


def test_an_english_answer_given_by_the_backend_wins() -> None:
    told = CaseNews(ID, "closed", text="已处理", text_en="Done")
    assert news.tell(state(language="en"), told)[1][1] == Quote("Done")
    assert news.tell(state(language="zh"), told)[1][1] == Quote("已处理")
    assert news.tell(state(language="en"), CaseNews(ID, "closed", text="已处理"))[1][1] == Quote("已处理")


def test_a_case_filed_elsewhere_is_taken_up() -> None:
    after, effects = news.tell(Dialogue(), CaseNews(ID, "accepted"))
    assert [case.work_order_id for case in after.cases] == [ID]
    assert isinstance(effects[0], Say)
    assert effects[0].key == "news.accepted"


def test_the_invitation_opens_the_rating_and_a_reopening_calls_it_off() -> None:
    invited, effects = news.tell(state(), CaseNews(ID, "rate", 1))
    assert invited.rating == RatingDialog(ID, 1)
    assert isinstance(effects[-1], Ask)
    off, effects = news.tell(invited, CaseNews(ID, "rating_cancelled", 1))
    assert (off.rating, off.asked) == (None, None)
    assert effects[0] == Say("news.rating_cancelled", effects[0].params)  # type: ignore[union-attr]


def test_an_expired_rating_ends_without_a_word() -> None:
    invited, _ = news.tell(state(), CaseNews(ID, "rate"))
    after, effects = news.tell(invited, CaseNews(ID, "rating_expired"))
    assert (after.rating, effects) == (None, [])


def test_a_reminder_asks_again_unless_another_case_is_being_rated() -> None:
    other = state(rating=RatingDialog("WO-20261123-0000000002", 0), asked="resolved")
    assert news.tell(other, CaseNews(ID, "rate_reminder"))[1] == []
    assert news.tell(state(), CaseNews(ID, "rate_reminder"))[0].rating == RatingDialog(ID, 0)
    invited, _ = news.tell(state(), CaseNews(ID, "rate"))
    after, effects = news.tell(rating.step(invited, Choice("no"))[0], CaseNews(ID, "rate_reminder"))  # type: ignore[index]
    assert after.asked == "resolved"
    assert effects


@table(("news_", "told"), [("rate", "rate"), ("rate_reminder", "rate_reminder")])
def test_a_reminder_is_other_news_than_the_invitation(news_: Any, told: str) -> None:
    """So that a template message, of which a day has 100,000, is spent on the invitation alone."""
    after, effects = news.tell(state(), CaseNews(ID, news_))
    assert isinstance(effects[0], Say)
    wording = Wording(project.replies(), "wechat", datetime(2026, 11, 23, 10, tzinfo=UTC))
    about = mailing.about(effects[0], after, project.catalog(), wording)
    assert about is not None
    assert (about.news, about.facts["status"]) == (told, "请您评价")


def test_another_cases_news_leaves_an_open_rating_alone() -> None:
    invited, _ = news.tell(state(), CaseNews(ID, "rate"))
    after, _ = news.tell(invited, CaseNews("WO-20261123-0000000002", "rating_expired"))
    assert after.rating == invited.rating


@pytest.mark.parametrize("follows", ["coordination", "rework_sent"])
def test_the_last_question_is_asked_again_behind_what_follows_from_the_rating(follows: Any) -> None:
    invited, _ = news.tell(state(), CaseNews(ID, "rate"))
    for tap in ("no", "1", "根本没有送到"):
        outcome = rating.step(invited, Text(tap))
        assert outcome is not None
        invited, _ = outcome
    after, effects = news.tell(invited, CaseNews(ID, follows))
    assert [effect.key for effect in effects if isinstance(effect, Say)] == [f"news.{follows}", "rating.contacted"]
    assert [effect.what for effect in effects if isinstance(effect, Ask)] == ["contacted"]
    assert after == replace(invited, cases=after.cases)
    assert not any(isinstance(effect, Ask) for effect in news.tell(invited, CaseNews("WO-2", follows))[1])


def test_what_was_rated_over_the_api_is_not_asked_any_more() -> None:
    invited, _ = news.tell(state(), CaseNews(ID, "rate"))
    after, effects = news.tell(invited, CaseNews(ID, "rated"))
    assert (after.rating, after.asked, effects) == (None, None, [])


def test_the_answer_to_a_departments_question_goes_to_the_case() -> None:
    asked, effects = news.tell(state(), CaseNews(ID, "question", text="请问取件码是多少？"))
    assert effects[-1] == Ask("answer")
    answered = news.answer(asked, Text("8-2-1234"))
    assert answered is not None
    assert answered[1][0] == Supplement(ID, "8-2-1234")
    assert answered[0].question is None


@table("words", ["是的", "没有", "好的", "yes", "不清楚"])
def test_short_words_answer_a_department(words: str) -> None:
    asked, _ = news.tell(state(), CaseNews(ID, "question", text="店还开着吗？"))
    answered = news.answer(asked, Text(words))
    assert answered is not None
    assert answered[1][0] == Supplement(ID, words)


def test_a_photo_answers_a_department_and_words_may_follow() -> None:
    asked, _ = news.tell(state(), CaseNews(ID, "question", text="有照片吗？"))
    answered = news.answer(asked, Upload("u1", "image/jpeg"))
    assert answered is not None
    assert answered[1][0] == Supplement(ID, "", uploads=("u1",))
    assert (answered[0].asked, answered[0].question) == ("answer", ID)


@table("words", ["人工", "help", "进度"])
def test_a_command_is_not_an_answer(words: str) -> None:
    asked, _ = news.tell(state(), CaseNews(ID, "question", text="?"))
    assert news.answer(asked, Text(words)) is None


def test_reasons_are_none_without_a_template() -> None:
    invited, _ = news.tell(state(), CaseNews(ID, "rate"))
    assert news.wording(Catalog({}), invited) == rating.GENERAL


def test_reasons_come_in_the_citizens_language(catalog: Catalog) -> None:
    template = catalog.newest["general"]
    invited, _ = news.tell(state(language="en"), CaseNews(ID, "rate"))
    reasons = news.wording(catalog, invited).reasons
    assert reasons == tuple(Labelled(o.value, o.label.en) for o in template.rework_reasons)
    assert reasons


def test_files_and_words_of_one_burst_reach_the_department_together() -> None:
    asked, _ = news.tell(state(), CaseNews(ID, "question", text="有照片吗？"))
    answered = news.answer(asked, Text("这是门口的"), ("u1", "u2"))
    assert answered is not None
    assert answered[1][0] == Supplement(ID, "这是门口的", uploads=("u1", "u2"))
    assert answered[0].question is None


# --- several ratings, and the forms' own words ------------------------------------------------------------------

OTHER = "WO-20261123-0000000002"


def test_a_second_invitation_waits_for_the_first_answer() -> None:
    first, _ = news.tell(state(), CaseNews(ID, "rate"))
    both, effects = news.tell(first, CaseNews(OTHER, "rate", 1))
    assert (both.rating, effects) == (RatingDialog(ID, 0), [])
    assert both.ratings == (RatingDialog(OTHER, 1),)
    done = replace(both, rating=None, asked=None)
    after, effects = news.following(done, None, [])
    assert (after.rating, after.ratings, after.asked) == (RatingDialog(OTHER, 1), (), "resolved")
    assert Say("rating.invite", {"work_order": OTHER}) in effects


def test_an_invitation_left_unanswered_waits_behind_the_next() -> None:
    first, _ = news.tell(state(), CaseNews(ID, "rate"))
    left = replace(first, asked="carrier")  # a form was begun instead
    after, _ = news.tell(left, CaseNews(OTHER, "rate"))
    assert (after.rating, after.ratings) == (RatingDialog(OTHER, 0), (RatingDialog(ID, 0),))


def test_what_is_called_off_waits_no_longer() -> None:
    first, _ = news.tell(state(), CaseNews(ID, "rate"))
    both, _ = news.tell(first, CaseNews(OTHER, "rate"))
    assert news.tell(both, CaseNews(OTHER, "rating_cancelled"))[0].ratings == ()
    after, effects = news.tell(both, CaseNews(ID, "rating_expired"))
    assert (after.rating, after.ratings) == (RatingDialog(OTHER, 0), ())
    assert isinstance(effects[-1], Ask)


def test_the_rating_asks_in_the_words_of_the_form(catalog: Catalog) -> None:
    template = catalog.newest["shared_bike"]
    for language in ("zh", "en"):
        mine = replace(state(language=language), cases=(replace(MINE, template="shared_bike"),))
        _, effects = news.tell(mine, CaseNews(ID, "rate"), (), catalog)
        assert Quote(template.rating_questions[0].of(language)) in effects
        assert Say("rating.resolved") not in effects


def test_who_is_anonymous_is_not_asked_whether_somebody_called(catalog: Catalog) -> None:
    hidden = replace(state(), cases=(replace(MINE, anonymous=True),))
    invited, _ = news.tell(hidden, CaseNews(ID, "rate"), (), catalog)
    wording = news.wording(catalog, invited)
    outcome = rating.step(invited, Text("解决了"), wording)
    assert outcome is not None
    outcome = rating.step(outcome[0], Text("5"), wording)
    assert outcome is not None
    assert (outcome[0].rating, outcome[0].asked) == (None, None)
    assert not any(isinstance(effect, Ask) for effect in outcome[1])


@pytest.mark.parametrize(("language", "title"), [("zh", "共享单车投诉 海珠区"), ("en", "Shared bike complaint")])
def test_news_names_the_case_in_the_citizens_language(catalog: Catalog, language: str, title: str) -> None:
    case = replace(MINE, template="shared_bike", title="共享单车投诉 海珠区")
    mine = replace(state(language=language), cases=(case,))
    said = news.tell(mine, CaseNews(ID, "accepted"), (), catalog)[1][0]
    assert isinstance(said, Say)
    assert said.params["title"] == title


def test_news_of_a_discreet_matter_does_not_name_it(catalog: Catalog) -> None:
    mine = replace(state(), cases=(replace(MINE, template="women_family", title="妇女权益 家暴"),))
    for kind in ("accepted", "closed", "reopened"):
        said = news.tell(mine, CaseNews(ID, kind), (), catalog)[1][0]
        assert isinstance(said, Say)
        assert said.params["title"] == ""


def test_by_short_messages_the_next_invitation_waits_for_an_answer_or_for_the_reminder() -> None:
    other = "WO-20261123-0000000002"
    state_ = Dialogue(terse=True, cases=(MINE, Case(other, "general", "另一件", "closed")))
    state_, _ = news.tell(state_, CaseNews(ID, "rate"))
    state_, effects = news.tell(state_, CaseNews(other, "rate"))
    assert effects == []
    assert state_.rating is not None
    assert state_.rating.work_order_id == ID, "a bare 1 means the first"
    state_, effects = news.tell(state_, CaseNews(ID, "rate_reminder"))
    assert effects[0] == Say("rating.invite", {"work_order": other})
    assert state_.rating is not None
    assert (state_.rating.work_order_id, [one.work_order_id for one in state_.ratings]) == (other, [ID])
