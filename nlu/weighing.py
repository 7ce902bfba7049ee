"""A vote of known sentences: kernel regression over what a sentence means, which signs it has and how it is spelt.

Every sentence votes, the nearer the more, for what it is itself (`Weighing.nearest` names the loudest voters). Two
sentences are near when their vectors and signs are, and nearer when they share rare n-grams.
"""
from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_array
from threadpoolctl import threadpool_limits

from nlu.encoder import Matrix
from nlu.grams import Grams, rarity, weighed

HARMLESS = "harmless"

# Chosen by five-fold cross-validation on what the watch is taught with (python -m bench.danger_folds, 2026-11-23).
SIGN = 0.4       # how much one sign weighs beside the vector, whose length is 1
SPELLING = 0.5   # how much the shared n-grams of two sentences weigh beside the nearness of their points
DOUBT = 0.3      # what keeps a single sentence from being believed too much (the ridge)
BUCKETS = 1 << 13  # hashed n-grams
BLOCK = 1 << 10    # sentences whose spelling is compared with all others at once: few of the pairs share nothing


@dataclass(frozen=True, slots=True)
class Sentence:
    """doubt: how little it is believed by itself, above 0."""

    text: str
    kind: str  # of danger, or HARMLESS
    doubt: float = DOUBT


@dataclass(frozen=True, slots=True)
class Places:
    """Where sentences stand: a row of `points` (vector and signs) and the text itself for each."""

    points: Matrix
    texts: Sequence[str]

    def of(self, which: Sequence[int]) -> Places:
        return Places(self.points[list(which)], [self.texts[one] for one in which])


class Weighing:
    """Immutable once fitted; use from any thread."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self.arrays = dict(arrays)
        self.kinds: tuple[str, ...] = tuple(str(kind) for kind in self.arrays["kinds"])
        self._points = self.arrays["points"]
        self._lengths = lengths(self._points)

    def votes(self, here: Places) -> Matrix:
        """A row for each place: -1 harmless … 1 danger, then one figure for each of `kinds`."""
        found: Matrix = kernel(here.points, self._points, self._lengths) @ self.arrays["votes"]
        for row, text in zip(found, here.texts, strict=True):
            buckets, weights = weighed(text, self.arrays["rarity"])
            row += weights @ self.arrays["spelt"][buckets]
        return found

    def nearest(self, point: Matrix, n: int = 3) -> list[int]:
        """Which of the sentences weigh most for or against it by their meaning: their places in the data."""
        weights = kernel(point[None], self._points, self._lengths)[0] * self.arrays["votes"][:, 0]
        return [int(place) for place in np.argsort(-np.abs(weights))[:n]]


def points(vectors: Matrix, signs: Sequence[Sequence[float]]) -> Matrix:
    joined: Matrix = np.hstack([vectors, SIGN * np.array(signs, dtype=np.float32)])
    return joined


def lengths(rows: Matrix) -> Matrix:
    """The square of each row's length."""
    found: Matrix = np.einsum("ij,ij->i", rows, rows)
    return found


def kernel(left: Matrix, right: Matrix, right_lengths: Matrix) -> Matrix:
    """exp(-distance²) of every pair."""
    near: Matrix = np.exp(2 * left @ right.T - lengths(left)[:, None] - right_lengths)
    return near


def likeness(spelt: Sequence[Grams]) -> Matrix:
    """The cosine of every pair's n-grams."""
    ends = np.cumsum([0, *(len(buckets) for buckets, _ in spelt)])
    buckets, weights = (np.concatenate(columns) for columns in zip(*spelt, strict=True))
    rows = csr_array((weights, buckets, ends), shape=(len(spelt), BUCKETS))
    found = np.empty((len(spelt), len(spelt)), dtype=np.float32)
    for first in range(0, len(spelt), BLOCK):
        found[first:first + BLOCK] = (rows[first:first + BLOCK] @ rows.T).toarray()
    return found


def regress(here: Places, sentences: Sequence[Sentence]) -> Weighing:
    """Kernel ridge regression: votes such that near sentences together say what each of them is."""
    rare = rarity(here.texts, BUCKETS)
    spelt = [weighed(text, rare) for text in here.texts]
    held = kernel(here.points, here.points, lengths(here.points))
    held += SPELLING * likeness(spelt)
    held[np.diag_indices(len(held))] += [one.doubt for one in sentences]
    labels = [one.kind for one in sentences]
    kinds = sorted(set(labels) - {HARMLESS})
    wanted = np.array(
        [[-1.0 if kind == HARMLESS else 1.0, *(kind == one for one in kinds)] for kind in labels], dtype=np.float32)
    with threadpool_limits(limits=os.cpu_count(), user_api="blas"):
        votes: Matrix = cho_solve(cho_factor(held, lower=True, overwrite_a=True, check_finite=False), wanted)
    return Weighing({
        "points": here.points, "votes": votes, "rarity": rare, "spelt": _spelt(spelt, votes), "kinds": np.array(kinds),
    })


def _spelt(rows: Sequence[Grams], votes: Matrix) -> Matrix:
    """What each n-gram adds to the votes: spelling weighs linearly, so the sentences need not be asked again."""
    found = np.zeros((BUCKETS, votes.shape[1]), dtype=np.float32)
    for (buckets, weights), vote in zip(rows, votes, strict=True):
        found[buckets] += SPELLING * weights[:, None] * vote
    return found
