"""What the form still needs, and how it is asked: one thing at a time, in the template's order."""
from __future__ import annotations

from msgspec.structs import replace

from gateway.dialogue.claims import spans_of
from gateway.dialogue.conditions import holds
from gateway.dialogue.draft import Draft, Filled
from gateway.dialogue.effects import Ask, Effect, Labelled, Quote, Say
from gateway.dialogue.fill import FILES, read_one
from gateway.dialogue.scene import Move, Scene
from gateway.dialogue.substance import announces_only, tells
from gateway.dialogue.template import Field
from gateway.errors import Unreadable
from gateway.messages import Option

LONGEST_TOLD = 2000
SKIP = Option("skip", "choice.skip")
DONE = Option("done", "choice.done")
YES_NO = (Option("yes", "choice.yes"), Option("no", "choice.no"))


def missing(scene: Scene) -> Field | None:
    """The first required field in template order that nobody has filled or passed over."""
    draft = scene.draft
    return next((field for field in scene.template.fields if needed(field, draft)), None)


def needed(field: Field, draft: Draft) -> bool:
    """Must be asked now."""
    if field.id in draft.values or field.id in draft.skipped or not field.required:
        return False
    if field.id == "contact_phone" and identity(draft) == "anonymous":
        return False
    return holds(field.when, draft)


def identity(draft: Draft) -> str:
    """named, confidential or anonymous."""
    chosen = draft.values.get("identity_mode")
    return str(chosen.value) if chosen else "named"


def listed(scene: Scene) -> list[Field]:
    """The fields of the summary; "change 3" means the third of them."""
    return [field for field in scene.template.fields if field.id in scene.draft.values]


def optional_left(scene: Scene) -> list[Field]:
    """What the summary may offer to add: never asked on its own."""
    draft = scene.draft
    return [
        field for field in scene.template.fields
        if field.id not in draft.values and field.id not in ("identity_mode", "appeal_kind")
        and (not field.required or field.id in draft.skipped)
    ]


def told(scene: Scene, words: str) -> Scene:
    """Keep the citizen's own words; from ten characters on they are the description, until somebody edits it."""
    draft = scene.draft
    if words not in draft.told and not announces_only(words):
        draft = replace(draft, told=(*draft.told, words.strip()))
    before = draft.values.get("description")
    scene = scene.put(draft)
    if before is not None and before.source != "default":
        return scene
    story = described(scene, "\n".join(draft.told))
    if story is None:
        return scene
    filled = replace(story, source="default", confirmed=False)
    return scene.put(replace(draft, values={**draft.values, "description": filled}))


def described(scene: Scene, words: str) -> Filled | None:
    """The words as the template's description; None when they are too few, or it has none."""
    if not scene.template.has("description") or not tells(words):
        return None
    try:
        return read_one(scene, scene.template.field("description"), words[:LONGEST_TOLD])
    except Unreadable:
        return None


# --- questions ----------------------------------------------------------------------------------------------

def ask(scene: Scene, field: Field, before: list[Effect] | None = None) -> Move:
    """The field's own question; where another value tells already what the answer will be, only whether it is so."""
    value = suggested(scene, field)
    if value is None:
        return scene.state, [*(before or []), Quote(scene.say(field.prompt)), question(scene, field)]
    looks = Say("suggested", {"label": scene.say(field.label), "value": scene.show(field, value)})
    return scene.state, [*(before or []), looks, question(scene, field)]


def suggested(scene: Scene, field: Field) -> str | None:
    """An option of this field that the parts of another value name (a tracking number, its carrier)."""
    if field.id in scene.draft.values or scene.state.attempts:
        return None
    options = {option.value for option in field.options}
    parts = (value.resolved.get(field.id) for value in scene.draft.values.values() if value.resolved)
    return next((str(part) for part in parts if part in options), None)


def ask_shortly(scene: Scene, field: Field, before: list[Effect]) -> Move:
    """The same question after a detour, in one line."""
    line = Say("again.field", {"prompt": scene.say(field.prompt)})
    return scene.state, [*before, line, question(scene, field)]


def question(scene: Scene, field: Field) -> Ask:
    return Ask(field.id, (*_offers(scene, field), *_ways_out(scene, field)), scene.template.id)


def _offers(scene: Scene, field: Field) -> list[Option | Labelled]:
    if field.type == "yes_no":
        return list(YES_NO)
    if field.options:
        likely = suggested(scene, field)
        options = sorted(field.options, key=lambda option: option.value != likely)
        return [Labelled(option.value, scene.say(option.label)) for option in options]
    return [Labelled(text, text) for text in mentioned(scene, field)]


def _ways_out(scene: Scene, field: Field) -> list[Option | Labelled]:
    offers: list[Option | Labelled] = []
    if field.id == "contact_phone" and scene.template.anonymous:
        offers.append(Option("anonymous", "choice.anonymous"))
    if field.type in FILES and field.id in scene.draft.values:
        offers.append(DONE)
    elif field.skippable or not field.required:
        offers.append(SKIP)
    return offers


def mentioned(scene: Scene, field: Field) -> list[str]:
    """Addresses that were said but belong to no field yet: an ambiguous role is asked, never guessed."""
    if field.type != "address":
        return []
    used = {value.value for value in scene.draft.values.values() if isinstance(value.value, str)}
    spans = [span for words in scene.draft.told for span in spans_of(scene, field, words)]
    free = [str(span.reading.value) for span in spans if span.role in (None, field.role, "affected")]
    return [text for text in dict.fromkeys(free) if text not in used][:3]


def noted(scene: Scene, before: Draft, asked: str | None) -> list[Effect]:
    """What a message filled beyond the asked field, said back in one line; and what looks unusual."""
    gained = [field for field in scene.template.fields
              if field.id in scene.draft.values and field.id != "description"
              and scene.draft.values[field.id] != before.values.get(field.id)]
    beyond = [field for field in gained if field.id != asked]
    effects: list[Effect] = []
    if beyond:
        effects.append(Say("noted", {"labels": [scene.say(field.label) for field in beyond],
                                     "values": [shown(scene, field) for field in beyond]}))
    for field in gained:
        for code in scene.draft.values[field.id].warnings:
            effects.append(Say(f"warning.{code}", {"label": scene.say(field.label), "value": shown(scene, field)}))
    return effects


def shown(scene: Scene, field: Field) -> str:
    """The draft's value of this field as people read it; words nobody could read stand as they are."""
    value = scene.draft.values[field.id]
    if value.flagged:
        return value.text
    words = value.resolved.get("words") if value.resolved and field.type == "choice" else None
    label = scene.show(field, value.value)
    return f"{label} ({words})" if words else label
