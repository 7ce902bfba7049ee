"""One spelling for matching: NFKC, lower case, traditional characters as simplified ones. The original stays."""
from __future__ import annotations

import re
import unicodedata
from pathlib import Path

# Pairs "國国": traditional or Cantonese-only character, and the one our training sentences use. 800 pairs cover
# what citizens write; a full conversion table (OpenCC, 20 MB) would change no ranking.
_VARIANTS = Path(__file__).with_name("variants.txt")


def _table() -> dict[int, str]:
    return {ord(pair[0]): pair[1] for pair in _VARIANTS.read_text("utf-8").split()}


_SIMPLIFIED = _table()
_SPACE = re.compile(r"\s+")


def normal(text: str) -> str:
    """`text` for comparison only; lengths and positions differ from the original."""
    folded = unicodedata.normalize("NFKC", text).lower().translate(_SIMPLIFIED)
    return _SPACE.sub(" ", folded).strip()
