"""YAML files as data, with file and line for every fault. Leaf: every reader of data files uses it.

libyaml's parser where PyYAML brings it (all its wheels do): ten times the speed of the one in Python.
"""
from __future__ import annotations

import re
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from gateway.errors import ConfigError

T = TypeVar("T")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STEP = re.compile(r"\.([^.\[\]`]+)|\[(\d+)\]")


class Document:
    """One file, read: `data`, and the line of any path in it."""

    def __init__(self, path: Path, content: str | None = None) -> None:
        """`content` where the file was read before. Raises ConfigError."""
        self.path = path
        try:
            loader = _Loader(text(path) if content is None else content)
            self._node: yaml.Node | None = loader.get_single_node()
            self.data: Any = loader.construct_document(self._node) if self._node is not None else None
        except ValueError as error:  # the 30th of February
            raise ConfigError(f"{path}: {error}") from error
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise ConfigError(f"{path}:{line}: {error.problem}") from error
        except yaml.YAMLError as error:
            raise ConfigError(f"{path}: {error}") from error

    def fault(self, message: str, path: str = "") -> ConfigError:
        """The fault at a path such as `$.fields[3].type`, or at the one a msgspec message ends with."""
        return ConfigError(f"{self.path}:{self.line(path or message)}: {message}")

    def to(self, kind: type[T]) -> T:
        """As this type, strictly. Raises ConfigError naming the line."""
        try:
            return msgspec.convert(self.data, kind)
        except msgspec.ValidationError as error:
            raise self.fault(str(error)) from error

    def line_of(self, key: object) -> int:
        """Counted from 1: a key of the outermost mapping, whatever characters it has."""
        pairs = self._node.value if isinstance(self._node, yaml.MappingNode) else []
        return next((name.start_mark.line + 1 for name, _ in pairs if name.value == str(key)), 1)

    def line(self, path: str) -> int:
        """Counted from 1: the deepest node that the last path in the text leads to."""
        steps = path[path.rindex("$"):].partition("`")[0] if "$" in path else ""
        node, line = self._node, self._node.start_mark.line if self._node else 0
        for key, index in _STEP.findall(steps):
            node = _child(node, key, index)
            if node is None:
                break
            line = node.start_mark.line
        return line + 1


def text(path: Path) -> str:
    """The file's characters. Raises ConfigError."""
    try:
        return path.read_text("utf-8")
    except (OSError, ValueError) as error:  # ValueError: not UTF-8
        raise ConfigError(f"{path}: {error}") from error


def read(path: Path) -> Any:
    """The file's content. Raises ConfigError with file and line."""
    return Document(path).data


def _child(node: yaml.Node | None, key: str, index: str) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and index:
        return node.value[int(index)] if int(index) < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        return next((value for name, value in node.value if name.value == key), None)
    return None
