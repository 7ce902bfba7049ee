"""Files and map points: they go where they belong in the form, or wait for one."""
from __future__ import annotations

from msgspec.structs import replace

from gateway.dialogue import adding, detours, drafts, summary
from gateway.dialogue.asking import needed, noted, told
from gateway.dialogue.draft import filled
from gateway.dialogue.effects import Effect, Say
from gateway.dialogue.fill import mine
from gateway.dialogue.repeats import MORE
from gateway.dialogue.scene import Move, Scene


def keep(scene: Scene) -> Scene:
    """The scene with the files and the map point that came along."""
    turn = scene.turn
    point = filled(turn.location, str(turn.location.value)) if turn.location else None
    if scene.state.draft is None:
        uploads = (*scene.state.uploads, *turn.uploads)
        return scene.remember(replace(scene.state, uploads=uploads, place=point or scene.state.place))
    scene = drafts.attach(scene, turn.uploads) if turn.uploads else scene
    return drafts.pin(scene, point) if point else scene


def answers(before: Scene, after: Scene) -> bool:
    """What came has answered the asked field, or made it needless: a photo instead of the bike's number."""
    asked = before.asked
    return asked is not None and needed(asked, before.draft) and not needed(asked, after.draft)


def with_words(before: Scene, scene: Scene, text: str) -> Move:
    """Words beside the file or point that answered the asked field: they may fill others, and tell more."""
    scene = told(scene.put(mine(scene, text)), text)
    return summary.onward(scene, noted(scene, before.draft, before.asked.id if before.asked else None))


def alone(before: Scene, scene: Scene) -> Move:
    """Without words: the next question if the asked one is answered, else the same again."""
    turn = scene.turn
    said: list[Effect] = [Say("upload.kept", {"count": len(turn.uploads)})] if turn.uploads else []
    if any(media_type.startswith("audio/") for _, media_type in turn.uploads):
        said.append(Say("upload.voice"))
    if scene.state.asked == MORE and turn.uploads:
        return adding.more(scene, "")
    if scene.state.draft is None:
        early = Say("location.early" if turn.location else "upload.early")
        return detours.again(scene, [*said, early]) if scene.state.asked else (scene.state, [*said, early])
    if turn.location is not None and scene.draft.values == before.draft.values and not turn.uploads:
        return detours.again(scene, [Say("location.unused")])
    said += noted(scene, before.draft, before.asked.id if before.asked else None) if turn.location else []
    asked = scene.asked
    needless = asked is not None and asked.required and not needed(asked, scene.draft)
    moved_on = needless or (turn.location is not None and before.asked is None)
    return summary.onward(scene, said) if moved_on else detours.again(scene, said)
