"""The default engine: sentence vectors, counted words and one small classifier, in this process (README.md).

A message becomes the clauses that say what the matter is; together they are judged, and the best intent is taken when
it is likely enough (SURE) and near enough to a sentence somebody wrote (cosine ≥ 0.44).
"""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from gateway import yamls
from gateway.protocols import Matter, NluContext, Scored, Understanding
from nlu.batching import BatchEncoder, Encode
from nlu.cache import fingerprint, kept
from nlu.classifier import OUT_OF_SCOPE, Classifier, Judgement
from nlu.clauses import MOST, SEEN, content, core, said
from nlu.encoder import Encoder, Matrix
from nlu.fitting import FORMAT, Labelled, fit, fit_surroundings
from nlu.matters import matters, may_be_apart, parts
from nlu.surroundings import Surroundings
from nlu.training import Example, TrainingSet, read

SURE = 0.9        # figures in README.md
TEMPLATES = "complaint."
SURROUNDINGS = Path(__file__).with_name("surroundings.yaml")
AROUND = frozenset({"greet", "thanks", "urge"})  # intents whose sentences others put around their matter


@dataclass(frozen=True, slots=True)
class _Fitted:
    surroundings: Surroundings
    classifier: Classifier

    def core(self, text: str) -> str:
        return core(text, self.surroundings.telling)

    def by_words(self, cores: Sequence[str]) -> list[str]:
        """The likeliest intent of each by its words alone."""
        return [self.classifier.intents[best] for best in self.classifier.by_words(cores).argmax(axis=1)]


class EmbeddedUnderstander:
    """Call `open` before the first message; the encoder is shared, whoever made it closes it."""

    name = "embedded"

    def __init__(self, training: Path, cache: Path, encoder: BatchEncoder) -> None:
        self._training = training
        self._cache = cache
        self._encoder = encoder
        self._fitted: _Fitted | None = None
        self._judging = encoder.batched(self._judge)
        self.model = ""
        self.fitted = False  # True when `open` had to fit, False when the cache held the classifier

    async def open(self) -> None:
        """Reads the training set; loads the classifier from the cache or fits it (a minute). Raises ConfigError."""
        await self._encoder.open()
        examples = read(self._training)
        self._fitted = await self._encoder.run(lambda encoder: self._load_or_fit(encoder, examples))

    async def close(self) -> None:
        self._fitted = None

    async def understand(self, text: str, language: str, context: NluContext) -> Understanding:
        fitted = self._opened()
        judgement = await self._judged([fitted.core(text)])
        understood = self._understanding(fitted.classifier.intents, judgement, content(text))
        return replace(understood, matters=await self.matters(text)) if not context.template else understood

    def core(self, text: str) -> str:
        """The clauses that say what the matter is, without courtesies, at most 300 characters."""
        return self._opened().core(text)

    async def matters(self, text: str) -> tuple[Matter, ...]:
        """Looked for in a message outside a form that has several parts, unless their words, which cost little beside
        their vectors, tell of one matter."""
        fitted = self._opened()
        told = parts(text[:SEEN])[:MOST]
        if len(told) < 2:
            return ()
        cores = [fitted.core(part.text) for part in told]
        if not may_be_apart(told, fitted.by_words(cores)):
            return ()
        return matters(
            told, await self._judged(cores), fitted.classifier.intents, self._encoder.encoder.near)

    @property
    def intents(self) -> tuple[str, ...]:
        """That it was taught."""
        return self._opened().classifier.intents

    def _opened(self) -> _Fitted:
        if self._fitted is None:
            raise RuntimeError("EmbeddedUnderstander.open() was not awaited")
        return self._fitted

    async def _judged(self, cores: Sequence[str]) -> Judgement:
        chances, nearest = zip(*await self._judging.of(cores), strict=True)
        return Judgement(np.stack(chances), np.stack(nearest))

    def _judge(self, encode: Encode, cores: Sequence[str]) -> list[tuple[Matrix, Matrix]]:
        """In the encoder's thread: each one's row of the Judgement on all of them."""
        judgement = self._opened().classifier.judge(cores, encode(cores))
        return list(zip(judgement.chances, judgement.nearest, strict=True))

    def _understanding(self, names: Sequence[str], judgement: Judgement, told: str) -> Understanding:
        chances, nearest = judgement.chances[0], float(judgement.nearest[0])
        order = np.argsort(-chances, kind="stable")
        intents = tuple(Scored(names[i], round(float(chances[i]), 4)) for i in order)
        near = self._encoder.encoder.near
        return Understanding(
            intents=intents,
            templates=templates(intents),
            content=told,
            in_scope=round((1 - strange(intents)) * max(0.0, min(1.0, nearest / near)), 4),
            sure=intents[0].score >= SURE and nearest >= near,
            engine=self.name,
            model=self.model,
        )

    def _load_or_fit(self, encoder: Encoder, training: TrainingSet) -> _Fitted:
        self.model = _fingerprint(encoder, training.examples)
        surroundings, _ = kept(
            self._cache, "surroundings", self.model, lambda: _fit_surroundings(training.examples).arrays)
        arrays, self.fitted = kept(self._cache, "nlu", self.model, lambda: _fit(encoder, training.examples).arrays)
        return _Fitted(Surroundings(surroundings), Classifier(arrays))


def templates(intents: Iterable[Scored]) -> tuple[Scored, ...]:
    """The complaint templates among them."""
    return tuple(Scored(one.id.removeprefix(TEMPLATES), one.score) for one in intents if one.id.startswith(TEMPLATES))


def strange(intents: Iterable[Scored]) -> float:
    """The chance that the message is about nothing we know."""
    return next((one.score for one in intents if one.id == OUT_OF_SCOPE), 0.0)


def _fit(encoder: Encoder, examples: Sequence[Example]) -> Classifier:
    """Sentences are weighed as messages will be: by what is left without courtesies."""
    texts = [core(example.text) for example in examples]
    return fit(Labelled(texts, [example.intent for example in examples], encoder.encode(texts)))


def _fit_surroundings(examples: Sequence[Example]) -> Surroundings:
    told = [clause for example in examples if example.intent not in AROUND for clause in said(example.text)]
    return fit_surroundings(told, _around())


@cache
def _around() -> tuple[str, ...]:
    """The clauses of surroundings.yaml."""
    return tuple(
        clause for phrases in yamls.read(SURROUNDINGS).values() for phrase in phrases for clause in said(phrase))


def _fingerprint(encoder: Encoder, examples: Sequence[Example]) -> str:
    """Changes with the sentences, the encoder's model and the format: what a stored classifier depends on."""
    return fingerprint((FORMAT, encoder.model, *(f"{one.intent}\t{one.text}" for one in examples), *_around()))
