"""Whether an answer may be the place or the name that was asked for, or is a remark beside it: 就我家楼下嘛, "you know
the one". Only the first such answer is asked about again; who says it twice means it.
"""
from __future__ import annotations

import re
from collections.abc import Mapping

from gateway.dialogue.template import Field

_PLACE = re.compile(
    r"\d|[路街巷弄道村镇乡区县市省号栋幢站桥园苑府城场厦里坊湾洲岛港]|大楼|中心|校|院|楼盘|公司|工地|店|商圈|口岸|地铁|门口|对面|旁边|交叉口"
    r"|\b(?:road|rd|street|st|avenue|ave|lane|district|metro|station|park|square|plaza|mall|tower|building|bridge|gate|"
    r"school|hospital|village|town|exit|campus|university)\b", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_CAPITAL = re.compile(r"(?<![.!?]\s)(?<=\s)[A-Z]|^[A-Z]")
_REMARK_ZH = re.compile(r"[我你他她它们了吗呢吧嘛啊着给被把还会不没都怎谁么什这那快太]")
_REMARK_EN = re.compile(
    r"\s*(?:i|you|he|she|they|it|we|is|are|not|my|this|that|there|because|so|what)\b", re.IGNORECASE)
_NAMES = frozenset({"patient_name", "department", "sender_name", "receiver_name", "contact_name"})
_FEW, _MANY, _SHORT = 2, 3, 10   # telling characters that make a remark, of a short answer and of any


def plausible(field: Field, answer: str, resolved: Mapping[str, str | float] | None) -> bool:
    """Anything goes for other types: only places and names are taken as they are written. `resolved`: the parts that
    the city's places know."""
    if field.type == "address":
        named = _PLACE.search(answer) is not None or _CAPITAL.search(answer, 1) is not None
        return bool(resolved) or (named and (_DIGIT.search(answer) is not None or not _remark(answer)))
    return (field.type != "organisation" and field.id not in _NAMES) or not _remark(answer)


def _remark(answer: str) -> bool:
    """More words of talk than a name has."""
    if answer.isascii():
        return _REMARK_EN.match(answer) is not None and len(answer.split()) > _MANY and not _CAPITAL.search(answer)
    telling = len(_REMARK_ZH.findall(answer))
    return telling >= _MANY or (telling >= _FEW and len(answer) <= _SHORT)
