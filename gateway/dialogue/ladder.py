"""The attempt ladder of a field: explain with an example → show the choices or the format → take the words and
mark them for the clerk → offer a person. Nobody is asked to rephrase without end."""
from __future__ import annotations

from msgspec.structs import replace

from gateway.dialogue.asking import question
from gateway.dialogue.draft import Filled
from gateway.dialogue.effects import Ask, Effect, Say
from gateway.dialogue.fill import put, read_one
from gateway.dialogue.scene import Move, Scene
from gateway.dialogue.summary import keep_value, onward
from gateway.dialogue.template import Field
from gateway.errors import Unreadable
from gateway.messages import Option

# Types whose value may stand in the order as words nobody could read.
FREE = frozenset({"text", "organisation", "address", "moment", "period", "tracking_number", "plate", "list"})


def failed(scene: Scene, field: Field, problem: Unreadable | None, text: str) -> Move:
    """One more answer to this field that nobody could read."""
    attempts = scene.state.attempts + 1
    scene = scene.remember(replace(scene.state, attempts=attempts))
    if attempts == 1:
        return scene.state, [*_explained(scene, field, problem), question(scene, field)]
    if attempts == 2:
        return scene.state, [_shown(scene, field), question(scene, field)]
    if field.id in scene.draft.values:
        return keep_value(scene, field)
    label = scene.say(field.label)
    if _takes_words(field) and text.strip():
        taken = scene.put(put(scene.draft, field.id, _flagged(scene, field, text)))
        return onward(taken, [Say("ladder.taken", {"label": label})])
    return scene.state, [Say("ladder.person", {"label": label}), handoff(scene)]


def _shown(scene: Scene, field: Field) -> Say:
    """The choices, all of them in words too; for everything else what it should look like."""
    label = scene.say(field.label)
    if field.options and field.type != "yes_no":
        return Say("ladder.choices", {"label": label, "options": [scene.say(one.label) for one in field.options]})
    return Say("ladder.format", {"label": label, "help": scene.say(field.help), "example": scene.say(field.example)})


def handoff(scene: Scene) -> Ask:
    """A person, or go on without this field."""
    choices = (Option("human", "choice.human"), Option("continue", "choice.leave_out"))
    return Ask("handoff", choices, scene.template.id)


def leave_out(scene: Scene, field: Field) -> Scene:
    """A required field that could not be had: the form goes on without it."""
    return scene.put(replace(scene.draft, skipped=(*scene.draft.skipped, field.id)))


def _explained(scene: Scene, field: Field, problem: Unreadable | None) -> list[Effect]:
    code = problem.code if problem else "unclear"
    params = {"label": scene.say(field.label), **(problem.params if problem else {})}
    return [Say(f"problem.{code}", dict(params)), Say("example", {"example": scene.say(field.example)})]


def _takes_words(field: Field) -> bool:
    return any(option.value == "other" for option in field.options) if field.options else field.type in FREE


def _flagged(scene: Scene, field: Field, text: str) -> Filled:
    """A choice takes `other` where the template has it; everything else the words themselves."""
    words = text.strip()[:500]
    if field.options:
        return Filled("other", words, flagged=True)
    try:
        return replace(read_one(scene, field, words), flagged=True)
    except Unreadable:
        return Filled(words, words, flagged=True)
