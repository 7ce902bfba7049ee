"""Photos, videos and documents. Canonical: a list of upload ids; the files themselves are gateway/uploads.py's.

`files` takes all three; images.py, video.py and document.py are the same for one kind.
"""
from __future__ import annotations

import re

from gateway.errors import Unreadable
from gateway.fields.base import Context, Reading, Span, Value, Words

MAX_FILES = 10
_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


class Files:
    """most: how many, where the template does not say; one, many: the words behind their number."""

    datatype = "multivaluelist"

    def __init__(self, name: str, most: int, one: Words, many: Words) -> None:
        self.name, self._most, self._one, self._many = name, most, one, many

    def find(self, text: str, ctx: Context) -> list[Span]:
        return []

    def read(self, text: str, ctx: Context) -> Reading:
        """Words are no file."""
        raise Unreadable(self.name)

    def validate(self, value: Value, ctx: Context) -> Reading:
        most = ctx.limits.max_items or self._most
        if not isinstance(value, list) or not value or not all(_ID.fullmatch(one) for one in value):
            raise Unreadable(self.name)
        ids = list(dict.fromkeys(value))
        if len(ids) > most:
            raise Unreadable("too_many", max=str(most))
        return Reading(ids)

    def show(self, value: Value, ctx: Context) -> str:
        n = len(value) if isinstance(value, list) else 1
        return f"{n} {(self._one if n == 1 else self._many).of(ctx.language)}"


TYPE = Files("files", MAX_FILES, Words("个文件", "file"), Words("个文件", "files"))
