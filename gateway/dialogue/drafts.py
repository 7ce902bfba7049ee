"""The life of a draft: begun, carried to a newer template, left alone and taken up again, dropped."""
from __future__ import annotations

from msgspec.structs import replace

from gateway.dialogue.catalog import Catalog
from gateway.dialogue.draft import BESIDE, Dialogue, Draft, Filled, filled
from gateway.dialogue.effects import Arm, Ask, Disarm, Effect, Say
from gateway.dialogue.fill import FILES, put
from gateway.dialogue.scene import Scene, named
from gateway.dialogue.template import Field, Template
from gateway.errors import Unreadable
from gateway.messages import Elapsed, Option

REMINDER_S = 24 * 3600
PAUSE_MS = 2 * 3600 * 1000  # after this a draft is not gone on with unasked
TAKE_OVER = (Option("continue", "choice.continue"), Option("no", "choice.no"))
RESUME = (Option("continue", "choice.continue"), Option("restart", "choice.discard"), Option("human", "choice.human"))


def begin(scene: Scene, template: Template) -> Scene:
    """A new draft with what the channel knows and the files that came before it."""
    now, district = scene.now_ms, scene.state.district
    draft = Draft(str(now), template.id, template.version, now, district=district)
    state = replace(
        scene.state, draft=draft, stash="", candidates=(), uploads=(), place=None, district="", contact={}, attempts=0)
    begun = _from_channel(scene.remember(state))
    begun = _from_before(begun, scene.state.contact) if scene.state.contact else begun
    begun = attach(begun, scene.state.uploads) if scene.state.uploads else begun
    return pin(begun, scene.state.place) if scene.state.place else begun


def _from_channel(scene: Scene) -> Scene:
    known = scene.turn.known
    words = {"phone": known.phone, "name": known.name, "location": known.location}
    values: dict[str, Filled] = {}
    for field in scene.template.fields:
        text = words.get(field.context or "")
        if text:
            values |= _readable(scene, field, text)
    return scene.put(replace(scene.draft, values=values))


def _from_before(scene: Scene, contact: dict[str, Filled]) -> Scene:
    """Who the citizen is, as the form before this one knew."""
    fitting = {field.id: contact[field.id] for field in scene.template.fields
               if field.id in contact and _fits(scene, field, contact[field.id])}
    return scene.put(replace(scene.draft, values={**scene.draft.values, **fitting}))


def _readable(scene: Scene, field: Field, text: str) -> dict[str, Filled]:
    try:
        return {field.id: filled(scene.type_of(field).read(text, scene.context(field)), text, "channel")}
    except Unreadable:
        return {}


def attach(scene: Scene, uploads: tuple[tuple[str, str], ...]) -> Scene:
    """Files go to the asked field if it takes files, else to the first that takes this kind of file."""
    draft = scene.draft
    asked = scene.asked
    for upload, media_type in uploads:
        open_to = [field for field in scene.template.fields if field.type in takers(media_type)]
        field = asked if asked in open_to else next(iter(open_to), None)
        kinds = {**draft.kinds, upload: media_type}
        draft = replace(draft, uploads=tuple(dict.fromkeys((*draft.uploads, upload))), kinds=kinds)
        if field is not None:
            draft = replace(draft, values={**draft.values, field.id: _with_file(draft, field, upload)})
    return scene.put(draft)


def pin(scene: Scene, point: Filled) -> Scene:
    """A map point answers the asked address, else it is the place of the matter, or the only address there is."""
    addresses = [field for field in scene.template.fields if field.type == "address"]
    asked = [field for field in addresses if field == scene.asked]
    wanted = asked or [field for field in addresses if field.role == "place"] or addresses
    if not wanted or (len(wanted) > 1 and not asked):
        return scene
    return scene.put(put(scene.draft, wanted[0].id, point))


def takers(media_type: str) -> frozenset[str]:
    """The types of field that take such a file."""
    kind = media_type.split("/")[0]
    return frozenset({"files", {"image": "images", "video": "video"}.get(kind, "document")}) & FILES


def _with_file(draft: Draft, field: Field, upload: str) -> Filled:
    before = draft.values.get(field.id)
    ids = before.value if before is not None and isinstance(before.value, list) else []
    return Filled(list(dict.fromkeys([*ids, upload])), "")


def carried(catalog: Catalog, scene: Scene) -> Scene:
    """A draft whose template version is gone goes on with the newest one and the values that still fit;
    without any version of it the draft is dropped."""
    draft = scene.state.draft
    if draft is None or (draft.template, draft.version) in catalog.versions:
        return scene
    newest = catalog.at(draft.template, draft.version)
    if newest is None:
        return scene.remember(replace(scene.state, draft=None, asked=None, offered=()))
    return _fitting(scene.put(replace(draft, version=newest.version)))


def _fitting(scene: Scene) -> Scene:
    draft = scene.draft
    values = {field.id: draft.values[field.id] for field in scene.template.fields
              if field.id in draft.values and _fits(scene, field, draft.values[field.id])}
    order = tuple(name for name in draft.order if name in values)
    return scene.put(replace(draft, values=values, order=order))


def _fits(scene: Scene, field: Field, value: Filled) -> bool:
    try:
        scene.type_of(field).validate(value.value, scene.context(field))
    except Unreadable:
        return value.flagged
    return True


def paused(state: Dialogue, now_ms: int) -> bool:
    """An open draft was left alone for so long that the citizen may have something else in mind."""
    return state.draft is not None and 0 < state.last < now_ms - PAUSE_MS and state.asked != "resume"


def offer_resume(template: Template, state: Dialogue) -> list[Effect]:
    answered = len(state.draft.order) if state.draft else 0
    return [Say("resume", {"title": named(template, state.language), "count": answered}),
            Ask("resume", RESUME, template.id)]


def offer_found(scene: Scene) -> list[Effect]:
    """Whether to go on here with the draft of another conversation; nothing when its template is gone."""
    found = scene.state.found
    template = scene.catalog.at(found.template, found.version) if found else None
    if found is None or template is None:
        return []
    say = Say("takeover.offer", {"title": named(template, scene.language), "count": found.count})
    return [say, Ask("resume", TAKE_OVER, template.id)]


def wake(state: Dialogue) -> Dialogue:
    """A message of the citizen: the open draft is no longer on its way to expire."""
    draft = state.draft
    return state if draft is None or not draft.reminded else replace(state, draft=replace(draft, reminded=False))


def timers(before: Draft | None, after: Draft | None) -> list[Effect]:
    """Every message moves the reminder of an open draft. It ends with the draft; the expiry, which the reminder
    arms, already with the next message."""
    effects: list[Effect] = []
    if before is not None and before.reminded:
        effects.append(Disarm("draft_expiry", before.id))
    if before is not None and (after is None or before.id != after.id):
        effects.append(Disarm("draft_reminder", before.id))
    if after is not None:
        effects.append(Arm("draft_reminder", after.id, REMINDER_S))
    return effects


def elapsed(catalog: Catalog, state: Dialogue, content: Elapsed) -> tuple[Dialogue, list[Effect]]:
    """A draft's timer fired. A timer of an earlier draft does nothing; while a person talks or a rating is open
    the reminder is not said, but the draft begins to expire all the same."""
    draft = state.draft
    if draft is None or draft.id != content.of:
        return state, []
    template = catalog.at(draft.template, draft.version)
    title = named(template, state.language) if template else ""
    if content.timer == "draft_expiry":
        beside = state.asked in BESIDE
        gone = replace(state, draft=None, later=()) if beside else replace(
            state, draft=None, later=(), asked=None, offered=(), attempts=0)
        return gone, [Say("draft.expired", {"title": title})]
    state = replace(state, draft=replace(draft, reminded=True))
    expiry = Arm("draft_expiry", draft.id, catalog.expiry_s - REMINDER_S)
    if state.mode != "bot" or template is None or state.asked in BESIDE:
        return state, [expiry]
    asked = replace(state, asked="resume", offered=tuple(option.value for option in RESUME), attempts=0)
    return asked, [Say("draft.reminder", {"title": title}), Ask("resume", RESUME, template.id), expiry]
