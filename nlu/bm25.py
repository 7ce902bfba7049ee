"""BM25 (Robertson and Zaragoza 2009) over the n-grams of a few hundred short texts: an inverted index in numpy."""
from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from nlu.encoder import Matrix
from nlu.grams import grams

K1, B = 1.2, 0.5


class Bm25:
    def __init__(self, texts: Sequence[str]) -> None:
        self._size = len(texts)
        counted = [Counter(grams(text)) for text in texts]
        mean = sum(found.total() for found in counted) / max(1, len(counted))
        holding: dict[str, list[int]] = defaultdict(list)
        weights: dict[str, list[float]] = defaultdict(list)
        for row, found in enumerate(counted):
            damping = K1 * (1 - B + B * found.total() / max(mean, 1e-9))
            for gram, often in found.items():
                holding[gram].append(row)
                weights[gram].append(often * (K1 + 1) / (often + damping))
        self._postings = {
            gram: (np.array(rows), self._rarity(len(rows)) * np.array(weights[gram], dtype=np.float32))
            for gram, rows in holding.items()
        }

    def scores(self, query: str) -> Matrix:
        """One score a text, ≥ 0."""
        total = np.zeros(self._size, dtype=np.float32)
        for gram in set(grams(query)):
            if gram in self._postings:
                rows, weights = self._postings[gram]
                total[rows] += weights
        return total

    def _rarity(self, holding: int) -> np.float32:
        return np.float32(math.log1p((self._size - holding + 0.5) / (holding + 0.5)))
