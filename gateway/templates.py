"""Reads complaint templates from their folder, with file and line for every fault, and keeps every version ever used.

A draft keeps the template version it began with, so versions are archived as records `template`; the same version
with other content is refused.
"""
from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from gateway.dialogue.template import Condition, Template
from gateway.errors import ConfigError
from gateway.protocols import Put, Records
from gateway.yamls import Document

# At most this many archived versions are kept in reach of old drafts.
ARCHIVE = 1_000


def load(folder: Path, types: Iterable[str]) -> list[Template]:
    """Every template of the folder, by file name. Raises ConfigError with all faults, one a line."""
    known = frozenset(types)
    templates: list[Template] = []
    faults: list[str] = []
    for file in sorted(folder.glob("*.yaml")):
        if file.name.endswith(".cases.yaml"):
            continue
        try:
            templates.append(_read(file, known))
        except ConfigError as error:
            faults.append(str(error))
    if not templates and not faults:
        faults.append(f"{folder}: no templates")
    if faults:
        raise ConfigError("\n".join(faults))
    return templates


async def archive(records: Records, templates: Iterable[Template]) -> list[Template]:
    """Store what is new; returns all versions, the given ones first. Raises ConfigError for a changed version."""
    given = {f"{template.id}@{template.version}": template for template in templates}
    stored = {
        record.id: record.body for record in await records.range("template", "archived", 0, 1, n=ARCHIVE)
    }
    for name, template in given.items():
        if name in stored and stored[name] != msgspec.json.encode(template):
            raise ConfigError(f"{template.id}.yaml: version {template.version} was used with other content; raise it")
    await records.write([
        Put("template", name, msgspec.json.encode(template), {"archived": 0})
        for name, template in given.items() if name not in stored
    ])
    old = [msgspec.json.decode(body, type=Template) for name, body in stored.items() if name not in given]
    return [*given.values(), *old]


def _read(file: Path, types: frozenset[str]) -> Template:
    document = Document(file)
    template = document.to(Template)
    if template.id != file.stem:
        raise document.fault(f"id {template.id} is not the file's name", "$.id")
    for path, problem in _faults(template, types):
        raise document.fault(problem, path)
    return template


def _faults(template: Template, types: frozenset[str]) -> Iterable[tuple[str, str]]:
    """What the structs cannot say: names that lead nowhere."""
    for n, field in enumerate(template.fields):
        path = f"$.fields[{n}]"
        if field.type not in types:
            yield path, f"no such field type: {field.type}"
        for name in _named(field.when):
            if not template.has(name):
                yield path, f"`when` names a field that is not there: {name}"
    for n, rule in enumerate(template.rules):
        for name in (*rule.fields, rule.ask):
            if not template.has(name):
                yield f"$.rules[{n}]", f"no such field: {name}"
    if template.title_field and not template.has(template.title_field):
        yield "$.title_field", f"no such field: {template.title_field}"


def _named(condition: Condition | None) -> list[str]:
    if condition is None:
        return []
    below = [name for inner in (*condition.any, *condition.all) for name in _named(inner)]
    return below + ([condition.field] if condition.field else [])
