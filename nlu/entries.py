"""The approved answers of knowledge/*.yaml as they are written: read, looked at for faults, and told apart by day.

Reading stops at nothing: every fault of every entry is named with file and line, so that whoever keeps a file mends it
in one go. What each field means: knowledge/README.md.
"""
from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from gateway.errors import ConfigError
from gateway.yamls import Document

LONGEST = {"zh": 200, "en": 600}  # characters of an answer: one bubble on a telephone
FEWEST = 3                        # wordings of a question in each language
CHINA = timezone(timedelta(hours=8))  # one time zone in the whole country, no summer time
HOTLINE = "hotline"               # who answers for the hotline itself; not a department of city.yaml


class Wordings(Struct, frozen=True, forbid_unknown_fields=True):
    zh: tuple[str, ...]
    en: tuple[str, ...]


class Texts(Struct, frozen=True, forbid_unknown_fields=True):
    zh: str
    en: str


class Entry(Struct, frozen=True, forbid_unknown_fields=True):
    """One approved answer. department: who is in charge of the matter; owner: who keeps the entry true; dates are
    inclusive; tags: the templates to file it with when the answer does not help, the likeliest first."""

    id: str
    questions: Wordings
    answer: Texts
    source: str
    department: str
    owner: str
    valid_from: date | None = None
    valid_until: date | None = None
    tags: tuple[str, ...] = ()

    @property
    def wordings(self) -> tuple[str, ...]:
        return self.questions.zh + self.questions.en

    def valid(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry and where it stands."""

    entry: Entry
    document: Document
    index: int

    def at(self, path: str, message: str) -> str:
        """A fault as a line: file, line of a path inside the entry (`.answer.zh`), id, what is wrong."""
        return f"{_place(self.document, self.index, path)}: {self.entry.id}: {message}"


# What an entry may refer to: (codes of departments, ids of templates). None: not looked at.
Known = tuple[Collection[str], Collection[str]]


def read(folder: Path, known: Known | None = None) -> tuple[Entry, ...]:
    """Every entry of *.yaml, in order of file and place. Raises ConfigError, a fault a line: unreadable files, missing
    and unknown fields, ids that stand twice, answers too long, wordings too few, unknown departments and tags."""
    faults: list[str] = []
    placed = [one for path in sorted(folder.glob("*.yaml")) for one in _placed(path, faults)]
    faults += _doubles(placed)
    for one in placed:
        faults += _lengths(one)
        faults += _references(one, known) if known else ()
    if not placed and not faults:
        faults.append(f"{folder}: no entries (*.yaml)")
    if faults:
        raise ConfigError("\n".join(faults))
    return tuple(one.entry for one in placed)


def asleep(folder: Path, now: datetime) -> list[str]:
    """One line for each entry that is not shown today, with file and line. No fault: time passes by itself.
    What cannot be read is left to `read`."""
    day = china_day(now)
    placed = [one for path in sorted(folder.glob("*.yaml")) for one in _placed(path, [])]
    return [line for one in placed for line in _asleep(one, day)]


def china_day(now: datetime) -> date:
    """Entries begin and end at midnight in China. `now` is aware."""
    return now.astimezone(CHINA).date()


def unanswered(folder: Path) -> tuple[str, ...]:
    """Questions in both languages that no entry answers; none when the file is missing. Raises ConfigError."""
    path = folder / "unanswered" / "questions.yaml"
    if not path.exists():
        return ()
    questions = Document(path).to(Wordings)
    return questions.zh + questions.en


# --- one file -----------------------------------------------------------------------------------------------

def _placed(path: Path, faults: list[str]) -> Iterator[Placed]:
    """The entries that could be read; the others' faults are added."""
    try:
        document = Document(path)
    except ConfigError as fault:
        faults += str(fault).splitlines()
        return
    if not isinstance(document.data, list):
        faults.append(f"{path}:1: a list of entries is expected")
        return
    for index, raw in enumerate(document.data):
        found = list(_shape(document, index, raw))
        faults += found
        if not found:
            yield Placed(msgspec.convert(raw, Entry), document, index)


def _shape(document: Document, index: int, raw: Any) -> Iterator[str]:
    """What keeps an entry from being read: each field is looked at, not only the first that is wrong."""
    if not isinstance(raw, dict):
        yield f"{_place(document, index)}: an entry is expected, with an id"
        return
    fields = {field.name: field for field in msgspec.structs.fields(Entry)}
    name = raw.get("id", "?")
    for key in raw:
        if key not in fields:
            yield f"{_place(document, index, f'.{key}')}: {name}: unknown field `{key}`"
    for key, field in fields.items():
        if key in raw:
            yield from _misfit(document, index, f"{name}: {key}", raw[key], field)
        elif field.required:
            yield f"{_place(document, index)}: {name}: `{key}` is missing"


def _misfit(document: Document, index: int, name: str, value: Any, field: msgspec.structs.FieldInfo) -> Iterator[str]:
    try:
        msgspec.convert(value, field.type)
    except msgspec.ValidationError as error:
        inner = str(error)
        path = inner.partition("`$")[2].rstrip("`") if "`$" in inner else ""
        yield f"{_place(document, index, f'.{field.name}{path}')}: {name}: {inner}"


def _place(document: Document, index: int, path: str = "") -> str:
    return f"{document.path}:{document.line(f'$[{index}]{path}')}"


# --- the entries together -----------------------------------------------------------------------------------

def _doubles(placed: Iterable[Placed]) -> Iterator[str]:
    first: dict[str, str] = {}
    for one in placed:
        here = _place(one.document, one.index, ".id")
        if one.entry.id in first:
            yield one.at(".id", f"the id stands twice, first at {first[one.entry.id]}")
        first.setdefault(one.entry.id, here)


def _lengths(one: Placed) -> Iterator[str]:
    for language, longest in LONGEST.items():
        length = len(getattr(one.entry.answer, language))
        if not 0 < length <= longest:
            yield one.at(f".answer.{language}", f"an answer of {length} characters; 1 to {longest} are allowed")
        wordings = getattr(one.entry.questions, language)
        if len(set(wordings)) < FEWEST:
            yield one.at(f".questions.{language}", f"{len(set(wordings))} different wordings; {FEWEST} are needed")


def _references(one: Placed, known: Known) -> Iterator[str]:
    departments, templates = known
    for name, code in (("department", one.entry.department), ("owner", one.entry.owner)):
        if code != HOTLINE and code not in departments:
            yield one.at(f".{name}", f"{name} {code} is not one of the city's")
    for place, tag in enumerate(one.entry.tags):
        if tag not in templates:
            yield one.at(f".tags[{place}]", f"the tag {tag} is no template")


def _asleep(one: Placed, day: date) -> Iterator[str]:
    begins, ends = one.entry.valid_from, one.entry.valid_until
    if ends is not None and ends < day:
        yield one.at(".valid_until", f"expired on {ends}: not shown; {one.entry.owner} keeps it")
    elif begins is not None and day < begins:
        yield one.at(".valid_from", f"valid from {begins} on: not shown before")
