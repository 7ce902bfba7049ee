"""The door itself: taps and their questions, what needs the engine, what is remembered."""
from __future__ import annotations

import pytest
from msgspec.structs import replace

from gateway.clock import to_ms
from gateway.dialogue.draft import Dialogue, RatingDialog, load
from gateway.dialogue.effects import Ask
from gateway.dialogue.step import needs_ranking, resume
from gateway.messages import Choice, Text, Upload, encode
from tests.dialogue.small import catalog, scene, talker
from tests.dialogue.talker import Talker
from tests.tables import table


def asked_for_carrier() -> Talker:
    talk = talker("parcel")
    talk.say("我的快递有问题")
    assert talk.asked == "carrier"
    return talk


# --- taps ---------------------------------------------------------------------------------------------------

def test_a_tap_answers_the_open_question() -> None:
    talk = asked_for_carrier()
    talk.choose("sf", to=f"m{talk.state.turn}")
    assert talk.values["carrier"] == "sf"
    assert talk.asked == "tracking_number"


def test_a_tap_on_an_older_message_fills_nothing() -> None:
    talk = asked_for_carrier()
    before = talk.values
    talk.choose("sf", to="m0")
    assert talk.said == ["stale", "again.field"]
    assert (talk.asked, talk.values) == ("carrier", before)


@table("value", ["ups", "file", "confirm", "", "human", "{{7*7}}"])
def test_a_tap_on_what_was_not_offered_fills_nothing(value: str) -> None:
    talk = asked_for_carrier()
    before = talk.values
    talk.choose(value)
    assert talk.said == ["stale", "again.field"]
    assert (talk.asked, talk.values) == ("carrier", before)


def test_a_second_tap_on_submit_files_once() -> None:
    talk = talker("general")
    talk.say("小区里的狗整夜叫，没人管")
    talk.say("13800138000")
    talk.choose("file")
    talk.choose("file")
    assert len(talk.filed) == 1
    assert talk.said == ["stale"]


def test_a_tap_before_anything_was_said() -> None:
    talk = talker()
    talk.choose("sf")
    assert talk.said == ["stale"]
    assert talk.asked is None


@pytest.mark.parametrize(("tap", "value"), [("yes", True), ("no", False)])
def test_yes_and_no_are_values_of_their_field(tap: str, value: bool) -> None:
    talk = talker("bike")
    talk.say("海珠区新港中路好多单车乱停在路中间")
    assert talk.asked == "ongoing"
    talk.choose(tap)
    assert talk.values["ongoing"] is value


@table(("text", "value"), [("是的", True), ("没有", False), ("不对", False), ("yes", True)])
def test_typed_too(text: str, value: bool) -> None:
    talk = talker("bike")
    talk.say("海珠区新港中路好多单车乱停在路中间")
    talk.say(text)
    assert talk.values["ongoing"] is value


@table("text", ["1", "第一个", "顺丰", "SF Express", "sf"])
def test_options_by_number_label_and_alias(text: str) -> None:
    talk = asked_for_carrier()
    talk.say(text)
    assert talk.values["carrier"] == "sf"


def test_digits_are_values_where_numbers_are_asked() -> None:
    talk = talker("shop")
    talk.say("店名是好又多超市，昨天买的")
    assert talk.asked == "paid"
    talk.say("2")
    assert talk.values["paid"] == "2.00"


# --- what is remembered -------------------------------------------------------------------------------------

def test_asked_and_offered_are_those_of_the_last_question() -> None:
    talk = asked_for_carrier()
    ask = next(effect for effect in talk.effects if isinstance(effect, Ask))
    assert talk.state.offered == tuple(choice.value for choice in ask.choices)
    assert talk.state.asked == ask.what
    assert talk.state.greeted
    assert talk.state.last == to_ms(talk.now) - 20_000


def test_the_state_survives_being_stored() -> None:
    talk = asked_for_carrier()
    talk.say("顺丰，单号SF1234567890123")
    assert load(encode(talk.state)) == talk.state
    assert load(b"") == Dialogue()


def test_an_open_rating_keeps_its_question_beside_other_talk() -> None:
    talk = talker()
    rating = RatingDialog("WO-1", 0)
    talk.state = replace(talk.state, rating=rating, asked="resolved", offered=("yes", "partly", "no"))
    talk.say("进度")
    assert talk.state.rating == rating
    assert talk.state.asked == "resolved"
    assert talk.state.offered == ("yes", "partly", "no")


def test_the_form_is_taken_up_after_something_beside_it() -> None:
    talk = asked_for_carrier()
    beside = replace(talk.state, asked=None, offered=())
    state, effects = resume(talk.catalog, beside, talk._turn(Text("5"), "5"))
    assert state.asked == "carrier"
    assert any(isinstance(effect, Ask) for effect in effects)


def test_nothing_to_take_up() -> None:
    talk = talker()
    state, effects = resume(talk.catalog, Dialogue(), talk._turn(Text("5"), "5"))
    assert effects == []
    assert state.asked is None


# --- what needs the engine ------------------------------------------------------------------------------------

def needed(talk: Talker, text: str) -> bool:
    return needs_ranking(talk.catalog, talk.state, talk._turn(Text(text), text))


@table("text", ["我的快递三天没动了", "你好，有人能管管吗", "多久能答复？", "不是来投诉的，是想咨询"])
def test_first_words_need_the_engine(text: str) -> None:
    assert needed(talker(), text)


@table("text", [
    "顺丰", "1", "单号SF1234567890123", "取消", "人工", "上一步", "改第1项", "不是顺丰，是圆通",
])
def test_answers_and_commands_do_without(text: str) -> None:
    assert not needed(asked_for_carrier(), text)


@table("text", ["多久能好？", "呃呃呃呃", "别烦我了"])
def test_questions_and_what_cannot_be_read_need_it(text: str) -> None:
    assert needed(asked_for_carrier(), text)


def test_free_text_fields_take_any_words() -> None:
    talk = asked_for_carrier()
    talk.say("顺丰延误，单号SF1234567890123")
    assert talk.asked == "sender_address"
    assert not needed(talk, "村口老槐树旁边")


def test_template_choice_in_own_words_needs_it_and_by_number_does_not() -> None:
    talk = talker()
    talk.say("那个东西")
    assert talk.asked == "template"
    assert needed(talk, "就是共享单车的事")
    assert not needed(talk, "2")


def test_a_person_or_a_tap_never_needs_it() -> None:
    talk = asked_for_carrier()
    assert not needs_ranking(talk.catalog, talk.state, talk._turn(Choice("sf")))
    assert not needs_ranking(talk.catalog, talk.state, talk._turn(Upload("u1")))
    waiting = replace(talk.state, mode="waiting")
    assert not needs_ranking(talk.catalog, waiting, talk._turn(Text("在吗"), "在吗"))


def test_the_summary_needs_it_only_for_questions() -> None:
    talk = talker("general")
    talk.say("小区里的狗整夜叫，没人管")
    talk.say("13800138000")
    assert talk.asked == "confirm"
    assert not needed(talk, "确认")
    assert not needed(talk, "快递员还把箱子扔在楼道里")
    assert needed(talk, "会公开我的电话吗？")


def test_no_engine_at_all_is_survived() -> None:
    """The null engine: everything by rules, choices and the general form."""
    talk = talker()
    talk.say("小区里的狗整夜叫，没人管")
    assert talk.asked == "template"
    talk.choose("other")
    talk.say("13800138000")
    talk.say("确认")
    assert talk.filed[0].draft.template == "general"


def test_the_catalog_knows_versions_and_newest() -> None:
    known = catalog()
    assert known.at("parcel", 1) is known.versions["parcel", 1]
    assert known.at("parcel", 99) is known.newest["parcel"]
    assert known.at("gone", 1) is None


def test_a_scene_without_a_form_says_so() -> None:
    with pytest.raises(LookupError):
        _ = scene().draft
    assert scene().asked is None
