"""The city's own templates, for tests of the dialogue that ask what it makes of real words."""
from __future__ import annotations

from pathlib import Path

from gateway.city import load as load_city
from gateway.dialogue.catalog import Catalog
from gateway.fields.registry import TYPES
from gateway.templates import load as load_templates

ROOT = Path(__file__).resolve().parents[2]
CATALOG = Catalog.of(load_templates(ROOT / "templates/complaints", TYPES), TYPES)
CITY = load_city(ROOT / "city")
