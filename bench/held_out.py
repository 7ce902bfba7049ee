"""The sentences nobody trained with: bench/held_out/ as data. Its README says how they were written."""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from gateway import yamls

FOLDER = Path(__file__).with_name("held_out")
CONTRACT = Path(__file__).resolve().parent.parent / "templates" / "templates-contract.yaml"
AT = datetime(2026, 11, 23, 10, 0, tzinfo=timezone(timedelta(hours=8))).astimezone(UTC)  # values are relative to it
PREFIX = "complaint."
UNJUDGED = frozenset({"description", "demand", "evidence", "appeal_kind"})

Languages = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Case:
    """One sentence and what it is: an intent, a knowledge entry, a kind of danger ("" for none)."""

    text: str
    language: str
    want: str


@dataclass(frozen=True, slots=True)
class Opening:
    """First words of a complaint. `stated` None: only ranked; else every judged field that it states, canonical,
    and in `implied` what may be concluded from it."""

    case: Case
    template: str
    stated: Mapping[str, Any] | None = None
    implied: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HeldOut:
    """preambles: language → wrappings with {}; blind_…: emergencies of which no error is ever listed"""

    openings: tuple[Opening, ...]
    others: tuple[Case, ...]
    preambles: Mapping[str, tuple[str, ...]]
    questions: tuple[Case, ...]
    unanswerable: tuple[Case, ...]
    emergencies: tuple[Case, ...]
    harmless: tuple[Case, ...]
    blind_emergencies: tuple[Case, ...]
    blind_harmless: tuple[Case, ...]

    @property
    def intents(self) -> tuple[Case, ...]:
        return (*(opening.case for opening in self.openings), *self.others)


def load(folder: Path = FOLDER) -> HeldOut:
    """Everything in the folder. Raises OSError, KeyError for a part that is missing."""
    knowledge = yamls.read(folder / "knowledge.yaml")
    preambles = yamls.read(folder / "preambles.yaml")
    second, blind = (yamls.read(folder / f"emergencies_{name}.yaml") for name in ("second", "third"))
    return HeldOut(
        tuple(_openings(sorted((folder / "complaints").glob("*.yaml")))),
        tuple(cases(yamls.read(folder / "others.yaml"))),
        {language: tuple(lines) for language, lines in preambles.items()},
        tuple(cases(knowledge["entries"])),
        tuple(cases({"": knowledge["unanswerable"]})),
        (*cases(yamls.read(folder / "emergencies.yaml")), *cases(second["emergencies"])),
        (*cases({"": yamls.read(folder / "hard_negatives.yaml")}), *cases({"": second["hard_negatives"]})),
        tuple(cases(blind["emergencies"])),
        tuple(cases({"": blind["hard_negatives"]})),
    )


def cases(block: Mapping[str, Languages]) -> list[Case]:
    """what is wanted → language → one sentence a line"""
    return [
        Case(line, language, want)
        for want, languages in block.items()
        for language, lines in languages.items()
        for line in lines.splitlines()
    ]


def wrapped(sentences: Iterable[Case], preambles: Mapping[str, Iterable[str]]) -> list[Case]:
    """Every sentence in every polite wrapping of its language, sentence by sentence."""
    return [
        Case(preamble.replace("{}", case.text), case.language, case.want)
        for case in sentences for preamble in preambles[case.language]
    ]


def contract(path: Path = CONTRACT) -> dict[str, dict[str, str]]:
    """template → field → type, common fields included."""
    document = yamls.read(path)
    return {
        name: {field_id: row[1] for field_id, row in {**document["common"], **fields}.items()}
        for name, fields in document["templates"].items()
    }


def _openings(paths: Iterable[Path]) -> Iterator[Opening]:
    for path in paths:
        for language, entries in yamls.read(path).items():
            for entry in entries:
                yield _opening(path.stem, language, {"text": entry} if isinstance(entry, str) else entry)


def _opening(template: str, language: str, entry: Mapping[str, Any]) -> Opening:
    case = Case(entry["text"], language, PREFIX + template)
    return Opening(case, template, entry.get("fields"), entry.get("implied", {}))
