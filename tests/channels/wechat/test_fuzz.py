"""Ten seconds of spoilt callbacks: none becomes a 5xx, none holds the loop up for 50 ms."""
from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from tests.channels.wechat.fuzz import storm
from tests.channels.wechat.house import APPID, House, open_house
from tests.channels.wechat.stalls import MOST_S, watched

SECONDS = 10.0


@pytest.mark.slow
async def test_no_callback_is_a_5xx_or_a_stall(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house, watched() as stalls:
        house.answers("好 ]]> 🙂")
        statuses = await asyncio.to_thread(asyncio.run, storm(house, SECONDS))
        _judge(house, statuses)
    assert stalls.longest < MOST_S


def _judge(house: House, statuses: Counter[int]) -> None:
    """The spoiling reached every depth: some were not proved, some not read, some understood all the same."""
    assert {200, 400, 403} <= statuses.keys(), statuses
    assert sum(statuses.values()) > 200, statuses
    assert house.taken
    assert len({type(push) for _, push in house.noted}) > 5
    assert APPID in {push.appid for _, push in house.noted}
