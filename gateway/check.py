"""`python -m gateway check`: every fault of the data files, each with file and line where there is one."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from gateway import city as cities
from gateway import templates
from gateway.config import Config
from gateway.errors import ConfigError
from gateway.fields.registry import TYPES
from gateway.replies import Replies

Look = Callable[[], object]  # raises ConfigError, a fault a line


def faults(root: Path, config: Config, more: Sequence[Look] = ()) -> list[str]:
    """One line a fault; empty when all is well. Configuration itself was read before.

    more  what the adapters' own data files need looked at (gateway/app.py)
    """
    folder = root / config.city.folder
    looks: list[Look] = [
        lambda: cities.load(folder),
        lambda: cities.load_deadlines(folder),
        lambda: templates.load(root / "templates/complaints", TYPES),
        lambda: Replies(root / "templates/replies"),
        lambda: _deadlines(root, folder),
        *more,
    ]
    return [line for look in looks for line in _faults(look)]


def _faults(look: Look) -> list[str]:
    try:
        look()
    except ConfigError as error:
        return str(error).splitlines()
    return []


def _deadlines(root: Path, folder: Path) -> None:
    """Every template's deadline class stands in the city's data."""
    classes = cities.load_deadlines(folder).classes
    for template in templates.load(root / "templates/complaints", TYPES):
        if template.deadline not in classes:
            raise ConfigError(f"{template.id}.yaml: deadline {template.deadline} is not in {folder}")
