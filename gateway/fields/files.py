"""Photos, videos and documents. Canonical: a list of upload ids; the files themselves are gateway/uploads.py's."""
from __future__ import annotations

import re

from gateway.errors import Unreadable
from gateway.fields.base import Context, Reading, Span, Value

MAX_FILES = 10
_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


class Files:
    name = "files"
    datatype = "multivaluelist"

    def find(self, text: str, ctx: Context) -> list[Span]:
        return []

    def read(self, text: str, ctx: Context) -> Reading:
        """Words are no file."""
        raise Unreadable("files")

    def validate(self, value: Value, ctx: Context) -> Reading:
        most = ctx.limits.max_items or MAX_FILES
        if not isinstance(value, list) or not value or not all(_ID.fullmatch(one) for one in value):
            raise Unreadable("files")
        ids = list(dict.fromkeys(value))
        if len(ids) > most:
            raise Unreadable("too_many", max=str(most))
        return Reading(ids)

    def show(self, value: Value, ctx: Context) -> str:
        n = len(value) if isinstance(value, list) else 1
        if ctx.language == "zh":
            return f"{n} 个文件"
        return "1 file" if n == 1 else f"{n} files"


TYPE = Files()
