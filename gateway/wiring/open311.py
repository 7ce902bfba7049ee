"""Composition of the Open311 backend: our templates as its services, the city's mapping file, and its settings."""
from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

import aiohttp

from casebridge.calling import Caller, session
from casebridge.open311 import Open311
from casebridge.open311.backend import NAME, TOKEN_WAITS_S, Abilities
from casebridge.open311.client import Access, Client
from casebridge.open311.mapping import mapped
from casebridge.open311.news import News
from casebridge.open311.services import Catalogue, Form, FormField, definitions, listed, own
from casebridge.open311.submission import Manners
from casebridge.open311.survey import survey
from gateway import templates
from gateway.check import COMPLAINTS
from gateway.clock import Clock
from gateway.config import Config
from gateway.dialogue.template import Field, Template
from gateway.errors import ConfigError, SendError
from gateway.fields.registry import TYPES
from gateway.filing import APART
from gateway.observe import CASES_DROPPED
from gateway.wiring.addresses import address
from gateway.yamls import Document

SAMPLE = "open311.yaml"


def backend(
    config: Config, http: aiohttp.ClientSession, clock: Clock, given: Iterable[Template], folder: Path,
    zone: ZoneInfo,
) -> tuple[Open311, News]:
    """folder: of the city. Raises ConfigError."""
    settings, calls = config.casebridge.open311, client(config, http, clock)
    manners = Manners(settings.lists, settings.public, settings.nowhere)
    waits_s = [wait_s * config.casebridge.time_scale for wait_s in TOKEN_WAITS_S]
    abilities = Abilities(settings.lookup, settings.updates, settings.page, waits_s)
    made = Open311(calls, catalogue(config, given, folder), clock, _alarm, manners, abilities)
    return made, News(made, calls, clock, updates=settings.updates, zone=zone)


def _alarm(template: str) -> None:
    CASES_DROPPED.labels(NAME, template).inc()


def client(config: Config, http: aiohttp.ClientSession, clock: Clock) -> Client:
    """Raises ConfigError."""
    settings = config.casebridge.open311
    url = address("casebridge.open311.url", settings.url)
    access = Access(url, settings.api_key, settings.jurisdiction, settings.format, settings.reading_key)
    return Client(Caller(http, NAME, clock), access)


def catalogue(config: Config, given: Iterable[Template], folder: Path) -> Catalogue:
    """By the configured mapping file, or under our own codes. Raises ConfigError, a fault a line."""
    name = config.casebridge.open311.mapping
    forms = [form(template) for template in given]
    return mapped(Document(folder / name), forms) if name else own(forms)


def checked(config: Config, root: Path) -> None:
    """The configured mapping file, and the city's sample where there is one, against the templates as far as these can
    be read: `check` names their own faults. Raises ConfigError, a fault a line."""
    folder, forms = root / config.city.folder, _forms(root)
    names = {config.casebridge.open311.mapping} | ({SAMPLE} if (folder / SAMPLE).exists() else set())
    for name in sorted(names - {""}) if forms else ():
        mapped(Document(folder / name), forms)


def _forms(root: Path) -> list[Form]:
    try:
        return [form(template) for template in templates.load(root / COMPLAINTS, TYPES)]
    except ConfigError:
        return []


def form(template: Template) -> Form:
    """No field is required of the server: a form may be filed without a value that nobody could read."""
    return Form(
        template.id, template.title, template.description, template.category.level1.label,
        tuple(_field(field) for field in template.fields if field.id not in APART),
    )


def _field(field: Field) -> FormField:
    return FormField(field.id, field.label, field.help, TYPES[field.type].datatype, values=field.options)


async def compared(config: Config, given: Iterable[Template], folder: Path, clock: Clock) -> list[str]:
    """A line for everything in which the server's services do not fit what it would be sent. Raises ConfigError."""
    async with session() as http:
        try:
            return await survey(client(config, http, clock), catalogue(config, given, folder))
        except SendError as error:
            raise ConfigError(f"casebridge.open311: {error.why}") from error


def write(known: Catalogue, folder: Path) -> int:
    """`services.json` and `services/<code>.json`, as the server is to answer them; how many services there are."""
    (folder / "services").mkdir(parents=True, exist_ok=True)
    lines = listed(known)
    _write(folder / "services.json", lines)
    for definition in definitions(known):
        _write(folder / "services" / f"{quote(definition['service_code'], safe='')}.json", definition)
    return len(lines)


def _write(file: Path, document: object) -> None:
    file.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")
