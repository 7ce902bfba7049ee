"""Who opens the chat without a word: greeted once, never in the middle of a form, led to the form the code names."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from msgspec.structs import replace

from gateway.dialogue.arrivals import arrived
from gateway.dialogue.draft import Dialogue
from gateway.dialogue.effects import Arm, Ask, Disarm, Effect, Say
from gateway.dialogue.understood import Understood
from gateway.handover import Arrived
from gateway.messages import Text
from tests.dialogue.small import talker
from tests.dialogue.talker import Talker
from tests.tables import table

HAIZHU = "440105"
ANSWERS = {"ongoing": "是", "bike_numbers": "12345678", "contact_phone": "13800138000"}


@dataclass
class Visitor:
    """A talker who may also come without a word."""

    talk: Talker = field(default_factory=talker)

    def comes(
        self, how: Literal["followed", "scanned", "entered"] = "entered", template: str | None = None,
        district: str | None = None,
    ) -> list[str]:
        """Keys of what is said to that."""
        turn = Understood(Text(""), self.talk.now, self.talk.city)
        came = Arrived(how, template, district)
        self.talk.state, self.talk.effects = arrived(self.talk.catalog, self.talk.state, turn, came)
        return self.talk.said

    @property
    def state(self) -> Dialogue:
        return self.talk.state


def filling() -> Visitor:
    """A visitor in the middle of a form."""
    visitor = Visitor(talker(opens="parcel"))
    visitor.talk.say("我要投诉顺丰快递，三天没动了")
    assert visitor.talk.asked
    return visitor


def asked(effects: list[Effect]) -> list[str]:
    return [effect.what for effect in effects if isinstance(effect, Ask)]


# --- nothing open -------------------------------------------------------------------------------------------

@table("how", ["followed", "scanned", "entered"])
def test_who_comes_first_is_greeted_as_who_says_hello(how: Literal["followed", "scanned", "entered"]) -> None:
    assert Visitor().comes(how) == ["welcome"]


def test_entering_again_at_once_without_a_word_says_nothing() -> None:
    visitor = Visitor()
    visitor.comes("followed")
    before = visitor.state
    visitor.talk.wait(0.9)
    assert (visitor.comes("entered"), visitor.state) == ([], before)


def test_a_code_scanned_again_and_a_later_visit_are_answered_shortly() -> None:
    visitor = Visitor()
    visitor.comes("followed")
    assert visitor.comes("scanned") == ["greeted"]
    visitor.talk.wait(2)
    assert visitor.comes("entered") == ["greeted"]


def test_words_between_two_visits_count() -> None:
    visitor = Visitor()
    visitor.comes("followed")
    visitor.talk.say("谢谢")
    assert visitor.comes("entered") == ["greeted"]


def test_nothing_is_said_while_a_person_talks() -> None:
    visitor = Visitor()
    visitor.talk.state = Dialogue(mode="agent", agent="li")
    assert visitor.comes("scanned", "bike") == []
    assert visitor.state.draft is None


# --- in the middle ------------------------------------------------------------------------------------------

def test_an_open_question_is_repeated_without_a_greeting() -> None:
    visitor = filling()
    question = visitor.talk.asked
    assert visitor.comes() == ["again.field"]
    assert (visitor.talk.asked, asked(visitor.talk.effects)) == (question, [question])


def test_it_is_repeated_once_to_who_enters_again_and_again() -> None:
    visitor = filling()
    visitor.comes()
    question = visitor.talk.asked
    assert (visitor.comes(), visitor.talk.asked) == ([], question)


def test_after_a_long_pause_the_form_is_offered_again() -> None:
    visitor = filling()
    visitor.talk.wait(3)
    assert visitor.comes() == ["resume"]
    visitor.talk.choose("continue")
    assert visitor.talk.said == ["resumed"]


def test_coming_back_keeps_the_draft_from_expiring() -> None:
    visitor = filling()
    draft = visitor.talk.draft
    visitor.talk.state = replace(visitor.state, draft=replace(draft, reminded=True))
    visitor.comes()
    assert Disarm("draft_expiry", draft.id) in visitor.talk.effects
    assert any(isinstance(effect, Arm) and effect.timer == "draft_reminder" for effect in visitor.talk.effects)
    assert not visitor.talk.draft.reminded


def test_the_list_of_forms_is_offered_once_more() -> None:
    visitor = Visitor()
    visitor.talk.say("出了点事情，不知道怎么说才好")
    assert visitor.talk.asked == "template"
    visitor.comes("scanned")
    assert visitor.talk.asked == "template"


def test_a_question_beside_the_form_is_repeated_as_it_was_handed_in() -> None:
    visitor = Visitor()
    visitor.talk.state = Dialogue(asked="satisfaction", offered=("5", "1"), greeted=True)
    rated: list[Effect] = [Say("rating.satisfaction"), Ask("satisfaction")]
    turn = Understood(Text(""), visitor.talk.now, visitor.talk.city)
    state, effects = arrived(visitor.talk.catalog, visitor.state, turn, Arrived("entered"), rated)
    assert (state.asked, effects) == ("satisfaction", rated)


def test_a_department_still_gets_its_answer() -> None:
    visitor = Visitor()
    visitor.talk.state = Dialogue(asked="answer", question="WO-1", greeted=True)
    assert (visitor.comes(), visitor.talk.asked) == (["greeted"], "answer")


# --- a code that names a form -------------------------------------------------------------------------------

def test_its_form_begins_and_asks_at_once() -> None:
    visitor = Visitor()
    said = visitor.comes("scanned", "bike")
    assert (visitor.talk.draft.template, "welcome" in said, "privacy" in said) == ("bike", False, True)
    assert visitor.talk.asked == visitor.talk.catalog.newest["bike"].fields[0].id
    assert any(isinstance(effect, Arm) for effect in visitor.talk.effects)


@table(("template", "district"), [("no_such", None), ("", ""), ("../bike", "999999"), ("other", "天河"), (None, "44")])
def test_what_nobody_knows_is_passed_over(template: str | None, district: str | None) -> None:
    visitor = Visitor()
    assert visitor.comes("scanned", template, district) == ["welcome"]
    assert (visitor.state.draft, visitor.state.district) == (None, "")


def test_what_was_told_already_is_in_the_form() -> None:
    visitor = Visitor()
    visitor.talk.say("出了点事情，不知道怎么说才好")
    visitor.comes("scanned", "bike")
    assert visitor.talk.draft.told == ("出了点事情，不知道怎么说才好",)


def test_the_same_form_goes_on() -> None:
    visitor = filling()
    draft = visitor.talk.draft
    visitor.comes("scanned", "parcel", HAIZHU)
    assert visitor.talk.draft == replace(draft, district=HAIZHU)
    assert visitor.state.district == "", "the code was for this form"


def test_another_form_waits_for_the_end_of_the_one_that_is_open() -> None:
    visitor = filling()
    draft, question = visitor.talk.draft, visitor.talk.asked
    for _ in range(2):
        assert visitor.comes("scanned", "bike")[0] == "matters.kept"
    assert (visitor.talk.draft, visitor.talk.asked) == (draft, question)
    assert [one.template for one in visitor.state.later] == ["bike"]
    visitor.talk.say("取消")
    visitor.talk.choose("drop")
    assert visitor.talk.asked == "next"
    visitor.talk.choose("yes")
    assert visitor.talk.draft.template == "bike"


def test_who_gives_up_an_old_form_is_led_to_the_new_one() -> None:
    visitor = filling()
    visitor.talk.wait(30)
    assert visitor.comes("scanned", "bike") == ["matters.kept", "resume"]
    visitor.talk.choose("restart")
    assert visitor.state.offered[0] == "bike"
    visitor.talk.choose("bike")
    assert (visitor.talk.draft.template, visitor.state.later) == ("bike", ())


def test_a_form_that_nobody_answered_yet_gives_way() -> None:
    visitor = Visitor()
    visitor.comes("scanned", "parcel")
    first = visitor.talk.draft
    visitor.talk.wait(0.1)
    visitor.comes("scanned", "bike")
    assert (visitor.talk.draft.template, visitor.state.later) == ("bike", ())
    assert Disarm("draft_reminder", first.id) in visitor.talk.effects


# --- where the code hangs -----------------------------------------------------------------------------------

def at_the_bikes() -> Visitor:
    """A visitor who has scanned the code of the bikes in 海珠区 and said on which road they are."""
    visitor = Visitor()
    visitor.comes("scanned", "bike", HAIZHU)
    visitor.talk.say("新港中路12号")
    return visitor


def test_an_address_without_a_district_is_in_that_of_the_code_and_says_so() -> None:
    talk = at_the_bikes().talk
    assert "warning.district_assumed" in talk.said
    assert talk.values["location"] == "海珠区新港中路12号"
    assert (talk.draft.values["location"].resolved or {})["adcode"] == HAIZHU


@table("place", ["天河区天河路8号", "北京市朝阳区建国路"])
def test_a_district_that_is_named_counts(place: str) -> None:
    visitor = Visitor()
    visitor.comes("scanned", "bike", HAIZHU)
    visitor.talk.say(place)
    assert (visitor.talk.values["location"], "warning.district_assumed" in visitor.talk.said) == (place, False)


@table("words", ["天河区", "是天河区的", "不对，是天河区", "不是海珠区，是天河区", "It's in Tianhe District"])
def test_the_assumed_district_is_changed_in_a_word(words: str) -> None:
    talk = at_the_bikes().talk
    question = talk.asked
    talk.say(words)
    assert "天河区" in str(talk.values["location"]) or "Tianhe" in str(talk.values["location"])
    assert "新港中路12号" in str(talk.values["location"])
    assert "海珠" not in str(talk.values["location"])
    assert (talk.draft.values["location"].warnings, talk.asked) == ((), question)


def at_the_summary() -> Talker:
    talk = at_the_bikes().talk
    for _ in range(9):
        if talk.asked == "confirm":
            break
        talk.say(ANSWERS.get(talk.asked or "", "跳过"))
    return talk


@table("words", [("天河区",), ("改第1项", "天河区"), ("改第1项", "天河区新港中路12号")])
def test_the_citizen_sees_it_in_the_summary_and_can_change_it_there(words: tuple[str, ...]) -> None:
    talk = at_the_summary()
    (summary,) = (effect for effect in talk.effects if isinstance(effect, Say) and effect.key == "summary")
    assert "海珠区新港中路12号" in summary.params["values"]  # type: ignore[operator]
    for one in words:
        talk.say(one)
    assert (talk.values["location"], talk.asked) == ("天河区新港中路12号", "confirm")


def test_a_number_that_follows_belongs_to_the_same_address() -> None:
    visitor = Visitor()
    visitor.comes("scanned", "bike", HAIZHU)
    visitor.talk.say("新港中路")
    visitor.talk.say("12号楼门口")
    assert visitor.talk.values["location"] == "海珠区新港中路12号楼门口"


def test_a_remark_is_no_place_because_a_code_was_scanned() -> None:
    talks = [Visitor(), Visitor()]
    for visitor, district in zip(talks, (None, HAIZHU), strict=True):
        visitor.comes("scanned", "bike", district)
        visitor.talk.say("就是你们都知道的那个地方吧")
    plain, scanned = talks
    assert "location" not in scanned.talk.values
    assert (scanned.talk.values, scanned.talk.said) == (plain.talk.values, plain.talk.said)


def test_words_that_open_the_form_are_placed_too() -> None:
    visitor = Visitor(talker(opens="bike"))
    visitor.comes("scanned", district=HAIZHU)
    visitor.talk.say("地点：新港中路12号，共享单车堆满人行道")
    assert (visitor.talk.draft.district, visitor.state.district) == (HAIZHU, "")
    visitor.talk.say("新港中路12号")
    assert visitor.talk.values["location"] == "海珠区新港中路12号"


def test_it_lasts_as_long_as_the_form() -> None:
    visitor = at_the_bikes()
    visitor.talk.say("重来")
    assert visitor.talk.draft.district == HAIZHU, "the same matter anew"
    visitor.talk.say("取消")
    visitor.talk.fill("bike")
    assert visitor.talk.draft.district == ""


def test_a_form_card_is_placed_as_words_are() -> None:
    visitor = Visitor()
    visitor.comes("scanned", "bike", HAIZHU)
    visitor.talk.fill("bike", location="新港中路12号")
    assert visitor.talk.values["location"] == "海珠区新港中路12号"
