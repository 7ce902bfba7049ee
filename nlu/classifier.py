"""The classifier: softmax regression and nearest neighbours on sentence vectors, softmax regression on character
n-grams, and their weighted geometric mean.

Averaging late keeps the transfer between languages: one regression on joined features lost it (0.74 against 0.91,
measured). Everything is numpy; a fitted classifier is a dictionary of arrays, stored as .npz.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.encoder import Matrix
from nlu.grams import Grams, rarity, weighed

FORMAT = 3  # raise it when a stored classifier could not be read by this code any more
OUT_OF_SCOPE = "out_of_scope"

# Chosen by cross-validation on nlu/training alone (log loss, then accuracy; single folds), 2026-11-23.
REGRESSION, NEIGHBOURS, NGRAMS = 0.4, 0.6, 0.5  # weights of the logarithms; above 1 in sum they sharpen
NEAREST, HEAT = 30, 0.04                        # neighbours asked, softmax temperature over their cosines
BUCKETS = 1 << 13                               # hashed n-grams
EPOCHS, BATCH, SEED = 6, 512, 5                 # of the n-grams' regression: their rows are dense only batch by batch


@dataclass(frozen=True, slots=True)
class Labelled:
    """Training sentences with their vectors; `original` marks those a person wrote (the rest are wrapped copies)."""

    texts: Sequence[str]
    labels: Sequence[str]
    vectors: Matrix
    original: Sequence[bool]


@dataclass(frozen=True, slots=True)
class Judgement:
    """For each text a row: probabilities over `Classifier.intents`, highest cosine to a training sentence in scope."""

    chances: Matrix
    nearest: Matrix


class Classifier:
    """Immutable once fitted; use from any thread."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self.arrays = dict(arrays)
        self.intents: tuple[str, ...] = tuple(str(name) for name in self.arrays["intents"])
        strangers = self.intents.index(OUT_OF_SCOPE) if OUT_OF_SCOPE in self.intents else -1
        self._in_scope = self.arrays["labels"] != strangers

    def judge(self, texts: Sequence[str], vectors: Matrix) -> Judgement:
        cosines = vectors @ self.arrays["sentences"].T
        scores = (
            REGRESSION * np.log(self._regression(vectors) + 1e-6)
            + NEIGHBOURS * np.log(self._neighbours(cosines) + 1e-2)
            + NGRAMS * np.log(self._ngrams(texts) + 1e-6)
        )
        return Judgement(softmax(scores), cosines[:, self._in_scope].max(axis=1))

    def _regression(self, vectors: Matrix) -> Matrix:
        return softmax(vectors @ self.arrays["weights"] + self.arrays["bias"])

    def _neighbours(self, cosines: Matrix) -> Matrix:
        n = min(NEAREST, cosines.shape[1])
        top = np.argpartition(-cosines, n - 1, axis=1)[:, :n]
        shares = softmax(np.take_along_axis(cosines, top, axis=1) / HEAT)
        chances = np.zeros((len(cosines), len(self.intents)), dtype=np.float32)
        for row, labels, share in zip(chances, self.arrays["labels"][top], shares, strict=True):
            np.add.at(row, labels, share)
        return chances

    def _ngrams(self, texts: Sequence[str]) -> Matrix:
        rows = []
        for text in texts:
            buckets, weights = weighed(text, self.arrays["rarity"])
            rows.append(weights @ self.arrays["gram_weights"][buckets] + self.arrays["gram_bias"])
        return softmax(np.stack(rows))


def fit(data: Labelled) -> Classifier:
    """Twenty seconds for 9,000 sentences and their copies. The same data give the same classifier."""
    intents = sorted(set(data.labels))
    labels = np.array([intents.index(label) for label in data.labels], dtype=np.int32)
    original = np.array(data.original, dtype=bool)
    weights, bias = regress(data.vectors, labels, steps=100, rate=0.2, decay=5e-5)
    texts = [text for text, keep in zip(data.texts, original, strict=True) if keep]
    rare = rarity(texts, BUCKETS)
    gram_weights, gram_bias = _regress_grams([weighed(text, rare) for text in texts], labels[original])
    return Classifier({
        "intents": np.array(intents),
        "weights": weights, "bias": bias,
        "sentences": data.vectors[original], "labels": labels[original],
        "rarity": rare, "gram_weights": gram_weights, "gram_bias": gram_bias,
    })


def softmax(scores: Matrix) -> Matrix:
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    softened: Matrix = (shifted / shifted.sum(axis=1, keepdims=True)).astype(np.float32)
    return softened


def regress(
    rows: Matrix, labels: NDArray[np.int32], *, steps: int, rate: float, decay: float, even: bool = True
) -> tuple[Matrix, Matrix]:
    """Weights and bias of softmax regression, by Adam over the whole set.

    even  every class weighs the same, however many rows it has; otherwise every row does
    """
    target = np.eye(int(labels.max()) + 1, dtype=np.float32)[labels]
    share = (1.0 / target.sum(axis=0))[labels].astype(np.float32) if even else np.ones(len(rows), dtype=np.float32)
    share /= share.sum()
    joined = np.hstack([rows, np.ones((len(rows), 1), dtype=np.float32)])
    theta = np.zeros((joined.shape[1], target.shape[1]), dtype=np.float32)
    mean, square = np.zeros_like(theta), np.zeros_like(theta)
    for step in range(1, steps + 1):
        gradient = joined.T @ ((softmax(joined @ theta) - target) * share[:, None]) + decay * theta
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.99 * square + 0.01 * gradient**2
        theta -= rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    return theta[:-1], theta[-1]


def _regress_grams(rows: Sequence[Grams], labels: NDArray[np.int32]) -> tuple[Matrix, Matrix]:
    """Softmax regression by Adam over small batches, at a rate that falls to nothing along a half cosine."""
    target = np.eye(int(labels.max()) + 1, dtype=np.float32)[labels]
    share = (1.0 / target.sum(axis=0))[labels]
    share = (share / share.mean() / BATCH).astype(np.float32)[:, None]
    theta = np.zeros((BUCKETS + 1, target.shape[1]), dtype=np.float32)
    mean, square = np.zeros_like(theta), np.zeros_like(theta)
    batches = list(_batches(len(rows)))
    for step, batch in enumerate(batches, 1):
        joined = _dense([rows[i] for i in batch])
        gradient = joined.T @ ((softmax(joined @ theta) - target[batch]) * share[batch])
        mean += 0.1 * (gradient - mean)
        square += 0.01 * (gradient**2 - square)
        rate = 0.025 * (1 + np.cos(np.pi * (step - 1) / len(batches)))
        theta -= rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    return theta[:-1], theta[-1]


def _batches(rows: int) -> Iterator[NDArray[np.int64]]:
    chance = np.random.default_rng(SEED)
    for _ in range(EPOCHS):
        order = chance.permutation(rows)
        yield from (order[start:start + BATCH] for start in range(0, rows, BATCH))


def _dense(rows: Sequence[Grams]) -> Matrix:
    """With a last column of ones for the bias."""
    joined = np.zeros((len(rows), BUCKETS + 1), dtype=np.float32)
    joined[:, -1] = 1
    for row, (buckets, weights) in zip(joined, rows, strict=True):
        row[buckets] = weights
    return joined
