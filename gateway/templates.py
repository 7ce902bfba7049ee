"""Reads complaint templates from their folder, with file and line for every fault, and keeps every version ever used.

Every template has the common fields; what it does not say of one itself, `common.yaml` beside the folder says.
A draft keeps the template version it began with, so versions are archived as records `template`; the same version
with other content is refused. What was read once is not parsed again: whoever changes one file of forty waits for one.
"""
from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from gateway.dialogue.template import Condition, Field, Template
from gateway.errors import ConfigError
from gateway.protocols import Put, Records
from gateway.yamls import Document, text

# At most this many archived versions are kept in reach of old drafts.
ARCHIVE = 1_000
Read = tuple[Path, str]  # a file and its characters


def load(folder: Path, types: Iterable[str]) -> list[Template]:
    """Every template of the folder, by file name. Raises ConfigError with all faults, one a line."""
    return [template for _, template in by_file(folder, types)]


def by_file(folder: Path, types: Iterable[str]) -> list[tuple[Path, Template]]:
    """Like `load`, each with its file, for whoever finds more faults in it."""
    known = frozenset(types)
    shared = folder.parent / "common.yaml"
    common = (shared, text(shared)) if shared.exists() else None
    read: list[tuple[Path, Template]] = []
    faults: list[str] = []
    for file in files(folder):
        try:
            read.append((file, _read((file, text(file)), common, known)))
        except ConfigError as error:
            faults.append(str(error))
    if not read and not faults:
        faults.append(f"{folder}: no templates")
    if faults:
        raise ConfigError("\n".join(faults))
    return read


def files(folder: Path) -> list[Path]:
    """The templates' own files; their test conversations lie beside them."""
    return [file for file in sorted(folder.glob("*.yaml")) if not file.name.endswith(".cases.yaml")]


async def archive(records: Records, templates: Iterable[Template]) -> list[Template]:
    """Store what is new; returns all versions, the given ones first. Raises ConfigError for a changed version."""
    given = {f"{template.id}@{template.version}": template for template in templates}
    stored = {  # read before they are compared: a later grammar may have added keys that were not written then
        record.id: msgspec.json.decode(record.body, type=Template)
        for record in await records.range("template", "archived", 0, 1, n=ARCHIVE)
    }
    for name, template in given.items():
        if name in stored and stored[name] != template:
            raise ConfigError(f"{template.id}.yaml: version {template.version} was used with other content; raise it")
    await records.write([
        Put("template", name, msgspec.json.encode(template), {"archived": 0})
        for name, template in given.items() if name not in stored
    ])
    return [*given.values(), *(old for name, old in stored.items() if name not in given)]


@lru_cache(maxsize=8)
def _common(file: Read) -> dict[str, dict[str, Any]]:
    """Field id → what templates may leave out of it. Raises ConfigError."""
    document = Document(*file)
    document.to(list[Field])
    return {field["id"]: field for field in document.data}


def _completed(document: Document, common: dict[str, dict[str, Any]]) -> Document:
    """The template with its common fields whole; keys that it has itself win."""
    fields = document.data.get("fields") if isinstance(document.data, dict) else None
    if isinstance(fields, list):
        document.data["fields"] = [
            common.get(str(field.get("id")), {}) | field if isinstance(field, dict) else field for field in fields
        ]
    return document


@lru_cache(maxsize=256)
def _read(file: Read, common: Read | None, types: frozenset[str]) -> Template:
    """Raises ConfigError with every fault of the file."""
    document = _completed(Document(*file), _common(common) if common else {})
    template = document.to(Template)
    if template.id != document.path.stem:
        raise document.fault(f"id {template.id} is not the file's name", "$.id")
    faults = [str(document.fault(problem, path)) for path, problem in _faults(template, types)]
    if faults:
        raise ConfigError("\n".join(faults))
    return template


def _faults(template: Template, types: frozenset[str]) -> Iterable[tuple[str, str]]:
    """What the structs cannot say: names that lead nowhere."""
    for n, field in enumerate(template.fields):
        path = f"$.fields[{n}]"
        if field.type not in types:
            yield path, f"no such field type: {field.type}"
        yield from _strangers(template, path, _named(field.when))
    for n, rule in enumerate(template.rules):
        yield from _strangers(template, f"$.rules[{n}]", [*rule.fields, rule.ask, *_named(rule.when)])
    for n, notice in enumerate(template.notices):
        yield from _strangers(template, f"$.notices[{n}]", _named(notice.when))
    yield from _strangers(template, "$.key", template.key)
    yield from _strangers(template, "$.urgent", _named(template.urgent))
    if template.title_field and not template.has(template.title_field):
        yield "$.title_field", f"no such field: {template.title_field}"


def _strangers(template: Template, path: str, names: Iterable[str]) -> Iterable[tuple[str, str]]:
    return ((path, f"no such field: {name}") for name in names if not template.has(name))


def _named(condition: Condition | None) -> list[str]:
    if condition is None:
        return []
    below = [name for inner in (*condition.any, *condition.all) for name in _named(inner)]
    return below + ([condition.field] if condition.field else [])
