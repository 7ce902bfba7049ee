"""Somebody is in danger: the number first in every state, no form while it lasts, nothing lost of what was open."""
from __future__ import annotations

import pytest
from msgspec.structs import replace

from gateway.dialogue.effects import Ask, Say
from gateway.emergency import INSTEAD, number_for
from gateway.fields.city import EmergencyNumber
from gateway.replies import Replies
from tests.dialogue.small import city, talker
from tests.dialogue.talker import Talker
from tests.tables import table

STORY = (
    "楼道里有人把电动车推进来充电，刚才电池冒烟了，火苗窜到天花板，住户都在往下跑，"
    "物业的人一个也没看见，请你们快点派人来"
)


def danger(kind: str = "fire") -> EmergencyNumber:
    number = number_for(kind, city())
    assert number is not None
    return number


ANSWERS = {
    "description": "路灯坏了三天没人修，晚上很黑", "location": "海珠区新港中路100号", "contact_phone": "13800138000",
}

FIRE, DESPAIR = danger(), danger("self_harm")


def asked_for_number() -> Talker:
    talk = talker("parcel")
    talk.say("顺丰延误")
    assert talk.asked == "tracking_number"
    return talk


def at_confirm() -> Talker:
    talk = talker("general")
    talk.say("路灯坏了三天没人修")
    while talk.asked != "confirm":
        talk.say(ANSWERS[str(talk.asked)])
    assert talk.asked == "confirm"
    return talk


# --- without a form -----------------------------------------------------------------------------------------

@table("kind", sorted(set(INSTEAD) - {"self_harm"}))
def test_a_cry_for_help_begins_no_form(kind: str) -> None:
    talk = talker("general")
    talk.say("救命啊", emergency=danger(kind))
    assert talk.said == [f"emergency.{kind}", "emergency.after"]
    assert talk.state.draft is None
    assert talk.state.offered == ("other",)


def test_the_form_that_fits_is_a_tap_away_with_the_words_that_were_said() -> None:
    talk = talker("bike")
    talk.say("单车电池着火了", emergency=FIRE)
    assert talk.state.draft is None
    assert talk.state.offered == ("bike", "other")
    talk.choose("bike")
    assert talk.draft.template == "bike"
    assert talk.draft.told == ("单车电池着火了",)


def test_a_long_story_goes_its_way_behind_the_number() -> None:
    talk = talker("general")
    talk.say(STORY, emergency=FIRE)
    assert talk.said[0] == "emergency.fire"
    assert talk.state.draft is not None


@pytest.mark.parametrize("text", ["我不想活了", STORY])
def test_despair_is_heard_out_and_no_form_is_offered(text: str) -> None:
    talk = talker("general")
    talk.say(text, emergency=DESPAIR)
    assert talk.said == ["emergency.self_harm", "emergency.stay"]
    assert not [effect for effect in talk.effects if isinstance(effect, Ask)]
    assert (talk.state.draft, talk.asked) == (None, None)


# --- with a form --------------------------------------------------------------------------------------------

def test_a_value_beside_the_danger_is_taken_and_the_form_goes_on() -> None:
    talk = asked_for_number()
    talk.say("SF1234567890123", emergency=FIRE)
    assert talk.said[0] == "emergency.fire"
    assert talk.values["tracking_number"] == "SF1234567890123"
    assert talk.asked == "sender_address"


def test_what_is_no_value_costs_no_attempt() -> None:
    talk = asked_for_number()
    for _ in range(4):
        talk.say("着火了", emergency=FIRE)
        assert talk.said[0] == "emergency.fire"
        assert (talk.asked, talk.state.attempts) == ("tracking_number", 0)
    assert talk.state.mode == "bot"


def test_despair_is_no_value_of_any_field() -> None:
    talk = talker("general")
    talk.say("路灯坏了")
    before = talk.values
    talk.say("我不想活了", emergency=DESPAIR)
    assert talk.said[0] == "emergency.self_harm"
    assert talk.values == before


def test_at_the_summary_nothing_is_filed_or_changed() -> None:
    talk = at_confirm()
    before = talk.values
    talk.say("楼下着火了", emergency=FIRE)
    assert talk.said[0] == "emergency.fire"
    assert talk.asked == "confirm"
    assert talk.values == before
    assert talk.filed == []


@pytest.mark.parametrize("asked", ["resolved", "answer"])
def test_a_question_beside_the_form_stays_open(asked: str) -> None:
    talk = talker("general")
    talk.state = replace(talk.state, asked=asked, offered=("yes", "no"))
    talk.say("着火了", emergency=FIRE)
    assert talk.said == ["emergency.fire"]
    assert (talk.asked, talk.state.offered) == (asked, ("yes", "no"))


@pytest.mark.parametrize("mode", ["waiting", "agent"])
def test_it_is_said_while_a_person_is_called_or_talking(mode: str) -> None:
    talk = asked_for_number()
    talk.state = replace(talk.state, mode=mode)
    talk.say("着火了", emergency=FIRE)
    assert talk.said == ["emergency.fire"]
    assert (talk.state.mode, talk.asked) == (mode, "tracking_number")


# --- the words ----------------------------------------------------------------------------------------------

@table("language", ["zh", "en"])
@table("kind", sorted(INSTEAD))
def test_the_wording_names_every_number_once_and_is_short(wording: Replies, language: str, kind: str) -> None:
    talk = talker("general", language)
    talk.say("救命" if language == "zh" else "help us", emergency=danger(kind))
    said = next(effect for effect in talk.effects if isinstance(effect, Say))
    text = wording.render(language, "web", said.key, said.params)
    number = danger(kind)
    assert text.count(number.number) - (number.number in number.also) * text.count(number.also) == 1
    assert not number.also or text.count(number.also) == 1
    assert len(text) <= (110 if language == "zh" else 260)


def test_a_city_without_the_second_line_says_nothing_of_it(wording: Replies) -> None:
    for language in ("zh", "en"):
        for kind in INSTEAD:
            text = wording.render(language, "web", f"emergency.{kind}", {"number": "110", "what": "x", "also": ""})
            assert "  " not in text
            assert "，，" not in text


def test_the_wording_for_the_desperate_is_warm(wording: Replies) -> None:
    params = {"number": "110", "what": "报警", "also": "12356"}
    text = wording.render("zh", "web", "emergency.self_harm", params)
    assert text.startswith("谢谢您愿意说出来")
    assert text.index("12356") < text.index("110")
