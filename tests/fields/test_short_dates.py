"""Answers to "when?" that are nothing but a few digits."""
from __future__ import annotations

from gateway.fields.short_dates import short_dates
from tests.fields.table import NOW
from tests.tables import table


def read(text: str) -> list[str]:
    return [one.day.isoformat() for one in short_dates(text, NOW) if one.day]


@table(("text", "expected"), [
    ("20号", ["2026-11-20"]), ("23日", ["2026-11-23"]), ("24号", ["2026-10-24"]), ("三十一号", ["2026-10-31"]),
    ("the 1st", ["2026-11-01"]), ("11.20", ["2026-11-20"]), ("12.1", ["2025-12-01"]), ("20/11", ["2026-11-20"]),
    ("20261120", ["2026-11-20"]), ("10.1到10.7", ["2026-10-01", "2026-10-07"]),
    ("1.1 2.2 3.3", ["2026-01-01", "2026-02-02"]),
])
def test_what_is_meant(text: str, expected: list[str]) -> None:
    assert read(text) == expected


@table("text", [
    "", "32号", "0号", "13.13", "2.30", "99999999", "20261301", "1.2.3", "12:30", "3月31", "10.123", "the 40th", "15栋",
])
def test_what_is_no_date(text: str) -> None:
    assert read(text) == []


@table(("text", "vague"), [("5/3", True), ("5/5", False), ("5.3", False), ("20/3", False)])
def test_only_a_slash_leaves_the_order_open(text: str, *, vague: bool) -> None:
    assert [one.vague for one in short_dates(text, NOW)] == [vague]
