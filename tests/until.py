"""Waiting in tests: look again and again until something holds, never for a fixed time."""
from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable


async def until(holds: Callable[[], object], within_s: float = 5.0, every_s: float = 0.005) -> None:
    """Returns when `holds()` is true, awaited where it is a coroutine; fails after `within_s` seconds."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within_s
    while True:
        result = holds()
        if await result if inspect.isawaitable(result) else result:
            return
        assert loop.time() < end, f"not within {within_s} s"
        await asyncio.sleep(every_s)
