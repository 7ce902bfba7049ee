"""One spelling for matching: plain forms, lower case, traditional characters as simplified ones, single spaces.

The original stays; positions differ from it. The table of characters is the field types' own.
"""
from __future__ import annotations

from gateway.fields.folding import fold_lower, tidy


def normal(text: str) -> str:
    return " ".join(fold_lower(tidy(text)).split())
