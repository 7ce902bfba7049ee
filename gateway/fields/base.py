"""What every field type offers, and what it is told. Pure: `now` and the city are handed in.

A type is one module with a singleton that has four verbs: `find` reads spans out of free text, `read` takes
a whole answer to the asked question, `validate` looks at a canonical value, `show` says it to a person.
Marking a valid value as invalid is the worse mistake: unknown shapes get a warning, not a refusal.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from gateway.fields.city import City

# Canonical values, as WIRE.md writes them into work orders, the API and events.
Value = str | int | float | bool | list[str]


class Words(Struct, frozen=True, forbid_unknown_fields=True):
    """A text in the two languages every prompt is authored in.

    sms  what is said instead where only text can be sent: no map point, no file
    """

    zh: str
    en: str
    sms: Words | None = None

    def of(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


class Option(Struct, frozen=True, forbid_unknown_fields=True):
    """One value of a choice field; aliases are further ways people write it, in any language.

    told  turns of phrase that mean it in a story, though nobody would answer with them nor speak of the form so:
          刹…不住, "sent … the wrong", "dump~" (fields/labels.py)
    """

    value: str
    label: Words
    aliases: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """Bounds a template may set on a field; None leaves the type's own. `home`: an address in another city warns."""

    min_length: int | None = None
    max_length: int | None = None
    min: float | None = None
    max: float | None = None
    max_items: int | None = None
    past_only: bool = False
    pattern: str | None = None
    home: bool = False


NO_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Context:
    """What a type may know about the outside.

    now      aware, in the city's time zone: the moment the message was received
    options  the template's choices (choice, choices)
    limits   the template's bounds
    district adcode (6 digits) of where an address lies that names no district; "" when nobody knows
    """

    now: datetime
    city: City
    language: str = "zh"
    options: tuple[Option, ...] = ()
    limits: Limits = NO_LIMITS
    district: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A value that was understood.

    value     canonical (see Value)
    warnings  codes below `warning.` of the reply catalogs; never a reason to refuse
    resolved  parsed parts beside it: {district, adcode, …} of an address, {start, end} of a period
    """

    value: Value
    warnings: tuple[str, ...] = ()
    resolved: Mapping[str, str | float] | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A value found in free text at text[start:end]; `role` when the words around it say one
    (`sender`, `receiver`, `place`, `merchant`, `affected`); `sure` is False where several types could claim it."""

    start: int
    end: int
    text: str
    reading: Reading
    role: str | None = None
    sure: bool = True


class FieldType(Protocol):
    name: str
    datatype: str  # Open311 GeoReport v2: string number datetime text singlevaluelist multivaluelist boolean

    def find(self, text: str, ctx: Context) -> list[Span]:
        """Non-overlapping spans in reading order; linear time, at most 10,000 characters are looked at."""
        ...

    def read(self, text: str, ctx: Context) -> Reading:
        """The whole text as the answer. Raises errors.Unreadable with a code of `problem.*`."""
        ...

    def validate(self, value: Value, ctx: Context) -> Reading:
        """A canonical value from a form or an old draft. Raises errors.Unreadable."""
        ...

    def show(self, value: Value, ctx: Context) -> str:
        """For people, in ctx.language."""
        ...
