"""Waits for what a turn leaves behind: an API call that went through a mailbox is answered from the commit."""
from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from gateway.protocols import Record, Records, SharedStore

PATIENCE_S = 8.0  # well above a turn under load; clients of HTTP give up after 30 s and more
LOOK_S = 0.2      # without a hint


class Outcomes:
    def __init__(self, records: Records, shared: SharedStore, patience_s: float = PATIENCE_S) -> None:
        self._records, self._shared, self._patience_s = records, shared, patience_s

    async def after(
        self, begin: Callable[[], Awaitable[object]], conversation: str, kind: str, id_: str
    ) -> Record | None:
        """Begins, then waits for the record; None when it is not there in time (the turn may still come)."""
        hints = self._shared.subscribe([f"feed:{conversation}"])
        try:
            async with asyncio.timeout(self._patience_s):
                await begin()
                while (record := await self._records.get(kind, id_)) is None:
                    await hints.next(LOOK_S)
                return record
        except TimeoutError:
            return None
        finally:
            hints.close()
