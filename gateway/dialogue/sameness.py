"""同上, 跟店的地址一样, "same number as above": an answer that points at another one of the form."""
from __future__ import annotations

import re

from gateway.dialogue.chatter import bare
from gateway.dialogue.corrections import fields_named
from gateway.dialogue.draft import Filled
from gateway.dialogue.scene import Scene
from gateway.dialogue.template import Field

_THAT = r"(?:刚才|刚刚|前面|上面|之前|上一个|上边|刚|前边|以上|上述)"
_WHAT = r"(?:那个|的|那|这个|说的|写的|填的|给的|留的)*(?P<what>[\u4e00-\u9fff]{2,6}?)?(?:的)?"
_SAME = re.compile(
    rf"同上|(?:就|也|还)*(?:跟|和|与|同)(?:我)?{_THAT}?{_WHAT}(?:是)?(?:一样|相同|一致|同一个)(?:的)?"
    rf"|(?:就|也|还)*(?:是|用|写|填)?{_THAT}(?:我)?(?:那个|的|那|说的|写的|填的|给的|留的|说过的?)+(?P<that>[\u4e00-\u9fff]{{2,6}}?)?"
    r"|(?:就|也|还)+是?(?:同一个|那个)(?P<one>[\u4e00-\u9fff]{2,6}?)?"
    r"|(?:it'?s |it is |that'?s |use )?(?:just )?(?:the )?(?:very )?same(?: (?P<name>[a-z]+))?"
    r"(?: (?:one|again))?(?: (?:as|like) (?:(?:before|above|earlier|i (?:said|gave|told)[a-z ]{0,12}|last time)|"
    r"(?:the |my )?(?P<as>[a-z' ]{2,30})))?"
    r"|as (?:above|before)|(?:see above|ditto)"
    r"|(?:use |it'?s )?the (?P<number>[a-z]+) (?:i )?(?:gave|told you|mentioned|said)"
    r"(?: (?:before|above|earlier|already))?",
    re.IGNORECASE)
_LONGEST = 60


def meant(scene: Scene, asked: Field, text: str) -> Filled | None:
    """The value that the answer points at: of the field it names, else the latest of the same type. None for answers
    that point at nothing, or where nothing is told yet."""
    found = _SAME.fullmatch(bare(text).rstrip(" 。.!！")) if len(text) <= _LONGEST else None
    if found is None:
        return None
    filled = [name for name in reversed(scene.draft.order) if name in scene.draft.values and name != asked.id]
    peers = [field for field in map(scene.template.field, filled) if field.type == asked.type and not field.options]
    named = {field.id for words in found.groupdict().values() if words
             for field in fields_named(scene, words)}
    pointed = [field for field in peers if field.id in named] or peers
    return scene.draft.values[pointed[0].id] if pointed else None
