"""Offers that a yes or a no answers: the next matter that waits, another form for this one."""
from __future__ import annotations

from collections.abc import Sequence

from gateway.dialogue.effects import Ask, Effect, Say
from gateway.dialogue.scene import Move, Scene
from gateway.messages import Option

NEXT, SWITCH = "next", "switch"
_NEXT = (Option("yes", "choice.next"), Option("no", "choice.leave"))
_SWITCH = (Option("switch", "choice.switch"), Option("stay", "choice.stay"))


def title_of(scene: Scene, template: str) -> str:
    """What a form is called, "" for one that is gone."""
    found = scene.catalog.newest.get(template)
    return scene.say(found.title) if found else ""


def ask_next(scene: Scene, before: Sequence[Effect]) -> Move:
    """Whether to go on with the matter that waits first."""
    say = Say("matters.next", {"title": title_of(scene, scene.state.later[0].template)})
    return scene.state, [*before, say, Ask(NEXT, _NEXT)]


def ask_switch(scene: Scene, before: Sequence[Effect]) -> Move:
    """Whether to change to the first candidate."""
    target = scene.state.candidates[0]
    return scene.state, [*before, Say("switch", {"title": title_of(scene, target)}), Ask(SWITCH, _SWITCH, target)]
