"""Away from the question and back: nothing that was filled is lost."""
from __future__ import annotations

import pytest
from msgspec.structs import replace

from gateway.dialogue.detours import looks_like_question
from gateway.dialogue.draft import Case
from gateway.dialogue.effects import CallPerson, LeavePerson, Say, Supplement, Told
from gateway.fields.city import EmergencyNumber
from gateway.protocols import Answer
from tests.dialogue.small import talker
from tests.dialogue.talker import Talker, ranked
from tests.tables import table

FIRE = EmergencyNumber("fire", "119", "消防", "fire brigade")
ANSWER = Answer("a1", 0.8, True, "多久答复？", "五个工作日内答复。", "12345 工作规范", "热线办")


def asked_for_number() -> Talker:
    talk = talker("parcel")
    talk.say("顺丰延误")
    assert talk.asked == "tracking_number"
    return talk


@table("text", [
    "多久能好？", "怎么填", "这是什么意思", "能不能匿名", "how long does it take", "why?", "会公开吗",
])
def test_questions(text: str) -> None:
    assert looks_like_question(text)


@table("text", [
    "SF1234567890123", "快递三天没动了", "海珠区新港中路", "it is late", "在呢", "showroom",
])
def test_no_questions(text: str) -> None:
    assert not looks_like_question(text)


def test_a_question_in_mid_form_is_answered_and_the_form_goes_on() -> None:
    talk = asked_for_number()
    before = talk.values
    talk.say("多久能处理好？", answers=(ANSWER,))
    assert talk.quoted == ["五个工作日内答复。"]
    assert talk.said == ["answer.source", "again.field"]
    assert (talk.asked, talk.values) == ("tracking_number", before)
    assert Told(ANSWER.id, "beside") in talk.effects


def test_a_question_nobody_can_answer_is_not_a_failed_answer() -> None:
    talk = asked_for_number()
    talk.say("多久能处理好？")
    assert talk.said == ["question.later", "again.field"]
    assert talk.state.attempts == 0


def test_a_question_instead_of_an_address() -> None:
    """An address takes any words, except a question that has an answer."""
    talk = asked_for_number()
    talk.say("SF1234567890123")
    talk.say("地址会公开吗？", answers=(ANSWER,))
    assert talk.asked == "sender_address"
    assert "sender_address" not in talk.values


@table("text", ["这个会公开吗", "多久能好？", "how long does it take", "is it public?"])
def test_a_question_is_no_address_no_list_and_no_name(text: str) -> None:
    for opens, words, field in (("bike", "单车乱停在路中间", "location"), ("shop", "我要投诉", "merchant_name")):
        talk = talker(opens)
        talk.say(words)
        assert talk.asked == field
        talk.say(text)
        assert talk.said == ["question.later", "again.field"]
        assert field not in talk.values


def test_a_question_in_a_story_is_part_of_it() -> None:
    talk = talker("general")
    talk.say("狗叫")
    talk.say("13800138000")
    talk.say("小区里的狗整夜叫，为什么没有人管？")
    assert talk.values["description"] == "小区里的狗整夜叫，为什么没有人管？"


def test_a_short_question_with_an_answer_is_answered_there_too() -> None:
    talk = talker("general")
    talk.say("狗叫")
    talk.say("13800138000")
    talk.say("多久能处理好？", answers=(ANSWER,))
    assert talk.quoted == ["五个工作日内答复。"]
    assert talk.asked == "description"


def test_help_shows_help_and_example_of_the_field() -> None:
    talk = asked_for_number()
    talk.say("帮助")
    assert talk.quoted == ["条形码下面。"]
    assert talk.said == ["example", "again.field"]
    assert talk.asked == "tracking_number"


@table(("text", "says"), [
    ("谢谢", "thanks"), ("你好", "greeted"), ("Thank you!", "thanks"), ("hi", "greeted"),
])
def test_courtesies_are_no_failed_answers(text: str, says: str) -> None:
    talk = asked_for_number()
    talk.say("SF1234567890123")
    talk.say(text)
    assert talk.said == [says, "again.field"]
    assert talk.asked == "sender_address"
    assert "sender_address" not in talk.values


def test_help_outside_a_form() -> None:
    talk = talker()
    talk.say("help")
    assert talk.said == ["help"]


# --- language -----------------------------------------------------------------------------------------------

def test_another_language_keeps_everything() -> None:
    talk = asked_for_number()
    before = talk.values
    talk.say("English")
    assert talk.state.language == "en"
    assert talk.state.language_chosen
    assert (talk.asked, talk.values) == ("tracking_number", before)
    assert talk.said == ["language.set", "again.field"]


def test_the_language_may_be_picked() -> None:
    talk = asked_for_number()
    talk.say("语言")
    assert talk.asked == "language"
    talk.choose("en")
    assert talk.state.language == "en"
    assert talk.asked == "tracking_number"


# --- back ---------------------------------------------------------------------------------------------------

def test_back_opens_the_field_answered_last() -> None:
    talk = talker("parcel")
    talk.say("我的快递有问题")
    talk.say("顺丰")
    talk.say("SF1234567890123")
    talk.say("上一步")
    assert talk.asked == "tracking_number"
    assert talk.said == ["back"]
    talk.say("上一步")
    assert talk.asked == "carrier"
    talk.say("圆通")
    assert talk.values["carrier"] == "yto"
    assert talk.values["tracking_number"] == "SF1234567890123"


def test_back_at_the_first_question() -> None:
    talk = talker("parcel")
    talk.say("我的快递有问题")
    talk.say("back")
    assert talk.said == ["back.first", "again.field"]
    assert talk.asked == "carrier"


def test_back_from_the_summary() -> None:
    talk = talker("general")
    talk.say("小区里的狗整夜叫，没人管")
    talk.say("13800138000")
    talk.say("返回")
    assert talk.asked == "contact_phone"


def test_restart_begins_the_same_form_anew() -> None:
    talk = asked_for_number()
    talk.say("重来")
    assert talk.asked == "carrier"
    assert talk.values == {}
    assert talk.draft.told == ()


def test_goodbye_keeps_the_draft() -> None:
    talk = asked_for_number()
    talk.say("再见")
    assert talk.said == ["draft.kept"]
    assert talk.values["carrier"] == "sf"
    talk.say("SF1234567890123")
    assert talk.values["tracking_number"] == "SF1234567890123"


# --- a person -----------------------------------------------------------------------------------------------

@table("text", ["人工", "agent", "speak to a person"])
def test_a_person_is_called_and_the_form_waits(text: str) -> None:
    talk = asked_for_number()
    talk.say(text)
    assert CallPerson("asked") in talk.effects
    assert talk.state.mode == "waiting"
    assert talk.values["carrier"] == "sf"


def test_a_person_wanted_in_other_words() -> None:
    talk = asked_for_number()
    talk.say("别跟我扯了，找个活人来", ranking=ranked("human"))
    assert talk.state.mode == "waiting"


@pytest.mark.parametrize("mode", ["waiting", "agent"])
def test_beside_a_person_the_bot_is_silent(mode: str) -> None:
    talk = asked_for_number()
    talk.state = replace(talk.state, mode=mode)
    talk.say("单号SF1234567890123")
    assert talk.said == []
    assert talk.quoted == []
    assert "tracking_number" not in talk.values
    assert talk.asked == "tracking_number"


def test_except_for_danger() -> None:
    talk = asked_for_number()
    talk.say("人工")
    talk.say("着火了", emergency=FIRE)
    assert talk.said == ["emergency.fire"]


@table("text", ["机器人", "bot", "取消"])
def test_the_bot_can_be_called_back(text: str) -> None:
    talk = asked_for_number()
    talk.say("人工")
    talk.say(text)
    assert LeavePerson() in talk.effects
    assert talk.state.mode == "bot"
    assert talk.asked == "tracking_number"
    assert talk.values["carrier"] == "sf"


# --- cases --------------------------------------------------------------------------------------------------

def cases(n: int, status: str = "in_progress") -> tuple[Case, ...]:
    return tuple(Case(f"WO-20261120-{k:010d}", "parcel", f"快递投诉 {k}", status) for k in range(n))


def test_status_in_mid_form() -> None:
    talk = asked_for_number()
    talk.state = replace(talk.state, cases=cases(2))
    talk.say("进度")
    assert talk.said == ["status.heading", "status.case", "status.case", "again.field"]
    assert talk.asked == "tracking_number"


def test_a_title_for_chinese_clerks_is_not_shown_in_english() -> None:
    talk = talker("", "en")
    talk.state = replace(talk.state, cases=(*cases(1), Case("WO-2", "gone", "某某投诉", "closed")))
    talk.say("status")
    says = [effect for effect in talk.effects if isinstance(effect, Say) and effect.key == "status.case"]
    titles = [say.params["title"] for say in says]
    assert titles == ["某某投诉", "Parcel complaint"]


def test_status_without_cases() -> None:
    talk = talker()
    talk.say("status")
    assert talk.said == ["status.none"]


def test_urging_the_only_open_case() -> None:
    talk = talker()
    talk.state = replace(talk.state, cases=(*cases(1), *cases(1, "closed")))
    talk.say("催办")
    assert Supplement("WO-20261120-0000000000", "催办", urge=True) in talk.effects
    assert talk.said == ["urged"]


def test_more_words_for_one_of_several_cases() -> None:
    talk = talker()
    talk.state = replace(talk.state, cases=cases(2))
    talk.say("还有一点要补充，箱子也破了", ranking=ranked("supplement"))
    assert talk.asked == "case"
    talk.choose("WO-20261120-0000000001")
    assert Supplement("WO-20261120-0000000001", "还有一点要补充，箱子也破了") in talk.effects


def test_a_case_by_its_number_in_the_list() -> None:
    talk = talker()
    talk.state = replace(talk.state, cases=cases(2))
    talk.say("催办")
    talk.say("第二个")
    assert Supplement("WO-20261120-0000000001", "催办", urge=True) in talk.effects


def test_nothing_to_urge() -> None:
    talk = talker()
    talk.state = replace(talk.state, cases=cases(1, "closed"))
    talk.say("催办")
    assert talk.said == ["supplement.none"]
