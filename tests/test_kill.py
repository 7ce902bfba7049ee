"""kill -9 of the whole process at random instants under fifty conversations (100 kills in `make bench`)."""
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bench.chaos import Evidence, Outcome, judge, torment

pytestmark = pytest.mark.slow


async def test_fifteen_kills_lose_repeat_disorder_and_bury_nothing(tmp_path: Path) -> None:
    evidence = await torment(tmp_path, kills=15, citizens=50)
    outcome = await judge(evidence)
    assert outcome.kills == 15
    assert outcome.messages > outcome.work_orders > 0
    assert outcome.clean, outcome
    await _the_judge_is_not_blind(evidence)


async def _the_judge_is_not_blind(evidence: Evidence) -> None:
    """The same evidence with one thing wrong is found wrong."""
    first = evidence.crowd[0]

    def swap() -> None:
        first.texts[-1], first.texts[-2] = first.texts[-2], first.texts[-1]

    faults: list[tuple[Callable[[], object], Callable[[], object], Callable[[Outcome], bool]]] = [
        (lambda: first.texts.append("said, never stored"), first.texts.pop, lambda found: found.lost == 1),
        (swap, swap, lambda found: found.disordered == 1),
        (
            lambda: evidence.receipts["c0"].append("WO-20261123-0000000000"), evidence.receipts["c0"].pop,
            lambda found: found.orders_lost == 2,
        ),
    ]
    for plant, mend, seen in faults:
        plant()
        assert seen(await judge(evidence))
        mend()
