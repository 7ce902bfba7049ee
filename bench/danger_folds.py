"""Where to draw the line between danger and its words: `python -m bench.danger_folds`, ten-fold cross-validation.

Only nlu/dangers is looked at, never bench/held_out. Each tenth is judged by a weighing of the other nine, and once
more inside a complaint (two training sentences before it), as people tell of danger in the middle of a matter.
"""
from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gateway.emergency import emergency
from nlu import training
from nlu.encoder import Encoder, Matrix, load_encoder
from nlu.normal import normal
from nlu.sentinel import CLOSER, HARMLESS, SUSPECTED, UNSUSPECTED, Sentence, Signs, parts, points, read, regress

ROOT = Path(__file__).resolve().parent.parent
DANGERS, TRAINING = ROOT / "nlu" / "dangers", ROOT / "nlu" / "training"
FOLDS = 10
LINES = (-0.3, -0.2, -0.1, 0.0, 0.1, 0.2)


class Folds:
    """Every sentence's loudest vote, from a weighing that has not seen it."""

    def __init__(self, sentences: Sequence[Sentence], encoder: Encoder, signs: Signs) -> None:
        self.sentences, self._encoder, self._signs = sentences, encoder, signs
        self._whole = np.vstack([self._points(one.text)[:1] for one in sentences])
        order = np.random.default_rng(12345).permutation(len(sentences))
        self.fold = np.empty(len(sentences), dtype=int)
        self.fold[order] = np.arange(len(sentences)) % FOLDS

    def votes(self, told: Sequence[str]) -> Matrix:
        """`told[n]` is how sentence n stands in its message."""
        found = np.zeros(len(told), dtype=np.float32)
        for fold in range(FOLDS):
            taught = self.fold != fold
            labels = [one.kind for one, keep in zip(self.sentences, taught, strict=True) if keep]
            weighing = regress(self._whole[taught], labels)
            for n in np.flatnonzero(~taught).tolist():
                votes = weighing.votes(self._points(told[n]))[:, 0]
                votes[1:] -= CLOSER
                found[n] = votes.max()
        return found

    def _points(self, text: str) -> Matrix:
        said = parts(text)
        signs = [self._signs.of(plain) for plain in (normal(text), *said[1:])]
        return points(self._encoder.encode(said), signs)


def page(folds: Folds, told: Sequence[str], signs: Signs) -> list[str]:
    """What each line catches and what it alarms at, in all and by kind."""
    votes = folds.votes(told)
    kinds = np.array([one.kind for one in folds.sentences])
    suspected = np.array([emergency(text) is not None for text in told])
    gate = np.array([signs.any_of_danger(normal(text)) for text in told]) | suspected
    rows = [f"gate: {gate[kinds != HARMLESS].mean():.3f} of dangers, {gate[kinds == HARMLESS].mean():.3f} of others"]
    for line in LINES:
        said = gate & np.where(suspected, votes >= SUSPECTED, votes >= line)
        figures = "  ".join(f"{kind} {said[kinds == kind].mean():.2f}" for kind in sorted(set(kinds)))
        mark = " *" if line == UNSUSPECTED else ""
        rows.append(f"{line:+.1f}{mark}  all {said[kinds != HARMLESS].mean():.3f}  {figures}")
    return rows


def main() -> None:
    signs, sentences = Signs(DANGERS / "signs.yaml"), read(DANGERS)
    folds = Folds(sentences, load_encoder(), signs)
    complaints = [one.text for one in training.read(TRAINING).examples if one.intent.startswith("complaint.")]
    before = np.random.default_rng(12345).integers(0, len(complaints), (len(sentences), 2))
    inside = [f"{complaints[a]}，{complaints[b]}。{one.text}" for (a, b), one in zip(before, sentences, strict=True)]
    for title, told in (("alone", [one.text for one in sentences]), ("in a complaint", inside)):
        print(title, *page(folds, told, signs), sep="\n  ")


if __name__ == "__main__":
    main()
