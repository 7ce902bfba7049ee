"""Four small templates for the tests of the dialogue, and a city that knows the places they name."""
from __future__ import annotations

from pathlib import Path
from typing import Any

from gateway import yamls
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.draft import Dialogue
from gateway.dialogue.scene import Scene
from gateway.dialogue.template import Template, read
from gateway.dialogue.understood import Known, Understood
from gateway.fields.city import City
from gateway.fields.registry import TYPES
from gateway.messages import Text
from tests import project
from tests.dialogue.talker import NOW, Talker

FOLDER = Path(__file__).parent / "small"
HEAD = {"version": 1, "category": {"scheme": "test", "level1": {"code": "01", "label": "测试"}}, "skill": "consumer",
        "deadline": "normal"}
NOBODY = Known()


def document(name: str, **changes: object) -> dict[str, Any]:
    """A small template's document, with the common fields behind its own."""
    own, common = (yamls.read(FOLDER / f"{file}.yaml") for file in (name, "common"))
    return {**HEAD, **own, "fields": [*own["fields"], *common["fields"]], **changes}


PARCEL, BIKE, SHOP, GENERAL = (read(document(name)) for name in ("parcel", "bike", "shop", "general"))


def read_discreet() -> Template:
    """A form whose matter is not named outside it."""
    return read(document("general", id="quiet", discreet=True))


def city() -> City:
    return project.city()


def catalog(*templates: Template) -> Catalog:
    return Catalog.of(templates or (PARCEL, BIKE, SHOP, GENERAL), TYPES)


def parcel_version(version: int, **changes: object) -> Template:
    return read(document("parcel", version=version, **changes))


def talker(opens: str = "", language: str = "zh", known: Known = NOBODY, *templates: Template) -> Talker:
    return Talker(catalog(*templates), city(), opens=opens, language=language, known=known)


def scene(text: str = "", state: Dialogue | None = None, language: str = "zh") -> Scene:
    """A scene without a conversation before it, for the parts that need nothing else."""
    turn = Understood(Text(text), NOW, city(), text)
    return Scene(catalog(), state or Dialogue(language=language), turn)
