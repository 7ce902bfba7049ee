"""HOSTILE.md 43: the case system is down for four hours at peak. Nothing is lost, waiting costs next to nothing, and
once it is back the old ones are worked off while new ones pass."""
from __future__ import annotations

from pathlib import Path

import pytest

from bench.bridge_outage import IDLE_S, judged, measure, slowest
from bench.bridge_system import Kept
from tests.tables import table

A, B = ["a:submit:1", "a:comment:2"], ["b:submit:1"]


@pytest.mark.slow
async def test_four_hours_of_outage_lose_nothing_and_are_worked_off_beside_what_is_new(tmp_path: Path) -> None:
    """3,000 rows; all 31,200 of Beijing's peak in `python -m bench.bridge --full`."""
    run = await measure(tmp_path, 3_000)
    assert run["found"] == {"lost": 0, "doubled": 0, "disordered": 0, "left": 0}
    waiting, draining = run["waiting"], run["draining"]
    assert waiting["waiting"] == 3_000
    assert waiting["claims"] < 80, "one probe at a time, the longest every five minutes"
    assert waiting["idle_claims"] <= IDLE_S, "while nothing may be sent nothing is looked up either"
    assert run["back_after_s"] <= 305
    assert draining["slowest_10_s_per_s"] >= 20
    assert draining["new"] > 5
    assert draining["new_waits"]["p95_ms"] < 5_000


@table(("there", "wrong"), [
    ([Kept("C-1", "a", tuple(A)), Kept("C-2", "b", tuple(B))], (0, 0, 0)),
    ([Kept("C-1", "a", tuple(A))], (1, 0, 0)),
    ([Kept("C-1", "a", tuple(A[::-1])), Kept("C-2", "b", tuple(B))], (0, 0, 1)),
    ([Kept("C-1", "a", tuple(A)), Kept("C-2", "b", tuple(B)), Kept("C-3", "b", tuple(B))], (0, 1, 0)),
])
def test_the_judge_sees_what_is_wrong(there: list[Kept], wrong: tuple[int, int, int]) -> None:
    found = judged({"a": A, "b": B}, there)
    assert (found["lost"], found["doubled"], found["disordered"]) == wrong


def test_a_stretch_in_which_nothing_is_handed_over_is_seen() -> None:
    assert slowest([0.5, 1.0, 25.0, 31.0]) == 0.0
    assert slowest([n / 10 for n in range(400)]) == 10.0
    assert slowest([n / 10 for n in range(50)]) == pytest.approx(10.0, rel=0.05)
