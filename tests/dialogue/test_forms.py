"""Forms sent whole: people's forms are accepted, faults are said per field, then the summary."""
from __future__ import annotations

from msgspec.structs import replace

from gateway.dialogue.drafts import begin
from gateway.dialogue.effects import Blame, Say
from gateway.dialogue.forms import read_form
from gateway.dialogue.template import read
from tests.dialogue.small import NOBODY, PARCEL, document, scene, talker

COMPLETE = {
    "carrier": "sf", "tracking_number": "sf 1234567890123", "problem": "lost", "goods_value": "三百二十块",
    "sender_address": "广州海珠区新港中路", "receiver_address": "北京朝阳区建国路", "contact_phone": "138 0013 8000",
    "description": "快递丢了，客服一直不处理",
}
ONE, TWO = "1" * 32, "2" * 32


def test_a_complete_form_goes_to_the_summary() -> None:
    talk = talker()
    talk.fill("parcel", **COMPLETE)
    assert talk.asked == "confirm"
    assert talk.values["goods_value"] == "320.00"
    assert talk.values["tracking_number"] == "SF1234567890123"
    assert talk.values["contact_phone"] == "+8613800138000"
    assert not talk.filed


def test_the_privacy_notice_comes_with_it() -> None:
    talk = talker()
    talk.fill("parcel", **COMPLETE)
    assert "privacy" in talk.said


def test_what_is_missing_is_asked() -> None:
    talk = talker()
    talk.fill("parcel", carrier="顺丰", tracking_number="SF1234567890123")
    assert talk.asked == "problem"


def test_faults_are_said_per_field_and_the_first_is_asked() -> None:
    talk = talker()
    talk.fill("parcel", **{**COMPLETE, "contact_phone": "12", "goods_value": "很多"})
    said = [effect for effect in talk.effects if isinstance(effect, Say) and effect.key.startswith("problem.")]
    assert {effect.params["label"] for effect in said} == {"联系电话", "物品价值"}
    assert talk.asked in ("contact_phone", "goods_value")
    assert "contact_phone" not in talk.values


def test_empty_and_unknown_fields_are_left_out() -> None:
    talk = talker()
    talk.fill("parcel", **COMPLETE, insured_value="", evidence=[], no_such_field="x")
    assert talk.asked == "confirm"
    assert talk.values.keys() == COMPLETE.keys()


def test_only_files_of_ones_own_are_taken() -> None:
    talk = talker()
    talk.fill("parcel", **COMPLETE, evidence=["somebody-elses"])
    assert "problem.not_yours" in talk.said
    assert "evidence" not in talk.values
    assert not talk.draft.uploads
    talk.fill("parcel", {ONE: "image/jpeg", TWO: "image/png"}, evidence=[ONE, TWO])
    assert (talk.asked, talk.values["evidence"]) == ("confirm", [ONE, TWO])
    talk.fill("parcel", {TWO: "image/png"}, evidence=[TWO])
    assert list(talk.draft.uploads) == [TWO], "what was taken out is not filed"
    talk.fill("parcel", evidence=[])
    assert not talk.draft.uploads


def test_what_the_card_empties_is_empty() -> None:
    talk = talker()
    talk.fill("parcel", **COMPLETE)
    talk.fill("parcel", goods_value="", tracking_number="")
    assert talk.asked == "tracking_number"
    assert "goods_value" not in talk.values, "it may be passed over, and is"
    talk.fill("parcel", tracking_number="SF1234567890123")
    assert talk.asked == "confirm"


def test_a_form_without_a_word_opens_as_a_chosen_template_does() -> None:
    notices = [{"at": "opening", "text": {"zh": "先打120", "en": "Call 120 first"}}]
    talk = talker("", "zh", NOBODY, read(document("parcel", notices=notices)))
    talk.fill("parcel")
    assert talk.quoted[:2] == [PARCEL.opening.zh, "先打120"]
    assert (talk.asked, talk.said) == ("carrier", ["privacy"])
    talk.fill("parcel")
    assert talk.quoted == [PARCEL.field("carrier").prompt.zh], "it is open"


def test_a_full_form_shows_the_notices_of_its_opening_too() -> None:
    notices = [{"at": "opening", "text": {"zh": "先打120", "en": "Call 120 first"}}]
    talk = talker("", "zh", NOBODY, read(document("parcel", notices=notices)))
    talk.fill("parcel", **COMPLETE)
    assert (talk.asked, "先打120" in talk.quoted) == ("confirm", True)


def test_what_was_said_before_the_form_was_picked_counts() -> None:
    talk = talker()
    talk.say("我的圆通快递一直不动")
    talk.fill("parcel")
    assert talk.values["carrier"] == "yto"


def test_every_fault_names_its_field() -> None:
    talk = talker()
    talk.fill("parcel", **{**COMPLETE, "contact_phone": "12", "goods_value": "很多"})
    blamed = {effect.blame for effect in talk.effects if isinstance(effect, Say) and effect.blame}
    assert blamed == {Blame("contact_phone", "phone"), Blame("goods_value", "money")}


def test_a_template_that_needs_a_name_refuses_to_go_without() -> None:
    talk = talker("", "zh", NOBODY, read(document("parcel", anonymous=False)))
    talk.fill("parcel", **COMPLETE, identity_mode="anonymous")
    assert "problem.anonymous" in talk.said
    assert "identity_mode" not in talk.values


def test_a_form_over_the_open_draft_keeps_the_rest() -> None:
    talk = talker("parcel")
    talk.say("顺丰延误")
    talk.fill("parcel", tracking_number="SF1234567890123")
    assert talk.values["carrier"] == "sf"
    assert talk.values["tracking_number"] == "SF1234567890123"


def test_a_form_of_another_template_begins_anew() -> None:
    talk = talker("parcel")
    talk.say("顺丰延误")
    talk.fill("shop", merchant_name="好又多超市")
    assert talk.draft.template == "shop"


def test_a_form_nobody_knows() -> None:
    talk = talker()
    talk.fill("no_such_template", a="b")
    assert talk.said == ["form.unknown"]


def test_hostile_values_stay_values() -> None:
    talk = talker()
    talk.fill("parcel", **{**COMPLETE, "demand": "{{7*7}} %s <img onerror=1>"})
    assert talk.values["demand"] == "{{7*7}} %s <img onerror=1>"


# --- the reading alone ----------------------------------------------------------------------------------------

def test_every_fault_is_found_at_once() -> None:
    filled, faults = read_form(begin(scene(), PARCEL), {"carrier": "nobody", "contact_phone": "12", "nonsense": 1})
    assert {(fault.field, fault.code) for fault in faults} == {("carrier", "choice"), ("contact_phone", "phone")}
    assert filled.draft.values == {}


def test_a_value_of_the_wrong_kind_is_a_fault() -> None:
    _, faults = read_form(begin(scene(), PARCEL), {"carrier": True, "goods_value": ["1"], "contact_phone": 1.5})
    assert {fault.field for fault in faults} == {"carrier", "goods_value", "contact_phone"}


def test_reading_does_not_touch_what_was_there() -> None:
    begun = begin(scene(), PARCEL)
    read_form(begun, COMPLETE)
    assert begun.draft == replace(begun.draft, values={})
