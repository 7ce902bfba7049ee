"""A form card sent whole: read by the types, people's forms (三百二十块) accepted, faults said per field, then the
summary."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.dialogue.asking import ask
from gateway.dialogue.choosing import privacy_notice
from gateway.dialogue.draft import Filled, filled
from gateway.dialogue.drafts import begin
from gateway.dialogue.effects import Effect, Say
from gateway.dialogue.fill import FILES, put
from gateway.dialogue.scene import Move, Scene
from gateway.dialogue.summary import onward
from gateway.dialogue.template import Field
from gateway.errors import Unreadable
from gateway.fields.base import Value
from gateway.messages import Form


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field: a code below `problem.` of the reply catalogs and its values.

    said  the template's own words, where it has some for this (a rule); the code is only for programs then
    """

    field: str
    code: str
    params: Mapping[str, str]
    said: str = ""


def read_form(scene: Scene, fields: Mapping[str, Value]) -> tuple[Scene, list[Fault]]:
    """The open draft with every readable value, and a fault for each that is not.

    Left out are empty values, names that the template does not have, and files: those come as uploads of their own,
    whose owner was checked.
    """
    faults: list[Fault] = []
    for name, value in fields.items():
        known = scene.template.has(name) and scene.template.field(name).type not in FILES
        if value in ("", []) or not known:
            continue
        try:
            scene = scene.put(put(scene.draft, name, read_value(scene, scene.template.field(name), value)))
        except Unreadable as problem:
            faults.append(Fault(name, problem.code, problem.params))
    return scene, faults


def read_value(scene: Scene, field: Field, value: Value) -> Filled:
    """A canonical value, or one as people write it. Raises Unreadable."""
    text = value if isinstance(value, str) else ""
    try:
        return filled(scene.type_of(field).validate(value, scene.context(field)), text)
    except Unreadable:
        if not text:
            raise
    return filled(scene.type_of(field).read(text, scene.context(field)), text)


def receive(scene: Scene, form: Form) -> Move:
    """A form from a citizen's screen; it may come before any word, or over the draft of the same template."""
    template = scene.catalog.newest.get(form.template)
    if template is None:
        return scene.state, [Say("form.unknown")]
    draft = scene.state.draft
    if draft is None or draft.template != form.template:
        scene = begin(scene, template)
    scene, privacy = privacy_notice(scene)
    scene, faults = read_form(scene, form.fields)
    if not faults:
        return onward(scene, privacy)
    return ask(scene, scene.template.field(faults[0].field), [*privacy, *(_told(scene, fault) for fault in faults)])


def _told(scene: Scene, fault: Fault) -> Effect:
    label = scene.say(scene.template.field(fault.field).label)
    return Say(f"problem.{fault.code}", {"label": label, **fault.params})
