"""Stores on Redis that are wrong on purpose: a few lines of Lua put over the product's script.

Each is a design that was rejected (DESIGN.md, "The store"); the harness must find what it loses or doubles.
"""
from __future__ import annotations

import re
from pathlib import Path

from tests.nursery import ROOT

HERE = Path(__file__).parent
STORE = ROOT / "gateway" / "store"
LAST = "lane_dispatch.lua"  # of the files that are one script; what stands before it may be put over the others

POPPING, COUNTING, UNFENCED = "popping", "counting", "unfenced"
VARIANTS = (POPPING, COUNTING, UNFENCED)


def house(folder: Path, variant: str) -> Path:
    """A checkout with the variant's script; everything else in it is a link to ours."""
    root = folder / variant
    for place, apart in ((ROOT, "gateway"), (ROOT / "gateway", "store"), (STORE, LAST)):
        here = root / place.relative_to(ROOT)
        here.mkdir()
        for entry in place.iterdir():
            if not (entry.name.startswith((".", "__pycache__")) or entry.name == apart):
                (here / entry.name).symlink_to(entry)
    (root / "gateway" / "store" / LAST).write_text(script(variant), encoding="utf-8")
    return root


def script(variant: str) -> str:
    """The variant's functions in place of the product's, then what calls them."""
    ours, dispatch = (HERE / f"{variant}.lua").read_text("utf-8"), (STORE / LAST).read_text("utf-8")
    product = "\n".join(file.read_text("utf-8") for file in STORE.glob("lane*.lua"))
    for name in re.findall(r"^(\w+) = function", ours, re.MULTILINE):
        assert re.search(rf"^(local )?function {name}\(", product, re.MULTILINE), f"the product has no {name} any more"
    return f"{ours}\n{dispatch}"
