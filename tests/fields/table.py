"""The shape of a field type's table of cases (tests/fields/cases/<type>.py): one line per branch, real formats."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from gateway.city import load
from gateway.fields.base import NO_LIMITS, Context, Limits, Option, Value
from gateway.fields.city import City

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=ZoneInfo("Asia/Shanghai"))  # a Monday
Resolved = Mapping[str, str | float]


@cache
def guangzhou() -> City:
    return load(Path(__file__).parents[2] / "city")


def context(
    options: tuple[Option, ...] = (), limits: Limits = NO_LIMITS, language: str = "zh", now: datetime = NOW,
    district: str = "",
) -> Context:
    return Context(now, guangzhou(), language, options, limits, district)


@dataclass(frozen=True)
class Read:
    """This answer means that value; `district` is the context's."""

    text: str
    value: Value
    warnings: tuple[str, ...] = ()
    resolved: Resolved | None = None
    limits: Limits = NO_LIMITS
    district: str = ""


@dataclass(frozen=True)
class Refused:
    """This answer cannot be read, and this is what the citizen is told."""

    text: str
    code: str
    params: Mapping[str, str] | None = None
    limits: Limits = NO_LIMITS


@dataclass(frozen=True)
class Seen:
    """A span: the words, the value, the role; resolved parts that must be among the reading's."""

    words: str
    value: Value
    role: str | None = None
    warnings: tuple[str, ...] = ()
    resolved: Resolved | None = None


@dataclass(frozen=True)
class Found:
    """Exactly these spans stand in the text, in this order."""

    text: str
    spans: tuple[Seen, ...] = ()
    limits: Limits = NO_LIMITS


@dataclass(frozen=True)
class Shown:
    """What people see of a canonical value."""

    value: Value
    zh: str
    en: str


@dataclass(frozen=True)
class Checked:
    """A value from a form: what is stored, or the code of the refusal."""

    value: Value
    stored: Value | None = None
    code: str | None = None
    limits: Limits = NO_LIMITS


@dataclass(frozen=True)
class Table:
    read: tuple[Read, ...] = ()
    refused: tuple[Refused, ...] = ()
    found: tuple[Found, ...] = ()
    shown: tuple[Shown, ...] = ()
    checked: tuple[Checked, ...] = ()
    options: tuple[Option, ...] = ()
