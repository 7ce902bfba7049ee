"""Warnings in the log about what waits for people or waits too long: once when it begins, once when it is over."""
from __future__ import annotations

import asyncio
from collections.abc import Mapping

import structlog

from gateway.protocols import LaneStore
from gateway.store.lanes import LaneStats

LANE = "case"
OLDEST_S = 900.0  # a hand-over normally takes seconds
EVERY_S = 30.0

log = structlog.get_logger(__name__)


class Alarms:
    """Of the hand-over to the case backend; that it is away or refuses us, casebridge/gate.py says itself."""

    def __init__(self, lanes: LaneStore, oldest_s: float = OLDEST_S) -> None:
        self._lanes = lanes
        self._oldest_s = oldest_s
        self.raised: frozenset[str] = frozenset()

    async def run(self, every_s: float = EVERY_S) -> None:
        """For ever."""
        while True:
            await self.look()
            await asyncio.sleep(every_s)

    async def look(self) -> None:
        stats = (await self._lanes.stats()).get(LANE)
        figures = self._figures(stats) if stats else {}
        now = frozenset(figures)
        for name in sorted(now - self.raised):
            log.warning("alarm", alarm=name, figure=figures[name])
        for name in sorted(self.raised - now):
            log.info("alarm_over", alarm=name)
        self.raised = now

    def _figures(self, stats: LaneStats) -> Mapping[str, float]:
        """By name, those that are alarming."""
        figures = {
            "hand_over_dead": stats.dead, "hand_over_in_doubt": stats.parked,
            "hand_over_late_s": stats.oldest_ms // 1000 if stats.oldest_ms > self._oldest_s * 1000 else 0,
        }
        return {name: figure for name, figure in figures.items() if figure}
