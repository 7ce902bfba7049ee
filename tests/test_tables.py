"""A table judges every row, and says which of them broke."""
from __future__ import annotations

import inspect

import pytest

from tests.tables import check_each, table


def broken(group: BaseExceptionGroup[BaseException]) -> list[str]:
    return [note for error in group.exceptions for note in error.__notes__]


def test_every_row_is_judged_and_each_that_broke_is_named() -> None:
    judged: list[int] = []

    @table("number", [1, 2, 3, 4])
    def is_odd(number: int) -> None:
        judged.append(number)
        assert number % 2

    with pytest.raises(BaseExceptionGroup, match="2 of 4 rows") as caught:
        is_odd()
    assert judged == [1, 2, 3, 4]
    assert broken(caught.value) == ["row: 2", "row: 4"]


def test_a_table_that_holds_is_quiet() -> None:
    @table(("text", "length"), [("", 0), ("市民", 2)])
    def has_length(text: str, length: int) -> None:
        assert len(text) == length

    has_length()


def test_what_is_no_column_is_a_fixture_or_the_column_of_a_table_around() -> None:
    seen: list[tuple[int, str, str]] = []

    @table("outer", [1, 2])
    @table("inner", ["a", "b"])
    def both(outer: int, inner: str, tmp: str) -> None:
        seen.append((outer, inner, tmp))
        assert (outer, inner) != (1, "a")

    assert list(inspect.signature(both).parameters) == ["tmp"]
    with pytest.raises(BaseExceptionGroup, match="1 of 2 rows"):
        both(tmp="t")
    assert seen == [(1, "a", "t"), (1, "b", "t"), (2, "a", "t"), (2, "b", "t")]


def test_an_expected_error_that_stayed_away_is_a_broken_row() -> None:
    def must_refuse(text: str) -> None:
        with pytest.raises(ValueError, match="invalid literal"):
            int(text)

    check_each(["x"], must_refuse)
    with pytest.raises(BaseExceptionGroup) as caught:
        check_each(["x", "1", "y"], must_refuse)
    assert broken(caught.value) == ["row: '1'"]


def test_an_error_of_another_kind_stops_the_table_and_names_its_row() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        check_each([1, 0, 2], lambda number: print(1 // number), label=lambda number: f"by {number}")
    assert caught.value.__notes__ == ["row: by 0"]


def test_an_empty_table_shows_nothing_and_fails() -> None:
    with pytest.raises(AssertionError, match="without rows"):
        check_each([], print)
