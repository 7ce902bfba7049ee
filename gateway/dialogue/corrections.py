"""修改 单号, change 3, 不是…是…, no, it's …: one value changes, everything else stays."""
from __future__ import annotations

import re

from msgspec.structs import replace

from gateway.dialogue import halves
from gateway.dialogue.asking import listed, noted, shown
from gateway.dialogue.claims import WORDS, spans_of
from gateway.dialogue.commands import Change, Correction, fold
from gateway.dialogue.draft import Filled
from gateway.dialogue.effects import Say
from gateway.dialogue.fill import WHOLE, put, read_one, tells_story
from gateway.dialogue.picking import number
from gateway.dialogue.scene import Move, Scene
from gateway.dialogue.summary import ask_change, ask_chosen, onward
from gateway.dialogue.template import Field
from gateway.errors import Unreadable
from gateway.fields.labels import answered

_NAME_OF = re.compile(
    r"^(?:the )?(?:name|(?:last|first|second|third|final|middle|two|three|four|\s)+(?:digit|letter|number|"
    r"character)s?) "
    r"(?:of|in|on) (?:the |my )?"
    r"|的?(?:最后|第|倒数第?|末|尾|前|后|中间|开头)[几一二两三四五六七八九十\d]*(?:个)?(?:位数?|数字?|字母?|号)(?:数字|字母)?$")
_KINDS = {kind: re.compile(words, re.IGNORECASE) for kind, words in {
    "moment": "date|day|time|when|日期|日子|时间|哪天|几号", "period": "dates|time|months|period|时间|月份|日期",
    "money": "amount|sum|price|money|paid|cost|金额|[价款钱]|多少", "phone": "phone|mobile|contact|号码|电话|手机",
    "address": "address|place|location|where|地址|地点|位置|地方",
    "plate": "plate|车牌", "number": "how many|number|几个?|数",
}.items()}
_CLAUSES = re.compile(r"[^，,。；;]+")
_POSSESSIVE = re.compile(r"['’]s\b|(?<=[店家])的(?=[\u4e00-\u9fff]{2})")  # the shop's name, 店的地址
_A_LITTLE_ZH, _A_LITTLE_EN = 2, 8  # characters beyond a name that change nothing


def change(scene: Scene, command: Change) -> Move | None:
    """Ask the named field again, or which one of several is meant; None when nothing of the form was named."""
    fields = fields_named(scene, command.target)
    if len(fields) > 1:
        return ask_change(scene, [])
    return ask_chosen(scene, fields[0].id) if fields else None


def correct(scene: Scene, command: Correction) -> Move | None:
    """Put the new value where the old one was; None when it fits nowhere (then it was not a correction)."""
    placed = None if command.target else halves.with_district(scene, command.value)
    if placed is not None:  # 不对，是天河区 says nothing against the street
        scene, before = scene.put(placed), scene.draft
        return onward(scene, noted(scene, before, None))
    field = _meant(scene, command)
    if field is None:
        return None
    if command.target and any(fold(command.value) in name.split() for name in _names(field)):
        return ask_chosen(scene, field.id)  # "change safe way to contact" only names a field
    try:
        value = _corrected(scene, field, command)
    except Unreadable:
        return ask_chosen(scene, field.id) if command.target else None
    changed = scene.put(put(scene.draft, field.id, value))
    say = Say("changed", {"label": scene.say(field.label), "value": shown(changed, field)})
    return onward(changed, [say])


def fields_named(scene: Scene, target: str) -> list[Field]:
    """By number in the summary, by label or what people call it; else those whose name is nearly what was said.

    Nearly: part of a name (地址), or a name with a little more (手机号码); 改善环境 names nothing.
    """
    at = number(target)
    fields = listed(scene)
    if at is not None:
        return fields[at - 1:at] if at >= 1 else []
    said = _NAME_OF.sub("", fold(target))
    bare = _POSSESSIVE.sub("", said)
    exact = [field for field in scene.template.fields if said in _names(field) or bare in _names(field)]
    near = [field for field in scene.template.fields if any(_near(bare, name) for name in _names(field))]
    whose = [field for field in near if bare != said and any(bare.startswith(name) for name in _names(field))]
    return exact[:1] or whose or near  # the shop's name is the shop's


def _near(wanted: str, name: str) -> bool:
    if len(wanted) < 2 or len(name) < 2:
        return False
    more = _A_LITTLE_EN if wanted.isascii() else _A_LITTLE_ZH
    return wanted in name or (name in wanted and len(wanted) - len(name) <= more)


def _names(field: Field) -> list[str]:
    return [fold(name) for name in (field.label.zh, field.label.en, field.id, *field.names)]


def _meant(scene: Scene, command: Correction) -> Field | None:
    """The field of a correction: named, or the one that holds the wrong value, or the latest that can take it."""
    named = fields_named(scene, command.target) if command.target else []
    if named:
        takers = [field for field in named if spans_of(scene, field, command.value)] or named
        told = [field for field in takers if field.id in scene.draft.values] or takers
        return told[0] if len(told) == 1 else None
    filled = [scene.template.field(name) for name in reversed(scene.draft.order) if name in scene.draft.values]
    if command.wrong:
        holders = [field for field in filled if _holds(scene, field, command.wrong)]
        return holders[0] if holders else None
    if command.target:
        return _of_kind(scene, filled, command)
    takers = [field for field in filled if field.type not in WORDS and _takes(scene, field, command.value)]
    return takers[0] if takers else None


def _of_kind(scene: Scene, filled: list[Field], command: Correction) -> Field | None:
    """The only field of the kind that the words name ("the purchase date", 付的钱), whatever the form calls it."""
    kinds = {kind for kind, words in _KINDS.items() if words.search(command.target)}
    takers = [field for field in filled if field.type in kinds and _takes(scene, field, command.value)]
    return takers[0] if len(takers) == 1 else None


def _takes(scene: Scene, field: Field, value: str) -> bool:
    """It is found as a value of this field; a name of `other`, which no search finds, must be all that was said."""
    named = number(value) is None and answered(value, field.options) is not None
    return named or bool(spans_of(scene, field, value))


def _holds(scene: Scene, field: Field, wrong: str) -> bool:
    """The wrong value is what this field shows, or says the same as its value does."""
    value = scene.draft.values[field.id]
    if field.id == "description":
        return False
    if fold(wrong) in fold(shown(scene, field)) or (value.text and fold(wrong) == fold(value.text)):
        return True
    try:
        return field.type not in WHOLE and read_one(scene, field, wrong).value == value.value
    except Unreadable:
        return False


def _corrected(scene: Scene, field: Field, command: Correction) -> Filled:
    """In a longer text only the wrong part is replaced: 不是海珠区是天河区 keeps the street."""
    old = scene.draft.values.get(field.id)
    text = command.value
    if old is not None and field.type in WHOLE and command.wrong and command.wrong in str(old.value):
        text = str(old.value).replace(command.wrong, command.value)
    if field.type in WORDS and not tells_story(field) and (old is None or len(_CLAUSES.findall(str(old.value))) == 1):
        text = next(iter(_CLAUSES.findall(text)), text)  # 是宁波，舟山的早就转过了
    spans = spans_of(scene, field, text)
    if len(spans) == 1 and field.type not in WHOLE:
        text = spans[0].text
    return replace(read_one(scene, field, text), confirmed=True)
