"""Answers to the questions around the form (template, confirm, duplicate, resume, …), and words beside them."""
from __future__ import annotations

import re
from collections.abc import Callable

from msgspec.structs import replace

from gateway.dialogue import adding, halves, matters, switching, takeover
from gateway.dialogue.answers import by_tap, in_words
from gateway.dialogue.asking import listed, missing, noted, suggested
from gateway.dialogue.carrying import declined
from gateway.dialogue.choosing import choose, not_solved, offer
from gateway.dialogue.commands import Word, read
from gateway.dialogue.detours import (
    again,
    answer_question,
    call_person,
    looks_like_question,
    set_language,
)
from gateway.dialogue.effects import Say, Told
from gateway.dialogue.fill import answer, mine, put, read_one
from gateway.dialogue.ladder import leave_out
from gateway.dialogue.offers import NEXT, SWITCH
from gateway.dialogue.picking import number, pick
from gateway.dialogue.repeats import MORE
from gateway.dialogue.scene import Move, Scene
from gateway.dialogue.summary import (
    CONFIRM,
    NOTHING,
    another,
    ask_chosen,
    ask_confirm,
    drop,
    edited_description,
    leave,
    onward,
    summarise,
    supplement_twin,
)
from gateway.dialogue.template import Field
from gateway.errors import Unreadable


def _template(scene: Scene, value: str) -> Move:
    """Which matter it is; it may be one that is filed already."""
    if value != "supplement":
        return choose(scene, value)
    kept = replace(scene.state, stash="", candidates=(), asked=None)
    return adding.supplement(scene.remember(kept), scene.state.stash, urge=False)


def _details(scene: Scene, value: str) -> Move:
    return summarise(scene, []) if value == "done" else ask_chosen(scene, value)


def _solved(scene: Scene, value: str) -> Move:
    """Yes ends it, solved; no leads to the form, with the words that were said."""
    told = [Told(scene.state.told, "yes" if value == "yes" else "no")] if scene.state.told else []
    scene = scene.remember(replace(scene.state, told=""))
    if value == "yes":
        cleared = replace(scene.state, stash="", candidates=(), asked=None)
        return again(scene.remember(cleared), [*told, Say("solved.thanks")])
    state, effects = not_solved(scene) if scene.state.draft is None else again(scene, [])
    return state, [*told, *effects]


def _resume(scene: Scene, value: str) -> Move:
    """Go on with the draft (what was said meanwhile counts), begin something else, or ask for a person."""
    if scene.state.draft is None:
        return takeover.answer(scene, value)
    words = scene.state.stash
    scene = scene.remember(replace(scene.state, asked=None, stash=""))
    if value == "human":
        return call_person(scene, "resume")
    if value == "restart":
        gone = scene.remember(replace(scene.state, draft=None, stash=words))
        return offer(gone, [Say("draft.dropped")])
    return go_on(scene, words)


def go_on(scene: Scene, words: str) -> Move:
    """The open question again, answered already if the words answer it."""
    field = missing(scene)
    if not words or isinstance(read(words), Word):
        return onward(scene, [Say("resumed")])
    return in_words(scene, field, words) if field is not None else more_words(scene, words)


def _cancel(scene: Scene, value: str) -> Move:
    if value == "drop":
        return drop(scene)
    return again(scene.remember(replace(scene.state, asked=None)), [Say("cancel.kept")])


def _handoff(scene: Scene, value: str) -> Move:
    if value == "human":
        return call_person(scene, "ladder")
    field = missing(scene)
    return onward(leave_out(scene, field), [Say("ladder.left_out")]) if field else onward(scene, [])


ASKS: dict[str | None, Callable[[Scene, str], Move]] = {
    "template": _template,
    "confirm": lambda scene, value: CONFIRM[value](scene),
    "change": lambda scene, value: leave(scene) if value == NOTHING else ask_chosen(scene, value),
    "details": _details,
    "duplicate": lambda scene, value: supplement_twin(scene) if value == "supplement" else another(scene),
    "solved": _solved,
    "resume": _resume,
    "cancel": _cancel,
    "handoff": _handoff,
    "language": set_language,
    "case": adding.pick_case,
    NEXT: matters.answer,
    SWITCH: switching.answer,
    MORE: lambda scene, _: adding.more(scene, ""),
}


_WANTS = re.compile(
    r"\s*(?:我(?:就)?(?:想|要|希望|要求)(?!改|换个|修改|补充|投诉)|希望|要求|诉求是)"
    r"|\s*(?:i (?:just |only )?(?:want|demand|hope|would like|expect)|i['’]d like|they (?:should|must)|"
    r"please (?:make|ask|get))\b",
    re.IGNORECASE)


# --- words that no option and no command explains -----------------------------------------------------------

def free(scene: Scene, text: str) -> Move:
    """Free words in a form: the answer to the asked field, or something beside the question around it."""
    field = scene.asked
    if field is None:
        return _LOOSE.get(scene.state.asked, more_words)(scene, text)
    value = pick(text, scene.state.offered) if field.type == "address" else _at_place(scene, field, text)
    return by_tap(scene, field, value) if value else in_words(scene, field, text)


def _at_place(scene: Scene, field: Field, text: str) -> str | None:
    """The option at the place that a number names, where a suggestion stands first and moved the others."""
    place, offered = number(text), scene.state.offered
    moved = place is not None and suggested(scene, field) is not None
    return offered[place - 1] if moved and place and place <= len(offered) else None


def more_words(scene: Scene, text: str) -> Move:
    """Free words while the summary is open: a line or a value to change, something to add, or a question."""
    line, fields = number(text), listed(scene)
    if line is not None and 1 <= line <= len(fields):
        return ask_chosen(scene, fields[line - 1].id)
    before = scene.draft
    later = next((draft for part in halves.PARTS if (draft := part(scene, text))), None)
    changed = scene.put(later or mine(scene, text, overwrite=True))
    if changed.draft != before:
        return onward(changed, noted(changed, before, None))
    if looks_like_question(text):
        return answer_question(scene)
    wished = _demanded(scene, text)
    if wished is not None:
        return onward(wished, noted(wished, before, None))
    added = edited_description(scene, text) if _adds_something(text) else None
    if added is not None:
        return onward(added, [Say("details.added")])
    unclear = missing(scene) is None
    return (scene.state, [Say("confirm.unclear"), ask_confirm(scene)]) if unclear else again(scene, [Say("unclear")])


def _demanded(scene: Scene, text: str) -> Scene | None:
    """我要他们退款, I want a refund: what the citizen wants, beside what they wanted before."""
    if not _WANTS.match(text) or not scene.template.has("demand") or looks_like_question(text):
        return None
    old = scene.draft.values.get("demand")
    try:
        value = read_one(scene, scene.template.field("demand"), f"{old.value}\n{text}" if old else text)
    except Unreadable:
        return None
    return scene.put(put(scene.draft, "demand", value))


def _adds_something(text: str) -> bool:
    """A sentence, not a word that nobody understood: ten 汉字 or six words."""
    return sum(not mark.isascii() for mark in text) >= 10 or len(text.split()) >= 6


def _beside_handoff(scene: Scene, text: str) -> Move:
    """Another try at the field, instead of an answer to "a person?". One that fails again ends the trying."""
    field = missing(scene)
    if field is None:
        return more_words(scene, text)
    draft, problem = answer(scene, text, field)
    if problem is not None and draft == scene.draft and not looks_like_question(text):
        return _handoff(scene, "continue")
    return in_words(scene, field, text)


_LOOSE: dict[str | None, Callable[[Scene, str], Move]] = {
    None: go_on,
    "resume": go_on,
    "handoff": _beside_handoff,
    "cancel": lambda scene, _: _cancel(scene, "keep"),
    "duplicate": lambda scene, _: again(scene, [Say("unclear")]),
    SWITCH: lambda scene, text: go_on(scene.put(declined(scene.draft, *scene.state.candidates)), text),
    "language": lambda scene, _: again(scene, [Say("unclear")]),
    "case": lambda scene, _: again(scene, [Say("unclear")]),
}
