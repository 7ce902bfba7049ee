"""`python -m gateway check`: every fault of the data files, each with file and line where there is one."""
from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from gateway import city as cities
from gateway import templates
from gateway.config import Config
from gateway.dialogue.template import Template
from gateway.errors import ConfigError
from gateway.fields.registry import TYPES
from gateway.proofreading import Proofreader
from gateway.replies import Replies
from gateway.yamls import Document

T = TypeVar("T")
Look = Callable[[], object]  # raises ConfigError, a fault a line
COMPLAINTS, REPLIES = Path("templates/complaints"), Path("templates/replies")


def faults(root: Path, config: Config, now: datetime, more: Sequence[Look] = ()) -> list[str]:
    """One line a fault; empty when all is well. Configuration itself was read before.

    now   aware: examples such as "yesterday at 8pm" are read against it
    more  what the adapters' own data files need looked at (gateway/app.py)
    """
    found, _ = _read(root, config, now)
    for look in more:
        _attempt(found, look)
    return found


def proofread(root: Path, config: Config, now: datetime) -> list[Template]:
    """The templates, when neither they nor what they rely on has a fault. Raises ConfigError, a fault a line."""
    found, forms = _read(root, config, now)
    if found:
        raise ConfigError("\n".join(found))
    return [template for _, template in forms]


def _read(root: Path, config: Config, now: datetime) -> tuple[list[str], list[tuple[Path, Template]]]:
    """A template is proofread with the city, the wording and the deadlines around it, when those can be read."""
    folder = root / config.city.folder
    found: list[str] = []
    city = _attempt(found, lambda: cities.load(folder))
    deadlines = _attempt(found, lambda: cities.load_deadlines(folder))
    replies = _attempt(found, lambda: Replies(root / REPLIES))
    forms = _attempt(found, lambda: templates.by_file(root / COMPLAINTS, TYPES)) or []
    if city and deadlines and replies:
        reader = Proofreader(
            TYPES, city, frozenset(deadlines.classes), replies, now.astimezone(ZoneInfo(city.time_zone)))
        found += replies.gaps()
        found += [line for file, template in forms for line in _of_template(reader, file, template)]
    return found, forms


def _of_template(reader: Proofreader, file: Path, template: Template) -> Iterator[str]:
    for path, problem in reader.findings(template):
        yield str(Document(file).fault(problem, path))
    if not file.with_suffix(".cases.yaml").exists():
        yield f"{file}: no test conversations beside it ({template.id}.cases.yaml)"


def _attempt(found: list[str], look: Callable[[], T]) -> T | None:
    """What the look returns; its faults go to `found`."""
    try:
        return look()
    except ConfigError as error:
        found += str(error).splitlines()
        return None
