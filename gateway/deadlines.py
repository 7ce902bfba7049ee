"""The city's working days as the life of a case sees them (case_decision.Calendar)."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from gateway.city import Deadlines
from gateway.clock import from_ms, to_ms
from gateway.dialogue.template import Template
from gateway.filing import URGENT

MORNING, NIGHT = time(8), time(21)  # between them a citizen may be told of a deadline
DESK_OPENS = time(9)


@dataclass(frozen=True, slots=True)
class Calendar:
    """`templates`: the newest of each id; a work order of a template that is gone has the `fallback`'s deadlines."""

    deadlines: Deadlines
    zone: ZoneInfo
    templates: Mapping[str, Template]
    fallback: str = "general"

    def due(self, order: Mapping[str, Any], at: int) -> dict[str, str]:
        """Raises KeyError for a deadline class that the city does not have; `check` finds it before."""
        template = self.templates.get((order.get("template") or {}).get("id", "")) or self.templates[self.fallback]
        urgent = order.get("urgency", "normal") != "normal"
        return self.deadlines.due(URGENT if urgent else template.deadline, self._local(at))

    def soon(self, due: int) -> int:
        """When the desk opens on the last working day before."""
        day = self._local(due).date() - timedelta(days=1)
        while not self.deadlines.is_working_day(day):
            day -= timedelta(days=1)
        return to_ms(datetime.combine(day, DESK_OPENS, self.zone))

    def seemly(self, at: int) -> int:
        local = self._local(at)
        if MORNING <= local.time() < NIGHT:
            return at
        day = local.date() + timedelta(days=local.time() >= NIGHT)
        return to_ms(datetime.combine(day, MORNING, self.zone))

    def _local(self, at: int) -> datetime:
        return from_ms(at).astimezone(self.zone)
