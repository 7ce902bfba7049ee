"""Another form for the same matter: asked for (其实是网购的问题), or better than the general one that is open."""
from __future__ import annotations

import re

from msgspec.structs import replace

from gateway.dialogue.asking import noted, told
from gateway.dialogue.carrying import carried, declined
from gateway.dialogue.choosing import COMPLAINT, GENERAL, LIKELY
from gateway.dialogue.effects import Say
from gateway.dialogue.fill import tells_story
from gateway.dialogue.offers import ask_switch
from gateway.dialogue.scene import Move, Scene
from gateway.dialogue.summary import edited_description, noticed, onward
from gateway.dialogue.template import Template

_REALLY = re.compile(
    r"(?:其实|实际上|实际|准确(?:地|来)?说|严格(?:地|来)?说|说白了|应该说)[^，。\n]{0,4}?(?:是|算|属于)"
    r"|(?:不是|不属于|不算)[^，,。\n]{1,12}?[，,\s]*(?:而是|是|属于)[^，,。\n]{1,14}(?:问题|纠纷|投诉|的事)"
    r"|(?:选|弄|搞|点|填|进|走)错(?:了)?[^，。\n]{0,3}(?:类型|类别|类|表|模板|地方|栏目)?|(?:换|改)(?:成|个|一个|为)[^，。\n]{0,8}(?:类型|类别|表|诉求|投诉)"
    r"|\b(?:actually|really)\b[^.\n]{0,12}\b(?:about|a|an)\b"
    r"|\b(?:wrong|another|different) (?:form|type|category|topic|kind)\b"
    r"|\bnot (?:really )?about\b|\bswitch to\b", re.IGNORECASE)
_WORDS = re.compile(r"投诉|诉求|纠纷|问题|维权|权益|服务|违法|[、/与和及，,\s]")
TOLD = 16     # characters of a story that may tell more than was known


def asks(text: str) -> bool:
    """Words that may ask for another form."""
    return len(text) <= 200 and _REALLY.search(text) is not None


def wants(scene: Scene, text: str) -> bool:
    """Whether the engine should look at this answer: the general form is open, or another one asked for."""
    if scene.state.draft is None:
        return False
    return asks(text) or (scene.draft.template == GENERAL and len(text) >= TOLD and _tells(scene))


def _tells(scene: Scene) -> bool:
    """What happened is asked for, or nothing is: then words tell the story. An address says nothing of the matter."""
    return tells_story(scene.asked) if scene.asked else scene.state.asked == "confirm"


def proposed(scene: Scene, text: str) -> Move | None:
    """The offer to change, with all that was told kept; None when there is nothing better."""
    target = _named(scene, text) or _ranked(scene, text)
    if target is None or not wants(scene, text):
        return None
    if target.id in scene.draft.stayed and not asks(text):
        return None
    scene = scene if asks(text) else _kept(scene, text)
    scene = scene.remember(replace(scene.state, candidates=(target.id,)))
    return ask_switch(scene, [])


def _kept(scene: Scene, text: str) -> Scene:
    """The words that led to the offer: they belong to the description, whatever the answer will be."""
    return (None if scene.asked else edited_description(scene, text)) or told(scene, text)


def answer(scene: Scene, value: str) -> Move:
    """Yes: the other form with everything that fits. No: this one goes on, and is left in peace."""
    names = scene.state.candidates
    scene = scene.remember(replace(scene.state, candidates=(), asked=None))
    target = scene.catalog.newest.get(names[0]) if names else None
    if value != "switch" or target is None:
        scene = scene.put(declined(scene.draft, names[0])) if names else scene
        return onward(scene, [Say("switch.stay")])
    before = scene.draft
    scene = carried(scene, target)
    scene, opening = noticed(scene, "opening")
    return onward(scene, [Say("switched", {"title": scene.say(target.title)}), *opening, *noted(scene, before, None)])


def _named(scene: Scene, text: str) -> Template | None:
    """The only other form whose name the words hold."""
    if not asks(text):
        return None
    found = [template for template in scene.catalog.newest.values()
             if template.id not in (scene.draft.template, GENERAL) and _holds(text, template)]
    return found[0] if len(found) == 1 else None


def _holds(text: str, template: Template) -> bool:
    return any(len(word) > 1 and word in text for word in _WORDS.split(template.title.zh))


def _ranked(scene: Scene, text: str) -> Template | None:
    """The engine's best, when it is sure, or likely where another form was asked for."""
    ranking = scene.turn.ranking
    if ranking is None or not ranking.templates:
        return None
    best = ranking.templates[0]
    certain = ranking.sure and ranking.intents[0].id == COMPLAINT + best.id
    likely = asks(text) and best.score >= LIKELY
    if not (certain or likely) or best.id in (scene.draft.template, GENERAL):
        return None
    return scene.catalog.newest.get(best.id)
