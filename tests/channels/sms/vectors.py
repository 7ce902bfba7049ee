"""The vectors of tests/wire/sms/ (its NOTICE names each one's origin)."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "wire/sms"

# What no door of ours takes, and why; everything else is held by a test.
OUT_OF_SCOPE = {
    "courier_mo": "a Kannel that was told courier's names of the query; the names are ours to choose (kannel_conf.py)",
    "baidu_mo": "the profiles are twilio, aliyun, tencent",
    "vonage_mo_get": "likewise",
    "vonage_status": "likewise",
    "jasmin_dlr": "Jasmin is no way of ours; the texts of its other two rows are read",
}


def of(file: str) -> dict[str, Any]:
    """name → vector."""
    rows = json.loads((FOLDER / f"{file}.json").read_text("utf-8"))["vectors"]
    return {row["name"]: row for row in rows}
