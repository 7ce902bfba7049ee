"""The form engine's one door: (what was remembered, what came) → (what to remember, what to do). Pure.

Start reading here. A turn goes through these rooms, each a module beside this one:
    commands   short words that mean the same everywhere → routes: what each does → picking: an offered option
    opening    the first words of a matter → choosing a template → drafts: a form begins, waits, ends
    answers    to a field: words, taps → fill (claims: which span is which field), ladder (unreadable), corrections
    around     answers to the questions around the form: template, confirm, duplicate, resume, a person
    asking     the next question → summary (rules, the yes, duplicates, filing); forms, files: sent whole
    matters    two problems told at once; switching, carrying: another form for the same one
    repeats    what is an open case already; adding: words and files for it
    wishes, anonymity    about one's name; names, substance, telling: what words hold
    detours    questions, status, help, a person: away and back again
    posted     a form posted over the API; takeover: a proved phone number, a draft that comes from elsewhere
"""
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
    files,
    matters,
    repeats,
    summary,
    switching,
    wishes,
)
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.commands import Change, Command, Correction, Word
from gateway.dialogue.draft import BESIDE, Dialogue
from gateway.dialogue.effects import Ask, Effect, Say
from gateway.dialogue.forms import receive
from gateway.dialogue.opening import opening
from gateway.dialogue.picking import pick
from gateway.dialogue.routes import ANYWHERE, IN_FORM, OUTSIDE, UNPAUSED, meant
from gateway.dialogue.scene import Move, Scene
from gateway.dialogue.understood import Understood
from gateway.dialogue.wishes import Wish
from gateway.messages import Choice, Form, Text

__all__ = ["needs_ranking", "resume", "settle", "step"]


def step(catalog: Catalog, state: Dialogue, turn: Understood) -> Move:
    """One turn of one citizen. The state's `asked` and `offered` follow from the last Ask among the effects."""
    scene = drafts.carried(catalog, Scene(catalog, drafts.wake(state), turn))
    moved, effects = _answer(scene) if state.mode == "bot" else detours.beside_person(scene)
    if scene.state.draft is not None and moved.draft is None and moved.mode == "bot":
        moved, effects = matters.following(scene, scene.state.draft, moved, effects)
    settled = settle(scene, moved, effects)
    return settled, [*detours.emergency(scene), *effects, *drafts.timers(state.draft, settled.draft)]


def resume(catalog: Catalog, state: Dialogue, turn: Understood) -> Move:
    """The form's open question again, after something beside the form was answered (a rating, a department)."""
    scene = drafts.carried(catalog, Scene(catalog, state, turn))
    moved, effects = detours.again(scene, [])
    return settle(scene, moved, effects), effects


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
    if isinstance(command, Word) or (state.draft and command) or _picked(state, turn.text) or (wish and wish.alone):
        return False
    if scene.state.draft is None or detours.looks_like_question(turn.text):
        return True
    return scene.asked is not None and not answers.readable(scene)


# --- what came ----------------------------------------------------------------------------------------------

def _answer(scene: Scene) -> Move:
    content, text = scene.turn.content, scene.turn.text
    came = files.keep(scene)
    if isinstance(content, Choice):
        return _choice(came, content)
    if isinstance(content, Form):
        return receive(came, content)
    if not text.strip():
        return files.alone(scene, came)
    if files.answers(scene, came) and not isinstance(commands.read(text), Word):
        return files.with_words(scene, came, text)
    return _text(came, text)


def _choice(scene: Scene, choice: Choice) -> Move:
    """A tap counts only for the question that was asked last, and only for what it offered."""
    state = scene.state
    if choice.to not in (None, state.asked_by) or choice.value not in state.offered:
        return detours.again(scene, [Say("stale")])
    if state.asked in around.ASKS:
        return around.ASKS[state.asked](scene, choice.value)
    field = scene.asked
    return answers.by_tap(scene, field, choice.value) if field else detours.again(scene, [Say("stale")])


def _text(scene: Scene, text: str) -> Move:
    command = commands.read(text)
    if drafts.paused(scene.state, scene.now_ms) and command not in UNPAUSED:
        kept = scene.remember(replace(scene.state, stash=text))
        return kept.state, drafts.offer_resume(scene.template, scene.state)
    value = _picked(scene.state, text)
    if value is not None:
        return around.ASKS[scene.state.asked](scene, value)
    if isinstance(command, Word) and command in ANYWHERE:
        return ANYWHERE[command](scene)
    return _outside(scene, text, command) if scene.state.draft is None else _inside(scene, text, command)


def _picked(state: Dialogue, text: str) -> str | None:
    """The option meant, where one of the questions around the form is open. Numbers at the summary are fields."""
    if state.asked not in around.ASKS:
        return None
    return pick(text, state.offered, by_number=state.asked != "confirm")


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
    wish = wishes.read(text) if command is None else None
    if wish is not None:
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
    return moved, [*said, *effects]


def settle(scene: Scene, moved: Dialogue, effects: list[Effect]) -> Dialogue:
    """What was asked follows from the effects; a person's talk and a question beside the form stay open."""
    before = scene.state
    moved = replace(moved, last=scene.now_ms, greeted=True)
    asks = [effect for effect in effects if isinstance(effect, Ask)]
    if not asks and (moved.mode != "bot" or before.asked in BESIDE):
        return replace(moved, asked=before.asked, offered=before.offered)
    asked = asks[-1].what if asks else None
    offered = tuple(option.value for option in asks[-1].choices) if asks else ()
    return replace(moved, asked=asked, offered=offered, attempts=moved.attempts if asked == before.asked else 0)
