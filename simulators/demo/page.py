"""A demo page's own HTTP: the page with its files, what it shows, and what is done on it.

    GET  /demo/                      the page; its files under /demo/static/, those of every page under /demo/shared/
    GET  /demo/state?known=<digest>  everything it shows, or 204 where that is known; X-Clock tells the time

Writing needs `application/json`, which a foreign page cannot send here unasked.
"""
from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web

SHARED = Path(__file__).parent / "static"
POLICY = "default-src 'self'; img-src 'self' blob: data:; frame-ancestors 'none'"


def routes(folder: Path) -> list[web.AbstractRouteDef]:
    """The page whose index.html and files are in `folder`."""
    async def home(request: web.Request) -> web.Response:
        raise web.HTTPFound("/demo/")

    async def page(request: web.Request) -> web.FileResponse:
        return web.FileResponse(folder / "index.html", headers={"Content-Security-Policy": POLICY})

    return [
        web.get("/", home), web.get("/demo/", page), web.static("/demo/static", folder),
        web.static("/demo/shared", SHARED),
    ]


def state(request: web.Request, shown: Mapping[str, Any], now: datetime) -> web.Response:
    """`shown` with its digest, unless the page has it."""
    text = json.dumps(shown, ensure_ascii=False)
    digest = hashlib.sha256(text.encode()).hexdigest()
    clock = {"X-Clock": now.isoformat()}
    if request.query.get("known") == digest:
        return web.Response(status=204, headers=clock)
    return web.json_response(text=f'{{"digest": "{digest}", "shown": {text}}}', headers=clock)


async def read(request: web.Request) -> dict[str, Any]:
    """The object in the body. Raises HTTPUnsupportedMediaType, HTTPBadRequest."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    try:
        said = await request.json()
    except ValueError as wrong:
        raise web.HTTPBadRequest(text="not JSON") from wrong
    if not isinstance(said, dict):
        raise web.HTTPBadRequest(text="an object is expected")
    return said
