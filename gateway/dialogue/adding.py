"""Words, files or a push for a case that is filed already: 补充, 催办, "add to my case"."""
from __future__ import annotations

import re

from msgspec.structs import replace

from gateway.dialogue.detours import again
from gateway.dialogue.effects import Say, Supplement
from gateway.dialogue.repeats import ask_case, ask_more, open_cases
from gateway.dialogue.scene import Move, Scene

_ONLY_ANNOUNCED = re.compile(
    r"(?:我|还|再|想|要|来|需要|有|给|对|原来的|之前的|上次的|那个|这个|我的|原|工单|诉求|投诉|一下|一点|一些|些|内容|情况|信息|材料|说明|补充|"
    r"加|点|吧|到|在|东西|可以|能|吗|[\s，,。.!！?？])+"
    r"|(?:(?:i|i'd|i’d|like|want|need|would|have|to|add|something|more|information|info|details?|my|the|existing|open|case|"
    r"complaint|supplement|please|can|could|a|an|some|it|that|forgot)\b[\s,.!?]*)+", re.IGNORECASE)


def supplement(scene: Scene, text: str, *, urge: bool) -> Move:
    """Words, or a push, for an open case; with several the citizen says which one, without words also what."""
    cases = open_cases(scene)
    if not cases:
        return again(scene, [Say("supplement.none")])
    words = "" if not urge and _ONLY_ANNOUNCED.fullmatch(text.strip()) else text
    scene = scene.remember(replace(scene.state, added=words, urging=urge))
    return pick_case(scene, cases[0].work_order_id) if len(cases) == 1 else ask_case(scene, [])


def pick_case(scene: Scene, work_order_id: str) -> Move:
    """The case that the words were for; without any they are asked for."""
    text, urge = scene.state.added, scene.state.urging
    if not text and not scene.state.uploads:
        return ask_more(scene.remember(replace(scene.state, adding=work_order_id)), [])
    done = scene.remember(replace(scene.state, added="", urging=False, asked=None))
    return _add(done, work_order_id, text, urge=urge)


def more(scene: Scene, text: str) -> Move:
    """What was asked for: words, and the files that came with them or before."""
    work_order_id = scene.state.adding
    done = scene.remember(replace(scene.state, adding="", asked=None))
    if not text and not scene.state.uploads:
        return again(done, [Say("supplement.nothing")])
    return _add(done, work_order_id, text, urge=False)


def _add(scene: Scene, work_order_id: str, text: str, *, urge: bool) -> Move:
    """Files that came before any form belong to what is added now."""
    uploads = () if urge else tuple(upload for upload, _ in scene.state.uploads)
    if uploads:
        scene = scene.remember(replace(scene.state, uploads=()))
    said = Say("urged" if urge else "supplemented", {"work_order": work_order_id})
    return again(scene, [Supplement(work_order_id, text, urge, uploads), said])
