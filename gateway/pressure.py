"""Whether the event loop keeps up: how late it runs what was due.

A storm is taken in first and worked off afterwards: while the loop is late, turns are held back (gateway/workers.py),
for a message that is stored can wait and a platform that gets no answer cannot.
"""
from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from gateway.workers import Supervisor

EVERY_S = 0.02
LATE_S = 0.05  # several turns between two looks are no more than this (measured, bench/storm.py)


@dataclass(slots=True)
class Pressure:
    """`watch` is run beside everything else; late_s: how late the loop was, the last look counting for half."""

    late_s: float = 0.0

    def pressed(self) -> bool:
        return self.late_s > LATE_S

    async def watch(self) -> None:
        """For ever."""
        now = asyncio.get_running_loop().time
        while True:
            due = now() + EVERY_S
            await asyncio.sleep(EVERY_S)
            self.late_s = (self.late_s + now() - due) / 2


def watched(supervisor: Supervisor) -> Callable[[], bool]:
    """Whether the loop of this supervisor's tasks is late."""
    pressure = Pressure()
    supervisor.spawn("pressure", pressure.watch)
    return pressure.pressed
