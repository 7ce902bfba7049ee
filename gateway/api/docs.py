"""GET /openapi.json, and /docs: a page of our own that shows it, without anything from elsewhere."""
from __future__ import annotations

from pathlib import Path

from aiohttp import web

from gateway.api.contract import FILE

_STATIC = Path(__file__).with_name("static")
_FILES = {
    "/openapi.json": (FILE, "application/json"),
    "/docs": (_STATIC / "docs.html", "text/html"),
    "/docs/docs.css": (_STATIC / "docs.css", "text/css"),
    "/docs/docs.js": (_STATIC / "docs.js", "text/javascript"),
}


def routes() -> list[web.RouteDef]:
    return [web.get(path, _Page(file, kind).get) for path, (file, kind) in _FILES.items()]


class _Page:
    def __init__(self, file: Path, content_type: str) -> None:
        self._body, self._type = file.read_bytes(), content_type

    async def get(self, request: web.Request) -> web.Response:
        return web.Response(body=self._body, content_type=self._type, charset="utf-8")
