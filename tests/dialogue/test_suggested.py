"""What another value tells already is not asked blank: the carrier of a tracking number."""
from __future__ import annotations

from gateway.dialogue.effects import Ask, Say
from tests.dialogue.small import talker
from tests.dialogue.talker import Talker


def known_number(language: str = "zh") -> Talker:
    talk = talker("parcel", language)
    talk.say("我的快递YT1234567890123一直没动" if language == "zh" else "my parcel YT1234567890123 never came")
    assert talk.asked == "carrier"
    return talk


def test_it_is_suggested_and_stands_first() -> None:
    talk = known_number()
    assert Say("suggested", {"label": "快递公司", "value": "圆通"}) in talk.effects
    ask = next(effect for effect in talk.effects if isinstance(effect, Ask))
    assert [option.value for option in ask.choices] == ["yto", "sf", "other"]


def test_a_yes_takes_it() -> None:
    for language, yes in (("zh", "是的"), ("en", "yes")):
        talk = known_number(language)
        talk.say(yes)
        assert talk.values["carrier"] == "yto"
        assert talk.asked != "carrier"


def test_a_number_is_the_option_that_stands_at_its_place() -> None:
    for said, carrier in (("1", "yto"), ("２", "sf"), ("第三个", "other")):
        talk = known_number()
        talk.say(said)
        assert talk.values["carrier"] == carrier


def test_a_no_asks_the_question_itself() -> None:
    talk = known_number()
    talk.say("不是")
    assert talk.quoted == ["哪家快递？"]
    talk.say("顺丰")
    assert talk.values["carrier"] == "sf"


def test_another_name_is_taken_as_it_is() -> None:
    talk = known_number()
    talk.say("不是，是顺丰")
    assert talk.values["carrier"] == "sf"


def test_without_a_pattern_nothing_is_suggested() -> None:
    talk = talker("parcel")
    talk.say("我的快递123456789012一直没动")
    assert talk.asked == "carrier"
    assert "suggested" not in talk.said
