"""Two problems told at once are taken one after the other; the second one's words wait, the citizen's number too."""
from __future__ import annotations

from msgspec.structs import replace

from gateway.dialogue import drafts
from gateway.dialogue.effects import Say
from gateway.messages import Elapsed
from gateway.protocols import Matter
from tests.dialogue.small import talker
from tests.dialogue.talker import Talker, ranked

PARCEL, BIKES = "顺丰的件SF1234567890123一直没动，在路上五天了", "海珠区新港中路100号门口全是单车，没法走路"
BOTH = replace(
    ranked("complaint.parcel", "complaint.bike", sure=False),
    matters=(Matter("parcel", 0.9, PARCEL), Matter("bike", 0.9, BIKES)))


def two(language: str = "zh") -> Talker:
    talk = talker(language=language)
    talk.say(f"{PARCEL}。另外{BIKES}", ranking=BOTH)
    return talk


def filed() -> Talker:
    talk = two()
    for words in ("海珠区新港中路", "朝阳区建国路", "13800138000", "保密", "确认"):
        talk.say(words)
    assert len(talk.filed) == 1
    return talk


def test_the_first_is_begun_with_its_own_words_and_the_other_named() -> None:
    talk = two()
    assert talk.effects[0] == Say("matters.several", {"titles": ["快递投诉", "共享单车"]})
    assert talk.draft.template == "parcel"
    assert talk.values["tracking_number"] == "SF1234567890123"
    assert "单车" not in str(talk.values["description"])


def test_the_second_is_offered_after_filing_and_opens_with_what_was_said() -> None:
    talk = filed()
    assert talk.said[-1] == "matters.next"
    assert talk.asked == "next"
    talk.say("接着登记")
    assert talk.draft.template == "bike"
    assert str(talk.values["location"]).startswith("海珠区新港中路100号")
    assert BIKES in str(talk.values["description"])


def test_who_the_citizen_is_is_not_asked_twice() -> None:
    talk = filed()
    talk.choose("yes")
    assert talk.values["contact_phone"] == "+8613800138000"
    assert talk.values["identity_mode"] == "confidential"
    talk.say("是")
    talk.say("车号1234567890")
    assert talk.asked == "confirm"
    assert talk.state.contact == {}


def test_it_is_offered_after_a_cancelled_form_too() -> None:
    talk = two()
    talk.say("取消")
    talk.choose("drop")
    assert talk.said == ["cancelled", "matters.next"]


def test_no_leaves_it() -> None:
    talk = filed()
    talk.say("先不了")
    assert talk.said == ["matters.dropped"]
    assert (talk.state.later, talk.state.contact, talk.state.draft) == ((), {}, None)


def test_words_instead_of_a_yes_are_taken_as_what_they_are() -> None:
    talk = filed()
    talk.say("单车还在那里，一直没人管", ranking=ranked("complaint.bike"))
    assert talk.draft.template == "bike"
    assert str(talk.values["location"]).startswith("海珠区新港中路100号")  # from the words that waited
    assert talk.state.later == ()


def test_a_third_waits_behind_the_second() -> None:
    talk = talker()
    three = replace(BOTH, matters=(*BOTH.matters, Matter("shop", 0.9, "商家：好又多，昨天买的东西坏了")))
    talk.say("三件事", ranking=three)
    talk.say("取消")
    talk.choose("drop")
    talk.choose("no")
    assert talk.said == ["matters.dropped", "matters.next"]
    talk.choose("yes")
    assert talk.draft.template == "shop"


def test_a_matter_without_a_form_parts_nothing() -> None:
    talk = talker("parcel")
    talk.say(PARCEL, ranking=replace(ranked("complaint.parcel"), matters=(
        Matter("parcel", 0.9, PARCEL), Matter("nowhere", 0.9, "x"))))
    assert talk.draft.template == "parcel"
    assert talk.state.later == ()


def test_another_matter_in_the_middle_of_a_form_is_kept_and_the_form_goes_on() -> None:
    talk = talker("parcel")
    talk.say("顺丰的件SF1234567890123一直没动")
    assert talk.asked == "sender_address"
    talk.say(f"对了，另外还有一件事，{BIKES}", ranking=ranked("complaint.bike"))
    assert talk.said[0] == "matters.kept"
    assert talk.asked == "sender_address"
    assert [(one.template, one.words) for one in talk.state.later] == [("bike", BIKES)]
    assert "location" not in talk.values


def test_more_about_the_same_matter_is_no_other_one() -> None:
    talk = talker("parcel")
    talk.say("顺丰的件SF1234567890123一直没动")
    talk.say("另外寄件地址是海珠区新港中路", ranking=ranked("complaint.parcel"))
    assert talk.state.later == ()
    assert talk.values["sender_address"] == "海珠区新港中路"


def test_an_expired_draft_takes_what_waited_with_it() -> None:
    talk = two()
    gone, _ = drafts.elapsed(talk.catalog, talk.state, Elapsed("draft_expiry", talk.draft.id))
    assert (gone.draft, gone.later) == (None, ())
