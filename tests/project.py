"""The project's own templates, city and wording, read once a process: reading them takes longer than most tests."""
from __future__ import annotations

from functools import cache
from pathlib import Path

from gateway import city as cities
from gateway import templates
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.template import Template
from gateway.fields.city import City
from gateway.fields.registry import TYPES
from gateway.replies import Replies

ROOT = Path(__file__).resolve().parent.parent


@cache
def forms() -> tuple[Template, ...]:
    """Every complaint template, by file name."""
    return tuple(templates.load(ROOT / "templates/complaints", TYPES))


@cache
def catalog() -> Catalog:
    return Catalog.of(forms(), TYPES)


@cache
def city() -> City:
    return cities.load(ROOT / "city")


@cache
def replies() -> Replies:
    return Replies(ROOT / "templates/replies")
