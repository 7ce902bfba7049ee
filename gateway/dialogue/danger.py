"""Somebody may be in danger: the number stands first, whatever the state, and no form is asked for while it lasts."""
from __future__ import annotations

from gateway.dialogue.answers import readable
from gateway.dialogue.choosing import GENERAL, keep
from gateway.dialogue.detours import A_SHORT_QUESTION, ASCII_LONGER, again
from gateway.dialogue.draft import BESIDE
from gateway.dialogue.effects import Ask, Effect, Labelled, Say
from gateway.dialogue.scene import Move, Scene
from gateway.messages import Option, Text

SELF_HARM = "self_harm"


def number(scene: Scene) -> list[Effect]:
    """Whom to call, and the one thing to do until somebody comes."""
    danger = scene.turn.emergency
    if danger is None:
        return []
    what = danger.zh if scene.language == "zh" else danger.en
    return [Say(f"emergency.{danger.kind}", {"number": danger.number, "what": what, "also": danger.also})]


def instead(scene: Scene) -> Move | None:
    """What follows the number, where the words are a cry for help and nothing else; None: they are taken as always.

    A tap, a value for the asked field, a long story with its matter in it go the usual way.
    """
    danger = scene.turn.emergency
    if danger is None or not isinstance(scene.turn.content, Text):
        return None
    if scene.state.asked in BESIDE:
        return scene.state, []  # a department's question, a rating: open still
    if scene.state.draft is not None:
        takes = scene.asked is not None and readable(scene) and danger.kind != SELF_HARM
        return None if takes else again(scene, [])
    if danger.kind == SELF_HARM:
        return scene.state, [Say("emergency.stay")]
    return _later(scene) if _short(scene.turn.text) else None


def _short(text: str) -> bool:
    return len(text.strip()) <= A_SHORT_QUESTION * (ASCII_LONGER if text.isascii() else 1)


def _later(scene: Scene) -> Move:
    """The words are kept; the form that fits them, or the general one, is a tap away."""
    scene = keep(scene, scene.turn.text)
    newest = scene.catalog.newest
    likely = [name for name in scene.state.candidates if name in newest and name != GENERAL][:1]
    forms = [Labelled(name, scene.say(newest[name].title)) for name in likely]
    return scene.state, [Say("emergency.after"), Ask("template", (*forms, Option("other", "choice.afterwards")))]
