"""Checks over several fields; what is empty or unreadable breaks no rule."""
from __future__ import annotations

from typing import Literal

from gateway.dialogue.draft import Draft, Filled
from gateway.dialogue.rules import first_broken
from gateway.dialogue.template import Condition, Rule
from gateway.fields.base import Value, Words
from tests.tables import table

Kind = Literal["differ", "ordered", "at_most", "one_of"]
NO = Words("不行", "no")


def rule(kind: Kind) -> Rule:
    return Rule(kind, ("a", "b"), NO, "b")


def draft(values: dict[str, Filled], kinds: dict[str, str] | None = None) -> Draft:
    return Draft("d", "parcel", 1, 0, values, kinds=kinds or {})


@table(("kind", "a", "b", "holds"), [
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
    assert (first_broken((rule(kind),), draft(values)) is None) is holds


def test_words_nobody_could_read_break_no_order() -> None:
    values = {"a": Filled("开张那阵子", "", flagged=True), "b": Filled("2026-11-01", "")}
    assert first_broken((rule("ordered"),), draft(values)) is None
    assert first_broken((rule("one_of"),), draft(values)) is None


def test_the_first_broken_rule_is_told() -> None:
    values = {"a": Filled("x", ""), "b": Filled("x", "")}
    assert first_broken((rule("one_of"), rule("differ"), rule("at_most")), draft(values)) == rule("differ")


@table(("files", "kinds", "holds"), [
    (["u1", "u2", "u3"], {}, True), (["u1", "u2"], {}, False), ([], {}, False),
    (["u1"], {"u1": "video/mp4"}, True), (["u1"], {"u1": "image/jpeg"}, False),
])
def test_three_pictures_or_a_video_are_enough(files: list[str], kinds: dict[str, str], holds: bool) -> None:
    enough = Rule("enough", ("a",), NO, "a", images=3)
    values = {"a": Filled(files, "")} if files else {}
    assert (first_broken((enough,), draft(values, kinds)) is None) is holds


def test_a_rule_is_only_looked_at_under_its_condition() -> None:
    strict = Rule("one_of", ("a",), NO, "a", when=Condition("b", one_of=("yes",)))
    assert first_broken((strict,), draft({"b": Filled(False, "")})) is None
    assert first_broken((strict,), draft({"b": Filled(True, "")})) == strict


@table(("written", "holds"), [
    ("粤A·00000", True), ("粤 a 00000", True), ("车牌粤A00000，白色", True), ("白色的车", False), ("B1路", False),
])
def test_a_value_has_the_shape_that_its_kind_of_vehicle_needs(written: str, holds: bool) -> None:
    shaped = Rule("shaped", ("a",), NO, "a", pattern=r"[A-Z][A-Z0-9]{5}")
    assert (first_broken((shaped,), draft({"a": Filled(written, "")})) is None) is holds
    assert first_broken((shaped,), draft({})) is None
