"""Figures with their 95 % intervals: Wilson's for shares, a bootstrap with a fixed seed for what is no share."""
from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

Z = 1.959964  # two-sided 95 %
DRAWS, SEED = 2_000, 20261123
_BLOCK = 100  # draws at a time: a draw weighs every sentence


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure of `n` observations and the interval that holds the true one with 95 %."""

    value: float
    low: float
    high: float
    n: int


def share(hits: Iterable[bool]) -> Estimate:
    """Wilson's interval; nothing observed is 0 between 0 and 1."""
    listed = list(hits)
    n = len(listed)
    if not n:
        return Estimate(0.0, 0.0, 1.0, 0)
    p = sum(listed) / n
    middle, room = p + Z * Z / (2 * n), Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    whole = 1 + Z * Z / n
    return _estimate(p, max(0.0, middle - room) / whole, min(whole, middle + room) / whole, n)


def of_sums(rows: Matrix, statistic: Callable[[Matrix], Matrix]) -> Estimate:
    """Bootstrap over rows, one a sentence. `statistic` maps columns' sums (draws x columns) to figures (draws)."""
    n = len(rows)
    if not n:
        return Estimate(0.0, 0.0, 1.0, 0)
    value = float(statistic(rows.sum(axis=0, keepdims=True))[0])
    drawn = np.concatenate([statistic(weights @ rows) for weights in _weights(n)])
    return _between(value, drawn, n)


def auroc(ours: Sequence[float], strangers: Sequence[float]) -> Estimate:
    """The chance that one of ours scores above a stranger; either side is drawn by itself."""
    if not ours or not strangers:
        return Estimate(0.0, 0.0, 1.0, 0)
    gap = np.array(ours)[:, None] - np.array(strangers)[None, :]
    ahead = np.where(gap > 0, 1.0, np.where(gap == 0, 0.5, 0.0))
    n, m = ahead.shape
    pairs = zip(_weights(n), _weights(m, SEED + 1), strict=True)
    drawn = np.concatenate([((left @ ahead) * right).sum(axis=1) / (n * m) for left, right in pairs])
    return _between(float(ahead.mean()), drawn, n + m)


def quantile(values: Sequence[float], at: float) -> Estimate:
    """Nearest rank, between the order statistics that the binomial distribution allows."""
    ordered = sorted(values)
    n = len(ordered)
    if not n:
        return Estimate(0.0, 0.0, 0.0, 0)
    room = Z * math.sqrt(n * at * (1 - at))

    def rank(position: float) -> float:
        return ordered[min(n - 1, max(0, math.ceil(position) - 1))]

    return _estimate(rank(n * at), rank(n * at - room), rank(n * at + room), n)


def _weights(n: int, seed: int = SEED) -> Iterable[Matrix]:
    """How often each of n rows is drawn, in blocks of draws."""
    chance = np.random.default_rng(seed)
    for _ in range(DRAWS // _BLOCK):
        yield chance.multinomial(n, [1 / n] * n, size=_BLOCK).astype(np.float64)


def _between(value: float, drawn: Matrix, n: int) -> Estimate:
    low, high = np.quantile(drawn, [0.025, 0.975])
    return _estimate(value, float(low), float(high), n)


def _estimate(value: float, low: float, high: float, n: int) -> Estimate:
    return Estimate(round(value, 4), round(low, 4), round(high, 4), n)
