"""Reads a city's data folder (city/README.md), and counts its deadlines in working days.

Working days: the folder's holidays.yaml for the years it names, else the package chinese-calendar, else weekends only.
"""
from __future__ import annotations

import csv
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from gateway.errors import ConfigError
from gateway.fields.calendars import known, worked
from gateway.fields.city import City, OtherLine, Place
from gateway.yamls import Document

_log = logging.getLogger(__name__)
_COLUMNS = ("adcode", "name", "en")
_SATURDAY = 5
FILES = ("city.yaml", "lines.yaml", "divisions.csv", "streets.csv")


def load(folder: Path) -> City:
    """The city of this folder. Raises ConfigError naming file and key.

    The same one while its files are the same: indexes of its four thousand places are kept by city.
    """
    return _read(folder, tuple(_stamp(folder / name) for name in FILES))


def _stamp(file: Path) -> tuple[int, int]:
    """Time and size, nought of a file that is not there."""
    try:
        stat = file.stat()
    except OSError:
        return 0, 0
    return stat.st_mtime_ns, stat.st_size


@lru_cache(maxsize=8)
def _read(folder: Path, stamps: tuple[tuple[int, int], ...]) -> City:
    """`stamps` tell the city of one time from that of another."""
    document = Document(folder / "city.yaml")
    city = document.to(City)
    try:
        ZoneInfo(city.time_zone)
    except (KeyError, ValueError, OSError) as error:
        raise document.fault(f"time_zone: there is no {city.time_zone!r}", "$.time_zone") from error
    lines = _lines(folder / "lines.yaml")
    divisions, streets = _places(folder / "divisions.csv"), _places(folder / "streets.csv")
    return msgspec.structs.replace(city, lines=lines, divisions=divisions, streets=streets)


def _lines(path: Path) -> tuple[OtherLine, ...]:
    """None where there is no such file: then every matter is ours."""
    if not path.exists():
        return ()
    document = Document(path)
    lines = document.to(tuple[OtherLine, ...])
    for n, line in enumerate(lines):
        try:
            re.compile("|".join((*line.about, *line.unless)))
        except re.error as error:
            raise document.fault(f"{line.id}: {error}", f"$[{n}]") from error
    return lines


class DeadlineClass(Struct, frozen=True, forbid_unknown_fields=True):
    """Working days after the day of filing; 0 is the same day."""

    accept: int
    contact: int
    resolve: int


class DayList(Struct, frozen=True, forbid_unknown_fields=True):
    """One year's exceptions: days off, and weekend days that are worked."""

    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()


@dataclass(frozen=True)
class Deadlines:
    """`due` counts working days; a year nobody knows has weekends only and is warned about once."""

    classes: Mapping[str, DeadlineClass]
    years: Mapping[int, DayList] = field(default_factory=dict)
    _warned: set[int] = field(default_factory=set, repr=False, compare=False)

    def due(self, name: str, at: datetime) -> dict[str, str]:
        """The work order's `due` {accept_by, contact_by, resolve_by}, RFC 3339, at the end of those days.

        at: aware, in the city's time zone. Raises KeyError for a class that does not exist.
        """
        days = self.classes[name]
        counts = {"accept_by": days.accept, "contact_by": days.contact, "resolve_by": days.resolve}
        return {key: self.end_of(at, count).isoformat() for key, count in counts.items()}

    def end_of(self, at: datetime, working_days: int) -> datetime:
        """23:59:59 of the nth working day after `at`; 0 is its own day, or the next working day."""
        day = at.date()
        while working_days > 0 or not self.is_working_day(day):
            day += timedelta(days=1)
            working_days -= self.is_working_day(day)
        return datetime.combine(day, time(23, 59, 59), at.tzinfo)

    def is_working_day(self, day: date) -> bool:
        own = self.years.get(day.year)
        if own:
            return day in own.workdays or (day.weekday() < _SATURDAY and day not in own.holidays)
        if self.knows(day.year):
            return worked(day)
        if day.year not in self._warned:
            self._warned.add(day.year)
            _log.warning("no holidays known for %d: deadlines count weekends only", day.year)
        return day.weekday() < _SATURDAY

    def knows(self, year: int) -> bool:
        """Whether the holidays of this year are known."""
        return year in self.years or known(year)


def load_deadlines(folder: Path) -> Deadlines:
    """deadlines.yaml and, when there is one, holidays.yaml. Raises ConfigError naming file and key."""
    classes = Document(folder / "deadlines.yaml").to(dict[str, DeadlineClass])
    own = folder / "holidays.yaml"
    return Deadlines(classes, Document(own).to(dict[int, DayList]) if own.exists() else {})


def _places(path: Path) -> tuple[Place, ...]:
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            rows = csv.reader(lines)
            header = tuple(next(rows, ()))
            if header != _COLUMNS:
                raise ConfigError(f"{path}:1: the columns are {', '.join(_COLUMNS)}")
            return tuple(_place(row, path, number) for number, row in enumerate(rows, 2))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"{path}: {error}") from error


def _place(row: list[str], path: Path, line: int) -> Place:
    if len(row) != len(_COLUMNS) or not (row[0].isdigit() and len(row[0]) in (6, 9)) or len(row[1]) < 2:
        raise ConfigError(f"{path}:{line}: adcode (6 or 9 digits), name, en are expected")
    return Place(adcode=row[0], name=row[1], en=row[2])
