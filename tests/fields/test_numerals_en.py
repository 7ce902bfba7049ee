from __future__ import annotations

import re
from decimal import Decimal

import pytest

from gateway.fields.numerals import number
from gateway.fields.numerals_en import WORDS, number_en
from tests.tables import table


@table(("text", "value"), [
    ("zero", "0"), ("twelve", "12"), ("twenty five", "25"), ("twenty-five", "25"), ("a dozen", "12"),
    ("two dozen", "24"),
    ("a hundred", "100"), ("one hundred and twenty", "120"), ("two thousand three hundred", "2300"),
    ("three hundred thousand", "300000"), ("a million", "1000000"), ("2 thousand", "2000"), ("1.5 million", "1500000"),
    ("Five Hundred", "500"), ("thousands", None), ("a", None), ("twelve percent", None), ("one-way", None), ("", None),
])
def test_numbers_in_words(text: str, value: str | None) -> None:
    if value is None:
        with pytest.raises(ValueError, match="not a number"):
            number_en(text)
    else:
        assert number_en(text) == number(text) == Decimal(value)


@table(("text", "first"), [
    ("about two thousand yuan", "two thousand"), ("a dozen households", "a dozen"), ("someone told me", None),
    ("a house", None), ("tenant", None),
])
def test_words_in_text(text: str, first: str | None) -> None:
    found = re.search(rf"(?<![a-z]){WORDS}", text)
    assert (found.group() if found else None) == first
