"""What each exact command does, and which words amount to a command where they stand."""
from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from gateway.dialogue import adding, answers, detours, summary
from gateway.dialogue.choosing import start
from gateway.dialogue.commands import Change, Command, Word
from gateway.dialogue.effects import Say
from gateway.dialogue.opening import greet
from gateway.dialogue.scene import Move, Scene
from gateway.dialogue.template import Field


def meant(scene: Scene, command: Command | None) -> Command | None:
    """What a command is where it stands: "fix it" names an option where repair is offered, 不对 answers a yes or no,
    没有 passes over what may be left out or was answered before, 确认 over what was to be changed and is right; the
    engine may know free words as a command."""
    field = scene.asked
    if field is not None and (command in _ANSWERS or isinstance(command, Change)) and _names_option(scene, field):
        return None
    if field is not None and field.type == "yes_no" and command in (Word.CHANGE, Word.DONE):
        return None
    if field is not None and (
        (command is Word.NO and _may_pass(scene, field)) or (command is Word.YES and _stands(scene, field))
    ):
        return Word.SKIP
    ranking = scene.turn.ranking
    if command is None and ranking is not None and ranking.sure and ranking.intents:
        return _INTENTS.get(ranking.intents[0].id)
    return command


def _names_option(scene: Scene, field: Field) -> bool:
    """The whole text is one of the asked field's own options, as its label or an alias."""
    said = scene.turn.text.strip().casefold()
    names = (name for option in field.options for name in (option.label.zh, option.label.en, *option.aliases))
    return any(said == name.casefold() for name in names)


def _may_pass(scene: Scene, field: Field) -> bool:
    """没有 is no value of this field, and the form can go on without a new one."""
    wanted = field.required or bool(field.options)
    return field.type != "yes_no" and (field.id in scene.draft.values or field.skippable or not wanted)


def _stands(scene: Scene, field: Field) -> bool:
    """It has a value, which a yes agrees to; where a yes is a value itself, it is the new one."""
    return field.type != "yes_no" and field.id in scene.draft.values


def _restart(scene: Scene) -> Move:
    """From the beginning, with the newest version of the form."""
    same = scene.remember(replace(scene.state, district=scene.draft.district))
    return start(same, scene.catalog.newest.get(scene.template.id, scene.template), "")


# Short words that a template may have among its own options' names ("not sure" for `other`).
_ANSWERS = frozenset({Word.SKIP, Word.YES, Word.NO, Word.DONE, Word.OTHER, Word.NEW, Word.SOLVED})
ANYWHERE: dict[Command | None, Callable[[Scene], Move]] = {
    Word.HUMAN: lambda scene: detours.call_person(scene, "asked"),
    Word.BOT: lambda scene: detours.again(scene, [] if scene.state.draft else greet(scene)[1]),
    Word.HELLO: lambda scene: detours.again(scene, greet(scene)[1]),
    Word.THANKS: lambda scene: detours.again(scene, [Say("thanks")]),
    Word.HELP: detours.help_,
    Word.STATUS: detours.status,
    Word.URGE: lambda scene: adding.supplement(scene, scene.turn.text, urge=True),
    Word.LANGUAGE: detours.ask_language,
    Word.CHINESE: lambda scene: detours.set_language(scene, "zh"),
    Word.ENGLISH: lambda scene: detours.set_language(scene, "en"),
}
_INTENTS = {
    "human": Word.HUMAN, "cancel": Word.CANCEL, "back": Word.BACK, "restart": Word.RESTART, "help": Word.HELP,
    "check_status": Word.STATUS, "language": Word.LANGUAGE,
}
IN_FORM: dict[Word, Callable[[Scene], Move]] = {
    Word.CANCEL: summary.ask_cancel,
    Word.RESTART: _restart,
    Word.BACK: detours.back,
    Word.SKIP: answers.skip,
    Word.DONE: answers.done,
    Word.CONTINUE: lambda scene: detours.again(scene, [Say("resumed")]),
    Word.CHANGE: lambda scene: summary.ask_change(scene, []),
    Word.NAMED: lambda scene: summary.set_identity(scene, "named"),
    Word.CONFIDENTIAL: lambda scene: summary.set_identity(scene, "confidential"),
    Word.ANONYMOUS: lambda scene: summary.set_identity(scene, "anonymous"),
    Word.END: lambda scene: (scene.state, [Say("draft.kept")]),
}
# What is said to a word of the form when no form is open; "nothing_open" to all others.
OUTSIDE: dict[Command, str] = {
    Word.END: "bye", Word.YES: "solved.thanks", Word.DONE: "solved.thanks", Word.SOLVED: "solved.thanks",
}
# After a long pause these are obeyed at once; everything else waits until the citizen said to go on.
UNPAUSED = frozenset({*ANYWHERE, Word.CANCEL, Word.RESTART, Word.CONTINUE, Word.END}) - {Word.HELLO, Word.THANKS}
