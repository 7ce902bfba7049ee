"""Named, confidential or anonymous: what a wish changes in the form, and where a form says no to it."""
from __future__ import annotations

from msgspec.structs import replace

from gateway.dialogue.asking import identity
from gateway.dialogue.draft import Draft, Filled
from gateway.dialogue.effects import Effect, Quote, Say
from gateway.dialogue.scene import Scene

NAMING = frozenset({"contact_name", "contact_phone"})


def may(scene: Scene, mode: str) -> bool:
    """Anonymous only where the template allows it."""
    template = scene.template
    return template.has("identity_mode") and (template.anonymous or mode != "anonymous")


def granted(scene: Scene, mode: str) -> tuple[Scene, list[Effect]]:
    """The wish in the form. Who asks for more than the form allows is told why, and what else there is."""
    if not scene.template.has("identity_mode"):
        return scene, [Say("identity.refused")]
    if may(scene, mode):
        return _set(scene, mode), [Say(f"identity.{mode}")]
    why = Quote(scene.say(scene.template.field("identity_mode").help))
    return scene, [Say("identity.refused"), why]


def nameless(draft: Draft) -> Draft:
    """Who stays anonymous leaves no name and no number, not even one that the channel knew."""
    if identity(draft) != "anonymous":
        return draft
    values = {name: value for name, value in draft.values.items() if name not in NAMING}
    return replace(draft, values=values, order=tuple(name for name in draft.order if name in values))


def _set(scene: Scene, mode: str) -> Scene:
    values = {**scene.draft.values, "identity_mode": Filled(mode, mode)}
    return scene.put(nameless(replace(scene.draft, values=values)))
