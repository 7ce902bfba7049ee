"""What is asked, in which order, and what is not asked at all."""
from __future__ import annotations

from gateway.dialogue.effects import Ask, Labelled
from gateway.dialogue.understood import Known
from tests.dialogue.small import talker


def test_a_conditional_field_is_asked_when_its_condition_holds() -> None:
    lost, late = talker("parcel"), talker("parcel")
    for talk, problem in ((lost, "丢了"), (late, "没动")):
        talk.say(f"顺丰{problem}，单号SF1234567890123，从广州海珠区新港中路寄到北京朝阳区建国路")
    assert lost.asked == "goods_value"
    assert late.asked == "contact_phone"


def test_questions_are_the_templates_own_words() -> None:
    talk = talker("parcel")
    talk.say("我要投诉快递公司")
    assert talk.quoted[-1] == "哪家快递？"
    ask = next(effect for effect in talk.effects if isinstance(effect, Ask))
    assert ask.choices[:2] == (Labelled("sf", "顺丰"), Labelled("yto", "圆通"))
    assert ask.template == "parcel"


def test_what_the_channel_knows_is_not_asked() -> None:
    talk = talker("general", known=Known(phone="13800138000"))
    talk.say("小区里的狗整夜叫，没人管")
    assert talk.asked == "confirm"
    assert talk.draft.values["contact_phone"].source == "channel"


def test_a_phone_the_channel_gives_wrongly_is_asked() -> None:
    talk = talker("general", known=Known(phone="12"))
    talk.say("小区里的狗整夜叫，没人管")
    assert talk.asked == "contact_phone"


def test_the_description_is_asked_only_when_too_little_was_told() -> None:
    short, long = talker("general"), talker("general")
    short.say("狗叫")
    long.say("小区里的狗整夜叫，没人管")
    for talk in (short, long):
        talk.say("13800138000")
    assert short.asked == "description"
    assert long.asked == "confirm"


def test_an_anonymous_citizen_is_not_asked_for_a_phone() -> None:
    talk = talker("general")
    talk.say("小区里的狗整夜叫，没人管")
    assert talk.asked == "contact_phone"
    assert "anonymous" in talk.state.offered
    talk.choose("anonymous")
    assert talk.asked == "confirm"
    assert talk.values["identity_mode"] == "anonymous"
    assert "contact_phone" not in talk.values


def test_no_anonymity_where_the_template_forbids_it() -> None:
    talk = talker("shop")
    talk.say("店名是好又多超市，东西是坏的，昨天买的，花了300元")
    assert talk.asked == "contact_phone"
    assert "anonymous" not in talk.state.offered
    talk.say("匿名")
    assert talk.said[0] == "identity.refused"
    assert talk.asked == "contact_phone"


def test_optional_fields_are_never_asked_by_themselves() -> None:
    talk = talker("general")
    talk.say("小区里的狗整夜叫，没人管")
    talk.say("13800138000")
    assert talk.asked == "confirm"
    assert "details" in talk.state.offered


def test_skip_passes_over_what_may_be_left_out() -> None:
    talk = talker("parcel")
    talk.say("顺丰丢了，单号SF1234567890123，从广州海珠区新港中路寄到北京朝阳区建国路")
    assert talk.asked == "goods_value"
    assert "skip" in talk.state.offered
    talk.say("跳过")
    assert talk.asked == "contact_phone"
    assert talk.draft.skipped == ("goods_value",)


def test_skip_of_a_required_field_says_why_not() -> None:
    talk = talker("parcel")
    talk.say("顺丰延误")
    talk.say("跳过")
    assert talk.said[0] == "skip.refused"
    assert "条形码下面。" in talk.quoted
    assert talk.asked == "tracking_number"


def test_skipping_again_and_again_leads_to_a_person() -> None:
    talk = talker("general")
    talk.say("小区里的狗整夜叫，没人管")
    for _ in range(3):
        talk.say("跳过")
    assert talk.asked == "handoff"


def test_values_that_look_unusual_are_kept_and_mentioned() -> None:
    talk = talker("parcel")
    talk.say("顺丰延误")
    talk.say("SF12345678")
    assert talk.values["tracking_number"] == "SF12345678"
    assert talk.said[0].startswith("warning.")
