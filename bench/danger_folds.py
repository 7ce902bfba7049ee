"""Where to draw the line between danger and its words: `python -m bench.danger_folds`, five-fold cross-validation.

Only what the watch is taught with is looked at (nlu/dangers, nlu/training), never bench/held_out: each fifth is judged
by a weighing of the other four.
"""
from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gateway.emergency import emergency
from nlu.encoder import Encoder, Matrix, load_encoder
from nlu.normal import normal
from nlu.sentinel import SUSPECTED, UNSUSPECTED, Signs, complaints, places, read, tells
from nlu.weighing import DOUBT, HARMLESS, Places, Sentence, regress

ROOT = Path(__file__).resolve().parent.parent
DANGERS, TRAINING = ROOT / "nlu" / "dangers", ROOT / "nlu" / "training"
FOLDS = 5
LINES = (-0.2, -0.15, -0.1, -0.05, 0.0, 0.1)


def unseen(here: Places, sentences: Sequence[Sentence]) -> Matrix:
    """Every sentence's votes, from a weighing that has not seen it."""
    fold = np.random.default_rng(12345).permutation(len(sentences)) % FOLDS
    found = np.zeros(len(sentences), dtype=np.float32)
    for n in range(FOLDS):
        others = np.flatnonzero(fold != n).tolist()
        weighing = regress(here.of(others), [sentences[other] for other in others])
        found[fold == n] = weighing.votes(here.of(np.flatnonzero(fold == n).tolist()))[:, 0]
    return found


def page(sentences: Sequence[Sentence], encoder: Encoder, signs: Signs) -> list[str]:
    """What each line catches by kind, and alarms at among harmless sentences and among complaints."""
    votes = unseen(places(sentences, encoder, signs), sentences)
    kinds = np.array([one.kind if one.doubt == DOUBT else "complaint" for one in sentences])
    suspected = np.array([emergency(one.text) is not None for one in sentences])
    plain = [normal(one.text) for one in sentences]
    gate = np.array([signs.any_of_danger(text) or tells(text) for text in plain]) | suspected
    danger = (kinds != HARMLESS) & (kinds != "complaint")
    rows = [f"rules alone {_shares(suspected, kinds, danger)}"]
    for line in LINES:
        said = gate & np.where(suspected, votes >= SUSPECTED, votes >= line)
        rows.append(f"{line:+.2f}{' *' if line == UNSUSPECTED else '  '}    {_shares(said, kinds, danger)}")
    return rows


def _shares(said: NDArray[np.bool_], kinds: NDArray[np.str_], danger: NDArray[np.bool_]) -> str:
    each = "  ".join(f"{kind} {said[kinds == kind].mean():.3f}" for kind in sorted(set(kinds.tolist())))
    return f"caught {said[danger].mean():.3f}  {each}"


def main() -> None:
    signs = Signs(DANGERS / "signs.yaml")
    print(*page([*read(DANGERS), *complaints(TRAINING, signs)], load_encoder(), signs), sep="\n")


if __name__ == "__main__":
    main()
