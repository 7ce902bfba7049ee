"""What leads away from the question for a moment and then back to it: nothing that was filled is lost."""
from __future__ import annotations

import re
from collections.abc import Callable

from msgspec.structs import replace

from gateway.dialogue import offers, repeats
from gateway.dialogue.asking import ask, ask_shortly, shown
from gateway.dialogue.choosing import SOLVED, offer, quote_answer
from gateway.dialogue.commands import Word, read
from gateway.dialogue.draft import Case
from gateway.dialogue.drafts import offer_found, offer_resume
from gateway.dialogue.effects import Ask, CallPerson, Effect, LeavePerson, Quote, Say, Told
from gateway.dialogue.fill import tells_story
from gateway.dialogue.ladder import handoff
from gateway.dialogue.remarks import asks, titled
from gateway.dialogue.scene import Move, Scene
from gateway.dialogue.summary import (
    ask_cancel,
    ask_change,
    ask_confirm,
    ask_details,
    onward,
    summarise,
)
from gateway.dialogue.template import Field
from gateway.messages import Option, Text

LANGUAGES = (Option("zh", "choice.zh"), Option("en", "choice.en"))
_QUESTION = re.compile(
    r"[?？]\s*$|吗[。.!！~]*$|什么意思|是什么|怎么|如何|什么时候|多久|多长时间|几天|为什么|为啥|能不能|可不可以|是不是|有没有|哪里|哪儿"
    r"|^(how|what|when|where|why|who|which|can|could|do|does|is|are|will|would|should|may)\b", re.IGNORECASE)
_PLAINLY = re.compile(
    r"[?？]\s*$|吗[。.!！~]*$|怎么办[。.!！~]*$|^[^，,]{0,8}会不会|^(?:你们|您)[^，,]{0,12}吧[。.!！~]*$"
    r"|^(how|what|when|why|who|can|could|do|does|is|are|will)\b", re.IGNORECASE)
A_SHORT_QUESTION = 40  # characters; a longer one in a description is part of the story
ASCII_LONGER = 2.5     # how much longer the same question is in English


def looks_like_question(text: str) -> bool:
    return _QUESTION.search(text.strip()) is not None


def is_short_question(text: str) -> bool:
    """A question that only asks: what happened to somebody takes more words to tell."""
    longest = A_SHORT_QUESTION * (ASCII_LONGER if text.isascii() else 1)
    return looks_like_question(text) and len(text.strip()) <= longest


def again(scene: Scene, before: list[Effect]) -> Move:
    """The open question once more, in short; nothing when nothing is open."""
    asked = scene.state.asked
    if asked in _REPEATS:
        return _REPEATS[asked](scene, before)
    if scene.state.draft is None:
        return scene.state, before
    field = scene.asked
    return ask_shortly(scene, field, before) if field else onward(scene, before)


def _from_start(scene: Scene, before: list[Effect]) -> Move:
    """Like `again`, but a summary is shown whole: it reads differently now, or stands far above."""
    return summarise(scene, before) if scene.state.asked == "confirm" else again(scene, before)


def _again_duplicate(scene: Scene, before: list[Effect]) -> Move:
    case = repeats.twin(scene)
    if case is None:
        return summarise(scene, before)
    return repeats.ask_duplicate(scene, case, before)


def _again_cancel(scene: Scene, before: list[Effect]) -> Move:
    state, effects = ask_cancel(scene)
    return state, [*before, *effects]


def _again_handoff(scene: Scene, before: list[Effect]) -> Move:
    return scene.state, [*before, Say("handoff"), handoff(scene)]


def _again_resume(scene: Scene, before: list[Effect]) -> Move:
    offer = offer_resume(scene.template, scene.state) if scene.state.draft else offer_found(scene)
    return scene.state, [*before, *offer]


_REPEATS: dict[str | None, Callable[[Scene, list[Effect]], Move]] = {
    "template": offer,
    "confirm": lambda scene, before: (scene.state, [*before, Say("again.confirm"), ask_confirm(scene)]),
    "change": ask_change,
    "details": ask_details,
    "duplicate": _again_duplicate,
    "cancel": _again_cancel,
    "handoff": _again_handoff,
    "resume": _again_resume,
    "solved": lambda scene, before: (scene.state, [*before, Say("solved"), Ask("solved", SOLVED)]),
    "case": repeats.ask_case,
    offers.NEXT: offers.ask_next,
    offers.SWITCH: offers.ask_switch,
    repeats.MORE: repeats.ask_more,
    "language": lambda scene, before: (scene.state, [*before, Say("language.which"), Ask("language", LANGUAGES)]),
}


# --- the detours --------------------------------------------------------------------------------------------

def answer_question(scene: Scene) -> Move:
    """A question in mid-form: the knowledge base's answer or an honest word, then the form goes on."""
    if scene.turn.answers and scene.turn.answers[0].sure:
        return again(scene, [*quote_answer(scene), Told(scene.turn.answers[0].id, "beside")])
    return again(scene, [Say("question.later")])


def asks_back(scene: Scene, field: Field, text: str) -> bool:
    """A question where any words would do as an answer: when it has an answer, or is plainly put as a question."""
    put = looks_like_question(text) or asks(text) or _PLAINLY.search(text.strip()) is not None
    if not put or titled(text) or text == scene.state.echo:
        return False  # who says it twice means it as the answer
    known = bool(scene.turn.answers) and scene.turn.answers[0].sure
    if tells_story(field):
        return known and len(text) < A_SHORT_QUESTION
    return known or asks(text) or _PLAINLY.search(text.strip()) is not None


def help_(scene: Scene) -> Move:
    field = scene.asked
    if field is None:
        return again(scene, [Say("help")])
    example = Say("example", {"example": scene.say(field.example)})
    return ask_shortly(scene, field, [Quote(scene.say(field.help)), example])


def set_language(scene: Scene, language: str) -> Move:
    """The citizen's choice beats detection and stays; the form keeps every value."""
    spoken = scene.remember(replace(scene.state, language=language, language_chosen=True))
    if spoken.state.asked == "language":
        spoken = spoken.remember(replace(spoken.state, asked=None))
    return _from_start(spoken, [Say("language.set")])


def ask_language(scene: Scene) -> Move:
    return scene.state, [Say("language.which"), Ask("language", LANGUAGES)]


def call_person(scene: Scene, why: str) -> Move:
    """To the staff's queue; form and values wait."""
    return replace(scene.state, mode="waiting"), [CallPerson(why), Say("person.called")]


def leave_person(scene: Scene) -> Move:
    back = scene.remember(replace(scene.state, mode="bot"))
    return _from_start(back, [LeavePerson(), Say("person.left")])


def status(scene: Scene) -> Move:
    """The citizen's own cases in this conversation, newest first."""
    cases = scene.state.cases
    if not cases:
        return again(scene, [Say("status.none")])
    lines: list[Effect] = [Say("status.case", _told_case(scene, case)) for case in reversed(cases)]
    return again(scene, [Say("status.heading", {"count": len(cases)}), *lines])


def _told_case(scene: Scene, case: Case) -> dict[str, str | int | float | bool | list[str]]:
    return {"work_order": case.work_order_id, "title": scene.title_of(case), "status": case.status,
            "due": case.due or ""}


def back(scene: Scene) -> Move:
    """上一步: the field answered last is asked again, its value stays until there is a new one."""
    draft = scene.draft
    here = scene.asked
    order = [name for name in draft.order if here is None or name != here.id]
    if not order:
        return again(scene, [Say("back.first")])
    field = scene.template.field(order[-1])
    value = shown(scene, field) if field.id in draft.values else ""
    reopened = scene.put(replace(draft, order=tuple(order[:-1])))
    return ask(reopened, field, [Say("back", {"label": scene.say(field.label), "value": value})])


def beside_person(scene: Scene) -> Move:
    """While a person is called or talking the bot keeps silent, unless it is called back."""
    back = isinstance(scene.turn.content, Text) and read(scene.turn.text) in (Word.BOT, Word.CANCEL)
    return leave_person(scene) if back else (scene.state, [])
