"""A filed work order against what the simulated citizen told: field by field right, wrong, missing, or another's."""
from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from bench.citizen_talk import Talk
from gateway.dialogue.template import Field, Template

Verdict = Literal["right", "wrong", "missing", "role", "invented", "unheard"]
ROLELESS = frozenset({"choice", "choices", "yes_no", "files"})
WITHHELD = frozenset({"contact_name", "contact_phone", "contact_address"})  # from an order that hides who it is
ENOUGH = 0.75   # of overlap, for addresses and free words to count as the same
SHORTEST = 10   # characters of a description
CITY = timezone(timedelta(hours=8))
_CODE = re.compile(r"(?=.*\d)[A-Za-z0-9-]+")
_MARKS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Judged:
    """One field: what the order holds and what it should hold. `unheard`: an optional one that was told in vain,
    so it is no field of the order."""

    field: str
    verdict: Verdict
    wanted: Any
    got: Any


def judge(talk: Talk, order: Mapping[str, Any], template: Template) -> list[Judged]:
    """Every field that was told or that the order holds; the description is held against the citizen's own words."""
    got, wanted = held(order), expected(talk, template)
    kinds = {field.id: field for field in template.fields}
    for name, unsaid in (("identity_mode", "named"), ("appeal_kind", template.default_appeal)):
        if name not in wanted and got[name] == unsaid:
            del got[name]  # nobody asks for it, and nobody said it
    names = [name for name in kinds if (name in wanted or name in got) and name != "description"]
    judged = [Judged(name, _verdict(kinds, name, wanted, got), wanted.get(name), got.get(name)) for name in names]
    return [*judged, *_description(talk, order, template)]


def expected(talk: Talk, template: Template) -> dict[str, Any]:
    """The facts that the citizen has told, and those of required fields, whether anybody asked or not."""
    required = {field.id for field in template.fields if field.required}
    due = (talk.stated | required) - set(talk.persona.silent)
    wanted = {name: known.value for name, known in talk.facts.items() if name in due and name != "description"}
    if wanted.get("identity_mode") in ("confidential", "anonymous"):
        wanted = {name: value for name, value in wanted.items() if name not in WITHHELD}
    return {**wanted, "evidence": talk.photos} if talk.photos else wanted


def held(order: Mapping[str, Any]) -> dict[str, Any]:
    """The order's values by field, also of those that have a place of their own in it."""
    values = {field["code"]: field["value"] for field in order["fields"]}
    person = order["complainant"]
    own = {
        "contact_name": person["name"], "contact_phone": person["phone"], "occurred_at": order["occurred_at"],
        "evidence": len(order["attachments"]), "identity_mode": _identity(order), "appeal_kind": order["appeal_type"],
    }
    return values | {name: value for name, value in own.items() if value}


def missing_at_first(talk: Talk, template: Template) -> int:
    """Required fields that the opening leaves open, among those that this matter needs."""
    persona = talk.persona
    needed = {field.id for field in template.fields if field.required}
    return len((needed & {*persona.facts, *persona.silent}) - set(persona.told))


def _identity(order: Mapping[str, Any]) -> str:
    if order["complainant"]["kind"] == "anonymous":
        return "anonymous"
    return "confidential" if order["confidential"] != "none" else "named"


def _verdict(
    kinds: Mapping[str, Field], name: str, wanted: Mapping[str, Any], got: Mapping[str, Any]
) -> Verdict:
    if name not in got:
        return "missing" if kinds[name].required else "unheard"
    if name in wanted and same(kinds[name], wanted[name], got[name]):
        return "right"
    others = [other for other in wanted if other != name and kinds[other].type not in ROLELESS]
    if kinds[name].type not in ROLELESS and any(same(kinds[other], wanted[other], got[name]) for other in others):
        return "role"
    return "wrong" if name in wanted else "invented"


def same(field: Field, wanted: Any, got: Any) -> bool:
    """Equal, or for addresses and free words nearly so; a code must be equal."""
    if field.type == "address" or (field.type == "text" and not _CODE.fullmatch(str(wanted))):
        return overlap(str(wanted), str(got)) >= ENOUGH
    return _SAME.get(field.type, _plain)(wanted, got)


def overlap(wanted: str, got: str) -> float:
    """Dice of their letters, digits and 汉字."""
    left, right = Counter(_fold(wanted)), Counter(_fold(got))
    return 2 * (left & right).total() / max(1, left.total() + right.total())


def _plain(wanted: Any, got: Any) -> bool:
    return _fold(str(wanted)) == _fold(str(got))


def _amounts(wanted: Any, got: Any) -> bool:
    try:
        return Decimal(str(wanted)) == Decimal(str(got))
    except InvalidOperation:
        return False


def _times(wanted: Any, got: Any) -> bool:
    return str(wanted) == str(got)


def _periods(wanted: Any, got: Any) -> bool:
    """Bare dates of the wanted period cover whole days, with the last day's midnight at either end."""
    start, _, end = str(wanted).partition("/")
    first, _, last = str(got).partition("/")
    if not _is_instant(first) or not _is_instant(last):
        return False
    room = timedelta(days=1) if len(end) == 10 else timedelta()
    return _instant(first) == _instant(start) and _instant(end) <= _instant(last) <= _instant(end) + room


def _is_instant(written: str) -> bool:
    try:
        _instant(written)
    except ValueError:
        return False
    return True


def _instant(written: str) -> datetime:
    """Without an offset in the city's time."""
    parsed = datetime.fromisoformat(written)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=CITY)


def _sets(wanted: Any, got: Any) -> bool:
    return isinstance(got, list) and set(map(str, wanted)) == set(map(str, got))


_SAME: dict[str, Callable[[Any, Any], bool]] = {
    "money": _amounts, "number": _amounts, "choices": _sets, "list": _sets, "moment": _times, "period": _periods,
}


def _fold(words: str) -> str:
    return _MARKS.sub("", unicodedata.normalize("NFKC", words).casefold())


def _description(talk: Talk, order: Mapping[str, Any], template: Template) -> Iterator[Judged]:
    """Required ones only: what stands behind the summary must be the citizen's words and nobody else's."""
    if not any(field.id == "description" and field.required for field in template.fields):
        return
    words = order["content_original"] or order["content"].rpartition("\n\n")[2]
    own = len(_fold(words)) >= SHORTEST and all(_said(line, talk.said) for line in words.splitlines())
    yield Judged("description", "right" if own else "wrong" if words else "missing", "the citizen's words", words)


def _said(line: str, said: Sequence[str]) -> bool:
    return any(_fold(line) in _fold(message) for message in said)
