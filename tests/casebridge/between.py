"""A stretch of network between the gateway and a case system, on loopback: answers can be held back, or lost."""
from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web


@dataclass
class Between:
    """url: in place of the system's own.

    lose   answers to these methods are lost, one for each: the system did what was asked, nobody hears of it
    held   answers of POST wait for it
    asked  `POST /REST/2.0/ticket` and so on, in the order of their arrival
    """

    to: str
    http: aiohttp.ClientSession
    url: str = ""
    lose: deque[str] = field(default_factory=deque)
    held: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[str] = field(default_factory=list)

    async def pass_on(self, request: web.Request) -> web.Response:
        self.asked.append(f"{request.method} {request.path}")
        headers = {name: value for name, value in request.headers.items() if name not in ("Host", "Content-Length")}
        async with self.http.request(
            request.method, self.to + request.raw_path, data=await request.read(), headers=headers
        ) as answer:
            body = await answer.read()
        if self.lose and self.lose[0] == request.method:
            self.lose.popleft()
            assert request.transport is not None
            request.transport.abort()
        if request.method == "POST":
            await self.held.wait()
        passed = {name: answer.headers[name] for name in ("ETag", "Location", "Content-Type") if name in answer.headers}
        return web.Response(status=answer.status, body=body, headers=passed)


@asynccontextmanager
async def between(to: str) -> AsyncIterator[Between]:
    """Everything passes until the test says otherwise."""
    async with aiohttp.ClientSession(auto_decompress=False) as http:
        way = Between(to, http)
        way.held.set()
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", way.pass_on)
        serving = web.AppRunner(app)
        await serving.setup()
        site = web.TCPSite(serving, "127.0.0.1", 0)
        await site.start()
        way.url = f"http://127.0.0.1:{serving.addresses[0][1]}"
        try:
            yield way
        finally:
            way.held.set()
            await serving.cleanup()
