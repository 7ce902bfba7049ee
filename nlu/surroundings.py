"""Which clauses of a message say what the matter is, and which only stand around it.

Courtesies have patterns (nlu/clauses.py); who somebody is, whom they have called already, how they despair and what
they will post has none. Its words are learnt from surroundings.yaml, against the clauses of the training sentences.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from nlu.classifier import rarest, weighed

# How little a clause may say and still count, 1 to -1. Chosen with preambles of other wording around sentences of other
# people (2026-11-23): right there 0.60 with all clauses, 0.77 with those; without a preamble 0.80 and 0.79.
LEAST = -0.2


class Surroundings:
    """Immutable once fitted.

    vocabulary  (v,) the words known, hashed and sorted
    rarity      (v,) their idf
    says        (v, 1) 1 for words of a matter, -1 for words around it
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self.arrays = dict(arrays)
        self._unknown = rarest(self.arrays["rarity"])

    def telling(self, clauses: Sequence[str]) -> list[str]:
        """The clauses that say something, in order; all when none does."""
        return [clause for clause in clauses if self.says(clause) >= LEAST] or list(clauses)

    def says(self, clause: str) -> float:
        places, weights = weighed(clause, self.arrays["vocabulary"], self.arrays["rarity"], self._unknown)
        return float(weights @ self.arrays["says"][places, 0])
