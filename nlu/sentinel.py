"""Is somebody in danger, where the rules of gateway/emergency.py are not sure? Compared with what people wrote.

A message without any sign of danger (dangers/signs.yaml) needs no look. Of the others the content as a whole, and
of long ones its parts that have a sign, are weighed against some thousand sentences: danger that is there, the same
words where it is not (dangers/*.yaml), and complaints that use them (the training set). The weighing is a kernel
regression over the sentence vector and the signs, which is to say: every sentence votes, the nearer the more
(`Weighing.nearest` names the loudest voters).
"""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gateway import yamls
from nlu import training as training_set
from nlu.batching import BatchEncoder
from nlu.cache import fingerprint, kept
from nlu.clauses import cores, split
from nlu.encoder import Encoder, Matrix
from nlu.normal import normal

FORMAT = 1
HARMLESS = "harmless"

# Chosen by five-fold cross-validation on what it is taught with (python -m bench.danger_folds, 2026-11-23): a missed
# danger weighs more than a false alarm.
SIGN = 0.4      # how much one sign weighs beside the vector, whose length is 1
DOUBT = 0.3     # what keeps a single sentence from being believed too much (the ridge) …
DOUBT_OF_COMPLAINTS = 1.0  # … more so where nobody looked whether it tells of danger
SUSPECTED, UNSUSPECTED = -0.7, -0.15  # what the votes must reach: where a rule saw danger, and where none did
CLOSER = 0.3    # more is asked of a part of a message than of all of it: the rest may put it in the past
PARTS = 12      # that are weighed at most, the last ones
SEEN = 1200     # characters of a message that are looked at
DANGEROUS = ("emergency", "complaint.women_family")  # intents whose sentences may tell of danger that is there


@dataclass(frozen=True, slots=True)
class Sentence:
    """doubt: how little it is believed by itself, above 0."""

    text: str
    kind: str  # of danger, or HARMLESS
    doubt: float = DOUBT


class Signs:
    """Groups of words, a regular expression each."""

    def __init__(self, path: Path) -> None:
        data = yamls.read(path)
        groups = [words for part in ("danger", "frame") for words in data[part].values()]
        self.words = [f"{words['zh']}|(?<![a-z])(?:{words['en']})(?![a-z])" for words in groups]
        self._groups = [re.compile(words) for words in self.words]
        self._any = re.compile("|".join(f"(?:{words})" for words in self.words[:len(data["danger"])]))

    def any_of_danger(self, plain: str) -> bool:
        return self._any.search(plain) is not None

    def of(self, plain: str) -> list[float]:
        return [float(group.search(plain) is not None) for group in self._groups]


class Weighing:
    """Immutable once fitted; use from any thread."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self.arrays = dict(arrays)
        self.kinds: tuple[str, ...] = tuple(str(kind) for kind in self.arrays["kinds"])

    def votes(self, points: Matrix) -> Matrix:
        """A row for each point: -1 harmless … 1 danger, then one figure for each of `kinds`."""
        found: Matrix = kernel(points, self.arrays["points"]) @ self.arrays["votes"]
        return found

    def nearest(self, point: Matrix, n: int = 3) -> list[int]:
        """Which of the sentences weigh most for or against it: their places in the data."""
        weights = kernel(point[None], self.arrays["points"])[0] * self.arrays["votes"][:, 0]
        return [int(place) for place in np.argsort(-np.abs(weights))[:n]]


class DangerWatch:
    """Call `open` before the first message; the encoder is shared, whoever made it closes it.

    An encoder that knows spelling only cannot judge: then the rules alone decide.
    """

    def __init__(self, data: Path, training: Path, cache: Path, encoder: BatchEncoder) -> None:
        self._data, self._training, self._cache, self._encoder = data, training, cache, encoder
        self._signs = Signs(data / "signs.yaml")
        self._weighing: Weighing | None = None
        self.fitted = False  # True when `open` had to fit, False when the cache held the votes

    async def open(self) -> None:
        """Loads the votes from the cache or works them out (15 s). Raises ConfigError."""
        await self._encoder.open()
        if self._encoder.encoder.knows_meaning:
            self._weighing = await self._encoder.run(self._load_or_fit)

    async def danger(self, text: str, suspected: str | None) -> str | None:
        """The kind of danger that the words speak of as present. `suspected` is what the rules saw in them."""
        weighing = self._weighing
        plain = normal(text[:SEEN])
        if weighing is None or not (suspected or self._signs.any_of_danger(plain)):
            return suspected
        said = parts(text, self._signs)
        vectors = await self._encoder.encode(said)
        signs = [self._signs.of(plain), *(self._signs.of(part) for part in said[1:])]
        votes = weighing.votes(points(vectors, signs))
        votes[1:, 0] -= CLOSER
        loudest = votes[int(votes[:, 0].argmax())]
        if loudest[0] < (SUSPECTED if suspected else UNSUSPECTED):
            return None
        return suspected or weighing.kinds[int(loudest[1:].argmax())]

    def _load_or_fit(self, encoder: Encoder) -> Weighing:
        sentences = [*read(self._data), *complaints(self._training, self._signs)]
        lines = (f"{one.kind}\t{one.doubt}\t{one.text}" for one in sentences)
        key = fingerprint((str((FORMAT, SIGN)), encoder.model, *self._signs.words, *lines))
        arrays, self.fitted = kept(self._cache, "danger", key, lambda: fit(sentences, encoder, self._signs).arrays)
        return Weighing(arrays)


def read(folder: Path) -> list[Sentence]:
    """The sentences of present.*.yaml and harmless.*.yaml, a line each. Raises ConfigError."""
    return [
        Sentence(line, kind if path.name.startswith("present") else HARMLESS)
        for path in sorted([*folder.glob("present.*.yaml"), *folder.glob("harmless.*.yaml")])
        for kind, lines in yamls.read(path).items() for line in lines.splitlines()
    ]


def complaints(training: Path, signs: Signs) -> list[Sentence]:
    """Training sentences that have a sign of danger and mean none: stories of what annoyed or hurt somebody.

    Not those of the matters where danger may well be there while it is told.
    """
    return [
        Sentence(one.text, HARMLESS, DOUBT_OF_COMPLAINTS) for one in training_set.read(training).examples
        if one.intent not in DANGEROUS and signs.any_of_danger(normal(one.text))
    ]


def parts(text: str, signs: Signs) -> list[str]:
    """What is weighed: the content as a whole, and of more than two clauses each one that has a sign of danger,
    by itself and with its neighbours: what was said around it may put it in the past."""
    clauses = [normal(clause.text) for clause in split(text[:SEEN])]
    if len(clauses) <= 2:
        return [cores(text)[0]]
    pairs = [f"{one} {two}" for one, two in pairwise(clauses)]
    return [cores(text)[0], *[part for part in (*clauses, *pairs) if signs.any_of_danger(part)][-PARTS:]]


def points(vectors: Matrix, signs: Sequence[Sequence[float]]) -> Matrix:
    joined: Matrix = np.hstack([vectors, SIGN * np.array(signs, dtype=np.float32)])
    return joined


def kernel(left: Matrix, right: Matrix) -> Matrix:
    """exp(-distance²) of every pair."""
    squares = (left**2).sum(axis=1)[:, None] + (right**2).sum(axis=1) - 2 * left @ right.T
    near: Matrix = np.exp(-squares)
    return near


def fit(sentences: Sequence[Sentence], encoder: Encoder, signs: Signs) -> Weighing:
    """The same data give the same votes."""
    return regress(places(sentences, encoder, signs), sentences)


def places(sentences: Sequence[Sentence], encoder: Encoder, signs: Signs) -> Matrix:
    """Where each of them stands, as a whole."""
    vectors = encoder.encode([cores(one.text)[0] for one in sentences])
    return points(vectors, [signs.of(normal(one.text)) for one in sentences])


def regress(here: Matrix, sentences: Sequence[Sentence]) -> Weighing:
    """Kernel ridge regression: votes such that near sentences together say what each of them is."""
    labels = [one.kind for one in sentences]
    kinds = sorted(set(labels) - {HARMLESS})
    wanted = np.array(
        [[-1.0 if kind == HARMLESS else 1.0, *(kind == one for one in kinds)] for kind in labels], dtype=np.float32)
    held = kernel(here, here)
    held[np.diag_indices(len(held))] += [one.doubt for one in sentences]
    votes: Matrix = np.linalg.solve(held, wanted)
    return Weighing({"points": here, "votes": votes, "kinds": np.array(kinds)})
