"""Somebody opens the chat without a word: subscribes, scans a code of ours, enters the session.

Nothing open: the greeting, or the form that the code names. Something open: its question again, never a greeting.
"""
from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from gateway.dialogue.catalog import Catalog
from gateway.dialogue.choosing import start
from gateway.dialogue.detours import again
from gateway.dialogue.draft import BESIDE, Dialogue, Draft, Later
from gateway.dialogue.drafts import carried, offer_resume, paused, timers, wake
from gateway.dialogue.effects import Effect, Say
from gateway.dialogue.matters import MOST
from gateway.dialogue.offers import title_of
from gateway.dialogue.opening import greet
from gateway.dialogue.scene import Move, Scene
from gateway.dialogue.step import settle
from gateway.dialogue.template import Template
from gateway.dialogue.understood import Understood
from gateway.fields.gazetteer import gazetteer, level
from gateway.handover import Arrived

AT_ONCE_MS = 3600 * 1000  # who enters again so soon, without a word, still has our last message before their eyes


def arrived(
    catalog: Catalog, state: Dialogue, turn: Understood, came: Arrived, beside: Sequence[Effect] = ()
) -> Move:
    """beside  the open question that is none of the form's (a rating's), to be asked again

    While a person is called or talks nothing is said."""
    scene = carried(catalog, Scene(catalog, wake(state), turn))
    if state.mode != "bot":
        return state, []
    template = catalog.newest.get(came.template) if came.template else None
    scene = _from(scene, came, template)
    begun = _form(scene, template) if template else None
    if begun is None and came.how == "entered" and 0 < state.arrived > scene.now_ms - AT_ONCE_MS:
        return scene.state, []
    moved, effects = begun or _greeted(scene, beside)
    settled = replace(settle(scene, moved, effects), arrived=scene.now_ms)
    return settled, [*effects, *timers(state.draft, settled.draft)]


def _from(scene: Scene, came: Arrived, template: Template | None) -> Scene:
    """Where the code hangs: for the open draft if it is of the form that the code names, else for the next one."""
    place = gazetteer(scene.turn.city).by_code.get(came.district or "")
    if place is None or level(place) != "district":
        return scene
    draft = scene.state.draft
    if draft is not None and template is not None and draft.template == template.id:
        return scene.put(replace(draft, district=place.adcode))
    return scene.remember(replace(scene.state, district=place.adcode))


def _form(scene: Scene, template: Template) -> Move | None:
    """The form that the code names; None when it is open already. What was begun is never lost: the new form waits
    for the end of it."""
    draft = scene.state.draft
    if draft is None:
        return start(scene, template, scene.state.stash)
    if draft.template == template.id:
        return None
    if _blank(draft):
        return start(scene.put(None), template, "")
    others = tuple(one for one in scene.state.later if one.template != template.id)
    waiting = (*others, Later(template.id, ""))[:MOST]
    scene = scene.remember(replace(scene.state, later=waiting, candidates=(template.id,)))
    return _open(scene, [Say("matters.kept", {"title": title_of(scene, template.id)})])


def _blank(draft: Draft) -> bool:
    """The citizen has said nothing for it yet."""
    return not (draft.order or draft.told or draft.uploads)


def _greeted(scene: Scene, beside: Sequence[Effect]) -> Move:
    if beside:
        return scene.state, list(beside)
    asked = scene.state.asked
    idle = asked is None and scene.state.draft is None
    return greet(scene) if idle or asked in BESIDE else _open(scene, [])


def _open(scene: Scene, before: list[Effect]) -> Move:
    """The open question; after a long pause first whether to go on at all."""
    if paused(scene.state, scene.now_ms):
        return scene.state, [*before, *offer_resume(scene.template, scene.state)]
    return again(scene, before)
