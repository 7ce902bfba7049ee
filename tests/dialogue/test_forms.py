"""Forms sent whole: people's forms are accepted, faults are said per field, then the summary."""
from __future__ import annotations

from msgspec.structs import replace

from gateway.dialogue.drafts import begin
from gateway.dialogue.effects import Say
from gateway.dialogue.forms import read_form
from tests.dialogue.small import PARCEL, scene, talker

COMPLETE = {
    "carrier": "sf", "tracking_number": "sf 1234567890123", "problem": "lost", "goods_value": "三百二十块",
    "sender_address": "广州海珠区新港中路", "receiver_address": "北京朝阳区建国路", "contact_phone": "138 0013 8000",
    "description": "快递丢了，客服一直不处理",
}


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


def test_files_of_a_form_are_left_out() -> None:
    """Whose they are was not checked; uploads come as messages of their own."""
    talk = talker()
    talk.fill("parcel", **COMPLETE, evidence=["somebody-elses"])
    assert "evidence" not in talk.values
    assert talk.draft.uploads == ()


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
