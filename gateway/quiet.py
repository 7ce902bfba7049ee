"""Quiet hours: when nothing is pushed to a phone of our own accord. Pure."""
from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

_HOURS = re.compile(r"\s*(\d{1,2})(?::(\d{2}))?\s*[-–]\s*(\d{1,2})(?::(\d{2}))?\s*")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From and to, of the zone's clock; they may lie on both sides of midnight. Equal: never."""

    zone: ZoneInfo
    begins: time
    ends: time

    def until(self, now: int) -> int | None:
        """The morning to wait for; None while it is not quiet. Both are ms since 1970."""
        local = datetime.fromtimestamp(now / 1000, self.zone)
        clock, begins, ends = local.time(), self.begins, self.ends
        inside = begins <= clock < ends if begins <= ends else clock >= begins or clock < ends
        if not inside:
            return None
        day = local.date() + timedelta(days=1) if clock >= ends else local.date()
        return int(datetime.combine(day, ends, self.zone).timestamp() * 1000)


def read(hours: str) -> tuple[time, time]:
    """"21–8", "21-8", "21:30-07:00"; "" for never. Raises ValueError."""
    if not hours.strip():
        return time(), time()
    found = _HOURS.fullmatch(hours)
    if found is None:
        raise ValueError(f'"21–8" or "21:00-08:00", not "{hours}"')
    from_hour, from_minute, to_hour, to_minute = (int(part or 0) for part in found.groups())
    return time(from_hour, from_minute), time(to_hour, to_minute)
