"""Reads the training set: Rasa's YAML 3.1, the part of it that both engines learn from.

Format: https://legacy-docs-oss.rasa.com/docs/rasa/training-data-format (read 2026-11): `nlu:` holds blocks named
`intent`, `synonym`, `lookup` or `regex`, each with `examples: |` of lines that begin with "- ". Entities are
annotated `[text](entity)` or `[text]{"entity": "address", "role": "sender"}`.
"""
from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.errors import ConfigError
from gateway.yamls import Document

_ANNOTATION = re.compile(r"\[(?P<text>[^\[\]]+)\](?:\((?P<entity>[^()]+)\)|(?P<spec>\{[^{}]*\}))")
_OTHER_BLOCKS = ("synonym", "lookup", "regex")


@dataclass(frozen=True, slots=True)
class Entity:
    """`text[start:end]` of its example; positions count characters of the plain sentence."""

    start: int
    end: int
    entity: str
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Example:
    intent: str
    text: str
    entities: tuple[Entity, ...] = ()


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """examples in the order of the files; other: how many lines each synonym, lookup and regex block has."""

    examples: tuple[Example, ...]
    other: tuple[tuple[str, int], ...] = ()

    @property
    def intents(self) -> tuple[str, ...]:
        return tuple(sorted({example.intent for example in self.examples}))


def read(folder: Path) -> TrainingSet:
    """Every *.yml of the folder, by name. Raises ConfigError with file and line of every fault."""
    examples: list[Example] = []
    other: list[tuple[str, int]] = []
    faults: list[str] = []
    known: dict[str, tuple[str, str]] = {}
    for block in _blocks(folder, faults):
        lines = list(_lines(block, faults))
        if "intent" not in block.data:
            other += _other(block, len(lines), faults)
            continue
        intent = str(block.data["intent"])
        for number, line in lines:
            try:
                example = _example(intent, line)
                _twice(known, example, f"{block.document.path}:{number}")
                examples.append(example)
            except ValueError as fault:
                faults.append(f"{block.document.path}:{number}: {fault}")
    if not examples and not faults:
        faults.append(f"{folder}: no training sentences (*.yml with `nlu:` and `intent:` blocks)")
    if faults:
        raise ConfigError("\n".join(faults))
    return TrainingSet(tuple(examples), tuple(other))


@dataclass(frozen=True, slots=True)
class _Block:
    document: Document
    place: str  # `$.nlu[3]`
    data: dict[str, Any]

    def fault(self, message: str) -> str:
        return str(self.document.fault(message, self.place))


def _blocks(folder: Path, faults: list[str]) -> Iterator[_Block]:
    for path in sorted(folder.glob("*.yml")):
        try:
            document = Document(path)
        except ConfigError as error:
            faults.append(str(error))
            continue
        blocks = document.data.get("nlu") if isinstance(document.data, dict) else None
        if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
            faults.append(str(document.fault("`nlu:` must be a list of blocks")))
            continue
        for n, block in enumerate(blocks):
            yield _Block(document, f"$.nlu[{n}]", block)


def _other(block: _Block, count: int, faults: list[str]) -> list[tuple[str, int]]:
    for kind in _OTHER_BLOCKS:
        if kind in block.data:
            return [(f"{kind}:{block.data[kind]}", count)]
    faults.append(block.fault(f"a block without intent, synonym, lookup or regex: {sorted(block.data)}"))
    return []


def _lines(block: _Block, faults: list[str]) -> Iterator[tuple[int, str]]:
    """The lines of a block's `examples: |` and where they stand: below the bar."""
    examples = block.data.get("examples")
    if not isinstance(examples, str):
        faults.append(block.fault("`examples: |` must hold lines that begin with '- '"))
        return
    first = block.document.line(f"{block.place}.examples") + 1
    for number, line in enumerate(examples.splitlines(), first):
        if line.startswith("- "):
            yield number, line[2:].strip()
        elif line.strip():
            faults.append(f"{block.document.path}:{number}: an example must begin with '- ': {line!r}")


def _twice(known: dict[str, tuple[str, str]], example: Example, place: str) -> None:
    """One sentence cannot mean two things. Raises ValueError."""
    intent, where = known.setdefault(example.text, (example.intent, place))
    if intent != example.intent:
        raise ValueError(f"is {intent} at {where}: {example.text!r}")


def _example(intent: str, line: str) -> Example:
    """Raises ValueError."""
    plain, entities, last = "", [], 0
    for match in _ANNOTATION.finditer(line):
        plain += line[last:match.start()]
        entities.append(_entity(match, len(plain)))
        plain += match["text"]
        last = match.end()
    return Example(intent, plain + line[last:], tuple(entities))


def _entity(match: re.Match[str], start: int) -> Entity:
    end = start + len(match["text"])
    if match["spec"] is None:
        return Entity(start, end, match["entity"])
    try:
        spec = json.loads(match["spec"])
        return Entity(start, end, spec["entity"], spec.get("role"))
    except (ValueError, KeyError, TypeError) as fault:
        raise ValueError(f"annotation {match[0]!r}: {fault}") from fault
