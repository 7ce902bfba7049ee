"""The classifier: what a sentence means and which words it has, each judged by itself and added up.

Meaning votes by kernel ridge regression on sentence vectors, words by a linear table. Adding late keeps the transfer
between languages: one regression on joined features lost it (0.74 against 0.91, measured). A fitted classifier is a
dictionary of arrays, stored as .npz; nlu/fitting.py makes it.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.encoder import Matrix
from nlu.grams import Grams, words

OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True, slots=True)
class Judgement:
    """For each text a row: probabilities over `Classifier.intents`, highest cosine to a training sentence in scope."""

    chances: Matrix
    nearest: Matrix


class Classifier:
    """Immutable once fitted; use from any thread.

    intents     (c,)    their names
    axes        (d, k)  the directions in which sentences differ
    sentences   (n, k)  the training sentences along them, of length 1
    labels      (n,)    their places in `intents`
    votes       (n, c)  what each says for each intent, the nearer the louder
    vocabulary  (v,)    the words known, hashed and sorted
    rarity      (v,)    their idf
    says        (v, c)  what each says for each intent
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self.arrays = dict(arrays)
        self.intents: tuple[str, ...] = tuple(str(name) for name in self.arrays["intents"])
        strangers = self.intents.index(OUT_OF_SCOPE) if OUT_OF_SCOPE in self.intents else -1
        self._unknown = rarest(self.arrays["rarity"])
        self._in_scope = self.arrays["labels"] != strangers

    def judge(self, texts: Sequence[str], vectors: Matrix) -> Judgement:
        cosines = along(vectors, self.arrays["axes"]) @ self.arrays["sentences"].T
        nearest = cosines.max(axis=1, where=self._in_scope, initial=-1.0)
        return Judgement(softmax(kernel(cosines) @ self.arrays["votes"] + self.by_words(texts)), nearest)

    def by_words(self, texts: Sequence[str]) -> Matrix:
        """The part of the scores that needs no vectors: a row for each text, a column for each intent."""
        scores = np.zeros((len(texts), len(self.intents)), dtype=np.float32)
        for row, text in zip(scores, texts, strict=True):
            places, weights = weighed(text, self.arrays["vocabulary"], self.arrays["rarity"], self._unknown)
            row += weights @ self.arrays["says"][places]
        return scores


def along(vectors: Matrix, axes: Matrix) -> Matrix:
    """The vectors in the directions that matter, of length 1 again."""
    seen = vectors @ axes
    turned: Matrix = seen / np.maximum(np.linalg.norm(seen, axis=1, keepdims=True), 1e-9)
    return turned


def kernel(cosines: Matrix) -> Matrix:
    """exp(-distance²) of unit vectors, in the place of their cosines."""
    cosines -= 1
    cosines *= 2
    near: Matrix = np.exp(cosines, out=cosines)
    return near


def rarest(rarity: Matrix) -> float:
    """What a word weighs that is not known."""
    return float(rarity.max(initial=0.0))


def weighed(text: str, vocabulary: NDArray[np.uint32], rarity: Matrix, unknown: float) -> Grams:
    """The known words of a text, the rare ones weighing more; of length 1 together with the unknown ones, so that
    two words that happen to be known say little for a message in a language that was not taught."""
    said, often = words(text)
    places = np.searchsorted(vocabulary, said)
    places[places == len(vocabulary)] = 0
    known = vocabulary[places] == said
    weights = often * np.where(known, rarity[places], np.float32(unknown))
    return places[known], weights[known] / max(float(np.linalg.norm(weights)), 1e-9)


def softmax(scores: Matrix) -> Matrix:
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    softened: Matrix = (shifted / shifted.sum(axis=1, keepdims=True)).astype(np.float32)
    return softened
