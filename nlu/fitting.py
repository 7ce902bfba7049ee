"""Fits the classifier, and what tells a matter from its surroundings: linear problems, solved by scipy.

There is no chance in it: the same sentences give the same arrays. Every intent weighs the same.
"""
from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_array, diags_array
from scipy.sparse.linalg import lsmr
from threadpoolctl import threadpool_limits

from nlu.classifier import Classifier, along, kernel, rarest, weighed
from nlu.encoder import Matrix
from nlu.grams import words
from nlu.surroundings import Surroundings

FORMAT = "7"  # raise it when a stored classifier could not be read by this code any more
# Chosen by teaching with the older sentences of nlu/training and looking at four later sets by others (2026-11-23).
AXES = 192                               # of 512 dimensions: as good as all of them, and judged in a third of the time
RIDGE = 0.1                              # what keeps a single sentence, and a single word, from being believed too much
MEANING, PRESENCE, ABSENCE = 8.0, 5.0, 5.0  # how much the votes, and the two halves of the words' table weigh
AROUND = 3.0                             # how much more all clauses of matters weigh than all that stand around them
SMOOTH = 0.5                             # added to what every word weighs in every intent
STEPS = 12                               # of lsmr: as good as forty


@dataclass(frozen=True, slots=True)
class Labelled:
    """Training sentences with their vectors."""

    texts: Sequence[str]
    labels: Sequence[str]
    vectors: Matrix


def fit(data: Labelled) -> Classifier:
    """A minute and 4 n² bytes (1.8 GB) for 21,000 sentences. The same data give the same classifier."""
    intents = sorted(set(data.labels))
    labels = np.array([intents.index(label) for label in data.labels], dtype=np.int32)
    wanted = np.eye(len(intents), dtype=np.float32)[labels]
    share = (wanted.sum(axis=0).mean() / wanted.sum(axis=0))[labels].astype(np.float32)
    axes = _axes(data.vectors)
    sentences = along(data.vectors, axes)
    vocabulary, rarity = _known(data.texts)
    spelt = _rows(data.texts, vocabulary, rarity)
    with threadpool_limits(limits=os.cpu_count(), user_api="blas"):
        votes = MEANING * _votes(sentences, wanted, share)
        says = PRESENCE * _presence(spelt, wanted, share) + ABSENCE * _absence(spelt, wanted)
    return Classifier({
        "intents": np.array(intents), "labels": labels, "axes": axes, "sentences": sentences,
        "votes": votes.astype(np.float32), "vocabulary": vocabulary, "rarity": rarity, "says": says.astype(np.float32),
    })


def fit_surroundings(told: Sequence[str], around: Sequence[str]) -> Surroundings:
    """From clauses of matters, and clauses that stand around them.

    Words that no matter has are left out: they would speak against every matter told in a language not taught.
    """
    vocabulary, rarity = _known(told)
    spelt = _rows([*told, *around], vocabulary, rarity)
    wanted = np.array([[1.0]] * len(told) + [[-1.0]] * len(around), dtype=np.float32)
    share = np.array([1.0] * len(told) + [len(told) / len(around) / AROUND] * len(around), dtype=np.float32)
    says = _presence(spelt, wanted, share).astype(np.float32)
    return Surroundings({"vocabulary": vocabulary, "rarity": rarity, "says": says})


def _axes(vectors: Matrix) -> Matrix:
    """The directions in which the sentences reach farthest, as columns."""
    _, _, directions = np.linalg.svd(vectors, full_matrices=False)
    axes: Matrix = np.ascontiguousarray(directions[:AXES].T)
    return axes


def _votes(sentences: Matrix, wanted: Matrix, share: Matrix) -> Matrix:
    """Kernel ridge regression: votes such that near sentences together say what each of them is."""
    half = np.sqrt(share)[:, None]
    held = kernel(sentences @ sentences.T)  # the largest array by far: everything is done in its place
    held *= half
    held *= half.T
    held[np.diag_indices_from(held)] += RIDGE
    votes = cho_solve(cho_factor(held.T, overwrite_a=True, check_finite=False), half * wanted)
    return (half * votes).astype(np.float32)


def _known(texts: Sequence[str]) -> tuple[NDArray[np.uint32], Matrix]:
    """Every word of the texts and its idf."""
    vocabulary, seen = np.unique(np.concatenate([words(text)[0] for text in texts]), return_counts=True)
    return vocabulary, np.log((1 + len(texts)) / (1 + seen)).astype(np.float32) + 1


def _rows(texts: Sequence[str], vocabulary: NDArray[np.uint32], rarity: Matrix) -> csr_array:
    """A row of tf-idf for each text."""
    unknown = rarest(rarity)
    rows = [weighed(text, vocabulary, rarity, unknown) for text in texts]
    ends = np.cumsum([0, *(len(places) for places, _ in rows)])
    weights, places = (np.concatenate(columns) for columns in zip(*((w, p) for p, w in rows), strict=True))
    return csr_array((weights, places, ends), shape=(len(texts), len(vocabulary)))


def _presence(spelt: csr_array, wanted: Matrix, share: Matrix) -> Matrix:
    """Ridge regression: what each word says for an intent beside the other words."""
    half = np.sqrt(share)
    rows = (diags_array(half) @ spelt).astype(np.float64)  # lsmr overflows in float32
    return np.stack([
        lsmr(rows, (half * column).astype(np.float64), damp=sqrt(RIDGE), maxiter=STEPS)[0] for column in wanted.T
    ], axis=1)


def _absence(spelt: csr_array, wanted: Matrix) -> Matrix:
    """Complement naive Bayes (Rennie et al. 2003): a word says for an intent that the others do without it."""
    each = spelt.T @ wanted
    others = each.sum(axis=1, keepdims=True) - each + SMOOTH
    says = -np.log(others / others.sum(axis=0))
    kept: Matrix = says - says.mean(axis=1, keepdims=True)
    return kept
