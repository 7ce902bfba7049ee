"""Verified translations of masked texts: what differs in names and numbers only is translated once. Pure."""
from __future__ import annotations

from collections import OrderedDict

CHARACTERS = 2_000_000  # of texts and answers in all
Key = tuple[str, ...]


class Cache:
    """The least recently used go first."""

    def __init__(self, characters: int = CHARACTERS) -> None:
        self._room = characters
        self._kept: OrderedDict[Key, str] = OrderedDict()

    def get(self, key: Key) -> str | None:
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def put(self, key: Key, answer: str) -> None:
        self.drop(key)
        self._kept[key] = answer
        self._room -= _size(key, answer)
        while self._room < 0:
            self.drop(next(iter(self._kept)))

    def drop(self, key: Key) -> None:
        if (answer := self._kept.pop(key, None)) is not None:
            self._room += _size(key, answer)


def _size(key: Key, answer: str) -> int:
    return sum(map(len, key)) + len(answer)
