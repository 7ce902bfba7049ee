"""Softmax regression on sentence vectors, in numpy."""
from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nlu.classifier import softmax
from nlu.encoder import Matrix


def regress(
    rows: Matrix, labels: NDArray[np.int32], *, steps: int, rate: float, decay: float, even: bool = True
) -> tuple[Matrix, Matrix]:
    """Weights and bias of softmax regression, by Adam over the whole set; every row weighs the same."""
    target = np.eye(int(labels.max()) + 1, dtype=np.float32)[labels]
    joined = np.hstack([rows, np.ones((len(rows), 1), dtype=np.float32)])
    theta = np.zeros((joined.shape[1], target.shape[1]), dtype=np.float32)
    mean, square = np.zeros_like(theta), np.zeros_like(theta)
    for step in range(1, steps + 1):
        gradient = joined.T @ (softmax(joined @ theta) - target) / len(rows) + decay * theta
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.99 * square + 0.01 * gradient**2
        theta -= rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    return theta[:-1], theta[-1]
