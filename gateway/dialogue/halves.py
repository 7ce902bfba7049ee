"""The half of an answer that comes later: the number of an address, its district, the hour of a day (昨晚 … 九点半)."""
from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from msgspec.structs import replace

from gateway.dialogue.chatter import bare
from gateway.dialogue.claims import spans_of
from gateway.dialogue.draft import Draft, Filled
from gateway.dialogue.fill import MANY, put, read_one
from gateway.dialogue.places import completed
from gateway.dialogue.scene import Scene
from gateway.dialogue.template import Field
from gateway.errors import Unreadable
from gateway.fields.assumed import ASSUMED
from gateway.fields.base import Value
from gateway.fields.folding import fold
from gateway.fields.moment import mentions

_A_DAY = len("2026-11-22")
_LONGEST = 24                             # characters of such an hour
_AROUND = "，,。.!！ 大概约左右的样子吧是在应该aboutroundmybeit'swerk"  # what may stand around it
_ADDS = re.compile(
    r"[加补添](?:上|个|一个|一辆|多)?|还(?:有|要|包括|差|漏)|漏了|少了|也(?:有|要|是|没|没有)|以及|另外|"
    r"\b(?:add|also|too|as well|plus|another|one more|forgot|missed|both)\b", re.IGNORECASE)
_SINCE = re.compile(
    r"(?:从|自从?|打).{2,16}?(?:起|开始|就|一直|到现在|以来|至今)|.{2,12}(?:开始的|就开始|就这样|至今)|(?:一直|就)(?:这样|这么)"
    r"|\b(?:since|started|began|beginning)\b", re.IGNORECASE)
_TAKES_TIMES = frozenset({"moment", "period"})


def with_rest(scene: Scene, text: str) -> Draft | None:
    """The latest address with what was missing of it. None where these words are no such half."""
    field_id = _latest(scene, "address")
    if field_id is None:
        return None
    whole = completed(*as_said(scene.draft.values[field_id]), text)
    return put(scene.draft, field_id, read_one(scene, scene.template.field(field_id), whole)) if whole else None


def with_district(scene: Scene, text: str) -> Draft | None:
    """The latest address, whose district was only assumed, in the one that is named now; not where another address is
    asked for."""
    field_id, asked = _latest(scene, "address"), scene.asked
    if field_id is None or (asked is not None and asked.type == "address" and asked.id != field_id):
        return None
    before = scene.draft.values[field_id]
    whole = completed(*as_said(before), text) if ASSUMED in before.warnings else None
    value = read_one(scene, scene.template.field(field_id), whole) if whole else None
    return put(scene.draft, field_id, value) if value and ASSUMED not in value.warnings else None


def as_said(value: Filled) -> tuple[str, Mapping[str, str | float] | None]:
    """The address and what is known of it, without a district that nobody named."""
    return (value.text, None) if ASSUMED in value.warnings else (str(value.value), value.resolved)


def with_hour(scene: Scene, text: str) -> Draft | None:
    """The latest moment, of which only the day was said, with its hour; not where another time is asked for."""
    asked = scene.asked
    field_id = _latest(scene, "moment")
    if field_id is None or (asked is not None and asked.type in _TAKES_TIMES) or not _is_hour(scene, text):
        return None
    day = scene.draft.values[field_id]
    timed = _timed(scene, field_id, day, text) if len(str(day.value)) == _A_DAY else None
    return put(scene.draft, field_id, timed) if timed else None


def with_more(scene: Scene, text: str) -> Draft | None:
    """What is added to a list or to several choices that are told already: 还要加上医保, "add medical too"."""
    if not _ADDS.search(text):
        return None
    draft = scene.draft
    for field in scene.template.fields:
        before = draft.values.get(field.id)
        if field.type in MANY and before is not None and isinstance(before.value, list):
            together = list(dict.fromkeys([*before.value, *_named(scene, field, text)]))
            if together != before.value:
                return put(draft, field.id, replace(before, value=together, text=f"{before.text}\n{text}"))
    return None


def with_beginning(scene: Scene, text: str) -> Draft | None:
    """从9月2号就这样了, "it has been like this since May": since when, where the form would know it."""
    if not (scene.template.has("since") and "since" not in scene.draft.values and _SINCE.search(text)):
        return None
    field = scene.template.field("since")
    spans = spans_of(scene, field, text)
    if len(spans) != 1:
        return None
    try:
        return put(scene.draft, "since", read_one(scene, field, spans[0].text))
    except Unreadable:
        return None


# What words at the summary may be a half of.
PARTS: tuple[Callable[[Scene, str], Draft | None], ...] = (with_district, with_hour, with_more, with_beginning)


def _named(scene: Scene, field: Field, text: str) -> list[str]:
    """The options the words name; of a list, the codes that they hold."""
    if field.options:
        return [one for span in spans_of(scene, field, text) for one in _listed(span.reading.value)]
    try:
        return _listed(read_one(scene, field, text).value) if field.limits.pattern else []
    except Unreadable:
        return []


def _listed(value: Value) -> list[str]:
    return value if isinstance(value, list) else [str(value)]


def _latest(scene: Scene, kind: str) -> str | None:
    filled = (name for name in reversed(scene.draft.order) if name in scene.draft.values)
    return next((name for name in filled if scene.template.field(name).type == kind), None)


def _is_hour(scene: Scene, text: str) -> bool:
    """A clock time of no day, and nothing else."""
    words = fold(bare(text))
    found = mentions(words, scene.turn.now) if len(words) <= _LONGEST else ()
    if len(found) != 1 or found[0].day or found[0].exact or found[0].every or found[0].minutes is None:
        return False
    return not (words[:found[0].start] + words[found[0].end:]).strip(_AROUND)


def _timed(scene: Scene, field_id: str, day: Filled, text: str) -> Filled | None:
    """Said in one breath (昨晚九点半), else behind the date itself; always of the same day."""
    field = scene.template.field(field_id)
    for words in (f"{day.text}{bare(text)}", f"{day.value} {bare(text)}", f"{bare(text)} {day.text}"):
        try:
            value = read_one(scene, field, words)
        except Unreadable:
            continue
        if str(value.value).startswith(f"{day.value}T"):
            return value
    return None
