"""Drafts live for days: paused and resumed, reminded of, expired, carried to newer templates; files and places."""
from __future__ import annotations

import pytest
from msgspec.structs import replace

from gateway.dialogue.catalog import DRAFT_S, Catalog
from gateway.dialogue.draft import Dialogue, RatingDialog
from gateway.dialogue.drafts import REMINDER_S, elapsed
from gateway.dialogue.effects import Arm, CallPerson, Disarm
from gateway.dialogue.template import Template, read
from gateway.messages import Elapsed
from tests.dialogue.small import NOBODY, PARCEL, catalog, document, parcel_version, talker
from tests.dialogue.talker import Talker
from tests.tables import table


def begun(*templates: Template) -> Talker:
    talk = talker("parcel", "zh", NOBODY, *templates)
    talk.say("顺丰延误")
    assert talk.asked == "tracking_number"
    return talk


# --- pauses -------------------------------------------------------------------------------------------------

def test_after_a_long_pause_the_form_is_not_gone_on_with_unasked() -> None:
    talk = begun()
    talk.wait(hours=3)
    talk.say("SF1234567890123")
    assert talk.asked == "resume"
    assert talk.said == ["resume"]
    assert "tracking_number" not in talk.values


def test_what_was_said_counts_when_it_goes_on() -> None:
    talk = begun()
    talk.wait(hours=3)
    talk.say("SF1234567890123")
    talk.choose("continue")
    assert talk.values["tracking_number"] == "SF1234567890123"
    assert talk.asked == "sender_address"


def test_or_begins_anew_with_those_words() -> None:
    talk = begun()
    talk.wait(hours=30)
    talk.say("楼下施工太吵了")
    talk.choose("restart")
    assert talk.state.draft is None
    assert talk.asked == "template"
    talk.choose("other")
    assert talk.draft.told == ("楼下施工太吵了",)


def test_or_wants_a_person() -> None:
    talk = begun()
    talk.wait(hours=3)
    talk.say("喂")
    talk.choose("human")
    assert CallPerson("resume") in talk.effects


def test_going_on_in_own_words() -> None:
    talk = begun()
    talk.wait(hours=3)
    talk.say("在吗在吗")
    talk.say("SF1234567890123")
    assert talk.values["tracking_number"] == "SF1234567890123"


def test_a_tap_on_the_open_question_needs_no_resuming() -> None:
    talk = talker("parcel")
    talk.say("我的快递有问题")
    talk.wait(hours=3)
    talk.choose("sf")
    assert talk.values["carrier"] == "sf"


def test_a_yes_after_days_files_nothing_yet() -> None:
    talk = begun()
    talk.say("SF1234567890123")
    talk.say("从广州海珠区新港中路寄到北京朝阳区建国路")
    talk.say("13800138000")
    talk.say("客服电话打了五次，一直没有人管")
    assert talk.asked == "confirm"
    talk.wait(hours=50)
    talk.say("好的")
    assert not talk.filed
    talk.say("继续")
    assert talk.asked == "confirm"
    assert not talk.filed


def test_a_word_said_meanwhile_is_no_answer() -> None:
    talk = begun()
    talk.say("SF1234567890123")
    assert talk.asked == "sender_address"
    talk.wait(hours=3)
    talk.say("你好")
    assert talk.asked == "resume"
    talk.choose("continue")
    assert talk.asked == "sender_address"
    assert "sender_address" not in talk.values


@table(("text", "asked"), [("取消", "cancel"), ("继续", "tracking_number"), ("重来", "carrier")])
def test_the_end_or_the_going_on_may_be_said_at_once(text: str, asked: str) -> None:
    talk = begun()
    talk.wait(hours=3)
    talk.say(text)
    assert talk.asked == asked


@table("text", ["人工", "进度", "帮助", "English"])
def test_commands_work_after_a_pause(text: str) -> None:
    talk = begun()
    talk.wait(hours=3)
    talk.say(text)
    assert talk.said[0] != "resume"


def test_a_short_pause_is_none() -> None:
    talk = begun()
    talk.wait(hours=1)
    talk.say("SF1234567890123")
    assert talk.asked == "sender_address"


# --- timers -------------------------------------------------------------------------------------------------

def test_every_message_moves_the_reminder() -> None:
    talk = begun()
    talk.say("SF1234567890123")
    assert talk.effects[-1] == Arm("draft_reminder", talk.draft.id, REMINDER_S)
    assert not any(isinstance(effect, Disarm) for effect in talk.effects)


def test_the_timers_end_with_the_draft() -> None:
    talk = begun()
    draft = talk.draft.id
    talk.say("取消")
    talk.choose("drop")
    assert talk.effects[-1] == Disarm("draft_reminder", draft)


def test_a_restart_has_timers_of_its_own() -> None:
    talk = begun()
    old = talk.draft.id
    talk.say("重来")
    assert talk.effects[-2:] == [Disarm("draft_reminder", old), Arm("draft_reminder", talk.draft.id, REMINDER_S)]


def test_the_reminder_arms_the_expiry_and_a_message_disarms_it() -> None:
    talk = begun()
    talk.state, effects = elapsed(talk.catalog, talk.state, Elapsed("draft_reminder", talk.draft.id))
    assert effects[-1] == Arm("draft_expiry", talk.draft.id, DRAFT_S - REMINDER_S)
    talk.wait(hours=24)
    talk.choose("continue")
    assert Disarm("draft_expiry", talk.draft.id) in talk.effects
    talk.say("SF1234567890123")
    assert not any(isinstance(effect, Disarm) for effect in talk.effects)


def test_the_reminder_offers_to_go_on() -> None:
    talk = begun()
    talk.state, effects = elapsed(talk.catalog, talk.state, Elapsed("draft_reminder", talk.draft.id))
    assert talk.state.asked == "resume"
    assert getattr(effects[0], "key", "") == "draft.reminder"
    talk.wait(hours=24)
    talk.choose("continue", to=None)
    assert talk.asked == "tracking_number"


def test_the_expiry_removes_the_draft() -> None:
    talk = begun()
    state, effects = elapsed(talk.catalog, talk.state, Elapsed("draft_expiry", talk.draft.id))
    assert state.draft is None
    assert getattr(effects[0], "key", "") == "draft.expired"


@pytest.mark.parametrize("state", ["waiting", "rating"])
def test_a_reminder_out_of_place_is_not_said(state: str) -> None:
    talk = begun()
    before = {"waiting": replace(talk.state, mode="waiting"),
              "rating": replace(talk.state, rating=RatingDialog("WO-1", 0), asked="resolved")}[state]
    after, effects = elapsed(talk.catalog, before, Elapsed("draft_reminder", talk.draft.id))
    assert [type(effect) for effect in effects] == [Arm]
    assert after.asked == before.asked


def test_a_timer_of_another_draft_does_nothing() -> None:
    talk = begun()
    assert elapsed(talk.catalog, talk.state, Elapsed("draft_expiry", "another")) == (talk.state, [])


def test_a_timer_without_a_draft_says_nothing() -> None:
    state = Dialogue()
    assert elapsed(catalog(), state, Elapsed("draft_expiry", "1")) == (state, [])


# --- versions -----------------------------------------------------------------------------------------------

def test_a_draft_keeps_the_version_it_began_with() -> None:
    talk = begun()
    renamed = parcel_version(2, title={"zh": "新快递投诉", "en": "New parcel complaint"})
    talk.catalog = Catalog.of([PARCEL, renamed], talk.catalog.types)
    talk.say("SF1234567890123")
    assert talk.draft.version == 1
    talk.say("重来")
    assert talk.draft.version == 2


def test_a_version_that_is_gone_carries_what_still_fits() -> None:
    talk = begun()
    talk.say("SF1234567890123")
    fields = document("parcel")["fields"]
    without_sf = [{**field, "options": field["options"][1:]} if field["id"] == "carrier" else field for field in fields]
    talk.catalog = Catalog.of([parcel_version(3, fields=without_sf)], talk.catalog.types)
    talk.say("帮助")
    assert talk.draft.version == 3
    assert talk.values == {"tracking_number": "SF1234567890123", "problem": "delay"}
    talk.say("从广州海珠区新港中路寄到北京朝阳区建国路")
    assert talk.asked == "carrier"


def test_a_template_that_is_gone_drops_the_draft() -> None:
    talk = begun()
    talk.catalog = Catalog.of([read(document("general"))], talk.catalog.types)
    talk.say("进度")
    assert talk.state.draft is None
    assert talk.asked is None


# --- files and places ---------------------------------------------------------------------------------------

def test_files_go_to_the_evidence() -> None:
    talk = begun()
    talk.upload("image/jpeg")
    talk.upload("application/pdf")
    assert talk.values["evidence"] == ["upload1", "upload2"]
    assert talk.draft.uploads == ("upload1", "upload2")
    assert talk.said == ["upload.kept", "again.field"]
    assert talk.asked == "tracking_number"


def test_files_before_a_form_wait_for_it() -> None:
    talk = talker("parcel")
    talk.upload()
    assert talk.said == ["upload.kept", "upload.early"]
    talk.say("顺丰把我的快递弄坏了")
    assert talk.values["evidence"] == ["upload1"]
    assert talk.state.uploads == ()


def test_files_with_words_in_one_burst() -> None:
    talk = begun()
    talk.say("SF1234567890123", uploads=(("u9", "image/png"),))
    assert talk.values["evidence"] == ["u9"]
    assert talk.values["tracking_number"] == "SF1234567890123"


def test_done_ends_the_sending_of_files() -> None:
    talk = begun()
    talk.say("SF1234567890123")
    talk.say("从广州海珠区新港中路寄到北京朝阳区建国路")
    talk.say("13800138000")
    talk.say("客服电话打了五次，一直没有人管")
    talk.choose("details")
    talk.choose("evidence")
    talk.upload()
    talk.say("好了")
    assert talk.asked == "confirm"
    assert talk.values["evidence"] == ["upload1"]


def test_a_map_point_is_the_place() -> None:
    talk = talker("bike")
    talk.say("好多单车乱停在路中间")
    talk.locate("广州市海珠区新港中路397号")
    assert talk.values["location"] == "广州市海珠区新港中路397号"
    assert talk.draft.values["location"].resolved == {"lat": 23.1, "long": 113.3}


def test_a_map_point_answers_the_asked_address() -> None:
    talk = begun()
    talk.say("SF1234567890123")
    assert talk.asked == "sender_address"
    talk.locate("广州市海珠区新港中路397号")
    assert talk.values["sender_address"] == "广州市海珠区新港中路397号"


def test_a_map_point_that_nobody_needs() -> None:
    talk = talker("general")
    talk.say("小区里的狗整夜叫，没人管")
    talk.locate("广州市海珠区新港中路397号")
    assert talk.said[0] == "location.unused"
    assert talk.asked == "contact_phone"


def test_a_map_point_before_any_word() -> None:
    talk = talker()
    talk.locate("广州市海珠区新港中路397号")
    assert talk.said == ["location.early"]
