"""A table of cases as one test: pytest's own cost of a test, some milliseconds, is paid once and not for every row.

    @table(("text", "expected"), ROWS)
    def test_it_is_read(text: str, expected: int) -> None: ...

Every row is judged, whatever becomes of those before it; the failure names each row that broke, with its traceback.
It is for quick judgements without a state of their own: rows share the fixtures, and a row that must be opened and
closed (a store, a gateway, a folder) stays a parametrised test.
"""
from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from functools import wraps
from types import TracebackType
from typing import Any

import pytest

BROKEN = (AssertionError, pytest.fail.Exception, BaseExceptionGroup)  # the last from a table inside a table
LONGEST = 300                                                         # characters of a row that a report shows

Test = Callable[..., None]


class Row:
    """Judged inside `with`: its failure is kept for the report, any other error stops the table and names the row."""

    def __init__(self, label: str, broken: list[BaseException]) -> None:
        self._label = label
        self._broken = broken

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> bool:
        if error is None:
            return False
        error.add_note(f"row: {self._label[:LONGEST]}")
        if not isinstance(error, BROKEN):
            return False
        self._broken.append(error)
        return True


def check_each(rows: Iterable[Any], judge: Callable[[Any], None], label: Callable[[Any], str] = repr) -> None:
    """Judge every row; raises a BaseExceptionGroup with one error for each row that broke, or for an empty table."""
    broken: list[BaseException] = []
    judged = 0
    for row in rows:
        judged += 1
        with Row(label(row), broken):
            judge(row)
    assert judged, "a table without rows shows nothing"
    if broken:
        raise BaseExceptionGroup(f"{len(broken)} of {judged} rows", broken)


def table(columns: str | tuple[str, ...], rows: Iterable[Any],
          label: Callable[[Any], str] = repr) -> Callable[[Test], Test]:
    """Like `pytest.mark.parametrize`, in one test: a name and its values, or names and a tuple for each row.

    `label` names a row in the report. Other parameters of the test are its fixtures, or the columns of a table around.
    """
    kept = tuple(rows)

    def fold(test: Test) -> Test:
        signature = inspect.signature(test)
        own = {columns} if isinstance(columns, str) else set(columns)

        @wraps(test)
        def whole(**shared: Any) -> None:
            def judge(row: Any) -> None:
                test(**shared, **({columns: row} if isinstance(columns, str) else dict(zip(columns, row, strict=True))))

            check_each(kept, judge, label)

        left = [parameter for name, parameter in signature.parameters.items() if name not in own]
        whole.__dict__["__signature__"] = signature.replace(parameters=left)
        return whole

    return fold
