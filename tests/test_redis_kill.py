"""Four workers on one Redis under torture (tests/torture): what was acknowledged happens once and in order.

The same harness with the same verdict finds what three rejected designs lose or double.
"""
from __future__ import annotations

from pathlib import Path

import pytest

from tests.torture.ordeal import Ordeal, Plan
from tests.torture.variants import VARIANTS

pytestmark = pytest.mark.slow


async def test_fifteen_kills_zombies_cuts_and_outages_lose_double_and_disorder_nothing(tmp_path: Path) -> None:
    found = await Ordeal(tmp_path, Plan(messages=2_000, kills=15, zombies=4, outages=2, cut=0.01)).run()
    assert found.faults == {}, found
    assert (found.kills, found.zombies, found.outages) == (15, 4, 2)
    assert found.acknowledged >= 2_000
    assert found.due > 0
    assert found.cuts > 10


@pytest.mark.parametrize("variant", VARIANTS)
async def test_the_harness_finds_what_a_rejected_design_loses(tmp_path: Path, variant: str) -> None:
    found = await Ordeal(tmp_path, Plan(messages=500, kills=6, zombies=4, cut=0.02, variant=variant)).run()
    assert "lost" in found.faults
