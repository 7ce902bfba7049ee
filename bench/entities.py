"""Fields that openings fill by themselves, asked of the code citizens talk to (gateway/explain.py).

A claim on a field is right, wrong in value, in the wrong role (the value stands in the sentence for another field),
or invented. What is merely implied may be found with that value and may be missing.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

import numpy as np
from msgspec import structs

from bench.held_out import AT, UNJUDGED, Opening
from bench.intervals import Estimate, Matrix, of_sums, share
from gateway.api.understand import FoundField

Verdict = Literal["right", "value", "role", "invented", "missed", "implied"]

WORDS = frozenset({"address", "organisation", "text"})
ROLELESS = frozenset({"choice", "choices", "yes_no"})
CLASSES: dict[str, frozenset[str]] = {
    "closed": frozenset({
        "choice", "choices", "tracking_number", "phone", "plate", "resident_id", "passport", "credit_code", "list",
        "yes_no", "account_number",
    }),
    "money and time": frozenset({"money", "moment", "period"}),
    "numbers": frozenset({"number"}),
    "addresses": frozenset({"address"}),
    "organisations": frozenset({"organisation"}),
    "texts": frozenset({"text"}),
}
ENOUGH = 0.5  # of overlap, for words to count as found


@dataclass(frozen=True, slots=True)
class Finding:
    """One field of one opening; `stated`: the sentence names it. `overlap` 0…1, for values 0 or 1."""

    field: str
    type: str
    verdict: Verdict
    stated: bool = False
    wanted: Any = None
    got: FoundField | None = None
    overlap: float = 0.0


@dataclass(frozen=True, slots=True)
class ReadOpening:
    opening: Opening
    findings: tuple[Finding, ...]


def judge(opening: Opening, found: Iterable[FoundField], types: Mapping[str, str]) -> ReadOpening:
    """Verdicts on everything claimed and everything stated; `types` is the template's row of the contract."""
    stated = opening.stated or {}
    claims = list(_merged(one for one in found if one.field not in UNJUDGED))
    findings = [_claimed(opening, claim, types) for claim in claims]
    got = {claim.field for claim in claims}
    missed = (Finding(name, types[name], "missed", True, wanted) for name, wanted in stated.items() if name not in got)
    return ReadOpening(opening, (*findings, *missed))


def _merged(claims: Iterable[FoundField]) -> Iterator[FoundField]:
    """Fields that take many values are claimed once for each stretch."""
    fields: dict[str, FoundField] = {}
    for claim in claims:
        before = fields.get(claim.field)
        if before is not None and isinstance(before.value, list) and isinstance(claim.value, list):
            claim = structs.replace(claim, value=[*before.value, *claim.value])
        fields[claim.field] = claim
    yield from fields.values()


def _claimed(opening: Opening, claim: FoundField, types: Mapping[str, str]) -> Finding:
    values = {**opening.implied, **(opening.stated or {})}
    name, kind, wanted = claim.field, types.get(claim.field, "text"), values.get(claim.field)
    stated = name not in opening.implied and wanted is not None
    overlap = 0.0 if wanted is None else agreement(kind, wanted, claim, opening.case.text)
    if overlap >= ENOUGH:
        return Finding(name, kind, "right" if stated else "implied", stated, wanted, claim, overlap)
    others = ((types[other], value) for other, value in values.items() if other != name)
    verdict: Verdict = "invented" if wanted is None else "value"
    if kind not in ROLELESS and any(_same_thing(kind, *other, claim, opening.case.text) for other in others):
        verdict = "role"
    return Finding(name, kind, verdict, stated, wanted, claim)


def _same_thing(kind: str, other: str, value: Any, claim: FoundField, text: str) -> bool:
    """The claimed words or value are those of another field."""
    comparable = kind == other or (kind in WORDS and other in WORDS)
    return comparable and agreement(other, value, claim, text) >= ENOUGH


# --- when two values are the same ---------------------------------------------------------------------------

def agreement(kind: str, wanted: Any, claim: FoundField, text: str) -> float:
    """0…1: overlap of characters for words, sameness for everything else."""
    if kind in WORDS:
        return overlapping(str(wanted), claim, text)
    same = _SAME.get(kind, _equal)
    try:
        return float(same(wanted, claim.value))
    except (ValueError, InvalidOperation, TypeError):
        return 0.0


def overlapping(wanted: str, claim: FoundField, text: str) -> float:
    """Dice's coefficient of the claimed stretch and the best place where the wanted words stand."""
    return max((_dice(start, start + len(wanted), claim) for start in _places(text, wanted)), default=0.0)


def _places(text: str, words: str) -> Iterator[int]:
    at = text.find(words)
    while at >= 0:
        yield at
        at = text.find(words, at + 1)


def _dice(start: int, end: int, claim: FoundField) -> float:
    common = max(0, min(end, claim.end) - max(start, claim.start))
    return 2 * common / ((end - start) + (claim.end - claim.start))


def _equal(wanted: Any, got: Any) -> bool:
    return bool(wanted == got)


def _amounts(wanted: Any, got: Any) -> bool:
    return Decimal(str(wanted)) == Decimal(str(got))


def _sets(wanted: Sequence[Any], got: Any) -> bool:
    return isinstance(got, list) and set(wanted) == set(got)


def _moments(wanted: Any, got: Any) -> bool:
    return len(str(wanted)) == len(str(got)) and _instant(str(wanted)) == _instant(str(got))


def _periods(wanted: Any, got: Any) -> bool:
    """Bare dates of the wanted period cover whole days, with the last day's midnight at either end."""
    (start, end), (first, last) = str(wanted).split("/"), str(got).split("/")
    if _instant(first) != _instant(start):
        return False
    if end == "now":
        return AT - timedelta(days=1) < _instant(last) <= AT
    room = timedelta(days=1) if len(end) == 10 else timedelta()
    return _instant(end) <= _instant(last) <= _instant(end) + room


def _instant(written: str) -> datetime:
    """RFC 3339, or without an offset in the city's time. Raises ValueError."""
    parsed = datetime.fromisoformat(written)
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=CITY)).astimezone(UTC)


CITY = datetime.fromisoformat("2026-11-23T10:00+08:00").tzinfo
_SAME: dict[str, Callable[[Any, Any], bool]] = {
    "money": _amounts, "number": _amounts, "moment": _moments, "period": _periods, "list": _sets, "choices": _sets,
}


# --- figures ------------------------------------------------------------------------------------------------

def figures(read: Sequence[ReadOpening]) -> dict[str, Any]:
    """All classes together, then each: precision, recall, F1; for words also the F1 of overlapping characters."""
    classes = {"all": frozenset().union(*CLASSES.values()), **CLASSES}
    everything = [finding for one in read for finding in one.findings]
    concluded = sum(len(one.opening.implied) for one in read)
    return {
        "openings": len(read),
        "wrong_role": sum(finding.verdict == "role" for finding in everything),
        "implied_found": sum(finding.verdict == "implied" for finding in everything),
        "implied": concluded,
        "classes": {name: _of_class(read, types) for name, types in classes.items()},
    }


def _of_class(read: Sequence[ReadOpening], types: frozenset[str]) -> dict[str, Estimate]:
    rows = np.array([_row(one, types) for one in read], dtype=np.float64).reshape(-1, 4)
    of = [finding for one in read for finding in one.findings if finding.type in types]
    report = {
        "precision": share(one.verdict == "right" for one in of if one.verdict not in ("missed", "implied")),
        "recall": share(one.verdict == "right" for one in of if one.stated),
        "f1": of_sums(rows[:, [0, 2, 3]], _f1),
    }
    return report | ({"overlap_f1": of_sums(rows[:, 1:], _f1)} if types <= WORDS else {})


def _row(one: ReadOpening, types: frozenset[str]) -> tuple[float, float, float, float]:
    """Right, overlap, claimed, demanded."""
    of = [finding for finding in one.findings if finding.type in types]
    right = [finding.overlap for finding in of if finding.verdict == "right"]
    claimed = sum(finding.verdict not in ("missed", "implied") for finding in of)
    return len(right), sum(right), claimed, sum(finding.stated for finding in of)


def _f1(sums: Matrix) -> Matrix:
    """2 right / (claimed + demanded); nothing claimed and nothing demanded is perfect."""
    both = sums[:, 1] + sums[:, 2]
    return np.where(both > 0, 2 * sums[:, 0] / np.maximum(both, 1e-9), 1.0)


def mistakes(read: Iterable[ReadOpening]) -> list[str]:
    return [
        f"{one.opening.template}.{finding.field} {finding.verdict}: wanted {finding.wanted!r}, got "
        f"{f'{finding.got.value!r} from {finding.got.text!r}' if finding.got else 'nothing'} ← {one.opening.case.text}"
        for one in read for finding in one.findings if finding.verdict not in ("right", "implied")
    ]
