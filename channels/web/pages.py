"""The chat page, the page that a text message links to, their files and chat.js: read once at the start, served from
memory under names we chose."""
from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from aiohttp import web

from gateway.http import content_policy

STATIC = Path(__file__).with_name("static")
TYPES = {
    ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}

APART = frozenset({"index.html", "open.html", "chat.js"})  # served under names of their own


class Pages:
    """`embedders`: origins whose pages may frame the chat, [web] origins."""

    def __init__(self, embedders: Sequence[str] = ()) -> None:
        self._policy = content_policy(embedders)

    def routes(self) -> list[web.RouteDef]:
        page = _File(STATIC / "index.html", {"Content-Security-Policy": self._policy})
        # another site's page loads this one file: it must be allowed to, and it holds nothing secret
        embed = _File(STATIC / "chat.js", {"Cross-Origin-Resource-Policy": "cross-origin"})
        door = _File(STATIC / "open.html", {})
        rest = [
            web.get(f"/web/{path.name}", _File(path, {}).get)
            for path in sorted(STATIC.iterdir()) if path.suffix in TYPES and path.name not in APART
        ]
        return [web.get("/", page.get), web.get("/s", door.get), web.get("/chat.js", embed.get), *rest]


class _File:
    def __init__(self, path: Path, headers: dict[str, str]) -> None:
        self._body, self._type = path.read_bytes(), TYPES[path.suffix]
        self._tag = hashlib.sha256(self._body).hexdigest()[:16]
        self._headers = headers | {"Cache-Control": "no-cache"}

    async def get(self, request: web.Request) -> web.Response:
        """304 to whoever has this very version."""
        if any(tag.value == self._tag for tag in request.if_none_match or ()):
            response = web.Response(status=304, headers=self._headers)
        else:
            response = web.Response(body=self._body, content_type=self._type, charset="utf-8", headers=self._headers)
        response.etag = self._tag
        return response
