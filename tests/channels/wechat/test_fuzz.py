"""A minute of spoilt callbacks and pages: none is a 5xx, none holds the loop up for 50 ms, no good word is lost."""
from __future__ import annotations

from pathlib import Path

import pytest

from tests.channels.wechat.fuzz import Found, run
from tests.channels.wechat.stalls import MOST_S

SECONDS = 60.0


@pytest.mark.slow
async def test_no_callback_is_a_5xx_or_a_stall_and_no_page_is_held_up(tmp_path: Path) -> None:
    found = await run(tmp_path, SECONDS)
    assert not found.answers.faults
    assert not found.lost
    assert max(found.stalls.longest, found.stalls.blocked) < MOST_S
    _judge_depth(found)


def _judge_depth(found: Found) -> None:
    """The spoiling reached every depth: some were not proved, some not read, some understood all the same."""
    for callback, statuses in found.answers.statuses.items():
        assert {200, 400, 403} <= statuses.keys(), callback
        assert statuses.total() > 1_000, callback
    assert found.target.refused > 500
    assert found.pages.torn > 10
    assert len(found.pages.good) > 50
    assert {"Text", "Location", "Arrived", "Written", "Consented"} <= found.target.kinds, found.target.kinds
