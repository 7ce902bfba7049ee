"""Photos and map points fill their fields: alone, beside words, and before there is a form."""
from __future__ import annotations

from dataclasses import replace

from gateway.fields.base import Reading
from gateway.messages import Text
from tests.dialogue.small import talker
from tests.dialogue.talker import Talker

PLACE = "海珠区新港中路100号"


def at_bike_numbers() -> Talker:
    talk = talker("bike")
    talk.say("海珠区新港中路人行道上全是单车")
    talk.say("是")
    assert talk.asked == "bike_numbers"
    return talk


def test_a_photo_spares_the_question_it_answers() -> None:
    talk = at_bike_numbers()
    talk.upload()
    assert talk.asked == "contact_phone"
    assert talk.values["evidence"] == ["upload1"]


def test_a_photo_that_came_early_spares_the_question_too() -> None:
    talk = talker("bike")
    talk.upload()
    talk.say("海珠区新港中路人行道上全是单车")
    talk.say("是")
    assert talk.asked == "contact_phone"


def test_a_voice_without_words_is_asked_for_in_writing() -> None:
    talk = talker("parcel")
    talk.say("我的快递三天没动了")
    before = talk.asked
    talk.upload("audio/amr")
    assert talk.said == ["upload.kept", "upload.voice", "again.field"]
    assert talk.asked == before
    early = talker("bike")
    early.upload("audio/amr")
    assert early.said == ["upload.kept", "upload.voice", "upload.early"]


def test_words_beside_such_a_photo_are_no_answer_to_the_spared_question() -> None:
    talk = at_bike_numbers()
    talk.say("照片发你了", uploads=(("f1", "image/jpeg"),))
    assert talk.asked == "contact_phone"
    assert "bike_numbers" not in talk.values


def test_an_answer_beside_a_photo_is_still_an_answer() -> None:
    talk = talker("bike")
    talk.say("海珠区新港中路人行道上全是单车")
    talk.say("是的", uploads=(("f1", "image/jpeg"),))
    assert talk.values["ongoing"] is True
    assert talk.asked == "contact_phone"


def test_a_map_point_answers_the_asked_address() -> None:
    talk = talker("bike")
    talk.say("单车堵门口了")
    assert talk.asked == "location"
    talk.locate(PLACE)
    assert talk.values["location"] == PLACE
    assert talk.asked == "ongoing"


def test_a_map_point_is_the_place_whatever_is_asked() -> None:
    talk = at_bike_numbers()
    talk.locate(PLACE)
    assert talk.values["location"] == PLACE
    assert talk.asked == "bike_numbers"


def test_a_map_point_waits_for_the_form() -> None:
    talk = talker("bike")
    talk.locate(PLACE)
    assert talk.said == ["location.early"]
    talk.say("单车堵门口了")
    assert talk.values["location"] == PLACE
    assert talk.asked == "ongoing"
    assert talk.state.place is None


def test_words_and_a_point_in_one_burst() -> None:
    talk = talker("bike")
    talk.say("单车堵门口了")
    turn = talk._turn(Text("就在这个路口"), "就在这个路口")
    talk._step(replace(turn, location=Reading(PLACE, resolved={"lat": 23.1, "long": 113.3})))
    assert talk.values["location"] == PLACE
    assert talk.asked == "ongoing"


def test_a_form_without_a_place_says_so() -> None:
    talk = talker("parcel")
    talk.say("快递丢了")
    talk.locate(PLACE)
    assert talk.said[0] == "location.unused"
    assert "sender_address" not in talk.values
