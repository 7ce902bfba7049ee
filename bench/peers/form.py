"""The parcel form for the bots that bring none: one question after the other, then the summary, then the yes.

It runs in the peers' environments, so it needs nothing but Python.
"""
from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

Known = dict[str, str]


class Form:
    """`questions` by field, in the order in which they are asked."""

    def __init__(self, questions: Mapping[str, str]) -> None:
        self._questions = questions

    @classmethod
    def read(cls, path: str) -> Form:
        return cls(json.loads(Path(path).read_text("utf-8")))

    def turn(self, known: Known | None, text: str) -> tuple[str, Known]:
        """The reply, and what is known now; None before the first word."""
        missing = [name for name in self._questions if name not in (known or {})]
        if known is None:
            return self._questions[missing[0]], {}
        if missing:
            known = {**known, missing.pop(0): text.strip()}
            return self._questions[missing[0]] if missing else self._summary(known), known
        if text.strip() != "确认":
            return self._summary(known), known
        return f"已登记，运单 {known['tracking_number']}", {**known, "confirmed": "yes"}

    def _summary(self, known: Known) -> str:
        return "\n".join(["请核对一下：", *(known[name] for name in self._questions), "没问题就回“确认”。"])
