"""Retrieval of approved answers: `protocols.KnowledgeBase` over the entries of knowledge/*.yaml.

Questions are learnt, several wordings each in both languages, not answers: a question finds its like. Softmax
regression on sentence vectors tells the entries apart: five-fold on 3,386 wordings of 106 entries it finds 0.90 (zh)
and 0.89 (en). With the first 2,315 of them it found 0.85 and 0.83, the mean cosine of the three nearest wordings 0.74
and 0.72, characters (tf-idf) 0.62 and 0.55, and no mixture with either was better than the regression alone.
Probability × cosine of the nearest wording decides whether the best is given: 0.94 AUROC, five-fold, against the
questions that no entry answers.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gateway.clock import Clock
from gateway.protocols import Answer
from nlu.batching import BatchEncoder
from nlu.cache import Arrays, fingerprint, kept
from nlu.classifier import OUT_OF_SCOPE, softmax
from nlu.clauses import core
from nlu.encoder import Encoder, Matrix
from nlu.entries import Entry, china_day, read, unanswered
from nlu.regression import regress

FORMAT = "answers 1"  # another one when a stored model could not be read by this code any more
SURE = 0.30           # probability × cosine; figures in README.md
TELLING = 3.0         # what a number adds to the score (a logarithm) of the entries that name it
# Service numbers (12345, 95598): names to a citizen, nearly alike to the encoder.
_NUMBER = re.compile(r"(?<!\d)\d{5}(?!\d)")


class KnowledgeIndex:
    """`folder` holds the entries, and in unanswered/questions.yaml what it must not try to answer.

    Call `open` before the first search; the encoder is shared, whoever made it closes it."""

    def __init__(self, folder: Path, encoder: BatchEncoder, clock: Clock, cache: Path | None = None) -> None:
        self._folder = folder
        self._cache = cache
        self._encoder = encoder
        self._clock = clock
        self._entries: dict[str, Entry] = {}
        self._finder: Finder | None = None

    async def open(self) -> None:
        """Reads the entries; what was learnt comes from the cache or is fitted (3 s). Raises ConfigError."""
        await self._encoder.open()
        self._entries = {entry.id: entry for entry in read(self._folder)}
        said = [(entry.id, wording) for entry in self._entries.values() for wording in entry.wordings]
        said += [(OUT_OF_SCOPE, question) for question in unanswered(self._folder)]
        arrays = await self._encoder.run(lambda encoder: self._load_or_fit(encoder, said))
        self._finder = Finder(arrays, _named(self._entries.values()))

    async def search(self, text: str, language: str, n: int = 3) -> Sequence[Answer]:
        if self._finder is None:
            raise RuntimeError("KnowledgeIndex.open() was not awaited")
        said = core(text)
        scores = self._finder.scores(said, (await self._encoder.encode([said]))[0])
        today = china_day(self._clock.now())
        ranked = ((self._entries.get(self._finder.names[i]), float(scores[i])) for i in np.argsort(-scores))
        return [_answer(entry, score, language) for entry, score in ranked if entry and entry.valid(today)][:n]

    def _load_or_fit(self, encoder: Encoder, said: Sequence[tuple[str, str]]) -> Arrays:
        if self._cache is None:
            return _fit(encoder, said)
        key = fingerprint((FORMAT, encoder.model, *(f"{entry}\t{wording}" for entry, wording in said)))
        return kept(self._cache, "knowledge", key, lambda: _fit(encoder, said))[0]


class Finder:
    """What was learnt from the wordings. named: number → ids of the entries whose wordings name it."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]], named: Mapping[str, Sequence[str]]) -> None:
        self.names: tuple[str, ...] = tuple(str(name) for name in arrays["names"])
        self._weights, self._bias, self._wordings = arrays["weights"], arrays["bias"], arrays["wordings"]
        self._named = named

    def scores(self, text: str, vector: Matrix) -> Matrix:
        """One score a name, 0…1: probability × cosine of the nearest wording of any entry."""
        logits = vector @ self._weights + self._bias
        for number in set(_NUMBER.findall(text)):
            entries = self._named.get(number, ())
            for entry in entries:
                logits[self.names.index(entry)] += TELLING / len(entries)
        nearest = max(0.0, float((self._wordings @ vector).max()))
        scored: Matrix = softmax(logits[None])[0] * np.float32(nearest)
        return scored


def _named(entries: Iterable[Entry]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for entry in entries:
        for number in sorted({number for wording in entry.wordings for number in _NUMBER.findall(wording)}):
            found.setdefault(number, []).append(entry.id)
    return found


def _fit(encoder: Encoder, said: Sequence[tuple[str, str]]) -> Arrays:
    """Every wording weighs the same: the unanswerable ones, ten times as many as an entry's, keep their weight."""
    vectors = encoder.encode([core(wording) for _, wording in said])
    names = sorted({name for name, _ in said})
    labels = np.array([names.index(name) for name, _ in said], dtype=np.int32)
    weights, bias = regress(vectors, labels, steps=100, rate=0.2, decay=1e-5)
    known = np.array([name != OUT_OF_SCOPE for name, _ in said])
    return {"names": np.array(names), "weights": weights, "bias": bias, "wordings": vectors[known]}


def _answer(entry: Entry, score: float, language: str) -> Answer:
    zh = language == "zh"
    return Answer(
        id=entry.id,
        score=round(score, 4),
        sure=score >= SURE,
        question=(entry.questions.zh if zh else entry.questions.en)[0],
        text=entry.answer.zh if zh else entry.answer.en,
        source=entry.source,
        department=entry.department,
        valid_until=entry.valid_until.isoformat() if entry.valid_until else None,
        tags=entry.tags,
    )
