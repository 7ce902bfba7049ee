"""results.json: each part keeps its figures under its own name, with when and where they were measured."""
from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import watch

RESULTS = Path(__file__).parent / "results.json"

Figures = dict[str, Any]


def head() -> Figures:
    """Date, machine and load average; to be taken before the measuring begins."""
    return {"date": datetime.now(UTC).isoformat(timespec="minutes"), "machine": watch.machine()}


def read(out: Path = RESULTS) -> Figures:
    """Everything that was measured so far."""
    found: Figures = json.loads(out.read_text("utf-8")) if out.is_file() else {}
    return found


def keep(out: Path, **parts: object) -> None:
    """These parts are replaced, the others stay. Read anew: another part may have written meanwhile."""
    out.write_text(json.dumps(read(out) | parts, ensure_ascii=False, indent=1) + "\n", "utf-8")
