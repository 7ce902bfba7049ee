"""The first words of a matter: a complaint, a question, a greeting, or something we do not do."""
from __future__ import annotations

import re
from collections.abc import Callable

from msgspec.structs import replace

from gateway.dialogue.choosing import GENERAL, ask_solved, choose, content_of, keep, offer, start
from gateway.dialogue.detours import ask_language, call_person, help_, status, supplement
from gateway.dialogue.effects import Effect, Say
from gateway.dialogue.scene import Move, Scene
from gateway.dialogue.summary import open_cases

COMPLAINT = "complaint."
# 我要补充…, to add to my case: said on purpose, where a case is open.
_MORE = re.compile(
    r"(?:我|还|再|想|要|来){0,5}补充|(?:i (?:want|would like|need|forgot) to|to|let me) add\b", re.IGNORECASE)
PATIENCE = 2  # rounds of "which matter is it?" before the general form takes everything


def opening(scene: Scene, text: str) -> Move:
    """Free words outside a form."""
    if _MORE.match(text.strip()) and open_cases(scene):
        return supplement(scene, _content(scene, text), urge=False)
    scene = keep(scene, text)
    ranking = scene.turn.ranking
    best = ranking.intents[0].id if ranking and ranking.sure and ranking.intents else ""
    if best in _INTENTS:
        return _INTENTS[best](scene.remember(replace(scene.state, stash="")), text)
    template = scene.catalog.newest.get(best.removeprefix(COMPLAINT)) if best.startswith(COMPLAINT) else None
    if template is not None:
        return start(scene, template, scene.state.stash)
    if scene.turn.answers and scene.turn.answers[0].sure:
        return ask_solved(scene)
    return _unclear(scene)


def _unclear(scene: Scene) -> Move:
    """Offer what it may be; after two rounds the general form takes the words as they are."""
    if scene.state.asked == "template" and scene.state.attempts + 1 >= PATIENCE and GENERAL in scene.catalog.newest:
        return choose(scene, GENERAL)
    if scene.state.asked == "template":
        scene = scene.remember(replace(scene.state, attempts=scene.state.attempts + 1))
    return offer(scene, [] if scene.state.candidates else _hello(scene, "unclear"))


def _hello(scene: Scene, otherwise: str) -> list[Effect]:
    return [Say(otherwise if scene.state.greeted else "welcome")]


def greet(scene: Scene, _: str = "") -> Move:
    return scene.state, [Say("greeted" if scene.state.greeted else "welcome")]


def _content(scene: Scene, text: str) -> str:
    return content_of(scene, text)


_INTENTS: dict[str, Callable[[Scene, str], Move]] = {
    "greet": greet,
    "thanks": lambda scene, _: (scene.state, [Say("thanks")]),
    "check_status": lambda scene, _: status(scene),
    "urge": lambda scene, text: supplement(scene, _content(scene, text), urge=True),
    "supplement": lambda scene, text: supplement(scene, _content(scene, text), urge=False),
    "human": lambda scene, _: call_person(scene, "asked"),
    "help": lambda scene, _: help_(scene),
    "language": lambda scene, _: ask_language(scene),
    "out_of_scope": lambda scene, _: (scene.state, [Say("out_of_scope")]),
}
