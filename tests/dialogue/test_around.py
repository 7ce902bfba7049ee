"""The questions around the form: each takes its options by tap, word and number, and no unclear word decides."""
from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from gateway.dialogue.draft import Case, Dialogue
from gateway.protocols import Matter
from tests.dialogue.small import talker
from tests.dialogue.talker import Talker, ranked
from tests.tables import table

UNSURE = ranked("complaint.bike", "complaint.parcel", sure=False, score=0.4)


def summary() -> Talker:
    talk = talker("parcel")
    talk.say("顺丰，单号SF1234567890123，从广州海珠区新港中路寄到北京朝阳区建国路，三天没动了")
    talk.say("13800138000")
    return talk


def template() -> Talker:
    talk = talker()
    talk.say("那个东西坏了", ranking=UNSURE)
    return talk


def change() -> Talker:
    talk = summary()
    talk.choose("change")
    return talk


def details() -> Talker:
    talk = summary()
    talk.choose("details")
    return talk


def cancel() -> Talker:
    talk = summary()
    talk.choose("cancel")
    return talk


def duplicate() -> Talker:
    talk = summary()
    case = Case("WO-20261120-ABCDEFGHJK", "parcel", "快递投诉", "accepted", "sf1234567890123")
    talk.state = replace(talk.state, cases=(case,))
    talk.choose("file")
    return talk


def handoff() -> Talker:
    talk = talker("general")
    talk.say("小区里的狗整夜叫，没人管")
    for _ in range(3):
        talk.say("在呢")
    return talk


def resume() -> Talker:
    talk = talker("parcel")
    talk.say("顺丰延误")
    talk.wait(hours=5)
    talk.say("喂")
    return talk


def language() -> Talker:
    talk = summary()
    talk.say("语言")
    return talk


def case() -> Talker:
    talk = talker()
    talk.state = Dialogue(cases=(Case("WO-1", "parcel", "一", "accepted"), Case("WO-2", "parcel", "二", "accepted")))
    talk.say("催办")
    return talk


def next_() -> Talker:
    talk = talker()
    told = (Matter("parcel", 0.9, "顺丰的件丢了"), Matter("bike", 0.9, "单车堵门口了"))
    talk.say("两件事", ranking=replace(UNSURE, matters=told))
    talk.say("取消")
    if talk.asked == "cancel":
        talk.choose("drop")
    return talk


def switch() -> Talker:
    talk = talker("parcel")
    talk.say("顺丰的件")
    talk.say("其实是单车的问题", ranking=ranked("complaint.bike"))
    return talk


QUESTIONS: dict[str, Callable[[], Talker]] = {
    "template": template, "confirm": summary, "change": change, "details": details, "cancel": cancel,
    "duplicate": duplicate, "handoff": handoff, "resume": resume, "language": language, "case": case,
    "next": next_, "switch": switch,
}


@table("asked", QUESTIONS)
def test_the_question_is_asked_with_options(asked: str) -> None:
    talk = QUESTIONS[asked]()
    assert talk.asked == asked
    assert len(talk.state.offered) >= 2
    assert len(set(talk.state.offered)) == len(talk.state.offered)


@table("asked", QUESTIONS)
def test_every_option_leads_somewhere(asked: str) -> None:
    """No option is a dead end: something is said, a question asked, or the matter is done."""
    for value in QUESTIONS[asked]().state.offered:
        talk = QUESTIONS[asked]()
        talk.choose(value)
        assert "stale" not in talk.said
        assert talk.effects


@table("asked", QUESTIONS)
def test_a_stale_tap_asks_the_same_again(asked: str) -> None:
    talk = QUESTIONS[asked]()
    before, offered = talk.state.draft, talk.state.offered
    talk.choose(offered[0], to="an older message")
    assert talk.said[0] == "stale"
    assert (talk.asked, talk.state.offered) == (asked, offered)
    assert talk.state.draft == before


@table("asked", QUESTIONS)
def test_numbers_mean_the_options_except_at_the_summary(asked: str) -> None:
    by_number, by_tap = QUESTIONS[asked](), QUESTIONS[asked]()
    by_number.say("2")
    by_tap.choose(by_tap.state.offered[1])
    if asked == "confirm":
        assert by_number.asked == "tracking_number"
    else:
        assert by_number.asked == by_tap.asked


@table("asked", [name for name in QUESTIONS if name not in ("template", "resume", "handoff", "next")])
def test_an_unclear_word_changes_nothing(asked: str) -> None:
    talk = QUESTIONS[asked]()
    before = talk.values
    talk.say("呃")
    assert talk.values == before
    assert not talk.filed
    assert talk.asked is not None


@table("asked", QUESTIONS)
def test_a_person_can_be_had_at_every_question(asked: str) -> None:
    talk = QUESTIONS[asked]()
    talk.say("转人工")
    assert talk.state.mode == "waiting"
    assert not talk.filed


@table("asked", QUESTIONS)
def test_the_language_can_be_changed_at_every_question(asked: str) -> None:
    talk = QUESTIONS[asked]()
    before = talk.values
    talk.say("English")
    assert talk.state.language == "en"
    assert talk.values == before
    if asked != "language":
        assert talk.asked == asked
