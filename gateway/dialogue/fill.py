"""From words to fields: which span of a message fills which field of the form.

One message may fill many fields, but one span fills one field; the asked field comes first; a role or a cue
decides between fields of one type; what stays ambiguous is left to be asked.
"""
from __future__ import annotations

import re

from msgspec.structs import replace

from gateway.dialogue import chatter, names, places, sentences, telling
from gateway.dialogue.claims import ANNOUNCED, ASKED, CLAUSE, WORDS, Claim, announced
from gateway.dialogue.claims import claims as claims_of
from gateway.dialogue.draft import Draft, Filled, Source, filled
from gateway.dialogue.picking import place_in
from gateway.dialogue.scene import Scene
from gateway.dialogue.substance import ENOUGH, tells
from gateway.dialogue.template import Field
from gateway.errors import Unreadable
from gateway.fields.folding import fold
from gateway.fields.moment import mentions

WHOLE = WORDS | {"address"}
CODES = frozenset({"phone", "plate", "tracking_number", "resident_id", "passport", "credit_code"})
# What is left of a message that names other fields is taken for a name only if it begins like one.
_NO_NAME = re.compile(
    r"(?:在|从|到|是|有|我|想|要|因为|所以|他|她|它|已经|还|就|都|请|谢)|(?:in|at|on|it|they|i|and|but|because|so|the|please|thanks)\b",
    re.IGNORECASE)
MANY = frozenset({"choices", "list"})
_STREET = re.compile(r"\d|[路街巷道号村镇园厦]|\b(?:road|street|avenue|lane|district)\b", re.IGNORECASE)
_LANDLINE = re.compile(r"(?<![\d-])[2-8]\d{2,3}[ -]?\d{4}(?![\d-])")  # said without the city's area code
FILES = frozenset({"files", "images", "video", "document"})
PEOPLE = frozenset({"patient_name", "sender_name", "receiver_name", "legal_representative", "doctor"})
_OF_ONESELF = frozenset({"contact_name", "contact_address"})
# Names that people introduce, though their type is text.
NAMED = frozenset({"polluter", "community", "site_name", "department"})
MEANINGS = frozenset({"choice", "choices", "yes_no"})   # an option is a word's meaning and does not use the word up

def mine(scene: Scene, text: str, *, overwrite: bool = False) -> Draft:
    """The open draft with every empty field that this text fills without having been asked; `overwrite` lets
    a value that is announced by role or cue replace an older one."""
    return _take(scene.draft, settled(scene, text, None, overwrite), "nlu")


def answer(scene: Scene, text: str, asked: Field) -> tuple[Draft, Unreadable | None]:
    """The draft after an answer to `asked`. The problem is set when the asked field stayed as it was."""
    if asked.type in WHOLE:
        return _words(scene, text, asked)
    draft, problem = _value(scene, text, asked)
    for words in _otherwise(text, asked) if problem else ():
        again, still = _value(scene, words, asked)
        if still is None:
            return again, None
    return draft, problem


def _otherwise(text: str, asked: Field) -> list[str]:
    """The answer that cannot be read, without hums and pictures; the place in the list that it names."""
    words = [chatter.plain_faced(text), place_in(text, len(asked.options)) or "" if asked.options else ""]
    words += _LANDLINE.findall(text) if asked.type == "phone" else []
    return [one for one in words if one and one != text]


def _value(scene: Scene, text: str, asked: Field) -> tuple[Draft, Unreadable | None]:
    claims = settled(scene, text, asked)
    if asked.type in MANY or not any(claim.field.id == asked.id for claim in claims):
        return _read(scene, text, asked, claims)
    return _take(scene.draft, claims, "citizen", asked.id), None


def read_one(scene: Scene, field: Field, text: str) -> Filled:
    """This text as the value of this field. Raises Unreadable."""
    words = _bare(field, text)
    reading = scene.type_of(field).read(words, scene.context(field))
    if field.id == "description" and not tells(str(reading.value)):
        raise Unreadable("too_short", min=str(ENOUGH))
    return filled(reading, text)


def _bare(field: Field, text: str) -> str:
    """The name without what introduces it, the code without the words around it; anything else as it is."""
    if field.context == "name" or field.id in PEOPLE:
        return names.bare(text)
    if telling.coded(field):
        return telling.only_code(text, field) or chatter.joined_code(text, field.limits.pattern or "") or text
    if field.type == "organisation":
        return telling.called(sentences.name_in(text))
    if field.id in NAMED:  # an estate comes with its district
        return telling.called(sentences.thing_in(text) if field.id == "department" else chatter.bare(text))
    return sentences.thing_in(text) if field.type == "text" and not tells_story(field) else text


def put(draft: Draft, field_id: str, value: Filled) -> Draft:
    order = (*(name for name in draft.order if name != field_id), field_id)
    skipped = tuple(name for name in draft.skipped if name != field_id)
    return replace(draft, values={**draft.values, field_id: value}, order=order, skipped=skipped)


def _read(scene: Scene, text: str, asked: Field, claims: list[Claim]) -> tuple[Draft, Unreadable | None]:
    """The whole text as the answer; what other fields claim counts only where a word announced it."""
    others = [claim for claim in claims if claim.field.id != asked.id]
    try:
        value = read_one(scene, asked, text)
    except Unreadable as problem:
        mine_ = [claim for claim in claims if claim.field.id == asked.id]
        return _take(scene.draft, mine_ + others, "citizen", asked.id), None if mine_ else problem
    announced = [claim for claim in others if claim.rank == ANNOUNCED or _own_number(asked, claim)]
    return _take(put(scene.draft, asked.id, value), announced, "nlu"), None


def _words(scene: Scene, text: str, asked: Field) -> tuple[Draft, Unreadable | None]:
    """Free text is taken whole, unless parts of it name other fields by role or cue."""
    claims = settled(scene, text, asked)
    own = [claim for claim in claims if claim.field.id == asked.id]
    others = [claim for claim in claims if claim.field.id != asked.id
              and (claim.rank == ANNOUNCED or _whole(text, claim) or _own_number(asked, claim))]
    if tells_story(asked):
        draft, problem = _read(scene, text, asked, [])
        return _take(draft, [claim for claim in claims if claim.field.id != asked.id], "nlu"), problem
    if asked.type == "address" and not others:
        return _read(scene, places.placed(text, [claim.span for claim in own]), asked, own)
    if not others and not _introduced(text, own):
        return _read(scene, text, asked, own)
    if own:
        return _take(scene.draft, own + others, "citizen", asked.id), None
    rest = _without(text, others)
    fits = bool(rest) and (asked.type == "address" or not _NO_NAME.match(rest))
    return _read(scene, rest, asked, others) if fits else (_take(scene.draft, others, "citizen"), None)


def _whole(text: str, claim: Claim) -> bool:
    """The whole answer is a number or code of another field: a plate is no place, a phone number no name."""
    return claim.span.sure and claim.field.type in CODES and not _without(text, [claim])


def _own_number(asked: Field, claim: Claim) -> bool:
    """A phone number beside one's own name or address is one's own."""
    return claim.field.id == "contact_phone" and claim.span.sure and asked.id in _OF_ONESELF


def _introduced(text: str, own: list[Claim]) -> bool:
    """店名是某某店: what introduces the value stands before it, nothing but marks behind it."""
    if not own or not (own[0].field.type in WORDS or announced(text, own[0].field, own[0].span)):
        return False
    alone = own[0].span.start > 0 and not text[own[0].span.end:].strip(" ，,。.!！")
    return alone and not (own[0].field.type == "organisation" and sentences.shortened(text))


def tells_story(field: Field) -> bool:
    return field.type == "text" and (field.limits.max_length or 0) >= telling.AT_LENGTH


def _without(text: str, claims: list[Claim]) -> str:
    """The clauses that no claim touches."""
    free = [
        clause.group().strip() for clause in CLAUSE.finditer(text)
        if not any(claim.span.start < clause.end() and clause.start() < claim.span.end for claim in claims)
    ]
    return "，".join(part for part in free if part)


def settled(scene: Scene, text: str, asked: Field | None, overwrite: bool = False) -> list[Claim]:
    """The strongest claims that neither overlap nor fill a field twice. The asked field is overwritten; of the others
    what was only guessed, or with `overwrite` anything, by a value that is announced."""
    won: list[Claim] = []
    for claim in sorted(claims_of(scene, text, asked), key=lambda claim: claim.strength):
        if claim.rank != ASKED and _half(scene, claim):
            continue
        before = scene.draft.values.get(claim.field.id)
        free = before is None or (claim.rank == ANNOUNCED and (overwrite or before.source == "nlu"))
        own = asked is not None and claim.field.id == asked.id
        if (own or free) and not any(_clash(claim, other) for other in won):
            won.append(claim)
    return won


def _half(scene: Scene, claim: Claim) -> bool:
    """What is asked all the same: a city where a street is needed, a time of day where nobody said of which day."""
    reading, said = claim.span.reading, fold(claim.span.text)
    if claim.field.type == "address":
        parts = reading.resolved or {}
        return "adcode" in parts and "district" not in parts and not _STREET.search(said)
    times = mentions(said, scene.turn.now) if claim.field.type == "period" else ()
    return bool(times) and not any(time.day or time.exact or time.every for time in times)


def _clash(one: Claim, other: Claim) -> bool:
    overlap = one.span.start < other.span.end and other.span.start < one.span.end
    types = {one.field.type, other.field.type}
    overlap = overlap and not (types & MEANINGS and not types & WORDS)
    same_field = one.field.id == other.field.id and one.field.type not in MANY
    return overlap or same_field


def _take(draft: Draft, claims: list[Claim], source: Source, asked: str | None = None) -> Draft:
    for claim in sorted(claims, key=lambda claim: claim.order):
        field = claim.field
        value = filled(claim.span.reading, claim.span.text, source if field.id == asked or not asked else "nlu")
        before = draft.values.get(field.id)
        if field.type in MANY and before is not None and isinstance(before.value, list):
            value = replace(value, value=_merged(before, value))
        draft = put(draft, field.id, value)
    return draft


def _merged(before: Filled, after: Filled) -> list[str]:
    old = before.value if isinstance(before.value, list) else [str(before.value)]
    new = after.value if isinstance(after.value, list) else [str(after.value)]
    return list(dict.fromkeys([*old, *new]))
