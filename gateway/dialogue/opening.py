"""The first words of a matter: a complaint, a question, a greeting, or something we do not do."""
from __future__ import annotations

import re
from collections.abc import Callable

from msgspec.structs import replace

from gateway.dialogue import matters
from gateway.dialogue.adding import supplement
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.choosing import (
    ANYWAY,
    COMPLAINT,
    GENERAL,
    ask_solved,
    choose,
    content_of,
    keep,
    likely,
    offer,
    start,
)
from gateway.dialogue.detours import ask_language, call_person, help_, is_short_question, status
from gateway.dialogue.draft import Dialogue
from gateway.dialogue.effects import Ask, Effect, Say
from gateway.dialogue.repeats import open_cases
from gateway.dialogue.scene import Move, Scene
from gateway.dialogue.template import Template
from gateway.rankings import Understanding

QUESTION = "ask_faq"
# 我要补充…, to add to my case: said on purpose, where a case is open.
_MORE = re.compile(
    r"(?:我|还|再|想|要|来){0,5}补充|(?:i (?:want|would like|need|forgot) to|to|let me) add\b", re.IGNORECASE)
_THESE = "这些|这几[个类种项]|上面(?:的|这些|那些)?|以上"
_NONE_OF_THESE = re.compile(
    rf"(?:(?:{_THESE})?(?:好像|似乎)?(?:都|全|统统)(?:不是|不对|不属于|没有|不符合|不合适)(?:{_THESE}|的)?"
    rf"|(?:不是|不属于)(?:{_THESE})(?:问题|类|的)?|没有(?:我的|我要的|合适的|对得上的))(?=[，,。；;！!\s我]|$)"
    r"|(?:no[,.\s]+)?(?:it'?s |it is )?(?:(?:none|not any|neither|not one)(?: of (?:these|those|them|the above|that))?"
    r"|not (?:these|those|on (?:the|your) list|there|listed)|(?:about )?something else|another (?:thing|matter))"
    r"(?=\s*[,.;:!]|\s*$)", re.IGNORECASE)
# 我要投诉 alone, as a menu of WeChat says it: what it is about is still to come.
_NO_MATTER = re.compile(
    r"(?:我)?(?:想|要|想要|需要)?(?:投诉|举报|求助|反映(?:一个|个|一下|下)?(?:问题|情况)|提(?:个|一个)?诉求)(?:一下|一件事)?"
    r"|(?:i (?:want|would like|need) to|i'd like to|can i)?\s*"
    r"(?:complain|(?:make|file|lodge) a complaint|report (?:a problem|an issue))"
    r"|i have a (?:complaint|problem)", re.IGNORECASE)
_MARKS = " \t\n，,。.;；:：!！"
PATIENCE = 2  # rounds of "which matter is it?" before the general form takes everything


def opening(scene: Scene, text: str) -> Move:
    """Free words outside a form."""
    if _MORE.match(text.strip()) and open_cases(scene):
        return supplement(scene, _content(scene, text), urge=False)
    refused = _none_of_these(scene, text)
    if refused is not None:
        return refused
    told = matters.several(scene)
    if told:
        return matters.begin(scene, told)
    best = _best(scene.turn.ranking)
    if not best and _NO_MATTER.fullmatch(text.strip(_MARKS)):
        return _which(scene)
    scene = keep(scene, text)
    if best in _INTENTS:
        return _INTENTS[best](scene.remember(replace(scene.state, stash="")), text)
    state, effects = _matter(scene, best)
    return state, [*_hint(scene), *effects]


def _matter(scene: Scene, best: str) -> Move:
    """An answer to what only asks, a form that the words begin, or the question which matter it is."""
    template = _form(scene.catalog, best)
    answered = bool(scene.turn.answers) and scene.turn.answers[0].sure
    if answered and _asks(scene.turn.ranking, scene.turn.text):
        return ask_solved(scene)
    if template is not None:
        return start(scene, template, scene.state.stash)
    return _anyway(scene) if scene.turn.elsewhere else _unclear(scene)


def _anyway(scene: Scene) -> Move:
    """Another line's matter: none of our forms is offered where the engine is not sure of one; the general one takes
    it all the same, if the citizen wants that."""
    kept = replace(scene.state, candidates=(GENERAL,))
    return kept, [Ask("template", (ANYWAY,))]


def _none_of_these(scene: Scene, text: str) -> Move | None:
    """都不是，… where forms are offered: what else it may be by these words, else the general form."""
    denied = _NONE_OF_THESE.match(text.strip()) if scene.state.asked == "template" else None
    if denied is None:
        return None
    offered = frozenset(scene.state.offered)
    template = _form(scene.catalog, _best(scene.turn.ranking))
    others = tuple(name for name in likely(scene.turn.ranking) if name not in offered)
    if text.strip()[denied.end():].strip(_MARKS):
        scene = keep(scene, text)
        if template is not None and template.id not in offered:
            return start(scene, template, scene.state.stash)
        if others:
            return offer(scene.remember(replace(scene.state, candidates=others)), [])
    return choose(scene, GENERAL) if GENERAL in scene.catalog.newest else None


def _hint(scene: Scene) -> list[Effect]:
    """Where a matter goes that 12345 does not take; said first, refusing nothing."""
    line = scene.turn.elsewhere
    if line is None:
        return []
    return [Say("elsewhere", {"number": line.number, "what": line.zh if scene.language == "zh" else line.en})]


def wants_answers(state: Dialogue, ranking: Understanding, text: str) -> bool:
    """Whether what the knowledge base finds could be said: not where the words are a greeting, a wish for a person
    and the like, nor where they tell what a form is for."""
    return state.draft is not None or (_best(ranking) not in _INTENTS and _asks(ranking, text))


def _asks(ranking: Understanding | None, text: str) -> bool:
    """A short question, or words of which the engine makes no form. A complaint speaks of the same things as the
    answer beside it and is no question."""
    first = ranking.intents[0].id if ranking and ranking.intents else ""
    told = likely(ranking) or _best(ranking).startswith(COMPLAINT)
    return first == QUESTION or is_short_question(text) or not told


def _best(ranking: Understanding | None) -> str:
    """The intent that may be taken without asking back, else ""."""
    return ranking.intents[0].id if ranking and ranking.sure and ranking.intents else ""


def _form(catalog: Catalog, intent: str) -> Template | None:
    return catalog.newest.get(intent.removeprefix(COMPLAINT)) if intent.startswith(COMPLAINT) else None


def _unclear(scene: Scene) -> Move:
    """Offer what it may be; after two rounds the general form takes the words as they are."""
    if scene.state.asked == "template" and scene.state.attempts + 1 >= PATIENCE and GENERAL in scene.catalog.newest:
        return choose(scene, GENERAL)
    if scene.state.asked == "template":
        scene = scene.remember(replace(scene.state, attempts=scene.state.attempts + 1))
    return offer(scene, [] if scene.state.candidates else _hello(scene, "unclear"))


def _which(scene: Scene) -> Move:
    """All there is, or what is offered already; nothing was said that would have to be kept."""
    open_ = scene.state.candidates if scene.state.asked == "template" else ()
    named = tuple(name for name in open_ if name != GENERAL)
    hello: list[Effect] = [] if scene.state.greeted else [Say("welcome")]
    return offer(scene.remember(replace(scene.state, candidates=named)), hello)


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
    "out_of_scope": lambda scene, _: (scene.state, _hint(scene) or [Say("out_of_scope")]),
}
