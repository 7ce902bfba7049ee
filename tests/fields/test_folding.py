"""Folding: one character for one, and what people mean by it."""
from __future__ import annotations

from gateway.fields.folding import MAX_TEXT, bare, fold, fold_lower, latin_stretches, tidy
from tests.tables import table


@table(("written", "folded"), [
    ("ＳＦ１２３", "SF123"), ("３：４５，", "3:45,"), ("¥￥", "¥¥"),
    ("①", "1"), ("順豐單號", "顺丰单号"), ("“x”–y", '"x"-y'),
    ("a\u200bb\u202ec", "a b c"), ("\u3000", " "), ("a\nb", "a\nb"), ("㎏ﬀ½", "㎏ﬀ½"), ("中é", "中é"),
])
def test_fold(written: str, folded: str) -> None:
    assert fold(written) == folded
    assert len(folded) == len(written)


def test_fold_looks_at_the_beginning_only() -> None:
    assert len(fold("x" * (MAX_TEXT + 1))) == MAX_TEXT


def test_lower_case_keeps_offsets_where_python_would_not() -> None:
    assert fold_lower("SF İstanbul É") == "sf İstanbul é"


@table(("written", "tidied"), [
    ("  a b ", "a b"), ("e\u0301", "é"), ("a\x00b\x7f", "ab"),
    ("a\r\nb\tc", "a\nb\tc"), ("a\ud800", "a"), ("\u2067אב\u2069", "אב"),
    ("❤\ufe0f", "❤\ufe0f"), ("全角", "全角"), ("順豐", "順豐"),
])
def test_tidy(written: str, tidied: str) -> None:
    assert tidy(written) == tidied


@table(("written", "short"), [
    ("「是的。」", "是的"), (" OK!! ", "ok"), ("？？？", ""), ("１、", "1"),
])
def test_bare(written: str, short: str) -> None:
    assert bare(written) == short


def test_latin_stretches_skip_the_rest() -> None:
    text = "单号 SF123，from A to B。好"
    assert [text[start:end] for start, end in latin_stretches(text)] == [" SF123", "from A to B"]
