"""From one message to many fields: roles, cues, the asked field first, nothing guessed."""
from __future__ import annotations

from time import process_time

import pytest

from gateway.dialogue.template import read
from tests.dialogue.small import NOBODY, document, talker
from tests.dialogue.talker import Talker, ranked
from tests.tables import table

EVERYTHING = (
    "你好，我要投诉顺丰，单号SF1234567890123，从广州海珠区新港中路寄到北京朝阳区建国路的件，三天没动了"
)


def parcel(language: str = "zh") -> Talker:
    return talker("parcel", language)


def test_one_message_fills_everything_it_says() -> None:
    talk = parcel()
    talk.say(EVERYTHING)
    assert talk.values == {
        "carrier": "sf", "tracking_number": "SF1234567890123", "problem": "delay",
        "sender_address": "广州海珠区新港中路", "receiver_address": "北京朝阳区建国路", "description": EVERYTHING,
    }
    assert talk.asked == "contact_phone"
    assert "noted" in talk.said


def test_the_same_in_english() -> None:
    talk = parcel("en")
    talk.say("SF Express parcel SF1234567890123 from Haizhu District, Guangzhou to Chaoyang District, Beijing is late")
    assert talk.values["carrier"] == "sf"
    assert talk.values["tracking_number"] == "SF1234567890123"
    assert talk.values["problem"] == "delay"
    assert "Haizhu" in str(talk.values["sender_address"])
    assert "Chaoyang" in str(talk.values["receiver_address"])


def test_what_was_filled_unasked_is_not_confirmed_yet() -> None:
    talk = parcel()
    talk.say("顺丰的件")
    talk.say("单号SF1234567890123")
    values = talk.draft.values
    assert (values["carrier"].source, values["tracking_number"].source) == ("nlu", "citizen")


def test_only_the_first_missing_field_is_asked() -> None:
    talk = parcel()
    talk.say("圆通快递丢了")
    assert talk.asked == "tracking_number"
    talk.say("YT1234567890123")
    assert talk.asked == "sender_address"


def test_an_answer_fills_other_fields_too() -> None:
    talk = parcel()
    talk.say("快递有问题")
    assert talk.asked == "carrier"
    talk.say("圆通，单号YT1234567890123，延误了")
    assert talk.values.keys() >= {"carrier", "tracking_number", "problem"}
    assert talk.asked == "sender_address"


def test_a_message_for_another_field_leaves_the_question_open() -> None:
    talk = parcel()
    talk.say("快递有问题")
    talk.say("单号YT1234567890123")
    assert talk.values["tracking_number"] == "YT1234567890123"
    assert talk.asked == "carrier"
    assert talk.state.attempts == 0


def test_roles_win_over_the_asked_field() -> None:
    """Asked where it was sent from; the words say where it goes."""
    talk = parcel()
    talk.say("圆通延误，单号YT1234567890123")
    assert talk.asked == "sender_address"
    talk.say("寄到北京朝阳区建国路的")
    assert "receiver_address" in talk.values
    assert "sender_address" not in talk.values
    assert talk.asked == "sender_address"


def test_both_addresses_in_one_answer() -> None:
    talk = parcel()
    talk.say("圆通延误，单号YT1234567890123")
    talk.say("从广州海珠区新港中路寄到北京朝阳区建国路")
    assert talk.values["sender_address"] == "广州海珠区新港中路"
    assert talk.values["receiver_address"] == "北京朝阳区建国路"


def test_an_ambiguous_role_is_asked_not_guessed() -> None:
    talk = parcel()
    talk.say("圆通延误，单号YT1234567890123，海珠区新港中路")
    assert "sender_address" not in talk.values
    assert "receiver_address" not in talk.values
    assert talk.asked == "sender_address"
    assert talk.state.offered == ("海珠区新港中路",)
    talk.choose("海珠区新港中路")
    assert talk.values["sender_address"] == "海珠区新港中路"
    assert talk.asked == "receiver_address"
    assert not talk.state.offered


def test_an_offered_address_may_be_taken_by_number() -> None:
    talk = parcel()
    talk.say("圆通延误，单号YT1234567890123，海珠区新港中路")
    talk.say("1")
    assert talk.values["sender_address"] == "海珠区新港中路"


def test_a_place_without_a_role_goes_to_the_only_address() -> None:
    talk = talker("bike")
    talk.say("海珠区新港中路好多单车乱停")
    assert "海珠区新港中路" in str(talk.values["location"])


def test_a_free_address_is_taken_whole() -> None:
    talk = parcel()
    talk.say("圆通延误，单号YT1234567890123")
    talk.say("新港中路152号菜鸟驿站对面的小卖部")
    assert talk.values["sender_address"] == "新港中路152号菜鸟驿站对面的小卖部"


def test_two_options_of_one_field_are_asked() -> None:
    talk = parcel()
    talk.say("顺丰和圆通都不给查")
    assert "carrier" not in talk.values
    assert talk.asked == "carrier"


def test_money_needs_a_cue() -> None:
    talk = parcel()
    talk.say("顺丰弄丢了，保价500元，东西值800元")
    assert talk.values["insured_value"] == "500.00"
    assert talk.values["goods_value"] == "800.00"


def test_money_without_a_cue_is_left_alone() -> None:
    talk = parcel()
    talk.say("顺丰弄丢了，客服说赔300元")
    assert "goods_value" not in talk.values
    assert "insured_value" not in talk.values


def test_a_name_behind_a_cue() -> None:
    talk = talker("shop")
    talk.say("店名是好又多超市，东西是坏的")
    assert talk.values["merchant_name"] == "好又多超市"


def test_a_date_beyond_its_limit_does_not_fill() -> None:
    talk = talker("shop")
    talk.say("店名是好又多超市")
    assert talk.asked == "bought"
    talk.say("2027年5月1日买的")
    assert "bought" not in talk.values
    assert talk.asked == "bought"


def test_somebody_elses_phone_is_not_the_citizens() -> None:
    talk = parcel()
    talk.say("快递员电话13800138000，一直不接")
    assert "contact_phone" not in talk.values


@pytest.mark.parametrize(("opens", "asked", "field"), [("parcel", "tracking_number", "tracking_number"),
                                                       ("bike", "bike_numbers", "bike_numbers")])
def test_a_bare_number_means_what_was_asked(opens: str, asked: str, field: str) -> None:
    talk = talker(opens)
    talk.say("圆通延误了好几天" if opens == "parcel" else "海珠区新港中路单车乱停")
    if opens == "bike":
        talk.choose("yes")
    assert talk.asked == asked
    talk.say("1234567890")
    assert talk.values[field] in ("1234567890", ["1234567890"])
    assert "contact_phone" not in talk.values


def test_a_filled_field_is_not_overwritten_in_passing() -> None:
    talk = parcel()
    talk.say("顺丰延误，单号SF1234567890123")
    talk.say("圆通好像也这样，从海珠区新港中路寄到朝阳区建国路")
    assert talk.values["carrier"] == "sf"


def test_list_answers_are_read_whole() -> None:
    talk = talker("bike")
    talk.say("海珠区新港中路单车乱停")
    talk.choose("yes")
    talk.say("12345678901、12345678902")
    assert talk.values["bike_numbers"] == ["12345678901", "12345678902"]


def test_hostile_text_is_a_value() -> None:
    talk = talker("general")
    talk.say("{{7*7}} {% include 'x' %} %s <img onerror=1>", ranking=ranked("complaint.general"))
    assert talk.values["description"] == "{{7*7}} {% include 'x' %} %s <img onerror=1>"


def test_sentences_beside_an_answer_join_the_description() -> None:
    talk = parcel()
    talk.say("圆通延误")
    assert "description" not in talk.values
    talk.say("单号YT1234567890123，打了五次客服电话都说让我再等等，没有一个人肯管，实在太过分了")
    assert "打了五次客服电话" in str(talk.values["description"])


def test_a_guess_gives_way_to_what_is_said_on_purpose() -> None:
    talk = parcel()
    talk.say("顺丰店门口，快递延误")
    assert talk.draft.values["carrier"].source == "nlu"
    talk.say("是圆通的，单号YT1234567890123")
    assert talk.values["carrier"] == "yto"
    assert talk.values["tracking_number"] == "YT1234567890123"


def test_an_answer_does_not_give_way() -> None:
    talk = parcel()
    talk.say("我的快递有问题")
    talk.choose("sf")
    talk.say("圆通，单号YT1234567890123")
    assert talk.values["carrier"] == "sf"


def test_a_clause_of_another_field_is_no_part_of_an_address() -> None:
    talk = parcel()
    talk.say("顺丰延误，单号SF1234567890123")
    talk.say("是圆通的，新港中路菜鸟驿站对面")
    assert talk.values["carrier"] == "yto"
    assert talk.values["sender_address"] == "新港中路菜鸟驿站对面"


@table("unit", [
    "300元，", "海珠区新港中路，", "从海珠区寄到天河区", "单号", "不是顺丰是", "no, it's ",
    "1234567890 ", "店名是", "吗",
    "改",
])
def test_four_thousand_characters_do_not_stop_the_house(unit: str) -> None:
    """As many as a turn looks at (understanding.MAX_TEXT); the loop of all citizens waits meanwhile."""
    text = (unit * 4000)[:4000]
    for opens in ("parcel", "shop"):
        talk = talker(opens)
        began = process_time()
        talk.say(text)
        talk.say(text)
        assert process_time() - began < 1.0


# --- what an answer is not ------------------------------------------------------------------------------------

def test_the_whole_answer_is_a_number_of_another_field() -> None:
    talk = talker("shop")
    talk.say("我要投诉一家店")
    assert talk.asked == "merchant_name"
    talk.say("13800138000")
    assert talk.values["contact_phone"] == "+8613800138000"
    assert "merchant_name" not in talk.values
    assert talk.asked == "merchant_name"


def test_what_is_left_beside_another_fields_value_is_no_name() -> None:
    talk = talker("shop")
    talk.say("我要投诉一家店")
    talk.say("付了300元，在海珠区")
    assert talk.values["paid"] == "300.00"
    assert "merchant_name" not in talk.values


def test_an_introduced_name_is_taken_without_what_introduces_it() -> None:
    for answer in ("店名是好又多超市", "店名叫好又多超市。", "好又多超市"):
        talk = talker("shop")
        talk.say("我要投诉一家店")
        talk.say(answer)
        assert talk.values["merchant_name"] == "好又多超市", answer


def test_a_correction_of_something_else_is_no_name() -> None:
    talk = talker("shop")
    talk.say("我要投诉一家店")
    talk.say("不对，是快手")
    assert "merchant_name" not in talk.values


def test_where_the_citizen_lives_is_not_the_place_unless_they_say_so() -> None:
    talk = talker("bike")
    talk.say("我住在海珠区新港中路100号，楼下全是单车")
    assert "location" not in talk.values
    assert talk.asked == "location"
    talk.say("第一个")  # it is offered
    assert talk.values["location"] == "海珠区新港中路100号"


def test_one_word_may_mean_an_option_of_two_questions() -> None:
    document_ = document("parcel")
    kind = {**document_["fields"][2], "id": "kind", "options": [
        {"value": "gone", "label": {"zh": "不见了", "en": "gone"}, "aliases": ["丢了"]},
        {"value": "there", "label": {"zh": "还在", "en": "there"}}]}
    template = read({**document_, "fields": [*document_["fields"], kind]})
    talk = talker("parcel", "zh", NOBODY, template)
    talk.say("顺丰的件丢了")
    assert (talk.values["problem"], talk.values["kind"]) == ("lost", "gone")


def test_a_wish_at_the_summary_is_what_is_wanted_not_what_happened() -> None:
    for words in ("I want a refund", "我要他们赔偿损失"):
        talk = talker("bike")
        talk.say("海珠区新港中路100号全是单车，已经好几天了")
        for answer in ("是", "车号1234567890", "13800138000"):
            talk.say(answer)
        before = talk.values["description"]
        assert talk.asked == "confirm"
        talk.say(words)
        assert talk.values["demand"] == words
        assert talk.values["description"] == before
