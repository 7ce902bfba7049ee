"""Arithmetic of the measurements."""
from __future__ import annotations

import math
from collections.abc import Sequence


def percentile(ordered: Sequence[float], share: float) -> float:
    """Nearest rank: the smallest value that `share` of all values do not exceed. `ordered` ascends, not empty."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def latencies(seconds: Sequence[float]) -> dict[str, float | None]:
    """p50, p95, p99 and the maximum in milliseconds; None for each when nothing was measured."""
    ordered = sorted(seconds)
    shares = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99, "max_ms": 1.0}
    return {name: round(percentile(ordered, share) * 1000, 1) if ordered else None for name, share in shares.items()}
