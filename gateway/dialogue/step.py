"""The form engine's one door: (what was remembered, what came) → (what to remember, what to do). Pure.

Start reading here. A turn goes through these rooms, each a module beside this one:
    words      free text: a command, an answer, a correction, a wish, another matter, whatever it turns out to be
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
    arrivals   somebody opens the chat without a word, or by a code that names a form
"""
from __future__ import annotations

from msgspec.structs import replace

from gateway.dialogue import answers, around, commands, danger, detours, drafts, files, matters, words
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.commands import Word
from gateway.dialogue.draft import BESIDE, Dialogue
from gateway.dialogue.effects import Ask, Effect, Say
from gateway.dialogue.forms import receive
from gateway.dialogue.scene import Move, Scene
from gateway.dialogue.understood import Understood
from gateway.dialogue.words import needs_ranking
from gateway.messages import Choice, Form

__all__ = ["needs_ranking", "resume", "settle", "step"]


ECHO = 200  # characters of an answer by which it is known again


def step(catalog: Catalog, state: Dialogue, turn: Understood) -> Move:
    """One turn of one citizen. The state's `asked` and `offered` follow from the last Ask among the effects."""
    scene = drafts.carried(catalog, Scene(catalog, drafts.wake(state), turn))
    if state.mode == "bot":
        moved, effects = danger.instead(scene) or _answer(scene)
    else:
        moved, effects = detours.beside_person(scene)
    if scene.state.draft is not None and moved.draft is None and moved.mode == "bot":
        moved, effects = matters.following(scene, scene.state.draft, moved, effects)
    settled = settle(scene, moved, effects)
    return settled, [*danger.number(scene), *effects, *drafts.timers(state.draft, settled.draft)]


def resume(catalog: Catalog, state: Dialogue, turn: Understood) -> Move:
    """The form's open question again, after something beside the form was answered (a rating, a department)."""
    scene = drafts.carried(catalog, Scene(catalog, state, turn))
    moved, effects = detours.again(scene, [])
    return settle(scene, moved, effects), effects


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
    return words.said(came, text)


def _choice(scene: Scene, choice: Choice) -> Move:
    """A tap counts only for the question that was asked last, and only for what it offered."""
    state = scene.state
    if choice.to not in (None, state.asked_by) or choice.value not in state.offered:
        return detours.again(scene, [Say("stale")])
    if state.asked in around.ASKS:
        return around.ASKS[state.asked](scene, choice.value)
    field = scene.asked
    return answers.by_tap(scene, field, choice.value) if field else detours.again(scene, [Say("stale")])


def settle(scene: Scene, moved: Dialogue, effects: list[Effect]) -> Dialogue:
    """What was asked follows from the effects; a person's talk and a question beside the form stay open."""
    before = scene.state
    moved = replace(moved, last=scene.now_ms, arrived=0, greeted=True)
    asks = [effect for effect in effects if isinstance(effect, Ask)]
    if not asks and (moved.mode != "bot" or before.asked in BESIDE):
        return replace(moved, asked=before.asked, offered=before.offered)
    asked = asks[-1].what if asks else None
    offered = tuple(option.value for option in asks[-1].choices) if asks else ()
    same = asked is not None and asked == before.asked
    attempts, echo = (moved.attempts, scene.turn.text[:ECHO]) if same else (0, "")
    return replace(moved, asked=asked, offered=offered, attempts=attempts, echo=echo)
