"""kill -9 of the bridge at random moments of a thousand hand-overs; something befalls 15 of 100 (HOSTILE.md 42).

The store, the gate, the bridge, the reconciler and the webhook are the real ones; what the case system does with a key
that came before differs. A bridge that is told a lie about it shows that the harness would notice a duplicate.
"""
from __future__ import annotations

from pathlib import Path

import pytest

from bench.bridge_kill import Ordeal, Outcome, compare, keys, torment
from gateway.protocols import Repeat
from tests.tables import table

WO = "WO-20261123-4KX7P2M9QD"
SUBMIT, FIRST, SECOND, REWORK = ALL = keys(WO)


@pytest.mark.slow
@pytest.mark.parametrize("repeat", ["idempotent", "lookup", "neither"])
async def test_thirty_kills_lose_double_and_disorder_nothing(tmp_path: Path, repeat: Repeat) -> None:
    ordeal = Ordeal(repeat, orders=250, kills=30)
    found = await torment(tmp_path, ordeal)
    assert found.clean, found
    assert (found.operations, found.kills) == (1_000, 30)
    assert sum(found.befell.values()) > 100, "something befell many"
    if repeat == "neither":
        assert found.doubts > found.arrived > 0, "some had arrived, some had not: nobody but a person could tell"
    else:
        assert found.doubts == 0, "where the system can tell, no person is asked"


@pytest.mark.slow
async def test_what_takes_effect_after_the_kill_is_not_sent_again_where_it_can_be_asked(tmp_path: Path) -> None:
    found = await torment(tmp_path, Ordeal("lookup", orders=100, kills=10, what="late"))
    assert found.clean, found
    assert found.befell.keys() == {"late 0.8 s"}


@pytest.mark.slow
async def test_retrying_without_key_and_look_up_doubles_in_the_same_harness(tmp_path: Path) -> None:
    """The bridge believes that keys are known over there; they are not."""
    found = await torment(tmp_path, Ordeal("neither", orders=50, kills=5, told="idempotent"))
    assert found.doubled > 10, found
    assert (found.lost, found.buried) == (0, 0)


@table(("there", "receipts", "stopped", "wrong"), [
    (ALL, ALL, None, (0, 0, 0)),
    ((), ALL, None, (4, 0, 0)),                                      # acknowledged, and nothing of it is there
    (ALL[:3], ALL, None, (1, 0, 0)),
    (ALL, ALL[:3], None, (1, 0, 0)),                                 # neither acknowledged nor in doubt
    (ALL[:1], ALL[:1], 2, (0, 0, 0)),                                # in doubt, not there
    (ALL[:2], ALL[:1], 2, (0, 0, 0)),                                # in doubt, there
    ((), (), 2, (1, 0, 0)),                                          # what stood before the doubtful one is gone
    ((SUBMIT, *ALL), ALL, None, (0, 1, 0)),
    ((*ALL, SECOND, SECOND), ALL, None, (0, 2, 0)),
    ((SUBMIT, SECOND, FIRST, REWORK), ALL, None, (0, 0, 1)),
])
def test_the_judge_sees_what_is_wrong(
    there: tuple[str, ...], receipts: tuple[str, ...], stopped: int | None, wrong: tuple[int, int, int]
) -> None:
    found = Outcome()
    compare(found, WO, there, set(receipts), stopped)
    assert (found.lost, found.doubled, found.disordered) == wrong
    assert found.clean == (wrong == (0, 0, 0))
