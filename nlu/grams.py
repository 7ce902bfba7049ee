"""Pieces of spelling: n-grams of Han characters, words and character n-grams of the rest. Needs no tokeniser."""
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from nlu.normal import normal

Grams = tuple[NDArray[np.int64], NDArray[np.float32]]  # which buckets of a text, and what each weighs

BEGINNING = 6  # letters: delivery, delivered and delivering are one

_RUN = re.compile(r"[\u4e00-\u9fff]+|[^\W_\u4e00-\u9fff]+(?:'[a-z]+)?")


def grams(text: str) -> Iterator[str]:
    """Of 快递: 快, 递, 快递. Of "my bike": <my>, <bike>, <my><bike> and the 3- to 5-grams of each marked word."""
    before = ""
    for run in _RUN.findall(normal(text)):
        if "\u4e00" <= run[0] <= "\u9fff":
            yield from _slices(run, 1, 3)
            before = ""
        else:
            word = f"<{run}>"
            yield word
            if before:
                yield before + word
            yield from _slices(word, 3, 5)
            before = word


def words(text: str) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
    """Characters and pairs of them, words, how they begin, and pairs of beginnings: each as its CRC-32, and
    1 + log(how often)."""
    found = Counter(crc32(word.encode()) for word in _words(text))
    return np.fromiter(found, dtype=np.uint32, count=len(found)), 1 + np.log(_often(found))


def _words(text: str) -> Iterator[str]:
    before = ""
    for run in _RUN.findall(normal(text)):
        if "\u4e00" <= run[0] <= "\u9fff":
            yield from _slices(run, 1, 2)
            before = ""
        else:
            yield run
            begins = run[:BEGINNING]
            if begins != run:
                yield f"{begins}-"
            if before:
                yield f"{before} {begins}"
            before = begins


def counts(text: str, buckets: int) -> Grams:
    """The hashed n-grams of a text: which buckets, and log(1 + how often) for each."""
    found = Counter(crc32(gram.encode()) % buckets for gram in grams(text))
    return np.fromiter(found, dtype=np.int64, count=len(found)), np.log1p(_often(found))


def _often(found: Counter[int]) -> NDArray[np.float32]:
    return np.fromiter(found.values(), dtype=np.float32, count=len(found))


def rarity(texts: Sequence[str], buckets: int) -> NDArray[np.float32]:
    """The idf of every bucket."""
    seen = np.zeros(buckets, dtype=np.float32)
    for text in texts:
        seen[counts(text, buckets)[0]] += 1
    return np.log((1 + len(texts)) / (1 + seen)).astype(np.float32)


def weighed(text: str, rare: NDArray[np.float32]) -> Grams:
    """The hashed n-grams of a text, the rare ones weighing more; of length 1 together."""
    buckets, found = counts(text, len(rare))
    weights = found * rare[buckets]
    return buckets, weights / max(float(np.linalg.norm(weights)), 1e-9)


def _slices(run: str, shortest: int, longest: int) -> Iterator[str]:
    for n in range(shortest, longest + 1):
        for i in range(len(run) - n + 1):
            yield run[i:i + n]
