"""Openings of openings/*.yaml, and a verdict on every field that the dialogue fills from one by itself.

An opening `states` values by the templates' contract; words (names, addresses, texts) stand in it letter for letter.
What it only implies (`may`, with "any" for a value nobody could pin down) may be found and may be missing.
"""
from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import yaml

from gateway.dialogue.claims import Claim
from gateway.dialogue.draft import Dialogue, Draft
from gateway.dialogue.fill import settled
from gateway.dialogue.scene import Scene
from gateway.dialogue.understood import Understood
from gateway.fields.base import Context
from gateway.languages import detect
from gateway.messages import Text
from gateway.understanding import Spans
from tests.dialogue.real import CATALOG, CITY

Verdict = Literal["right", "value", "role", "invented", "missed", "implied"]

NOW = datetime.fromisoformat("2026-11-23T10:00:00+08:00")
WORDS = frozenset({"address", "organisation", "text"})
MEANINGS = frozenset({"choice", "choices", "yes_no"})
CLOSED = MEANINGS | {
    "tracking_number", "phone", "plate", "resident_id", "passport", "credit_code", "list", "account_number"}
MEASURES = frozenset({"money", "moment", "period"})
ENOUGH = 0.5  # of overlapping characters


@dataclass(frozen=True, slots=True)
class Opening:
    template: str
    text: str
    states: Mapping[str, Any]
    may: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    opening: Opening
    field: str
    type: str
    verdict: Verdict
    stated: bool
    got: str = ""

    def __str__(self) -> str:
        wanted = self.opening.states.get(self.field, self.opening.may.get(self.field))
        return f"{self.opening.template}.{self.field} {self.verdict}: {self.got} for {wanted!r} ← {self.opening.text}"


def openings(under: str = "openings") -> Iterator[Opening]:
    for path in sorted((Path(__file__).parent / under).glob("*.yaml")):
        for template, rows in yaml.safe_load(path.read_text("utf-8")).items():
            yield from (Opening(template, row["text"], row["states"], row.get("may") or {}) for row in rows)


def filled(template: str, text: str) -> list[Claim]:
    """What the form fills by itself from its first message."""
    form = CATALOG.newest[template]
    language = detect(text) or "zh"
    spans = Spans(CATALOG.types, text, Context(NOW, CITY, language))
    dialogue = Dialogue(language=language, draft=Draft("", template, form.version, 0))
    return settled(Scene(CATALOG, dialogue, Understood(Text(text), NOW, CITY, text, spans=spans)), text, None)


def judged(opening: Opening) -> Iterator[Finding]:
    """One finding for each field that was filled or stated."""
    types = {one.id: one.type for one in CATALOG.newest[opening.template].fields}
    claims = {claim.field.id: claim for claim in filled(opening.template, opening.text)}
    for name, claim in claims.items():
        verdict = _verdict(opening, claim, types)
        stated = name in opening.states
        yield Finding(opening, name, types[name], verdict, stated, f"{claim.span.reading.value!r} ({claim.span.text})")
    for name in opening.states.keys() - claims.keys():
        yield Finding(opening, name, types[name], "missed", True)


def _verdict(opening: Opening, claim: Claim, types: Mapping[str, str]) -> Verdict:
    name = claim.field.id
    if opening.may.get(name) == "any":
        return "implied"
    values = {**opening.may, **opening.states}
    if name in values and _same(types[name], values[name], claim, opening.text):
        return "right" if name in opening.states else "implied"
    others = ((types[other], value) for other, value in values.items() if other != name and value != "any")
    if types[name] not in MEANINGS and any(_other(types[name], *one, claim, opening.text) for one in others):
        return "role"
    return "value" if name in values else "invented"


def _other(kind: str, other: str, value: Any, claim: Claim, text: str) -> bool:
    comparable = kind == other or (kind in WORDS and other in WORDS)
    return comparable and _same(other, value, claim, text)


def _same(kind: str, wanted: Any, claim: Claim, text: str) -> bool:
    got = claim.span.reading.value
    if kind in WORDS:
        return max(_overlap(at.start(), wanted, claim) for at in re.finditer(re.escape(wanted), text)) >= ENOUGH
    if kind in ("money", "number"):
        return Decimal(str(wanted)) == Decimal(str(got))
    if kind == "moment":
        return (len(str(got)) == 10) == (len(wanted) == 10) and _instant(wanted) == _instant(str(got))
    if kind == "period":
        return _same_period(wanted, str(got))
    if isinstance(wanted, list):
        return isinstance(got, list) and set(got) == set(wanted)
    return bool(got == wanted)


def _overlap(start: int, wanted: str, claim: Claim) -> float:
    """Dice's coefficient of two stretches of the text."""
    common = max(0, min(start + len(wanted), claim.span.end) - max(start, claim.span.start))
    return 2 * common / (len(wanted) + claim.span.end - claim.span.start)


def _same_period(wanted: str, got: str) -> bool:
    """A bare last day covers itself; "now" is at most a day ago."""
    (start, end), (first, last) = wanted.split("/"), got.split("/")
    if _instant(start) != _instant(first):
        return False
    if end == "now":
        return timedelta() <= NOW - _instant(last) <= timedelta(days=1)
    room = timedelta(days=1) if len(end) == 10 else timedelta()
    return timedelta() <= _instant(last) - _instant(end) <= room


def _instant(written: str) -> datetime:
    parsed = datetime.fromisoformat(written)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=NOW.tzinfo)
