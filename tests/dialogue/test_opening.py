"""The first words: a template when the engine is sure, else an offer, an answer, or what we can do."""
from __future__ import annotations

import pytest
from msgspec.structs import replace

from gateway.dialogue.choosing import NOTICE_VERSION
from gateway.dialogue.draft import Case
from gateway.dialogue.effects import CallPerson, Supplement, Told
from gateway.protocols import Answer
from tests.dialogue.small import talker
from tests.dialogue.talker import Talker, ranked
from tests.tables import table

ANSWER = Answer("a1", 0.8, True, "几点上班？", "全天二十四小时。", "12345 工作规范", "热线办")
UNSURE = ranked("complaint.bike", "complaint.parcel", "complaint.shop", "complaint.general", sure=False, score=0.4)


def test_sure_means_taken() -> None:
    talk = talker("parcel")
    talk.say("我的快递三天没动了")
    assert talk.draft.template == "parcel"
    assert talk.quoted[0] == "快件的事我来登记。"
    assert talk.values["problem"] == "delay"


def test_the_privacy_notice_stands_before_the_first_question_once() -> None:
    talk = talker("parcel")
    talk.say("我的快递三天没动了")
    assert "privacy" in talk.said
    assert talk.state.noticed == NOTICE_VERSION
    assert talk.state.noticed_at > 0
    talk.say("重来")
    assert "privacy" not in talk.said


def test_a_new_version_of_the_notice_is_shown_again() -> None:
    talk = talker("parcel")
    talk.state = replace(talk.state, noticed="2019-01")
    talk.say("我的快递三天没动了")
    assert "privacy" in talk.said


def test_unsure_means_offered_best_first() -> None:
    talk = talker()
    talk.say("路边那个东西有问题，没人管", ranking=UNSURE)
    assert talk.asked == "template"
    assert talk.state.offered == ("bike", "parcel", "shop", "other")
    assert talk.said == ["template.which"]
    assert talk.state.draft is None


@table("wish", ["我要投诉", "投诉", "我想反映个问题。", "I want to make a complaint", "I'd like to complain!"])
def test_who_only_wants_to_complain_is_shown_what_there_is(wish: str) -> None:
    talk = talker()
    talk.say("你好")
    talk.say(wish, ranking=ranked("complaint.general", sure=False, score=0.2))
    assert talk.said == ["template.any"]
    assert (talk.asked, talk.state.stash, talk.state.offered[-1]) == ("template", "", "other")


def test_a_wish_to_complain_leaves_open_which_matter_it_is() -> None:
    talk = talker()
    talk.say("路边那个东西有问题，没人管", ranking=UNSURE)
    talk.say("我要投诉", ranking=ranked("complaint.general", sure=False, score=0.2))
    assert talk.asked == "template"
    assert talk.state.offered == ("bike", "parcel", "shop", "other")
    assert talk.state.stash == "路边那个东西有问题，没人管"


@table("answer", ["2", "第二个", "parcel"])
def test_the_words_said_before_the_choice_count(answer: str) -> None:
    talk = talker()
    talk.say("顺丰没动，单号SF1234567890123", ranking=UNSURE)
    talk.say(answer)
    assert talk.draft.template == "parcel"
    assert talk.values["tracking_number"] == "SF1234567890123"
    assert talk.values["description"] == "顺丰没动，单号SF1234567890123"
    assert talk.state.stash == ""


def test_other_is_the_general_form() -> None:
    talk = talker()
    talk.say("路边那个东西有问题，没人管", ranking=UNSURE)
    talk.choose("other")
    assert talk.draft.template == "general"
    assert talk.values["description"] == "路边那个东西有问题，没人管"


def test_a_choice_in_own_words() -> None:
    talk = talker()
    talk.say("路边那个东西有问题", ranking=UNSURE)
    talk.say("就是共享单车占道", ranking=ranked("complaint.bike"))
    assert talk.draft.template == "bike"
    assert talk.draft.told == ("路边那个东西有问题\n就是共享单车占道",)


def test_after_two_rounds_the_general_form_takes_it() -> None:
    talk = talker()
    talk.say("那个东西", ranking=UNSURE)
    talk.say("就是那个呀", ranking=UNSURE)
    assert talk.asked == "template"
    talk.say("我说的就是那个", ranking=UNSURE)
    assert talk.draft.template == "general"


def test_without_any_candidate_everything_is_offered() -> None:
    talk = talker()
    talk.say("那个东西", ranking=ranked("complaint.bike", sure=False, score=0.1))
    assert talk.said == ["welcome", "template.any"]
    assert talk.state.offered == ("parcel", "bike", "shop", "other")


def test_without_an_engine_too() -> None:
    talk = talker()
    talk.say("那个东西")
    assert talk.asked == "template"


def test_a_question_gets_its_answer_and_is_asked_about() -> None:
    talk = talker()
    talk.say("你们几点上班？", ranking=ranked("ask_faq"), answers=(ANSWER,))
    assert talk.quoted == ["全天二十四小时。"]
    assert talk.said == ["answer.source", "solved"]
    assert talk.asked == "solved"
    assert Told("a1", "open") in talk.effects


@pytest.mark.parametrize(("language", "question", "yes"), [
    ("zh", "你们几点上班？", "解决了"), ("en", "When are you open?", "yes"),
])
def test_solved_ends_it_and_counts(language: str, question: str, yes: str) -> None:
    talk = talker(language=language)
    talk.say(question, ranking=ranked("ask_faq"), answers=(ANSWER,))
    talk.say(yes)
    assert (talk.said, talk.asked, talk.state.stash) == (["solved.thanks"], None, "")
    assert Told("a1", "yes") in talk.effects
    assert talk.state.told == ""


def test_not_solved_leads_to_the_form() -> None:
    talk = talker()
    talk.say("快递丢了怎么赔？", ranking=ranked("ask_faq", "complaint.parcel"), answers=(ANSWER,))
    talk.choose("no")
    assert talk.said[0] == "solved.not"
    assert talk.asked == "template"
    assert talk.state.offered[0] == "parcel"
    talk.choose("parcel")
    assert talk.draft.told == ("快递丢了怎么赔？",)


def test_the_forms_of_the_entry_are_offered_before_the_engines() -> None:
    talk = talker()
    tagged = replace(ANSWER, tags=("shop", "gone"))
    talk.say("快递丢了怎么赔？", ranking=ranked("ask_faq", "complaint.parcel"), answers=(tagged,))
    talk.choose("no")
    assert talk.effects[0] == Told("a1", "no")
    assert talk.state.offered[:2] == ("shop", "parcel"), "a form that there is not is not offered"


def test_an_entry_for_the_general_form_alone_opens_it() -> None:
    talk = talker()
    talk.say("护照丢了怎么办？", ranking=ranked("ask_faq"), answers=(replace(ANSWER, tags=("general",)),))
    talk.choose("no")
    assert talk.draft.template == "general"
    assert talk.draft.told == ("护照丢了怎么办？",)


@table(("language", "words", "asked"), [
    ("zh", "快递丢了怎么赔？", "solved"),
    ("en", "How much do I get for a lost parcel when it was not insured?", "solved"),
    ("zh", "我的快递三天没动了", "carrier"),  # tells, asks nothing
    ("zh", "上周三从海珠寄到天河的快递到今天都没有动静，客服电话打了五次都没人接，到底要怎么办？", "carrier"),
])
def test_what_only_asks_is_answered_before_a_form_begins(language: str, words: str, asked: str) -> None:
    talk = talker("parcel", language=language)
    talk.say(words, ranking=ranked("complaint.parcel"), answers=(ANSWER,))
    assert talk.asked == asked
    assert (Told("a1", "open") in talk.effects) == (asked == "solved")


@table(("words", "first", "asked"), [
    ("美团单车把盲道堵了", "complaint.bike", "template"),   # tells, though the engine is not sure
    ("七天无理由退货条件", "ask_faq", "solved"),
    ("盲道停车规定", "", "solved"),
])
def test_a_complaint_is_not_answered_like_a_question(words: str, first: str, asked: str) -> None:
    talk = talker()
    talk.say(words, ranking=ranked(first, "complaint.bike", sure=False, score=0.4 if first else 0.2), answers=(ANSWER,))
    assert talk.asked == asked


def test_a_form_begins_where_nothing_answers_the_question() -> None:
    talk = talker("parcel")
    talk.say("快递丢了怎么赔？", ranking=ranked("complaint.parcel"), answers=(replace(ANSWER, sure=False),))
    assert talk.draft.template == "parcel"


def test_other_words_at_solved_are_a_new_matter() -> None:
    talk = talker()
    talk.say("你们几点上班？", ranking=ranked("ask_faq"), answers=(ANSWER,))
    talk.say("我的快递三天没动了", ranking=ranked("complaint.parcel"))
    assert talk.draft.template == "parcel"


@table(("intent", "says"), [
    ("greet", "welcome"), ("thanks", "thanks"), ("out_of_scope", "out_of_scope"), ("check_status", "status.none"),
    ("urge", "supplement.none"), ("supplement", "supplement.none"), ("help", "help"), ("language", "language.which"),
])
def test_what_is_no_complaint(intent: str, says: str) -> None:
    talk = talker()
    talk.say("这句话本身不重要", ranking=ranked(intent))
    assert talk.said == [says]
    assert talk.state.draft is None
    assert talk.state.stash == ""


def test_the_second_greeting_is_short() -> None:
    talk = talker()
    talk.say("你好", ranking=ranked("greet"))
    talk.say("在吗", ranking=ranked("greet"))
    assert talk.said == ["greeted"]


def test_a_person_wanted_at_once() -> None:
    talk = talker()
    talk.say("能帮我找个真人聊聊吗", ranking=ranked("human"))
    assert CallPerson("asked") in talk.effects


@table(("text", "says"), [("取消", "nothing_open"), ("好的", "solved.thanks"), ("再见", "bye")])
def test_words_of_a_form_without_a_form(text: str, says: str) -> None:
    talk = talker()
    talk.say(text)
    assert talk.said == [says]


def test_social_clauses_stay_out_of_the_description() -> None:
    talk = talker()
    said = "你好，我是一名市民。小区里的狗整夜叫。谢谢！"
    talk.say(said, ranking=ranked("complaint.general", content="小区里的狗整夜叫，没人管。"))
    assert talk.values["description"] == "小区里的狗整夜叫，没人管。"


def test_a_template_that_is_gone_is_not_taken() -> None:
    talk = talker()
    talk.say("电梯坏了好几天", ranking=ranked("complaint.elevator"))
    assert talk.state.draft is None
    assert talk.asked == "template"


def test_opening_in_english() -> None:
    talk: Talker = talker("parcel", "en")
    talk.say("My parcel is late")
    assert talk.quoted[0] == "Let me take down your parcel."
    assert talk.values["problem"] == "delay"


CASE = Case("WO-20261120-ABCDEFGHJK", "parcel", "快递投诉 SF1234567890123", "in_progress")


@table("text", [
    "我还要补充，客服电话根本打不通", "补充一下：箱子也湿了", "I want to add that the box was wet",
])
def test_more_about_an_open_case(text: str) -> None:
    talk = talker()
    talk.state = replace(talk.state, cases=(CASE,))
    talk.say(text, ranking=UNSURE)
    assert Supplement(CASE.work_order_id, text) in talk.effects
    assert talk.state.draft is None


def test_the_same_words_without_a_case_are_a_matter_of_their_own() -> None:
    talk = talker("general")
    talk.say("补充路灯的建议我提过三次了")
    assert talk.draft.template == "general"


def test_unsure_words_may_belong_to_the_open_case() -> None:
    talk = talker()
    talk.state = replace(talk.state, cases=(CASE,))
    talk.say("那个东西还是老样子", ranking=UNSURE)
    assert talk.state.offered == ("bike", "parcel", "shop", "supplement", "other")
    talk.choose("supplement")
    assert Supplement(CASE.work_order_id, "那个东西还是老样子") in talk.effects
    assert talk.state.stash == ""
    assert talk.asked is None
