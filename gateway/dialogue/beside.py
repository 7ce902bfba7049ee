"""The door of what is no turn of the citizen's words: a proved number, a draft that comes or goes (takeover.py)."""
from __future__ import annotations

from msgspec.structs import replace

from gateway.dialogue import drafts, takeover
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.draft import Dialogue
from gateway.dialogue.effects import Ask
from gateway.dialogue.scene import Move, Scene
from gateway.dialogue.step import settle
from gateway.dialogue.understood import Understood
from gateway.handover import DraftHanded, DraftWanted, OpenDraft, Verified


def beside(
    catalog: Catalog, state: Dialogue, turn: Understood, content: Verified | DraftWanted | DraftHanded
) -> Move:
    """A proved phone number, or a draft that moves between two conversations; an open question is asked anew or
    stays."""
    scene = drafts.carried(catalog, Scene(catalog, state, turn))
    match content:
        case Verified():
            moved, effects = takeover.verified(scene, content)
        case DraftWanted():
            moved, effects = takeover.let_go(scene, content)
        case DraftHanded():
            moved, effects = takeover.take(scene, content)
    if any(isinstance(effect, Ask) for effect in effects):
        moved = settle(scene, moved, effects)
    return moved, [*effects, *(drafts.timers(state.draft, moved.draft) if moved.draft != state.draft else ())]


def offered(catalog: Catalog, state: Dialogue, turn: Understood, found: OpenDraft) -> Move:
    """Whether to go on here with a draft of theirs; nothing where its form is gone."""
    scene = Scene(catalog, replace(state, found=found), turn)
    effects = drafts.offer_found(scene)
    return (settle(scene, scene.state, effects), effects) if effects else (state, [])
