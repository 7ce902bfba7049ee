"""What an answer does: to a field of the form, or to one of the questions around it."""
from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from gateway.dialogue.asking import missing, noted, told
from gateway.dialogue.choosing import choose, offer
from gateway.dialogue.commands import Word, read
from gateway.dialogue.detours import (
    again,
    answer_question,
    asks_back,
    call_person,
    looks_like_question,
    pick_case,
    set_language,
    supplement,
)
from gateway.dialogue.draft import Filled, filled
from gateway.dialogue.effects import Quote, Say
from gateway.dialogue.fill import FILES, WHOLE, answer, mine, put, read_one, tells_story
from gateway.dialogue.forms import read_value
from gateway.dialogue.ladder import failed, leave_out
from gateway.dialogue.picking import number, pick
from gateway.dialogue.scene import Move, Scene
from gateway.dialogue.summary import (
    CONFIRM,
    ask_chosen,
    ask_confirm,
    drop,
    edited_description,
    file,
    keep_value,
    listed,
    onward,
    set_identity,
    summarise,
    supplement_twin,
)
from gateway.dialogue.template import Field
from gateway.errors import Unreadable
from gateway.fields.base import Reading

ANY_WORDS = WHOLE | {"list"}  # these types take nearly every text for a value
A_STORY = 30  # characters from which words beside an answer belong to the description


# --- a field ------------------------------------------------------------------------------------------------

def in_words(scene: Scene, field: Field, text: str) -> Move:
    """A typed answer; it may fill other fields too, or ask something back."""
    if field.type in ANY_WORDS and asks_back(scene, field, text):
        return answer_question(scene)
    if field.type in WHOLE and isinstance(read(text), Word):
        return failed(scene, field, None, text)  # a yes is neither a name nor an address
    draft, problem = answer(scene, text, field)
    before = scene.draft
    if problem is not None and draft == before:
        return _unread(scene, field, problem, text)
    scene = scene.put(draft)
    value = draft.values.get(field.id)
    if len(text) >= A_STORY and not tells_story(field) and (value is None or value.text != text):
        scene = told(scene, text)
    return onward(scene, noted(scene, before, field.id))


def _unread(scene: Scene, field: Field, problem: Unreadable, text: str) -> Move:
    """A question, or a story that belongs to the description, or one step up the ladder."""
    if looks_like_question(text):
        return answer_question(scene)
    heard = told(scene, text) if len(text) >= A_STORY else scene
    attempts = scene.state.attempts + 1
    if heard.state == scene.state or attempts > 2:
        return failed(heard, field, problem, text)
    counted = heard.remember(replace(heard.state, attempts=attempts))
    return again(counted, [Say("details.added")])


def by_tap(scene: Scene, field: Field, value: str) -> Move:
    """An offered option of a field."""
    if value in ("skip", "done"):
        return skip(scene) if value == "skip" else done(scene)
    if value == "anonymous" and field.id != "identity_mode":
        return set_identity(scene, value)
    before = scene.draft
    try:
        tapped = _tapped(scene, field, value)
    except Unreadable as problem:
        return failed(scene, field, problem, value)
    scene = scene.put(put(before, field.id, tapped))
    return onward(scene, noted(scene, before, field.id))


def _tapped(scene: Scene, field: Field, value: str) -> Filled:
    if field.type == "yes_no":
        return Filled(value == "yes", value)
    if field.type == "choices":
        return read_value(scene, field, [value])
    return read_value(scene, field, value) if field.options else read_one(scene, field, value)


def skip(scene: Scene) -> Move:
    """Passes over what may be left out; for the rest says what it is needed for."""
    field = scene.asked
    if field is None:
        return again(scene, [])
    if field.id in scene.draft.values:
        return keep_value(scene, field)
    if field.skippable or not field.required or field.type in FILES:
        skipped = scene.draft.skipped if field.id in scene.draft.skipped else (*scene.draft.skipped, field.id)
        return onward(scene.put(replace(scene.draft, skipped=skipped)), [])
    if scene.state.attempts >= 2:
        return failed(scene, field, None, "")
    counted = scene.remember(replace(scene.state, attempts=scene.state.attempts + 1))
    refused = Say("skip.refused", {"label": scene.say(field.label)})
    return again(counted, [refused, Quote(scene.say(field.help))])


def done(scene: Scene) -> Move:
    """好了: no more files, or nothing to add."""
    field = scene.asked
    if field is None or field.type not in FILES:
        return again(scene, [])
    return onward(scene, []) if field.id in scene.draft.values else skip(scene)


def readable(scene: Scene) -> bool:
    """The asked field takes the words, or some type has seen a value in them."""
    asked = scene.asked
    if asked is None or asked.type in WHOLE or any(scene.turn.spans.values()):
        return True
    try:
        read_one(scene, asked, scene.turn.text)
    except Unreadable:
        return False
    return True


# --- the questions around the form --------------------------------------------------------------------------

def _template(scene: Scene, value: str) -> Move:
    """Which matter it is; it may be one that is filed already."""
    if value != "supplement":
        return choose(scene, value)
    kept = replace(scene.state, stash="", candidates=(), asked=None)
    return supplement(scene.remember(kept), scene.state.stash, urge=False)


def _details(scene: Scene, value: str) -> Move:
    return summarise(scene, []) if value == "done" else ask_chosen(scene, value)


def _solved(scene: Scene, value: str) -> Move:
    """Yes ends it; no leads to the form, with the words that were said."""
    if value == "yes":
        cleared = replace(scene.state, stash="", candidates=(), asked=None)
        return again(scene.remember(cleared), [Say("solved.thanks")])
    return offer(scene, [Say("solved.not")]) if scene.state.draft is None else again(scene, [])


def _resume(scene: Scene, value: str) -> Move:
    """Go on with the draft (what was said meanwhile counts), begin something else, or ask for a person."""
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
    "change": ask_chosen,
    "details": _details,
    "duplicate": lambda scene, value: supplement_twin(scene) if value == "supplement" else file(scene),
    "solved": _solved,
    "resume": _resume,
    "cancel": _cancel,
    "handoff": _handoff,
    "language": set_language,
    "case": pick_case,
}


# --- words that no option and no command explains -----------------------------------------------------------

def free(scene: Scene, text: str) -> Move:
    """Free words in a form: the answer to the asked field, or something beside the question around it."""
    field = scene.asked
    if field is None:
        return _LOOSE.get(scene.state.asked, more_words)(scene, text)
    value = pick(text, scene.state.offered) if field.type == "address" else None
    return by_tap(scene, field, value) if value else in_words(scene, field, text)


def more_words(scene: Scene, text: str) -> Move:
    """Free words while the summary is open: a line or a value to change, something to add, or a question."""
    line, fields = number(text), listed(scene)
    if line is not None and 1 <= line <= len(fields):
        return ask_chosen(scene, fields[line - 1].id)
    before = scene.draft
    changed = scene.put(mine(scene, text, overwrite=True))
    if changed.draft != before:
        return onward(changed, noted(changed, before, None))
    if looks_like_question(text):
        return answer_question(scene)
    added = edited_description(scene, text) if _adds_something(text) else None
    if added is not None:
        return onward(added, [Say("details.added")])
    unclear = missing(scene) is None
    return (scene.state, [Say("confirm.unclear"), ask_confirm(scene)]) if unclear else again(scene, [Say("unclear")])


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


def by_map(scene: Scene, reading: Reading) -> Move:
    """A map point answers the asked address, else it is the place of the matter."""
    asked = scene.asked
    places = [field for field in scene.template.fields if field.type == "address"]
    wanted = [field for field in places if field == asked] or [field for field in places if field.role == "place"]
    if not wanted:
        return again(scene, [Say("location.unused")])
    before = scene.draft
    scene = scene.put(put(before, wanted[0].id, filled(reading, str(reading.value))))
    return onward(scene, noted(scene, before, asked.id if asked else None))


_LOOSE: dict[str | None, Callable[[Scene, str], Move]] = {
    None: go_on,
    "resume": go_on,
    "handoff": _beside_handoff,
    "cancel": lambda scene, _: _cancel(scene, "keep"),
    "duplicate": lambda scene, _: again(scene, [Say("unclear")]),
    "language": lambda scene, _: again(scene, [Say("unclear")]),
    "case": lambda scene, _: again(scene, [Say("unclear")]),
}
