"""A form card sent whole: read by the types, people's forms (三百二十块) accepted, faults said per field, then the
summary. Without any value it opens its form, as a chosen template does."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from gateway.dialogue.asking import ask
from gateway.dialogue.choosing import privacy_notice, start
from gateway.dialogue.draft import Draft, Filled, filled
from gateway.dialogue.drafts import begin, takers
from gateway.dialogue.effects import Blame, Effect, Say
from gateway.dialogue.fill import FILES, put
from gateway.dialogue.scene import Move, Scene
from gateway.dialogue.summary import noticed, onward
from gateway.dialogue.template import Field
from gateway.errors import Unreadable
from gateway.fields.base import Value
from gateway.messages import Form

NOT_YOURS, ANONYMOUS = "not_yours", "anonymous"


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

    Left out are empty values, names that the template does not have, and files (read_files).
    """
    faults: list[Fault] = []
    for name, value in fields.items():
        known = scene.template.has(name) and scene.template.field(name).type not in FILES
        if value in ("", []) or not known:
            continue
        try:
            scene = scene.put(put(scene.draft, name, _allowed(scene, name, value)))
        except Unreadable as problem:
            faults.append(Fault(name, problem.code, problem.params))
    return scene, faults


def _allowed(scene: Scene, name: str, value: Value) -> Filled:
    """Raises Unreadable, also for a wish that this template cannot grant."""
    read = read_value(scene, scene.template.field(name), value)
    if (name, read.value) == ("identity_mode", "anonymous") and not scene.template.anonymous:
        raise Unreadable(ANONYMOUS)
    return read


def read_value(scene: Scene, field: Field, value: Value) -> Filled:
    """A canonical value, or one as people write it. Raises Unreadable."""
    text = value if isinstance(value, str) else ""
    try:
        return filled(scene.type_of(field).validate(value, scene.context(field)), text)
    except Unreadable:
        if not text:
            raise
    return filled(scene.type_of(field).read(text, scene.context(field)), text)


def read_files(scene: Scene, fields: Mapping[str, Value], kinds: Mapping[str, str]) -> tuple[Scene, list[Fault]]:
    """Uploads that are the citizen's own (`kinds`: their media types), each in a field that takes its kind."""
    faults: list[Fault] = []
    for field in scene.template.fields:
        value = fields.get(field.id)
        if field.type not in FILES or value in (None, "", []):
            continue
        try:
            reading = scene.type_of(field).validate(value if value is not None else [], scene.context(field))
        except Unreadable as problem:
            faults.append(Fault(field.id, problem.code, problem.params))
            continue
        ids = reading.value if isinstance(reading.value, list) else [str(reading.value)]
        if any(id_ not in kinds or field.type not in takers(kinds[id_]) for id_ in ids):
            faults.append(Fault(field.id, NOT_YOURS, {}))
        else:
            scene = _attached(scene, field, ids, kinds)
    return scene, faults


def _attached(scene: Scene, field: Field, ids: list[str], kinds: Mapping[str, str]) -> Scene:
    draft = put(_without_files(scene.draft, field), field.id, Filled(ids, ""))
    uploads = tuple(dict.fromkeys((*draft.uploads, *ids)))
    return scene.put(replace(draft, uploads=uploads, kinds={**draft.kinds, **{id_: kinds[id_] for id_ in ids}}))


def _without_files(draft: Draft, field: Field) -> Draft:
    """What the field held is not filed any more, unless it is named again."""
    before = draft.values.get(field.id)
    gone = set(before.value) if before is not None and isinstance(before.value, list) else set()
    return replace(draft, uploads=tuple(id_ for id_ in draft.uploads if id_ not in gone))


def _emptied(scene: Scene, fields: Mapping[str, Value]) -> Scene:
    """A field that was left empty on the card has no value any more; a question that may be is passed over."""
    for field in scene.template.fields:
        if fields.get(field.id) not in ("", []):
            continue
        draft = _without_files(scene.draft, field) if field.type in FILES else scene.draft
        values = {name: value for name, value in draft.values.items() if name != field.id}
        passed = (field.id,) if field.required and field.skippable and field.id not in draft.skipped else ()
        scene = scene.put(replace(
            draft, values=values, order=tuple(name for name in draft.order if name != field.id),
            skipped=(*draft.skipped, *passed),
        ))
    return scene


def receive(scene: Scene, form: Form) -> Move:
    """A form from a citizen's screen; it may come before any word, or over the draft of the same template."""
    template = scene.catalog.newest.get(form.template)
    if template is None:
        return scene.state, [Say("form.unknown")]
    draft = scene.state.draft
    if draft is None or draft.template != form.template:
        if all(value in ("", []) for value in form.fields.values()):
            return start(scene, template, scene.state.stash)
        scene = begin(scene, template)
    scene, privacy = privacy_notice(scene)
    scene, faults = read_form(_emptied(scene, form.fields), form.fields)
    scene, lost = read_files(scene, form.fields, form.kinds)
    scene, notices = noticed(scene, "opening")
    before = [*notices, *privacy]
    if not (faults or lost):
        return onward(scene, before)
    told = [_told(scene, fault) for fault in (*faults, *lost)]
    return ask(scene, scene.template.field((*faults, *lost)[0].field), [*before, *told])


def _told(scene: Scene, fault: Fault) -> Effect:
    label = scene.say(scene.template.field(fault.field).label)
    return Say(f"problem.{fault.code}", {"label": label, **fault.params}, Blame(fault.field, fault.code))
