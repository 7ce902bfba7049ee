"""The cases that form clients are held to are what the gateway says today (cases.py)."""
from __future__ import annotations

from tests.miniprogram.cases import CASES, COPIES, written


def test_the_cases_are_what_the_gateway_says() -> None:
    """Else: python -m tests.miniprogram.cases, and see what the change means for form-core.js."""
    assert written().splitlines() == CASES.read_text("utf-8").splitlines()


def test_the_client_folds_the_same_characters_and_says_the_same_words() -> None:
    assert {copy: content() for copy, content in COPIES.items()} == {copy: copy.read_text("utf-8") for copy in COPIES}
