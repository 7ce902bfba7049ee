"""Two problems told at once: one form after the other. What was said of the second waits until the first is done."""
from __future__ import annotations

import re

from msgspec.structs import replace

from gateway.dialogue.anonymity import NAMING
from gateway.dialogue.choosing import COMPLAINT, start
from gateway.dialogue.detours import again
from gateway.dialogue.draft import Dialogue, Draft, Filled, Later
from gateway.dialogue.effects import Ask, Effect, Say
from gateway.dialogue.offers import ask_next, title_of
from gateway.dialogue.scene import Move, Scene
from gateway.dialogue.template import Template
from gateway.rankings import Matter

MOST = 3
_ANOTHER = re.compile(
    r"\s*(?:对了|哦|噢|嗯)?[，,\s]*(?:另外|还有|再有|顺便|除此之外)(?:还)?(?:有|再)?(?:一?(?:件|个))?(?:别的)?"
    r"(?:事情?|问题)?[，,：:\s]*"
    r"|\s*(?:oh,? |and )?(?:also|besides|by the way|(?:there is |there's )?another (?:thing|problem|issue|matter))"
    r"[,:\s]+",
    re.IGNORECASE)
SHORTEST = 8   # characters that tell of a matter


def several(scene: Scene) -> tuple[Matter, ...]:
    """The problems that the engine found in this message, if all of them have a form."""
    told = scene.turn.ranking.matters if scene.turn.ranking else ()
    return told if len(told) > 1 and all(one.template in scene.catalog.newest for one in told) else ()


def begin(scene: Scene, told: tuple[Matter, ...]) -> Move:
    """The first of them now, the others afterwards, in the order of telling."""
    first, *others = told
    later = (*scene.state.later, *(Later(one.template, one.text) for one in others))[:MOST]
    scene = scene.remember(replace(scene.state, later=later))
    moved, effects = start(scene, scene.catalog.newest[first.template], first.text)
    return moved, [Say("matters.several", {"titles": [title_of(scene, one.template) for one in told]}), *effects]


def announces(text: str) -> bool:
    """另外还有一件事…: in the middle of a form this may be another matter."""
    found = _ANOTHER.match(text)
    return found is not None and len(text) - found.end() >= SHORTEST


def aside(scene: Scene, text: str) -> Move | None:
    """Another matter told in the middle of a form is kept for afterwards; None when it is none for sure."""
    ranking = scene.turn.ranking
    if ranking is None or not ranking.sure or not announces(text):
        return None
    template = ranking.intents[0].id.removeprefix(COMPLAINT)
    if not ranking.intents[0].id.startswith(COMPLAINT) or template == scene.draft.template:
        return None
    found = _ANOTHER.match(text)
    words = text[found.end():] if found else text
    later = (*scene.state.later, Later(template, words))[:MOST]
    kept = scene.remember(replace(scene.state, later=later))
    return again(kept, [Say("matters.kept", {"title": title_of(scene, template)})])


def following(scene: Scene, finished: Draft, moved: Dialogue, effects: list[Effect]) -> Move:
    """A form is done with, filed or not: the next matter is offered. Who the citizen is need not be asked again."""
    if not moved.later or any(isinstance(effect, Ask) for effect in effects):
        return moved, effects
    template = scene.catalog.versions.get((finished.template, finished.version))
    moved = replace(moved, contact=_contact(finished, template))
    asked = scene.remember(moved)
    return ask_next(asked, effects)


def answer(scene: Scene, value: str) -> Move:
    """Yes: its form, with the words of then."""
    first, *rest = scene.state.later
    state = replace(scene.state, later=tuple(rest), asked=None)
    template = scene.catalog.newest.get(first.template)
    if value == "yes" and template is not None:
        return start(scene.remember(state), template, first.words)
    dropped = scene.remember(replace(state, contact={}))
    said: list[Effect] = [Say("matters.dropped")]
    return ask_next(dropped, said) if rest else (dropped.state, said)


def _contact(draft: Draft, template: Template | None) -> dict[str, Filled]:
    """Name, number, identity and where the citizen lives."""
    homes = {field.id for field in template.fields if field.role == "affected"} if template else set()
    names = NAMING | homes | {"identity_mode"}
    return {name: value for name, value in draft.values.items() if name in names}
