"""Four whole gateways on one Redis behind a balancer under torture (bench/chaos_gateways.py): killed, stopped past
their leases, the replies of their Redis cut, their Redis killed and hung.

What nobody understands is picked (`nlu.engine = "null"`), everything else is as in a city hall.
"""
from __future__ import annotations

from pathlib import Path

import pytest

from bench.chaos_gateways import Ordeal, Plan

pytestmark = pytest.mark.slow


async def test_two_thousand_messages_and_fifteen_kills_lose_repeat_disorder_and_file_nothing_twice(
    tmp_path: Path
) -> None:
    storm = await Ordeal(tmp_path, Plan(messages=2_000, kills=15, zombies=3, outages=2)).run()
    assert storm.clean, storm
    assert (storm.kills, storm.zombies, storm.outages) == (15, 3, 2)
    assert storm.messages >= 2_000
    assert storm.work_orders > 0
    assert storm.reconnects > 0
    assert storm.cuts > 0
