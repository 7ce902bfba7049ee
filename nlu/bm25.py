"""BM25 (Robertson and Zaragoza 2009) over n-grams of a few hundred short texts, dense in numpy."""
from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nlu.encoder import Matrix
from nlu.grams import counts

BUCKETS = 1 << 13
K1, B = 1.2, 0.5


class Bm25:
    def __init__(self, texts: Sequence[str]) -> None:
        often = np.zeros((len(texts), BUCKETS), dtype=np.float32)
        for row, text in zip(often, texts, strict=True):
            buckets, found = counts(text, BUCKETS)
            row[buckets] = np.expm1(found)
        holding = (often > 0).sum(axis=0)
        rarity = np.log1p((len(texts) - holding + 0.5) / (holding + 0.5)).astype(np.float32)
        lengths = often.sum(axis=1, keepdims=True)
        damped = often + K1 * (1 - B + B * lengths / max(float(lengths.mean()), 1e-9))
        self._weights = np.ascontiguousarray((rarity * often * (K1 + 1) / damped).T.astype(np.float32))

    def scores(self, query: str) -> Matrix:
        """One score a text, ≥ 0."""
        total: Matrix = self._weights[counts(query, BUCKETS)[0]].sum(axis=0)
        return total
