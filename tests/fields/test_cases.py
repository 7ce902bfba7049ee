"""Every registered field type against its own table of cases; a type without a table fails the suite."""
from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
import yaml

from gateway.errors import Unreadable
from gateway.fields.base import Context, Limits, Reading
from gateway.fields.codes import PROBLEMS, WARNINGS
from gateway.fields.files import Files
from gateway.fields.registry import TYPES
from tests.fields.table import Seen, Table, context
from tests.tables import table

CASES = Path(__file__).parent / "cases"
TABLES: dict[str, Table] = {
    path.stem: import_module(f"tests.fields.cases.{path.stem}").TABLE
    for path in sorted(CASES.glob("*.py")) if path.stem != "__init__"
}
DATATYPES = {"string", "number", "datetime", "text", "singlevaluelist", "multivaluelist", "boolean"}


each_type = table("name", TYPES)


def test_every_type_has_cases_and_every_table_a_type() -> None:
    assert TABLES.keys() == TYPES.keys()


@each_type
def test_the_table_covers_all_four_verbs(name: str) -> None:
    cases = TABLES[name]
    assert cases.refused, "what is refused"
    assert cases.shown, "how it is shown"
    assert cases.checked, "what forms send"
    assert cases.read or isinstance(TYPES[name], Files), "what is understood (words are no file)"
    assert cases.found, "what is found, or that nothing is"


@each_type
def test_the_type_says_its_name_and_datatype(name: str) -> None:
    assert TYPES[name].name == name
    assert TYPES[name].datatype in DATATYPES


@each_type
def test_read(name: str) -> None:
    for case in TABLES[name].read:
        reading = TYPES[name].read(case.text, context(TABLES[name].options, case.limits, district=case.district))
        assert (reading.value, reading.warnings) == (case.value, case.warnings), case.text
        assert case.resolved is None or dict(reading.resolved or {}) == dict(case.resolved), case.text


@each_type
def test_refused(name: str) -> None:
    for case in TABLES[name].refused:
        with pytest.raises(Unreadable) as refusal:
            pytest.fail(f"{case.text} is read as {TYPES[name].read(case.text, _context(name, case.limits)).value}")
        assert refusal.value.code == case.code, case.text
        assert case.params is None or refusal.value.params == case.params, case.text


@each_type
def test_found(name: str) -> None:
    for case in TABLES[name].found:
        spans = TYPES[name].find(case.text, _context(name, case.limits))
        assert [(span.text, span.reading.value, span.role, span.reading.warnings) for span in spans] == [
            (seen.words, seen.value, seen.role, seen.warnings) for seen in case.spans
        ], case.text
        for span, seen in zip(spans, case.spans, strict=True):
            assert case.text[span.start:span.end] == span.text, case.text
            assert _has(span.reading, seen), case.text


def _context(name: str, limits: Limits) -> Context:
    return context(TABLES[name].options, limits)


def _has(reading: Reading, seen: Seen) -> bool:
    return seen.resolved is None or dict(seen.resolved).items() <= dict(reading.resolved or {}).items()


@each_type
def test_shown(name: str) -> None:
    kind, options = TYPES[name], TABLES[name].options
    for case in TABLES[name].shown:
        assert kind.show(case.value, context(options, language="zh")) == case.zh
        assert kind.show(case.value, context(options, language="en")) == case.en


@each_type
def test_checked(name: str) -> None:
    for case in TABLES[name].checked:
        ctx = _context(name, case.limits)
        if case.code is None:
            assert TYPES[name].validate(case.value, ctx).value == case.stored, case.value
            continue
        with pytest.raises(Unreadable) as refusal:
            pytest.fail(f"{case.value} is taken as {TYPES[name].validate(case.value, ctx).value}")
        assert refusal.value.code == case.code, case.value


def test_codes_are_listed_with_their_params() -> None:
    """The reply catalogs word exactly what gateway/fields/codes.py lists."""
    for name, cases in TABLES.items():
        for case in cases.refused:
            with pytest.raises(Unreadable) as refusal:
                TYPES[name].read(case.text, context(cases.options, case.limits))
            assert set(refusal.value.params) == set(PROBLEMS[refusal.value.code])
    warned = {warning for cases in TABLES.values() for case in cases.read for warning in case.warnings}
    assert warned == WARNINGS.keys()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_code_is_worded(language: str) -> None:
    """A refusal nobody worded would reach the citizen as a crash."""
    path = Path(__file__).parents[2] / "templates" / "replies" / language / "problems.yaml"
    worded = yaml.safe_load(path.read_text("utf-8"))
    for code, params in PROBLEMS.items():
        assert all(f"{{{{ {param} }}}}" in worded[f"problem.{code}"] for param in params), code
    assert {f"warning.{code}" for code in WARNINGS} <= worded.keys()
