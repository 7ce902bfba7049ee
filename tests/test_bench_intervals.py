"""Intervals: known ones of Wilson's, and what every interval must hold."""
from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.intervals import Estimate, Matrix, auroc, of_sums, quantile, share
from tests.tables import table


# Newcombe 1998, table I: Wilson's score method without continuity correction.
@table(("hits", "n", "low", "high"), [
    (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718),
])
def test_wilsons_interval(hits: int, n: int, low: float, high: float) -> None:
    found = share([True] * hits + [False] * (n - hits))
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-4)
    assert found.n == n


def test_nothing_observed_says_nothing() -> None:
    nothing = Estimate(0.0, 0.0, 1.0, 0)
    assert share([]) == nothing
    assert of_sums(np.zeros((0, 2)), means) == nothing
    assert auroc([], [0.1]) == nothing


@given(st.lists(st.booleans(), min_size=1, max_size=300))
def test_a_share_lies_in_its_interval(hits: list[bool]) -> None:
    found = share(hits)
    assert 0 <= found.low <= found.value <= found.high <= 1


def means(sums: Matrix) -> Matrix:
    return sums[:, 0] / sums[:, 1]


def test_the_bootstrap_agrees_with_wilson_and_with_itself() -> None:
    rows = np.array([(1.0, 1.0)] * 160 + [(0.0, 1.0)] * 40)
    drawn, wilson = of_sums(rows, means), share([True] * 160 + [False] * 40)
    assert drawn == of_sums(rows, means)
    assert drawn.value == wilson.value
    assert (drawn.low, drawn.high) == pytest.approx((wilson.low, wilson.high), abs=0.02)


def test_a_figure_of_one_row_has_no_width() -> None:
    assert of_sums(np.array([(1.0, 2.0)]), means) == Estimate(0.5, 0.5, 0.5, 1)


@table(("ours", "strangers", "value"), [
    ([0.9, 0.8], [0.1, 0.2], 1.0), ([0.1], [0.9], 0.0), ([0.5, 0.5], [0.5], 0.5), ([0.9, 0.1], [0.5], 0.5),
])
def test_auroc_counts_pairs(ours: list[float], strangers: list[float], value: float) -> None:
    assert auroc(ours, strangers).value == value


@settings(max_examples=10)
@given(st.lists(st.floats(0, 1), min_size=2, max_size=30), st.lists(st.floats(0, 1), min_size=2, max_size=30))
def test_auroc_lies_between_its_bounds_and_turns_round(ours: list[float], strangers: list[float]) -> None:
    one, other = auroc(ours, strangers), auroc(strangers, ours)
    assert 0 <= one.low <= one.high <= 1
    assert one.value + other.value == pytest.approx(1, abs=2e-4)


def test_a_median_lies_between_order_statistics() -> None:
    assert quantile(range(1, 101), 0.5) == Estimate(50, 41, 60, 100)
    assert quantile([3.0], 0.99) == Estimate(3.0, 3.0, 3.0, 1)
    assert quantile([], 0.5).n == 0
