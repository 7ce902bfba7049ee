"""Every registered field type against its own table of cases; a type without a table fails the suite."""
from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.errors import Unreadable
from gateway.fields.base import Reading
from gateway.fields.codes import PROBLEMS, WARNINGS
from gateway.fields.files import Files
from gateway.fields.registry import TYPES
from tests.fields.table import Checked, Found, Read, Refused, Seen, Shown, Table, context

CASES = Path(__file__).parent / "cases"
TABLES: dict[str, Table] = {
    path.stem: import_module(f"tests.fields.cases.{path.stem}").TABLE
    for path in sorted(CASES.glob("*.py")) if path.stem != "__init__"
}
DATATYPES = {"string", "number", "datetime", "text", "singlevaluelist", "multivaluelist", "boolean"}


def each(part: str) -> list[Any]:
    return list(_each(part))


def _each(part: str) -> Iterator[Any]:
    for name, table in TABLES.items():
        for case in getattr(table, part):
            shown = case.value if part in ("shown", "checked") else case.text
            yield pytest.param(name, case, id=f"{name}: {shown!r:.60}")


def test_every_type_has_cases_and_every_table_a_type() -> None:
    assert TABLES.keys() == TYPES.keys()


@pytest.mark.parametrize("name", TYPES)
def test_the_table_covers_all_four_verbs(name: str) -> None:
    table = TABLES[name]
    assert table.refused, "what is refused"
    assert table.shown, "how it is shown"
    assert table.checked, "what forms send"
    assert table.read or isinstance(TYPES[name], Files), "what is understood (words are no file)"
    assert table.found, "what is found, or that nothing is"


@pytest.mark.parametrize("name", TYPES)
def test_the_type_says_its_name_and_datatype(name: str) -> None:
    assert TYPES[name].name == name
    assert TYPES[name].datatype in DATATYPES


@pytest.mark.parametrize(("name", "case"), each("read"))
def test_read(name: str, case: Read) -> None:
    reading = TYPES[name].read(case.text, context(TABLES[name].options, case.limits))
    assert reading.value == case.value
    assert reading.warnings == case.warnings
    if case.resolved is not None:
        assert dict(reading.resolved or {}) == dict(case.resolved)


@pytest.mark.parametrize(("name", "case"), each("refused"))
def test_refused(name: str, case: Refused) -> None:
    with pytest.raises(Unreadable) as refusal:
        TYPES[name].read(case.text, context(TABLES[name].options, case.limits))
    assert refusal.value.code == case.code
    if case.params is not None:
        assert refusal.value.params == case.params


@pytest.mark.parametrize(("name", "case"), each("found"))
def test_found(name: str, case: Found) -> None:
    spans = TYPES[name].find(case.text, context(TABLES[name].options, case.limits))
    assert [(span.text, span.reading.value, span.role, span.reading.warnings) for span in spans] == [
        (seen.words, seen.value, seen.role, seen.warnings) for seen in case.spans
    ]
    for span, seen in zip(spans, case.spans, strict=True):
        assert case.text[span.start:span.end] == span.text
        assert _has(span.reading, seen)


def _has(reading: Reading, seen: Seen) -> bool:
    return seen.resolved is None or dict(seen.resolved).items() <= dict(reading.resolved or {}).items()


@pytest.mark.parametrize(("name", "case"), each("shown"))
def test_shown(name: str, case: Shown) -> None:
    kind, options = TYPES[name], TABLES[name].options
    assert kind.show(case.value, context(options, language="zh")) == case.zh
    assert kind.show(case.value, context(options, language="en")) == case.en


@pytest.mark.parametrize(("name", "case"), each("checked"))
def test_checked(name: str, case: Checked) -> None:
    ctx = context(TABLES[name].options, case.limits)
    if case.code is None:
        assert TYPES[name].validate(case.value, ctx).value == case.stored
        return
    with pytest.raises(Unreadable) as refusal:
        TYPES[name].validate(case.value, ctx)
    assert refusal.value.code == case.code


def test_codes_are_listed_with_their_params() -> None:
    """The reply catalogs word exactly what gateway/fields/codes.py lists."""
    for name, table in TABLES.items():
        for case in table.refused:
            with pytest.raises(Unreadable) as refusal:
                TYPES[name].read(case.text, context(table.options, case.limits))
            assert set(refusal.value.params) == set(PROBLEMS[refusal.value.code])
    warned = {warning for table in TABLES.values() for case in table.read for warning in case.warnings}
    assert warned == WARNINGS.keys()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_code_is_worded(language: str) -> None:
    """A refusal nobody worded would reach the citizen as a crash."""
    path = Path(__file__).parents[2] / "templates" / "replies" / language / "problems.yaml"
    worded = yaml.safe_load(path.read_text("utf-8"))
    for code, params in PROBLEMS.items():
        assert all(f"{{{{ {param} }}}}" in worded[f"problem.{code}"] for param in params), code
    assert {f"warning.{code}" for code in WARNINGS} <= worded.keys()
