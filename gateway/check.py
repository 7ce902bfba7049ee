"""`python -m gateway check`: every fault of the data files, each with file and line where there is one."""
from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
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

Look = Callable[[], object]  # raises ConfigError, a fault a line
COMPLAINTS, REPLIES = Path("templates/complaints"), Path("templates/replies")


def faults(root: Path, config: Config, now: datetime, more: Sequence[Look] = ()) -> list[str]:
    """One line a fault; empty when all is well. Configuration itself was read before.

    now   aware: examples such as "yesterday at 8pm" are read against it
    more  what the adapters' own data files need looked at (gateway/app.py)
    """
    folder = root / config.city.folder
    looks: list[Look] = [
        lambda: cities.load(folder),
        lambda: cities.load_deadlines(folder),
        lambda: templates.load(root / COMPLAINTS, TYPES),
        lambda: Replies(root / REPLIES),
    ]
    found = [line for look in looks for line in _faults(look)]
    if not found:  # a template is proofread with the city, the wording and the deadlines around it
        found = _proofread(root, folder, now)
    return found + [line for look in more for line in _faults(look)]


def proofread(root: Path, config: Config, now: datetime) -> list[Template]:
    """The templates, when neither they nor what they rely on has a fault. Raises ConfigError, a fault a line."""
    found = faults(root, config, now)
    if found:
        raise ConfigError("\n".join(found))
    return templates.load(root / COMPLAINTS, TYPES)


def _proofread(root: Path, folder: Path, now: datetime) -> list[str]:
    city, replies = cities.load(folder), Replies(root / REPLIES)
    local = now.astimezone(ZoneInfo(city.time_zone))
    classes = frozenset(cities.load_deadlines(folder).classes)
    reader = Proofreader(TYPES, city, classes, replies, local)
    return replies.gaps() + [
        line for document, template in templates.documents(root / COMPLAINTS, TYPES)
        for line in _of_template(reader, document, template)
    ]


def _of_template(reader: Proofreader, document: Document, template: Template) -> Iterator[str]:
    for path, problem in reader.findings(template):
        yield str(document.fault(problem, path))
    if not document.path.with_suffix(".cases.yaml").exists():
        yield f"{document.path}: no test conversations beside it ({template.id}.cases.yaml)"


def _faults(look: Look) -> list[str]:
    try:
        look()
    except ConfigError as error:
        return str(error).splitlines()
    return []
