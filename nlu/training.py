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

from gateway import yamls
from gateway.errors import ConfigError

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
    """Every *.yml of the folder, by name. Raises ConfigError with file and block."""
    examples: list[Example] = []
    other: list[tuple[str, int]] = []
    for path in sorted(folder.glob("*.yml")):
        for block in _blocks(path):
            lines = list(_lines(block.get("examples"), path))
            if "intent" in block:
                examples += [_example(str(block["intent"]), line, path) for line in lines]
            else:
                other.append((_other_name(block, path), len(lines)))
    if not examples:
        raise ConfigError(f"{folder}: no training sentences (*.yml with `nlu:` and `intent:` blocks)")
    return TrainingSet(tuple(examples), tuple(other))


def _blocks(path: Path) -> list[dict[str, Any]]:
    document = yamls.read(path)
    blocks = document.get("nlu") if isinstance(document, dict) else None
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise ConfigError(f"{path}: `nlu:` must be a list of blocks")
    return blocks


def _other_name(block: dict[str, Any], path: Path) -> str:
    for kind in _OTHER_BLOCKS:
        if kind in block:
            return f"{kind}:{block[kind]}"
    raise ConfigError(f"{path}: a block without intent, synonym, lookup or regex: {sorted(block)}")


def _lines(examples: object, path: Path) -> Iterator[str]:
    if not isinstance(examples, str):
        raise ConfigError(f"{path}: `examples: |` must hold lines that begin with '- '")
    for line in examples.splitlines():
        if not line.strip():
            continue
        if not line.startswith("- "):
            raise ConfigError(f"{path}: an example must begin with '- ': {line!r}")
        yield line[2:].strip()


def _example(intent: str, line: str, path: Path) -> Example:
    plain, entities, last = "", [], 0
    for match in _ANNOTATION.finditer(line):
        plain += line[last:match.start()]
        entities.append(_entity(match, len(plain), path))
        plain += match["text"]
        last = match.end()
    return Example(intent, plain + line[last:], tuple(entities))


def _entity(match: re.Match[str], start: int, path: Path) -> Entity:
    end = start + len(match["text"])
    if match["spec"] is None:
        return Entity(start, end, match["entity"])
    try:
        spec = json.loads(match["spec"])
        return Entity(start, end, spec["entity"], spec.get("role"))
    except (ValueError, KeyError, TypeError) as fault:
        raise ConfigError(f"{path}: annotation {match[0]!r}: {fault}") from fault
