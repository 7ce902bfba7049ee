"""Free text: a command, an offered option, a wish, a correction, another form or matter, or the answer."""
from __future__ import annotations

from msgspec.structs import replace

from gateway.dialogue import (
    adding,
    anonymity,
    answers,
    around,
    commands,
    corrections,
    detours,
    drafts,
    matters,
    repeats,
    summary,
    switching,
    wishes,
)
from gateway.dialogue.assent import agrees, leaves, nothing
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.commands import Change, Command, Correction, Word
from gateway.dialogue.draft import Dialogue
from gateway.dialogue.effects import Say
from gateway.dialogue.opening import opening
from gateway.dialogue.picking import pick
from gateway.dialogue.routes import ANYWHERE, IN_FORM, OUTSIDE, UNPAUSED, meant
from gateway.dialogue.scene import Move, Scene
from gateway.dialogue.summary import NOTHING
from gateway.dialogue.understood import Understood
from gateway.dialogue.wishes import Wish
from gateway.messages import Text


def needs_ranking(catalog: Catalog, state: Dialogue, turn: Understood) -> bool:
    """Whether `step` wants the engine's ranking and the knowledge base for this turn (`turn.ranking` is None yet).

    Answers that the asked field reads, choices and exact commands do without: four turns in five.
    """
    if state.mode != "bot" or not isinstance(turn.content, Text) or state.asked == repeats.MORE:
        return False
    scene = drafts.carried(catalog, Scene(catalog, state, turn))
    if switching.wants(scene, turn.text) or (scene.state.draft is not None and matters.announces(turn.text)):
        return True
    command = commands.read(turn.text)
    wish = wishes.read(turn.text)
    if isinstance(command, Word) or (state.draft and command) or picked(state, turn.text) or (wish and wish.alone):
        return False
    if scene.state.draft is None or detours.looks_like_question(turn.text):
        return True
    return scene.asked is not None and not answers.readable(scene)


def said(scene: Scene, text: str) -> Move:
    """What a citizen wrote: first what is safety-critical or exact, then what the words turn out to be."""
    command = commands.read(text)
    if drafts.paused(scene.state, scene.now_ms) and command not in UNPAUSED:
        kept = scene.remember(replace(scene.state, stash=text))
        return kept.state, drafts.offer_resume(scene.template, scene.state)
    value = picked(scene.state, text)
    if value is not None:
        return around.ASKS[scene.state.asked](scene, value)
    if isinstance(command, Word) and command in ANYWHERE:
        return ANYWHERE[command](scene)
    return _outside(scene, text, command) if scene.state.draft is None else _inside(scene, text, command)


def picked(state: Dialogue, text: str) -> str | None:
    """The option meant, where one of the questions around the form is open, or that there is nothing to change. Numbers
    at the summary are fields."""
    if state.asked not in around.ASKS:
        return None
    if state.asked == "confirm" and (agrees(text) or nothing(text)):
        return "file" if agrees(text) else NOTHING
    value = pick(text, state.offered, by_number=state.asked != "confirm")
    return NOTHING if value is None and state.asked == "change" and leaves(text) else value


def _outside(scene: Scene, text: str, command: Command | None) -> Move:
    if scene.state.asked == repeats.MORE:
        return adding.more(scene, "" if command is Word.CANCEL else text)
    if command is Word.SUPPLEMENT:
        return adding.supplement(scene, text, urge=False)
    wish = wishes.read(text)
    if isinstance(command, Word) and wish is None:
        return detours.again(scene, [Say(OUTSIDE.get(command, "nothing_open"))])
    if wish is None:
        return opening(scene, text)
    scene = scene.remember(replace(scene.state, wish=wish.mode))
    return detours.again(scene, [Say("identity.early")]) if wish.alone else opening(scene, text)


def _inside(scene: Scene, text: str, command: Command | None) -> Move:
    """Words while a form is open: a command of the form, a correction, or the answer."""
    command = meant(scene, command)
    if command in (Word.YES, Word.NO) and (moved := answers.to_suggestion(scene, yes=command is Word.YES)):
        return moved
    wish = None if isinstance(command, Word) else wishes.read(text)
    if wish is not None and (command is None or wish.alone):
        return _wished(scene, wish)
    if isinstance(command, Word) and command in IN_FORM:
        return IN_FORM[command](scene)
    if isinstance(command, Word) and command in ANYWHERE:
        return ANYWHERE[command](scene)
    moved = None
    if isinstance(command, Correction):
        moved = corrections.correct(scene, command)
    elif isinstance(command, Change):
        moved = corrections.change(scene, command)
    return moved or switching.proposed(scene, text) or matters.aside(scene, text) or around.free(scene, text)


def _wished(scene: Scene, wish: Wish) -> Move:
    """A wish about one's name, beside an answer or alone."""
    if wish.alone:
        return summary.set_identity(scene, wish.mode)
    granted, said = anonymity.granted(scene, wish.mode)
    moved, effects = around.free(granted, wish.rest)
    if Say("confirm.unclear") in effects:
        return summary.set_identity(scene, wish.mode)
    return moved, [*said, *effects]
