"""Retrieval of approved answers: `protocols.KnowledgeBase` over the entries of knowledge/*.yaml.

Questions are learnt, several wordings each in both languages, not answers: a question finds its like. The engine's
own classifier tells the entries apart (five-fold 0.90 right, against 0.71 for 0.7 × cosine + 0.3 × BM25 of the nearest
wording and 0.81 for the mean cosine of the three nearest); probability × cosine decides whether the best is given.
"""
from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta, timezone
from pathlib import Path

import numpy as np

from gateway.clock import Clock
from gateway.protocols import Answer
from nlu.batching import BatchEncoder
from nlu.cache import fingerprint, kept
from nlu.classifier import FORMAT, OUT_OF_SCOPE, Classifier, Labelled, fit
from nlu.clauses import cores
from nlu.encoder import Encoder
from nlu.entries import Entry, read, unanswered

SURE = 0.30  # probability × cosine; figures in README.md
CHINA = timezone(timedelta(hours=8))  # one time zone in the whole country, no summer time


class KnowledgeIndex:
    """`folder` holds the entries, and in unanswered/questions.yaml what it must not try to answer.

    Call `open` before the first search; the encoder is shared, whoever made it closes it."""

    def __init__(self, folder: Path, encoder: BatchEncoder, clock: Clock, cache: Path | None = None) -> None:
        self._folder = folder
        self._cache = cache
        self._encoder = encoder
        self._clock = clock
        self._entries: dict[str, Entry] = {}
        self._classifier: Classifier | None = None

    async def open(self) -> None:
        """Reads the entries; the classifier comes from the cache or is fitted (3 s). Raises ConfigError."""
        await self._encoder.open()
        self._entries = {entry.id: entry for entry in read(self._folder)}
        said = [(entry.id, wording) for entry in self._entries.values() for wording in entry.wordings]
        said += [(OUT_OF_SCOPE, question) for question in unanswered(self._folder)]
        self._classifier = await self._encoder.run(lambda encoder: self._load_or_fit(encoder, said))

    async def search(self, text: str, language: str, n: int = 3) -> Sequence[Answer]:
        if self._classifier is None:
            raise RuntimeError("KnowledgeIndex.open() was not awaited")
        core = cores(text)[:1]
        judgement = self._classifier.judge(core, await self._encoder.encode(core))
        scores = judgement.chances[0] * max(0.0, float(judgement.nearest[0]))
        today = self._clock.now().astimezone(CHINA).date()
        ranked = ((self._entries.get(self._classifier.intents[i]), float(scores[i])) for i in np.argsort(-scores))
        return [_answer(entry, score, language) for entry, score in ranked if entry and entry.valid(today)][:n]

    def _load_or_fit(self, encoder: Encoder, said: Sequence[tuple[str, str]]) -> Classifier:
        if self._cache is None:
            return _fit(encoder, said)
        key = fingerprint((str(FORMAT), encoder.model, *(f"{entry}\t{wording}" for entry, wording in said)))
        return Classifier(kept(self._cache, "knowledge", key, lambda: _fit(encoder, said).arrays)[0])


def _fit(encoder: Encoder, said: Sequence[tuple[str, str]]) -> Classifier:
    texts = [cores(wording)[0] for _, wording in said]
    return fit(Labelled(texts, [entry for entry, _ in said], encoder.encode(texts), [True] * len(texts)))


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
