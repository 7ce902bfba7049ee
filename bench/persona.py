"""Simulated citizens as data: bench/personas/<template>.yaml, read strictly. Its README says what a persona is."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from gateway import yamls

FOLDER = Path(__file__).with_name("personas")
UNSEEN = FOLDER / "unseen"  # written by others than those who mend, nothing mended for them; no folder, no such set

Kind = Literal[
    "correction", "detour", "bad_value", "burst", "photo", "point", "identity", "extra", "changed_mind", "assent",
]


class Fact(Struct, frozen=True, forbid_unknown_fields=True):
    """What this person says when asked, and what the work order must then hold. A bare value in YAML is both."""

    say: str
    value: Any


class Quirk(Struct, frozen=True, forbid_unknown_fields=True):
    """What is done instead of the plain answer, the first time `at` is asked; several at one question follow in order.

    say      one message, or several in quick succession
    photo    how many pictures are sent
    point    latitude, longitude and label of a map point
    tap      an offered choice
    becomes  facts that are different from now on
    tells    facts that this message states beside the answer
    """

    at: str
    kind: Kind
    say: str | list[str] = ""
    photo: int = 0
    point: tuple[float, float, str] | None = None
    tap: str = ""
    becomes: dict[str, Any] = {}
    tells: list[str] = []

    @property
    def messages(self) -> list[dict[str, Any]]:
        """As the fields of frames; pictures are not among them."""
        texts = [self.say] if isinstance(self.say, str) else self.say
        sent: list[dict[str, Any]] = [{"text": text} for text in texts if text]
        if self.point is not None:
            lat, long, label = self.point
            sent.append({"location": {"lat": lat, "long": long, "label": label}})
        return sent


class Persona(Struct, frozen=True, forbid_unknown_fields=True):
    """One citizen with one matter.

    told    fields that the opening states already: nobody should ask for them
    silent  fields this person does not know or keeps back
    """

    name: str
    language: Literal["zh", "en"]
    opening: str | list[str]
    facts: dict[str, Any]
    told: list[str] = []
    silent: list[str] = []
    quirks: list[Quirk] = []
    template: str = ""

    @property
    def first_words(self) -> list[str]:
        return [self.opening] if isinstance(self.opening, str) else self.opening

    @property
    def known(self) -> dict[str, Fact]:
        return {name: fact(given) for name, given in self.facts.items()}


def fact(given: Any) -> Fact:
    """`{say: 上周三, value: "2026-11-18"}`, or a value that is said as it stands."""
    if isinstance(given, dict):
        return msgspec.convert({**given, "say": str(given["say"])}, Fact)  # 1299 is a number to YAML
    return Fact("" if isinstance(given, bool | list) else str(given), given)


def load(folder: Path = FOLDER) -> list[Persona]:
    """All personas by template. Raises ConfigError with file and line."""
    return [persona for path in sorted(folder.glob("*.yaml")) for persona in _read(path)]


def _read(path: Path) -> Iterator[Persona]:
    for persona in yamls.Document(path).to(list[Persona]):
        yield msgspec.structs.replace(persona, template=path.stem)
