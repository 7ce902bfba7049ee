"""Conditions of a template's questions, notices and rules."""
from __future__ import annotations

from datetime import datetime

from gateway.clock import to_ms
from gateway.dialogue.conditions import holds
from gateway.dialogue.draft import Draft, Filled
from gateway.dialogue.template import Condition
from gateway.fields.base import Value
from tests.tables import table

BEGAN = to_ms(datetime.fromisoformat("2026-11-23T10:00:00+08:00"))


def draft(**values: Value) -> Draft:
    return Draft("d", "parcel", 1, BEGAN, {name: Filled(value, str(value)) for name, value in values.items()})


@table(("condition", "true"), [
    (None, True),
    (Condition("problem", one_of=("lost", "damaged")), True),
    (Condition("problem", one_of=("delay",)), False),
    (Condition("nothing", one_of=("lost",)), False),
    (Condition("problem", present=True), True),
    (Condition("nothing", present=True), False),
    (Condition("nothing", absent=True), True),
    (Condition("problem", absent=True), False),
    (Condition("ongoing", one_of=("yes",)), True),
    (Condition("ongoing", one_of=("no",)), False),
    (Condition("kinds", one_of=("b",)), True),
    (Condition(any=(Condition("problem", one_of=("delay",)), Condition("ongoing", present=True))), True),
    (Condition(any=(Condition("problem", one_of=("delay",)), Condition("nothing", present=True))), False),
    (Condition(all=(Condition("problem", one_of=("lost",)), Condition("ongoing", present=True))), True),
    (Condition(all=(Condition("problem", one_of=("lost",)), Condition("nothing", present=True))), False),
])
def test_conditions(condition: Condition | None, true: bool) -> None:
    assert holds(condition, draft(problem="lost", ongoing=True, kinds=["a", "b"])) is true


@table(("people", "true"), [(6, True), ("6.5", True), (5, False), ("好些人", False)])
def test_more_than_a_bound(people: Value, true: bool) -> None:
    assert holds(Condition("people", over=5), draft(people=people)) is true


def test_nothing_is_more_than_a_bound() -> None:
    assert not holds(Condition("people", over=5), draft())


@table(("when", "true"), [
    ("2026-11-20T09:59:00+08:00", True), ("2026-11-20T10:01:00+08:00", False), ("2026-11-20", False),
    ("2026-11-19", True), ("2024-01-01/2026-11-19T10:00:00+08:00", True), ("2024-01-01/2026-11-22", False),
    ("前阵子", False),
])
def test_older_than_three_days(when: str, true: bool) -> None:
    assert holds(Condition("occurred_at", older_hours=72), draft(occurred_at=when)) is true
