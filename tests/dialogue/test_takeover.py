"""A proved number is not asked for; a draft begun elsewhere is gone on with here, and is never in two places."""
from __future__ import annotations

import msgspec
from msgspec.structs import replace

from gateway.dialogue.beside import beside
from gateway.dialogue.draft import Dialogue, Draft, Filled
from gateway.dialogue.effects import Arm, Ask, Disarm, Effect, FetchDraft, HandDraft, Say
from gateway.dialogue.scene import Move
from gateway.dialogue.step import step
from gateway.dialogue.understood import Understood
from gateway.handover import DraftHanded, DraftWanted, OpenDraft, Verified
from gateway.messages import Choice, CitizenContent, Text
from tests.dialogue.small import catalog, city
from tests.dialogue.talker import NOW
from tests.tables import table

PHONE = "+8613800138000"
HERE, THERE = "web:here", "web:there"
DRAFT = Draft("7", "parcel", 1, 0, {"carrier": Filled("sf", "顺丰")}, order=("carrier",))
FOUND = OpenDraft(THERE, "7", "parcel", 1, 1)
PROVED = Verified("c1", PHONE)
HANDED = DraftHanded(msgspec.to_builtins(DRAFT), THERE)


def told(state: Dialogue, content: Verified | DraftWanted | DraftHanded) -> Move:
    return beside(catalog(), state, Understood(Text(""), NOW, city()), content)


def answers(state: Dialogue, content: CitizenContent) -> Move:
    text = content.text if isinstance(content, Text) else ""
    return step(catalog(), state, Understood(content, NOW, city(), text))


def said(effects: list[Effect]) -> list[str]:
    return [effect.key for effect in effects if isinstance(effect, Say)]


def asked(effects: list[Effect]) -> str | None:
    return next((effect.what for effect in effects if isinstance(effect, Ask)), None)


# --- a proved number ----------------------------------------------------------------------------------------

def test_a_proved_number_counts_from_here_on() -> None:
    state, effects = told(Dialogue(), PROVED)
    assert (state.phone, said(effects), asked(effects)) == (PHONE, ["verified"], None)


def test_it_is_filled_in_where_nobody_gave_one() -> None:
    state, effects = told(Dialogue(draft=DRAFT, asked="problem"), PROVED)
    assert state.draft is not None
    filled = state.draft.values["contact_phone"]
    assert (filled.value, filled.source, asked(effects)) == (PHONE, "channel", "problem")


def test_it_answers_the_question_for_it() -> None:
    _, effects = told(Dialogue(draft=DRAFT, asked="contact_phone"), PROVED)
    assert asked(effects) not in (None, "contact_phone")


def test_a_number_that_was_given_stays() -> None:
    given = replace(DRAFT, values={**DRAFT.values, "contact_phone": Filled("+862083330000", "020-83330000")})
    state, _ = told(Dialogue(draft=given, asked="problem"), PROVED)
    assert state.draft is not None
    assert state.draft.values["contact_phone"].value == "+862083330000"


@table("state", [
    Dialogue(mode="agent", agent="li"), Dialogue(asked="satisfaction"), Dialogue(mode="waiting"),
])
def test_nothing_is_offered_while_somebody_is_busy(state: Dialogue) -> None:
    after, effects = told(state, replace(PROVED, found=FOUND))
    assert (asked(effects), after.asked, after.found) == (None, state.asked, None)


# --- the offer ----------------------------------------------------------------------------------------------

def offered() -> Dialogue:
    state, effects = told(Dialogue(), replace(PROVED, found=FOUND))
    assert (said(effects), asked(effects)) == (["verified", "takeover.offer"], "resume")
    return state


def test_a_draft_elsewhere_is_offered() -> None:
    state = offered()
    assert (state.asked, state.offered, state.found) == ("resume", ("continue", "no"), FOUND)


def test_not_where_a_form_is_open_already() -> None:
    _, effects = told(Dialogue(draft=replace(DRAFT, id="8"), asked="problem"), replace(PROVED, found=FOUND))
    assert "takeover.offer" not in said(effects)


def test_not_when_its_template_is_gone() -> None:
    _, effects = told(Dialogue(), replace(PROVED, found=replace(FOUND, template="no_such_form")))
    assert said(effects) == ["verified"]


@table("words", [Choice("continue"), Text("继续"), Text("好的"), Text("yes")], label=str)
def test_yes_asks_for_it_and_says_nothing_yet(words: CitizenContent) -> None:
    state, effects = answers(offered(), words)
    assert (effects, state.found, state.asked) == ([FetchDraft(FOUND)], None, None)


@table("words", [Choice("no"), Text("不用了"), Text("no")], label=str)
def test_no_leaves_it(words: CitizenContent) -> None:
    state, effects = answers(offered(), words)
    assert (said(effects), state.found, state.asked) == (["takeover.left"], None, None)


def test_a_detour_comes_back_to_the_offer() -> None:
    _, effects = answers(offered(), Text("帮助"))
    assert asked(effects) == "resume"


def test_a_stale_tap_is_not_a_yes() -> None:
    _, effects = answers(offered(), Choice("continue", "an older message"))
    assert FetchDraft(FOUND) not in effects
    assert asked(effects) == "resume"


# --- the move -----------------------------------------------------------------------------------------------

def test_the_other_side_lets_go() -> None:
    state, effects = told(Dialogue(draft=DRAFT, asked="problem"), DraftWanted("7", HERE))
    assert HandDraft(HERE, DRAFT) in effects
    assert Disarm("draft_reminder", "7") in effects
    assert (state.draft, state.asked, said(effects)) == (None, None, ["takeover.gone"])


@table("state", [
    Dialogue(), Dialogue(draft=replace(DRAFT, id="8"), asked="problem"), Dialogue(asked="template"),
])
def test_what_is_not_there_any_more_is_not_handed_over(state: Dialogue) -> None:
    assert told(state, DraftWanted("7", HERE)) == (state, [HandDraft(HERE, None)])


def test_it_arrives_and_the_next_question_follows() -> None:
    state, effects = told(Dialogue(greeted=True, phone=PHONE), HANDED)
    assert state.draft is not None
    assert state.draft.values.keys() == {"carrier", "contact_phone"}
    assert (said(effects)[0], state.asked) == ("resumed", "tracking_number")
    assert "privacy" in said(effects), "this conversation has not shown it yet"
    assert any(isinstance(effect, Arm) for effect in effects)


def test_there_was_none_any_more() -> None:
    state, effects = told(Dialogue(greeted=True), DraftHanded(None, THERE))
    assert (state, said(effects)) == (Dialogue(greeted=True), ["takeover.missing"])


@table(("content", "expected"), [
    (HANDED, [HandDraft(THERE, DRAFT, back=True)]), (replace(HANDED, back=True), []), (DraftHanded(None, THERE), []),
])
def test_who_was_forgotten_meanwhile_gets_no_draft(content: DraftHanded, expected: list[Effect]) -> None:
    assert told(Dialogue(turn=9), content) == (Dialogue(turn=9), expected)


def test_who_has_begun_another_form_keeps_that_one_and_the_other_goes_home() -> None:
    mine = Dialogue(greeted=True, draft=replace(DRAFT, id="8"), asked="problem")
    state, effects = told(mine, HANDED)
    assert HandDraft(THERE, DRAFT, back=True) in effects
    assert (state.draft, asked(effects)) == (mine.draft, "problem")


def test_at_home_it_waits_in_silence() -> None:
    state, effects = told(Dialogue(greeted=True), replace(HANDED, back=True))
    assert (state.draft, said(effects), asked(effects)) == (DRAFT, [], None)


def test_a_draft_that_nobody_has_room_for_is_not_dropped_in_silence() -> None:
    mine = Dialogue(greeted=True, draft=replace(DRAFT, id="9"), asked="problem")
    state, effects = told(mine, replace(HANDED, back=True))
    assert (state.draft, said(effects)[0]) == (mine.draft, "takeover.missing")
