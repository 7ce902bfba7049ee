"""Answers to a field of the form: words, taps, map points, and passing over."""
from __future__ import annotations

import re

from msgspec.structs import replace

from gateway.dialogue import chatter, delays, halves, remarks, sameness
from gateway.dialogue.anonymity import may
from gateway.dialogue.asking import ask, noted, suggested, told
from gateway.dialogue.claims import spans_of
from gateway.dialogue.commands import Correction, Word, read
from gateway.dialogue.detours import (
    again,
    answer_question,
    asks_back,
    looks_like_question,
)
from gateway.dialogue.draft import Draft, Filled
from gateway.dialogue.effects import Quote, Say
from gateway.dialogue.fill import FILES, WHOLE, answer, mine, put, read_one, tells_story
from gateway.dialogue.forms import read_value
from gateway.dialogue.ladder import failed
from gateway.dialogue.plausible import plausible
from gateway.dialogue.scene import Move, Scene
from gateway.dialogue.substance import tells
from gateway.dialogue.summary import (
    keep_value,
    onward,
    set_identity,
)
from gateway.dialogue.template import Field
from gateway.errors import Unreadable

ANY_WORDS = WHOLE | {"list"}  # these types take nearly every text for a value
_NOTHING = re.compile(r"\s*(?:都|暂时|目前)?(?:没有?|无)|\s*(?:no|none|nobody|nothing)(?![a-z])", re.IGNORECASE)
_DENIES = re.compile(r"\s*(?:不对|错了|不是[，,\s]|no[,.\s]|nope|wrong)", re.IGNORECASE)
_A_REMARK = 8  # characters that an answer says beyond its place
A_STORY = 30  # characters from which words beside an answer belong to the description


def in_words(scene: Scene, field: Field, text: str) -> Move:
    """A typed answer; it may fill other fields too, or ask something back."""
    if field.type in ANY_WORDS and asks_back(scene, field, text):
        return answer_question(scene)
    beside = _beside(scene, field, text)
    if beside is not None:
        return beside
    text = _instead(scene, field, text)
    if field.type in WHOLE and not tells_story(field) and text != scene.state.echo:
        answered = remarks.without_excuses(text)
        if not answered:
            return _unhurried(scene, field, text)
        text = answered
    if field.skippable and field.type in WHOLE and len(text) < A_STORY and _NOTHING.match(text):
        return skip(scene)  # 没有人不舒服 says that there is nothing to say
    if field.type in WHOLE and (isinstance(read(text), Word) or _corrects(field, text)):
        return failed(scene, field, None, text)  # a yes is neither a name nor an address
    draft, problem = answer(scene, text, field)
    before = scene.draft
    if _doubtful(scene, field, draft, text):
        rest = replace(draft, values={name: value for name, value in draft.values.items() if name != field.id},
                       order=tuple(name for name in draft.order if name != field.id))
        kept = scene.put(rest)
        return failed(told(kept, text) if tells(text) else kept, field, Unreadable(field.type), text)
    if problem is not None and draft == before:
        return _unread(scene, field, problem, text)
    scene = scene.put(draft)
    value = draft.values.get(field.id)
    beyond = {name for name in draft.values if draft.values[name] != before.values.get(name)} - {field.id}
    story = len(text) >= A_STORY or (beyond and tells(text)) or _cut(field, value, text)
    if story and not tells_story(field) and (value is None or value.text != text):
        scene = told(scene, text)
    return onward(scene, noted(scene, before, field.id))


def _cut(field: Field, value: Filled | None, text: str) -> bool:
    """A remark stood behind the place: it belongs to the description."""
    return field.type == "address" and value is not None and len(text) - len(str(value.value)) >= _A_REMARK


def _beside(scene: Scene, field: Field, text: str) -> Move | None:
    """No answer yet (稍等), none at all ("I'd rather not say"), or one that points at another of the form (同上)."""
    value = sameness.meant(scene, field, text)
    if value is not None:
        before = scene.draft
        scene = scene.put(put(before, field.id, value))
        return onward(scene, noted(scene, before, None))
    placed = halves.with_district(scene, text)
    if placed is not None:
        scene, before = scene.put(placed), scene.draft
        return onward(scene, noted(scene, before, None))
    timed = halves.with_hour(scene, text)
    if timed is not None:
        scene, before = scene.put(timed), scene.draft
        return again(scene, noted(scene, before, None))
    if field.type in WHOLE and not tells_story(field) and remarks.hesitates(text):
        return _reassured(scene, field)
    waits = delays.waits(text) and text != scene.state.echo
    if not (waits or delays.refuses(text)) or _reads(scene, field, text):
        return None
    if waits:
        return again(scene, [Say("no_hurry")])
    nameless = field.id == "contact_phone" and may(scene, "anonymous")
    return set_identity(scene, "anonymous") if nameless else skip(scene)


def _reassured(scene: Scene, field: Field) -> Move:
    """Who does not dare to say is told what would do; who still does not may pass."""
    if scene.state.attempts:
        return skip(scene)
    counted = scene.remember(replace(scene.state, attempts=1))
    return again(counted, [Quote(scene.say(field.help))])


def _unhurried(scene: Scene, field: Field, text: str) -> Move:
    """Once an excuse is waited for, the next is one step up the ladder."""
    if scene.state.attempts:
        return failed(scene, field, None, text)
    return again(scene.remember(replace(scene.state, attempts=1)), [Say("no_hurry")])


def _instead(scene: Scene, field: Field, text: str) -> str:
    """What somebody says instead within one answer: 上周三，不对，上周四."""
    tail = "" if tells_story(field) else chatter.taken_back(text)
    if not tail or isinstance(read(tail), Word):
        return text
    if field.type == "address":
        return tail if spans_of(scene, field, tail) else text
    return tail if field.type in WHOLE or _reads(scene, field, tail) else text


def _reads(scene: Scene, field: Field, text: str) -> bool:
    """A type that does not take any words for a value reads these."""
    if field.type in WHOLE:
        return False
    try:
        read_one(scene, field, text)
    except Unreadable:
        return False
    return True


def _doubtful(scene: Scene, field: Field, draft: Draft, text: str) -> bool:
    """A first answer that is neither a place nor a name, as far as one can see; not what somebody says again."""
    value = draft.values.get(field.id)
    if value is None or value == scene.draft.values.get(field.id) or scene.state.attempts or text == scene.state.echo:
        return False
    return field.id not in scene.draft.values and not plausible(field, *halves.as_said(value))


def _corrects(field: Field, text: str) -> bool:
    """不对，是快手: a correction of something else, though nobody knows of what, is no name."""
    return not tells_story(field) and isinstance(read(text), Correction) and _DENIES.match(text) is not None


def _unread(scene: Scene, field: Field, problem: Unreadable, text: str) -> Move:
    """The rest of an earlier answer, or a better one to it; a question; a story that belongs to the description; or one
    step up the ladder."""
    before = scene.draft
    later = scene.put(halves.with_rest(scene, text) or mine(scene, text, overwrite=True))
    if later.draft != before:
        return again(later, noted(later, before, field.id))
    if looks_like_question(text) or remarks.asks(text):
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


def to_suggestion(scene: Scene, *, yes: bool) -> Move | None:
    """是 takes what was suggested; a no asks the field's own question. None where nothing was."""
    field = scene.asked
    value = suggested(scene, field) if field is not None else None
    if field is None or value is None:
        return None
    if yes:
        return by_tap(scene, field, value)
    return ask(scene.remember(replace(scene.state, attempts=scene.state.attempts + 1)), field)


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
    return again(counted, [refused, Quote(scene.say(field.help), kind="tip")])


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

