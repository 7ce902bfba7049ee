"""Files and map points that come without words."""
from __future__ import annotations

from msgspec.structs import replace

from gateway.dialogue import answers, detours, drafts, summary
from gateway.dialogue.asking import needed
from gateway.dialogue.effects import Effect, Say
from gateway.dialogue.scene import Move, Scene


def keep(scene: Scene) -> Scene:
    """Files that came along go to the form, or wait for one."""
    if scene.state.draft is not None:
        return drafts.attach(scene, scene.turn.uploads)
    return scene.remember(replace(scene.state, uploads=(*scene.state.uploads, *scene.turn.uploads)))


def alone(scene: Scene) -> Move:
    said: list[Effect] = [Say("upload.kept", {"count": len(scene.turn.uploads)})]
    if scene.state.draft is None:
        return scene.state, [*said, Say("upload.early")]
    field = scene.asked
    if field is not None and field.required and not needed(field, scene.draft):
        return summary.onward(scene, said)
    return detours.again(scene, said)


def place(scene: Scene) -> Move:
    """A map point answers the asked address, else it is the place of the matter."""
    reading = scene.turn.location
    if scene.state.draft is None or reading is None:
        return detours.again(scene, [Say("location.early")])
    return answers.by_map(scene, reading)
