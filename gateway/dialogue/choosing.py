"""Which template fits the citizen's words: taken when the engine is sure, else offered, never guessed."""
from __future__ import annotations

from msgspec.structs import replace

from gateway.dialogue.anonymity import granted
from gateway.dialogue.asking import noted, told
from gateway.dialogue.drafts import begin
from gateway.dialogue.effects import Ask, Effect, Labelled, Quote, Say, Told
from gateway.dialogue.fill import mine
from gateway.dialogue.repeats import open_cases
from gateway.dialogue.scene import Move, Scene
from gateway.dialogue.summary import noticed, onward
from gateway.dialogue.template import Template
from gateway.messages import Option
from gateway.rankings import Understanding

NOTICE_VERSION = "2026-11"
LIKELY, THINKABLE = 0.3, 0.05   # NLU.md, "The design", 6: offer from 0.3 on, the best two or three
GENERAL = "general"
COMPLAINT = "complaint."  # before a template's id: the intent to file it
ANYWAY = Option("other", "choice.anyway")
ADD = Option("supplement", "choice.supplement")
SOLVED = (Option("yes", "choice.solved_yes"), Option("no", "choice.solved_no"))


def start(scene: Scene, template: Template, words: str) -> Move:
    """Open the form and fill what the words say already; the privacy notice stands before the first field."""
    waiting = [one.words for one in scene.state.later if one.template == template.id and one.words not in words]
    words = "\n".join(part for part in (*waiting, words) if part)
    later = tuple(one for one in scene.state.later if one.template != template.id)
    scene = begin(scene.remember(replace(scene.state, later=later)), template)
    empty = scene.draft
    scene = scene.put(mine(scene, words)) if words else scene
    scene = told(scene, content_of(scene, words))
    scene, wished = wish(scene)
    scene, opening = noticed(scene, "opening")
    scene, privacy = privacy_notice(scene)
    effects = [Quote(scene.say(template.opening), kind="tip"), *opening, *privacy, *wished, *noted(scene, empty, None)]
    return onward(scene, effects)


def wish(scene: Scene) -> tuple[Scene, list[Effect]]:
    """What was said about one's name before there was a form counts in it."""
    mode = scene.state.wish
    return granted(scene.remember(replace(scene.state, wish="")), mode) if mode else (scene, [])


def privacy_notice(scene: Scene) -> tuple[Scene, list[Effect]]:
    """Shown once per version, before the first field is asked or taken from a form."""
    if scene.state.noticed == NOTICE_VERSION:
        return scene, []
    seen = replace(scene.state, noticed=NOTICE_VERSION, noticed_at=scene.now_ms)
    return scene.remember(seen), [Say("privacy", {"version": NOTICE_VERSION})]


def content_of(scene: Scene, words: str) -> str:
    """The citizen's words without 你好 and thank you, where the engine has told them apart."""
    ranking = scene.turn.ranking
    return ranking.content if ranking is not None and words == scene.turn.text and ranking.content else words


def likely(ranking: Understanding | None) -> tuple[str, ...]:
    """Template ids worth offering, best first, at most three."""
    if ranking is None or not ranking.templates or ranking.templates[0].score < LIKELY:
        return ()
    return tuple(scored.id for scored in ranking.templates if scored.score >= THINKABLE)[:3]


def offer(scene: Scene, before: list[Effect]) -> Move:
    """Ask which matter it is: the candidates, everything there is when nothing was recognised, or only whether it is
    to be filed at all when nothing of ours fits."""
    newest = scene.catalog.newest
    if scene.state.candidates == (GENERAL,):
        return scene.state, [*(before or [Say("unclear")]), Ask("template", (ANYWAY,))]
    known = [name for name in scene.state.candidates if name in newest]
    names = known or [name for name in newest if name != GENERAL]
    choices = [Labelled(name, scene.say(newest[name].title)) for name in names if name != GENERAL]
    more = (ADD,) if open_cases(scene) and scene.state.stash else ()
    say = Say("template.which" if known else "template.any")
    return scene.state, [*before, say, Ask("template", (*choices, *more, Option("other", "choice.other")))]


def choose(scene: Scene, value: str) -> Move:
    """A tapped template; `other` is the general form, where every matter finds a place."""
    template = scene.catalog.newest.get(GENERAL if value == "other" else value)
    return start(scene, template, scene.state.stash) if template else offer(scene, [])


def keep(scene: Scene, words: str) -> Scene:
    """Remember words and candidates until a template is chosen; they are mined for fields then."""
    stash = "\n".join(part for part in (scene.state.stash, words) if part)[-4000:]
    candidates = likely(scene.turn.ranking) or scene.state.candidates
    return scene.remember(replace(scene.state, stash=stash, candidates=candidates))


def quote_answer(scene: Scene) -> list[Effect]:
    """The best knowledge-base entry with its source, approved wording as it stands."""
    best = scene.turn.answers[0]
    named = [one for one in scene.turn.city.departments if one.code == best.department]
    department = (named[0].zh if scene.language == "zh" else named[0].en) if named else ""
    return [Quote(best.text), Say("answer.source", {"source": best.source, "department": department})]


def ask_solved(scene: Scene) -> Move:
    """The answer first; the forms to file the matter with, should it not help, are the entry's before the engine's. A
    matter of another line has the general one."""
    best = scene.turn.answers[0]
    named = (GENERAL,) if scene.turn.elsewhere else (*best.tags, *scene.state.candidates)
    forms = tuple(dict.fromkeys(named))[:3]
    state = replace(scene.state, candidates=forms, told=best.id)
    return state, [*quote_answer(scene), Told(best.id, "open"), Say("solved"), Ask("solved", SOLVED)]


def not_solved(scene: Scene) -> Move:
    """No: the form, with the words that were said."""
    if scene.state.candidates == (GENERAL,):
        return choose(scene, GENERAL)
    return offer(scene, [Say("solved.not")])
