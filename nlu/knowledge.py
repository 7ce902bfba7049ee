"""Retrieval of approved answers: `protocols.KnowledgeBase` over the entries of knowledge/*.yaml.

Questions are indexed, several wordings each in both languages, not answers: a question finds its like. Ranking is
0.7 × cosine + 0.3 × BM25 on n-grams, both scaled to 0…1 over the questions (recall@1 0.83 zh, 0.90-0.98 en,
measured); whether the best may be given as the answer is decided by its cosine alone, which means the same everywhere.
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta, timezone
from pathlib import Path

import numpy as np
from msgspec import Struct

from gateway.clock import Clock
from gateway.errors import ConfigError
from gateway.protocols import Answer
from gateway.yamls import Document
from nlu.batching import BatchEncoder
from nlu.bm25 import Bm25
from nlu.cache import fingerprint, kept
from nlu.clauses import cores
from nlu.encoder import Encoder, Matrix

MEANING, SPELLING = 0.7, 0.3
SURE = 0.60  # cosine: 93 % of answerable questions reach it, 5 % of the others (README.md)
CHINA = timezone(timedelta(hours=8))  # one time zone in the whole country, no summer time


class Wordings(Struct, frozen=True, forbid_unknown_fields=True):
    zh: tuple[str, ...]
    en: tuple[str, ...]


class Texts(Struct, frozen=True, forbid_unknown_fields=True):
    zh: str
    en: str


class Entry(Struct, frozen=True, forbid_unknown_fields=True):
    """One approved answer. source: the public document it rests on, or "Huiyin sample"; dates are inclusive."""

    id: str
    questions: Wordings
    answer: Texts
    source: str
    department: str
    valid_from: date | None = None
    valid_until: date | None = None
    tags: tuple[str, ...] = ()

    def valid(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


@dataclass(frozen=True, slots=True)
class _Index:
    """Row i of vectors and spelling belongs to question i, which is a wording of entries[owners[i]]."""

    entries: tuple[Entry, ...]
    owners: tuple[int, ...]
    vectors: Matrix
    spelling: Bm25


class KnowledgeIndex:
    """Call `open` before the first search; the encoder is shared, whoever made it closes it."""

    def __init__(self, folder: Path, encoder: BatchEncoder, clock: Clock, cache: Path | None = None) -> None:
        self._folder = folder
        self._cache = cache
        self._encoder = encoder
        self._clock = clock
        self._index: _Index | None = None

    async def open(self) -> None:
        """Reads and indexes the entries; their vectors come from the cache or the encoder (3 ms a question).

        Raises ConfigError with the file.
        """
        await self._encoder.open()
        entries = tuple(read(self._folder))
        owned = [(n, said) for n, entry in enumerate(entries) for said in (*entry.questions.zh, *entry.questions.en)]
        said = [_core(question) for _, question in owned]
        vectors = await self._encoder.run(lambda encoder: self._vectors(encoder, said))
        self._index = _Index(entries, tuple(n for n, _ in owned), vectors, Bm25(said))

    def _vectors(self, encoder: Encoder, said: Sequence[str]) -> Matrix:
        if self._cache is None:
            return encoder.encode(said)
        key = fingerprint((encoder.model, *said))
        arrays, _ = kept(self._cache, "knowledge", key, lambda: {"vectors": encoder.encode(said)})
        return arrays["vectors"]

    async def search(self, text: str, language: str, n: int = 3) -> Sequence[Answer]:
        if self._index is None:
            raise RuntimeError("KnowledgeIndex.open() was not awaited")
        core = _core(text)
        vector = (await self._encoder.encode([core]))[0]
        return list(_best(self._index, core, vector, language, self._clock.now().astimezone(CHINA).date()))[:n]


def read(folder: Path) -> Iterator[Entry]:
    """Every entry of *.yaml. Raises ConfigError for a fault in a file, an id that stands twice, no entries at all."""
    seen: set[str] = set()
    for path in sorted(folder.glob("*.yaml")):
        for entry in Document(path).to(list[Entry]):
            if entry.id in seen:
                raise ConfigError(f"{path}: the id {entry.id} stands twice")
            seen.add(entry.id)
            yield entry
    if not seen:
        raise ConfigError(f"{folder}: no entries (*.yaml)")


def _best(index: _Index, core: str, vector: Matrix, language: str, day: date) -> Iterator[Answer]:
    cosines = index.vectors @ vector
    scores = MEANING * _scaled(cosines) + SPELLING * _scaled(index.spelling.scores(core))
    shown: set[int] = set()
    for row in np.argsort(-scores, kind="stable"):
        owner = index.owners[row]
        entry = index.entries[owner]
        if owner in shown or not entry.valid(day):
            continue
        shown.add(owner)
        nearest = max(float(cosines[i]) for i, other in enumerate(index.owners) if other == owner)
        yield _answer(entry, nearest, language)


def _answer(entry: Entry, cosine: float, language: str) -> Answer:
    zh = language == "zh"
    return Answer(
        id=entry.id,
        score=round(cosine, 4),
        sure=cosine >= SURE,
        question=(entry.questions.zh if zh else entry.questions.en)[0],
        text=entry.answer.zh if zh else entry.answer.en,
        source=entry.source,
        department=entry.department,
        valid_until=entry.valid_until.isoformat() if entry.valid_until else None,
    )


def _core(text: str) -> str:
    return cores(text)[0]


def _scaled(scores: Matrix) -> Matrix:
    spread = float(scores.max() - scores.min())
    scaled: Matrix = (scores - scores.min()) / (spread or 1.0)
    return scaled
