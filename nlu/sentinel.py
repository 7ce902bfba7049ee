"""Is somebody in danger, where the rules of gateway/emergency.py are not sure? Compared with what people wrote.

A short message without any sign of danger (dangers/signs.yaml) needs no look: most answers to asked fields. Of the
others the content as a whole, and of long ones its parts that have a sign, are weighed (nlu/weighing.py) against some
thousand sentences: danger that is there, the same words where it is not (dangers/*.yaml), and complaints of the
training set. Words alone cannot be the gate: of dangers described by lay people, children and those who whisper, a
quarter have no sign at all.
"""
from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from gateway import yamls
from nlu import training as training_set
from nlu.batching import BatchEncoder, Encode
from nlu.cache import fingerprint, kept
from nlu.clauses import core, split
from nlu.encoder import Encoder, Matrix
from nlu.normal import normal
from nlu.weighing import DOUBT, HARMLESS, SIGN, SPELLING, Places, Sentence, Weighing, points, regress

FORMAT = 2

# Chosen on the two development sets of bench/held_out and on complaints it was not taught with (2026-11-23): a missed
# danger weighs more than a false alarm.
SUSPECTED, UNSUSPECTED = -0.4, -0.12  # what the votes must reach: where a rule saw danger, and where none did
TELLING = 10    # Han characters and half words from which a message may tell of danger without a sign
DOUBT_OF_COMPLAINTS = 1.0  # more than of a sentence of dangers/: nobody looked whether it tells of danger
CLOSER = 0.3    # more is asked of a part of a message than of all of it: the rest may put it in the past
PARTS = 12      # that are weighed at most, the last ones
SEEN = 1200     # characters of a message that are looked at
_HAN, _WORD, _ENGLISH = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[a-z']+"), re.compile("[a-z0-9]")
DANGEROUS = ("emergency", "complaint.women_family")  # intents whose sentences may tell of danger that is there


class Signs:
    """Groups of words, two regular expressions each: one without a Latin letter or digit is spared the English ones."""

    def __init__(self, path: Path) -> None:
        data = yamls.read(path)
        groups = [words for part in ("danger", "frame") for words in data[part].values()]
        english = [rf"(?<![a-z])(?:{words['en']})(?![a-z])" for words in groups]
        self.words = [f"{words['zh']}|{en}" for words, en in zip(groups, english, strict=True)]
        self._groups = [(re.compile(words["zh"]), re.compile(en)) for words, en in zip(groups, english, strict=True)]
        dangers = slice(len(data["danger"]))
        self._any = tuple(
            re.compile("|".join(f"(?:{words})" for words in every[dangers]))
            for every in ([words["zh"] for words in groups], english))

    def any_of_danger(self, plain: str) -> bool:
        chinese, english = self._any
        return chinese.search(plain) is not None or (
            _ENGLISH.search(plain) is not None and english.search(plain) is not None)

    def of(self, plain: str) -> list[float]:
        """1 or 0 for each group."""
        may_be_english = _ENGLISH.search(plain) is not None
        return [
            float(chinese.search(plain) is not None or (may_be_english and english.search(plain) is not None))
            for chinese, english in self._groups
        ]


class DangerWatch:
    """Call `open` before the first message; the encoder is shared, whoever made it closes it.

    An encoder that knows spelling only cannot judge: then the rules alone decide.
    """

    def __init__(self, data: Path, training: Path, cache: Path, encoder: BatchEncoder) -> None:
        self._data, self._training, self._cache, self._encoder = data, training, cache, encoder
        self._signs = Signs(data / "signs.yaml")
        self._weighing: Weighing | None = None
        self._votes = encoder.batched(self._weigh)
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
        if weighing is None or not (suspected or tells(plain) or self._signs.any_of_danger(plain)):
            return suspected
        said = parts(text, self._signs)
        signs = [self._signs.of(plain), *(self._signs.of(part) for part in said[1:])]
        votes = np.stack(await self._votes.of([*zip(said, signs, strict=True)]))
        votes[1:, 0] -= CLOSER
        loudest = votes[int(votes[:, 0].argmax())]
        if loudest[0] < (SUSPECTED if suspected else UNSUSPECTED):
            return None
        return suspected or weighing.kinds[int(loudest[1:].argmax())]

    def _weigh(self, encode: Encode, said: Sequence[tuple[str, Sequence[float]]]) -> list[Matrix]:
        """In the encoder's thread: the row of Weighing.votes for each text with its signs."""
        assert self._weighing is not None
        texts = [text for text, _ in said]
        return list(self._weighing.votes(Places(points(encode(texts), [signs for _, signs in said]), texts)))

    def _load_or_fit(self, encoder: Encoder) -> Weighing:
        sentences = [*read(self._data), *complaints(self._training, self._signs)]
        lines = (f"{one.kind}\t{one.doubt}\t{one.text}" for one in sentences)
        key = fingerprint((str((FORMAT, SIGN, SPELLING)), encoder.model, *self._signs.words, *lines))
        arrays, self.fitted = kept(self._cache, "danger", key, lambda: fit(sentences, encoder, self._signs).arrays)
        return Weighing(arrays)


def read(folder: Path) -> list[Sentence]:
    """The sentences of present.*.yaml and harmless.*.yaml, a line each. Raises ConfigError."""
    return [
        Sentence(line, kind if path.name.startswith("present") else HARMLESS, _doubt(path))
        for path in sorted([*folder.glob("present.*.yaml"), *folder.glob("harmless.*.yaml")])
        for kind, lines in yamls.read(path).items() for line in lines.splitlines()
    ]


def _doubt(path: Path) -> float:
    return DOUBT_OF_COMPLAINTS if path.stem == "harmless.overheard" else DOUBT


def complaints(training: Path, signs: Signs) -> list[Sentence]:
    """Training sentences that mean no danger, stories of what annoyed or hurt somebody: every other of those with a
    sign, every twelfth of the rest. Not those of the matters where danger may well be there while it is told."""
    texts = [one.text for one in training_set.read(training).examples if one.intent not in DANGEROUS]
    signed = [text for text in texts if signs.any_of_danger(normal(text))]
    plain = sorted({*texts} - {*signed})
    return [Sentence(text, HARMLESS, DOUBT_OF_COMPLAINTS) for text in (*signed[::2], *plain[::12])]


def tells(plain: str) -> bool:
    """Whether so much is said that danger may be described in it."""
    return len(_HAN.findall(plain)) + 2 * len(_WORD.findall(plain)) >= TELLING


def parts(text: str, signs: Signs) -> list[str]:
    """What is weighed: the content as a whole, and of more than two clauses each one that has a sign of danger,
    by itself and with its neighbours: what was said around it may put it in the past."""
    clauses = [normal(clause.text) for clause in split(text[:SEEN])]
    if len(clauses) <= 2:
        return [core(text)]
    pairs = [f"{one} {two}" for one, two in pairwise(clauses)]
    return [core(text), *[part for part in (*clauses, *pairs) if signs.any_of_danger(part)][-PARTS:]]


def fit(sentences: Sequence[Sentence], encoder: Encoder, signs: Signs) -> Weighing:
    """The same data give the same votes."""
    return regress(places(sentences, encoder, signs), sentences)


def places(sentences: Sequence[Sentence], encoder: Encoder, signs: Signs) -> Places:
    """Where each of them stands, as a whole."""
    texts = [core(one.text) for one in sentences]
    return Places(points(encoder.encode(texts), [signs.of(normal(one.text)) for one in sentences]), texts)
