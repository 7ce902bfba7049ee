"""Checks over several fields; what is empty or unreadable breaks no rule."""
from __future__ import annotations

from typing import Literal

import pytest

from gateway.dialogue.draft import Filled
from gateway.dialogue.rules import first_broken
from gateway.dialogue.template import Rule
from gateway.fields.base import Value, Words

Kind = Literal["differ", "ordered", "at_most", "one_of"]


def rule(kind: Kind) -> Rule:
    return Rule(kind, ("a", "b"), Words("不行", "no"), "b")


@pytest.mark.parametrize(("kind", "a", "b", "holds"), [
    ("differ", "新港中路", "建国路", True), ("differ", "新港中路", "新港 中路", False), ("differ", "ABC", "abc", False),
    ("differ", "新港中路", None, True), ("differ", None, None, True),
    ("ordered", "2026-11-01", "2026-11-02", True), ("ordered", "2026-11-02", "2026-11-01", False),
    ("ordered", "2026-11-02", "2026-11-02T10:00:00+08:00", True), ("ordered", "2026-11-02", "2026-11-02", True),
    ("ordered", "2026-11-02T11:00:00+08:00", "2026-11-02T10:00:00+08:00", False), ("ordered", "2026-11-02", None, True),
    ("at_most", "300.00", "300.00", True), ("at_most", "300.01", "300.00", False), ("at_most", "9", "10", True),
    ("at_most", 3, 2, False), ("at_most", "300", None, True), ("at_most", "很多", "300", True),
    ("one_of", "x", None, True), ("one_of", None, ["u1"], True),
    ("one_of", None, None, False), ("one_of", [], "", False),
])
def test_rules(kind: Kind, a: Value | None, b: Value | None, holds: bool) -> None:
    values = {name: Filled(value, "") for name, value in (("a", a), ("b", b)) if value is not None}
    assert (first_broken((rule(kind),), values) is None) is holds


def test_words_nobody_could_read_break_no_order() -> None:
    values = {"a": Filled("开张那阵子", "", flagged=True), "b": Filled("2026-11-01", "")}
    assert first_broken((rule("ordered"),), values) is None
    assert first_broken((rule("one_of"),), values) is None


def test_the_first_broken_rule_is_told() -> None:
    values = {"a": Filled("x", ""), "b": Filled("x", "")}
    assert first_broken((rule("one_of"), rule("differ"), rule("at_most")), values) == rule("differ")
