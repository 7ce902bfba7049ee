"""A matter of a line that is not part of 12345: where it goes is said first, and nothing is refused."""
from __future__ import annotations

from gateway.dialogue.effects import Ask, Say
from tests.dialogue.small import talker
from tests.dialogue.talker import Talker, ranked

UNSURE = ranked("complaint.general", sure=False, score=0.1)


def told(talk: Talker) -> list[dict[str, object]]:
    return [dict(effect.params) for effect in talk.effects if isinstance(effect, Say) and effect.key == "elsewhere"]


def test_the_number_comes_first_and_the_general_form_is_one_tap_away() -> None:
    talk = talker()
    talk.say("我要举报一家公司偷税漏税", ranking=UNSURE)
    assert isinstance(talk.effects[0], Say)
    assert told(talk) == [{"number": "12366", "what": "税务热线"}]
    assert next(effect for effect in talk.effects if isinstance(effect, Ask)).what == "template"
    talk.choose("other")
    assert talk.draft.template == "general"
    assert "偷税漏税" in str(talk.values["description"])


def test_what_begins_a_form_of_ours_goes_on_behind_the_hint() -> None:
    talk = talker("shop")
    talk.say("店里卖的是假货，还不给开发票")
    assert told(talk) == [{"number": "12366", "what": "税务热线"}]
    assert talk.draft.template == "shop"


def test_in_english_too() -> None:
    talk = talker(language="en")
    talk.say("my employer is evading taxes", ranking=UNSURE)
    assert told(talk) == [{"number": "12366", "what": "the tax line"}]


def test_out_of_scope_says_the_better_word() -> None:
    talk = talker()
    talk.say("高铁票退票手续费太高", ranking=ranked("out_of_scope"))
    assert talk.said == ["elsewhere"]
    talk.say("帮我写首诗", ranking=ranked("out_of_scope"))
    assert talk.said == ["out_of_scope"]


def test_inside_a_form_nobody_is_sent_away() -> None:
    talk = talker("parcel")
    talk.say("我的快递三天没动了")
    talk.say("他们还不给开发票")
    assert told(talk) == []
