"""The vectors of tests/wire/sms/ (its NOTICE names each one's origin)."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "wire/sms"


def of(file: str) -> dict[str, Any]:
    """name → vector."""
    rows = json.loads((FOLDER / f"{file}.json").read_text("utf-8"))["vectors"]
    return {row["name"]: row for row in rows}
