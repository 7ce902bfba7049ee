from __future__ import annotations

import re
from decimal import Decimal

import pytest

from gateway.fields.numerals import AMOUNT, number
from tests.tables import table


@table(("text", "value"), [
    ("12", "12"), ("1,299.50", "1299.50"), ("1.2万", "12000"), ("3千8", "3800"), ("3千8百", "3800"),
    ("1万2千", "12000"), ("3百", "300"), ("2k", "2000"), ("1.5W", "15000"),
    ("三百二十", "320"), ("三百二", "320"), ("三千八", "3800"), ("两百多", "200"),
    ("十几", "10"), ("二十来", "20"), ("十五", "15"),
    ("二〇二六", "2026"), ("三万五", "35000"), ("壹佰贰拾", "120"),
    ("1亿", "100000000"), ("四点五", "4.5"), ("一百零五", "105"),
])
def test_numbers_mean(text: str, value: str) -> None:
    assert number(text) == Decimal(value)


@table("text", ["", "多", "abc", "1.2.3", "万", "九" * 13, "9" * 13, "NaN", "Infinity", "一二百"])
def test_no_numbers(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a number|too large"):
        number(text)


@table(("text", "first"), [
    ("花了1,299.50元", "1,299.50"), ("一共三百二十", "三百二十"), ("1.2万块", "1.2万"),
    ("3千8百", "3千8百"), ("3千8块", "3千8"), ("没有", None),
])
def test_amounts_in_text(text: str, first: str | None) -> None:
    found = re.search(AMOUNT, text.replace("一共", ""))
    assert (found.group() if found else None) == first
