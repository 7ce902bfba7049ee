"""Tables and verdicts of the pages."""
from __future__ import annotations

from collections.abc import Iterable, Sequence


def rows(head: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    """A Markdown table; what was not measured is a dash."""
    def row(cells: Sequence[object]) -> str:
        return "| " + " | ".join("–" if cell is None else str(cell) for cell in cells) + " |"

    return "\n".join([row(head), "|" + "---|" * len(head), *map(row, lines)])


def reached(value: float, sign: str, goal: float) -> bool:
    return {"≥": value >= goal, "≤": value <= goal, "<": value < goal}[sign]
