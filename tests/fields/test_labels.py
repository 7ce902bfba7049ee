"""Options in free text: longest words first, never inside longer words, never against what is said."""
from __future__ import annotations

from gateway.fields.base import Option, Words
from gateway.fields.labels import answered, hits
from tests.tables import table

OPTIONS = (
    Option("good", Words("满意", "satisfied"), ("很好",)),
    Option("bad", Words("不满意", "dissatisfied"), ("not satisfied",)),
    Option("sto", Words("申通", "STO")),
    Option("bike", Words("单车", "bike"), ("e-bike", "共享单车")),
    Option("other", Words("其他", "other")),
)


@table(("text", "values"), [
    ("满意", ["good"]), ("不满意", ["bad"]), ("不 满意", []),
    ("我很不满意", ["bad"]), ("没有不满意", []), ("dissatisfied", ["bad"]),
    ("I am not satisfied", ["bad"]), ("isn't really satisfied", []), ("never satisfied", []), ("Satisfied!", ["good"]),
    ("stopped, customs", []), ("STO快递", ["sto"]), ("用ＳＴＯ寄", ["sto"]),
    ("共享单车和单车", ["bike", "bike"]), ("my e-bike", ["bike"]),
    ("other things, 其他的", []), ("單車", ["bike"]),
])
def test_hits(text: str, values: list[str]) -> None:
    assert [hit.value for hit in hits(text, OPTIONS)] == values


def test_hits_know_where() -> None:
    text = "一辆共享单车"
    hit = next(hits(text, OPTIONS))
    assert text[hit.start:hit.end] == "共享单车"


def test_no_options_no_hits() -> None:
    assert list(hits("满意", ())) == []
    assert answered("1", ()) is None


@table(("text", "value"), [
    ("满意。", "good"), ("bad", "bad"), ("3", "sto"), ("第五个", "other"),
    ("fifth", "other"), ("option five", "other"), ("e", "other"),
    ("6", None), ("第十一个", None), ("满意吗", None), ("", None), ("11", None),
])
def test_answered(text: str, value: str | None) -> None:
    assert answered(text, OPTIONS) == value
