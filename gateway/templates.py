"""Reads complaint templates from their folder, with file and line for every fault, and keeps every version ever used.

A draft keeps the template version it began with, so versions are archived as records `template`; the same version
with other content is refused.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
import yaml

from gateway.dialogue.template import Condition, Template, read
from gateway.errors import ConfigError
from gateway.protocols import Put, Records

# At most this many archived versions are kept in reach of old drafts.
ARCHIVE = 1_000

_STEP = re.compile(r"\.([^.\[\]`]+)|\[(\d+)\]")


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
    text = file.read_text("utf-8")
    try:
        node = yaml.compose(text, yaml.SafeLoader)
        template = read(yaml.safe_load(text))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(f"{file}:{line}: {error.problem}") from error
    except msgspec.ValidationError as error:
        raise ConfigError(f"{file}:{_line(node, str(error))}: {error}") from error
    if template.id != file.stem:
        raise ConfigError(f"{file}:1: id {template.id} is not the file's name")
    for path, problem in _faults(template, types):
        raise ConfigError(f"{file}:{_line(node, path)}: {problem}")
    return template


def _faults(template: Template, types: frozenset[str]) -> Iterable[tuple[str, str]]:
    """What the structs cannot say: names that lead nowhere."""
    for n, field in enumerate(template.fields):
        path = f"`$.fields[{n}]`"
        if field.type not in types:
            yield path, f"no such field type: {field.type}"
        for name in _named(field.when):
            if not template.has(name):
                yield path, f"`when` names a field that is not there: {name}"
    for n, rule in enumerate(template.rules):
        for name in (*rule.fields, rule.ask):
            if not template.has(name):
                yield f"`$.rules[{n}]`", f"no such field: {name}"
    if template.title_field and not template.has(template.title_field):
        yield "`$.title_field`", f"no such field: {template.title_field}"


def _named(condition: Condition | None) -> list[str]:
    if condition is None:
        return []
    below = [name for inner in (*condition.any, *condition.all) for name in _named(inner)]
    return below + ([condition.field] if condition.field else [])


def _line(node: yaml.Node | None, message: str) -> int:
    """The line of the deepest node that the path in a message (`$.fields[3].type`) leads to."""
    path = message.rpartition("`$")[2].partition("`")[0] if "`$" in message else ""
    line = node.start_mark.line if node else 0
    for key, index in _STEP.findall(path):
        node = _child(node, key, index)
        if node is None:
            break
        line = node.start_mark.line
    return line + 1


def _child(node: yaml.Node | None, key: str, index: str) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and index:
        children: Mapping[str, yaml.Node] = {str(n): child for n, child in enumerate(node.value)}
        return children.get(index)
    if isinstance(node, yaml.MappingNode):
        return next((value for name, value in node.value if name.value == key), None)
    return None
