"""From the last question to the filed work order: rules, numbered summary, the yes, duplicates, receipt."""
from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from gateway.dialogue import repeats
from gateway.dialogue.anonymity import granted, may, nameless
from gateway.dialogue.asking import ask, described, identity, listed, missing, optional_left, shown
from gateway.dialogue.conditions import holds
from gateway.dialogue.effects import Ask, Blame, Effect, File, Labelled, Quote, Say
from gateway.dialogue.fill import put
from gateway.dialogue.rules import broken
from gateway.dialogue.scene import Move, Scene
from gateway.dialogue.template import Field
from gateway.fields.base import Value
from gateway.messages import Option

NOTHING = "nothing"  # to change; said, never offered


def onward(scene: Scene, before: list[Effect]) -> Move:
    """The next question; when nothing is missing, what does not fit together, else the summary."""
    scene, notices = noticed(scene, "when")
    field = missing(scene)
    if field is not None:
        case = repeats.early(scene)
        said = [*before, *notices]
        return repeats.ask_duplicate(scene, case, said) if case else ask(scene, field, said)
    rule = broken(scene)
    if rule is not None:
        told = (*scene.draft.objected, scene.template.rules.index(rule))
        scene = scene.put(replace(scene.draft, objected=told))
        why = Quote(scene.say(rule.say), Blame(rule.ask, rule.kind))
        return ask(scene, scene.template.field(rule.ask), [*before, *notices, why])
    scene, last = noticed(scene, "summary")
    return summarise(scene, [*before, *notices, *last])


def noticed(scene: Scene, at: str) -> tuple[Scene, list[Effect]]:
    """The template's notices for this moment that were not shown yet."""
    draft = scene.draft
    due = [n for n, notice in enumerate(scene.template.notices)
           if notice.at == at and n not in draft.noticed and holds(notice.when, draft)]
    scene = scene.put(replace(draft, noticed=(*draft.noticed, *due)))
    return scene, [Quote(scene.say(scene.template.notices[n].text), kind="notice") for n in due]


def summarise(scene: Scene, before: list[Effect]) -> Move:
    values = scene.draft.values
    fields = listed(scene)
    params: dict[str, Value] = {
        "title": scene.say(scene.template.title),
        "labels": [scene.say(field.label) for field in fields],
        "values": [shown(scene, field) + (" *" if values[field.id].flagged else "") for field in fields],
        "unclear": any(value.flagged for value in values.values()),
    }
    return scene.state, [*before, Say("summary", params), ask_confirm(scene)]


def ask_confirm(scene: Scene) -> Ask:
    """File it, change or add something, another identity, or cancel."""
    mode = identity(scene.draft)
    offers = ["file", "change"]
    offers += ["details"] if optional_left(scene) else []
    offers += ["confidential"] if mode == "named" and may(scene, "confidential") else []
    offers += ["anonymous"] if mode != "anonymous" and may(scene, "anonymous") else []
    offers += ["named"] if mode != "named" else []
    choices = tuple(Option(value, f"choice.{value}") for value in [*offers, "cancel"])
    return Ask("confirm", choices, scene.template.id)


def ask_change(scene: Scene, before: list[Effect]) -> Move:
    """Which of the numbered fields is to be changed?"""
    choices = tuple(Labelled(field.id, f"{n}. {scene.say(field.label)}") for n, field in enumerate(listed(scene), 1))
    return scene.state, [*before, Say("change.which"), Ask("change", choices, scene.template.id)]


def ask_details(scene: Scene, before: list[Effect]) -> Move:
    """Which of the optional fields is to be added?"""
    offers = [Labelled(field.id, scene.say(field.label)) for field in optional_left(scene)]
    ask = Ask("details", (*offers, Option("done", "choice.done")), scene.template.id)
    return scene.state, [*before, Say("details.which"), ask]


def ask_chosen(scene: Scene, field_id: str) -> Move:
    """A field picked from "change" or "details": asked again, then back to the summary."""
    field = scene.template.field(field_id)
    old = scene.draft.values.get(field_id)
    before: list[Effect] = []
    if old is not None:
        before = [Say("change.now", {"label": scene.say(field.label), "value": shown(scene, field)})]
    return ask(scene, field, before)


def set_identity(scene: Scene, mode: str) -> Move:
    """Named, confidential or anonymous; anonymous only where the template allows it."""
    scene, said = granted(scene, mode)
    return onward(scene, said)


# --- filing -------------------------------------------------------------------------------------------------

def confirm_filing(scene: Scene) -> Move:
    """The yes. A repeat of an open case is offered to it first; what became missing meanwhile is asked first."""
    if missing(scene) is not None or broken(scene) is not None:
        return onward(scene, [])
    case = repeats.twin(scene)
    return file(scene) if case is None else repeats.ask_duplicate(scene, case, [])


def another(scene: Scene) -> Move:
    """另提一件: filed, if the yes was said already, else gone on with."""
    scene = repeats.separate(scene)
    return onward(scene, []) if missing(scene) or broken(scene) else file(scene)


def file(scene: Scene) -> Move:
    """The draft leaves the dialogue; every value counts as confirmed by the citizen."""
    values = {name: replace(value, confirmed=True) for name, value in scene.draft.values.items()}
    draft = nameless(replace(scene.draft, values=values))
    _, notices = noticed(scene, "receipt")
    done = scene.put(None).state
    return done, [File(draft, repeats.case_key(scene.template, draft)), Say("receipt"), *notices]


def supplement_twin(scene: Scene) -> Move:
    """Instead of a second case: the citizen's words go to the open one."""
    case = repeats.twin(scene)
    return file(scene) if case is None else repeats.supplement(scene, case)


def drop(scene: Scene) -> Move:
    return scene.put(None).state, [Say("cancelled")]


def ask_cancel(scene: Scene) -> Move:
    """Cancelling loses work only after a second word; in the middle of a change it ends the change."""
    if not scene.draft.order:
        return drop(scene)
    field = scene.asked
    if field is not None and field.id in scene.draft.values:
        return keep_value(scene, field)
    choices = (Option("drop", "choice.drop"), Option("keep", "choice.keep"))
    return scene.state, [Say("cancel.sure", {"title": scene.say(scene.template.title)}), Ask("cancel", choices)]


def keep_value(scene: Scene, field: Field) -> Move:
    """A field that was asked again stays as it was."""
    return onward(scene, [Say("change.kept", {"label": scene.say(field.label), "value": shown(scene, field)})])


def leave(scene: Scene) -> Move:
    """Nothing is to be changed after all."""
    return scene.state, [Say("change.none"), Say("again.confirm"), ask_confirm(scene)]


CONFIRM: dict[str, Callable[[Scene], Move]] = {
    "file": confirm_filing,
    "change": lambda scene: ask_change(scene, []),
    "details": lambda scene: ask_details(scene, []),
    "confidential": lambda scene: set_identity(scene, "confidential"),
    "anonymous": lambda scene: set_identity(scene, "anonymous"),
    "named": lambda scene: set_identity(scene, "named"),
    "cancel": ask_cancel,
    NOTHING: lambda scene: (scene.state, [Say("confirm.nothing"), ask_confirm(scene)]),
}


def edited_description(scene: Scene, text: str) -> Scene | None:
    """Words added at the summary: they follow what the description says already. None when they do not fit."""
    old = scene.draft.values.get("description")
    story = described(scene, f"{old.value}\n{text}" if old else text)
    return scene.put(put(scene.draft, "description", story)) if story else None
