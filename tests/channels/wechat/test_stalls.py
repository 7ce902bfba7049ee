"""The measure of stalls: it sees what holds the loop up, and nothing that others keep from it."""
from __future__ import annotations

import threading
import time

from tests.channels.wechat.stalls import MOST_S, TOLD, watched


def compute(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


async def test_a_loop_that_computes_is_held_up() -> None:
    async with watched() as stalls:
        compute(MOST_S)
    assert stalls.longest >= MOST_S


async def test_a_loop_that_waits_for_something_is_held_up_too() -> None:
    async with watched() as stalls:
        threading.Event().wait(MOST_S + 0.01)
    assert stalls.longest < MOST_S
    assert stalls.blocked >= MOST_S or not TOLD
