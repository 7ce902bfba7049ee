"""A matter of a line that is not part of 12345: where it goes is said first, and nothing is refused."""
from __future__ import annotations

from gateway.dialogue.effects import Ask, Say
from gateway.protocols import Answer
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


def offered(talk: Talker) -> list[str]:
    """Values of the question that was just asked."""
    return [one.value for effect in talk.effects if isinstance(effect, Ask) for one in effect.choices]


def test_nothing_of_ours_is_offered_behind_the_hint_where_the_engine_only_guesses() -> None:
    """12306 and then "is it about parcels, bikes or shops?" would take the word back."""
    guess = ranked("complaint.parcel", "complaint.bike", "complaint.shop", sure=False, score=0.45)
    talk = talker()
    talk.say("高铁票退票手续费太高", ranking=guess)
    assert (talk.said, offered(talk)) == (["elsewhere"], ["other"])
    talk.say("帮助")
    assert offered(talk) == ["other"], "still nothing else"
    talk.say("其实是快递把票弄丢了", ranking=ranked("complaint.parcel", sure=False, score=0.45))
    assert offered(talk) == ["parcel", "other"], "what they say now may be ours"


def test_an_answer_that_did_not_help_leads_to_the_general_form() -> None:
    answer = Answer(
        "trains", 0.9, True, "怎么退票", "退票请到车站或网上办理。", "铁路客服", "railway", tags=("shop", "parcel"))
    talk = talker()
    talk.say("高铁票怎么退票", ranking=ranked("ask_faq"), answers=(answer,))
    assert talk.asked == "solved"
    talk.choose("no")
    assert talk.draft.template == "general"


def test_it_may_always_be_something_else() -> None:
    guess = ranked("complaint.parcel", "complaint.bike", sure=False, score=0.45)
    for said in ("都不是", "不是这些", "没有我要的", "none of them", "it's something else", "no, it's none of these"):
        talk = talker()
        talk.say("楼下那个真的没人管，一个多月了", ranking=guess)
        assert offered(talk) == ["parcel", "bike", "other"]
        talk.say(said, ranking=guess)
        assert talk.draft.template == "general", said


def test_what_it_is_instead_counts_at_once() -> None:
    guess = ranked("complaint.parcel", "complaint.bike", sure=False, score=0.45)
    for ranking, wanted in ((ranked("complaint.shop"), "shop"), (ranked("complaint.bike"), "general")):
        talk = talker()
        talk.say("楼下那个真的没人管，一个多月了", ranking=guess)
        talk.say("都不是，我说的是楼下那家店", ranking=ranking)
        assert talk.draft.template == wanted, "what was denied is not taken"
    talk = talker()
    talk.say("楼下那个真的没人管，一个多月了", ranking=guess)
    talk.say("none of these, it is the shop downstairs", ranking=ranked("complaint.shop", sure=False, score=0.45))
    assert offered(talk) == ["shop", "other"]
