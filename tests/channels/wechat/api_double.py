"""The platform's API as these tests need it: a real server that grants tokens, says what it is told to, notes all.

It knows nothing of our client. `simulators/wechat` plays the whole platform; here only the calls are looked at.
"""
from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

SECRET = "s3cret-of-the-account"
OK = {"errcode": 0, "errmsg": "ok"}
GRANTING = ("/cgi-bin/stable_token", "/cgi-bin/gettoken")
OPEN = (*GRANTING, "/sns/jscode2session", "/sns/oauth2/access_token")  # asked with the secret, not with a token

Trouble = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Seen:
    """One request as it came in."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes
    media_type: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Platform:
    url: str = ""
    lasts_s: int = 7200
    valid: set[str] = field(default_factory=set)
    granted: list[str] = field(default_factory=list)
    journal: list[Seen] = field(default_factory=list)
    says: dict[str, Any] = field(default_factory=dict)          # path → the answer to a call that is let through
    trouble: dict[str, deque[Trouble]] = field(default_factory=lambda: defaultdict(deque))
    effects: int = 0                                            # calls that were carried out

    def calls(self, path: str) -> list[Seen]:
        return [seen for seen in self.journal if seen.path.endswith(path)]

    def last(self, path: str) -> Seen:
        return self.calls(path)[-1]

    def troubles(self, path: str, *more: Trouble, times: int = 1) -> None:
        self.trouble[path].extend(more * times)

    def refuses(self, path: str, code: int, errmsg: str = "no rid: 6123abcd-0001-beef", times: int = 1) -> None:
        self.troubles(path, says({"errcode": code, "errmsg": errmsg}), times=times)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.journal.append(Seen(request.method, request.path, dict(request.query), body, request.content_type))
        if self.trouble[request.path]:
            return await self.trouble[request.path].popleft()(request)
        if request.path in GRANTING:
            return web.json_response(self._grant())
        if request.path not in OPEN and request.query.get("access_token") not in self.valid:
            return await says({"errcode": 40001, "errmsg": "invalid credential rid: 1-2"})(request)
        self.effects += 1
        said = self.says.get(request.path, OK)
        return await says(said)(request) if isinstance(said, dict) else await said(request)

    def _grant(self) -> dict[str, Any]:
        token = f"TOKEN-{len(self.granted)}-kept-secret"
        self.granted.append(token)
        self.valid.add(token)
        return {"errcode": 0, "errmsg": "ok", "access_token": token, "expires_in": self.lasts_s}


def says(answer: dict[str, Any]) -> Trouble:
    """JSON as text/plain, as the platform often sends it."""
    return sends(json.dumps(answer, ensure_ascii=False).encode(), "text/plain")


def sends(body: bytes, media_type: str, status: int = 200) -> Trouble:
    async def send(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type=media_type, status=status)

    return send


async def resets(request: web.Request) -> web.Response:
    """The line breaks before there is an answer."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def hangs(request: web.Request) -> web.Response:
    await asyncio.Event().wait()
    raise AssertionError("nobody ends the wait")


async def breaks_off(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "100", "Content-Type": "application/json"})
    await response.prepare(request)
    await response.write(b'{"errcode": 0, "err')
    return await resets(request)


@asynccontextmanager
async def platform() -> AsyncIterator[Platform]:
    double = Platform()
    app = web.Application(client_max_size=32 * 2**20)
    app.router.add_route("*", "/{path:.*}", double.answer)
    server = TestServer(app)
    await server.start_server(shutdown_timeout=0)
    double.url = str(server.make_url("/"))
    try:
        yield double
    finally:
        await server.close()
