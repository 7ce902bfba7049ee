"""The way to a case system, on loopback: it can be closed, answer in the system's place, and lose answers."""
from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

HOP = ("Host", "Content-Length", "Connection", "Transfer-Encoding")


@dataclass
class Way:
    """url: in place of the system's own.

    closed   nobody is let through, as if no server were there
    instead  (status, headers) that answer the next requests; the system hears nothing of them
    lost     how many answers do not come back: the system did what was asked
    held     an answer to anything but GET waits for it
    """

    to: str
    http: aiohttp.ClientSession
    runner: web.AppRunner
    site: web.TCPSite | None = None
    url: str = ""
    instead: deque[tuple[int, dict[str, str]]] = field(default_factory=deque)
    lost: int = 0
    held: asyncio.Event | None = None

    async def close(self) -> None:
        assert self.site is not None
        await self.site.stop()

    async def open(self) -> None:
        port = int(self.url.rpartition(":")[2]) if self.url else 0
        self.site = web.TCPSite(self.runner, "127.0.0.1", port, reuse_address=True)
        await self.site.start()
        self.url = f"http://127.0.0.1:{self.runner.addresses[0][1]}"

    async def pass_on(self, request: web.Request) -> web.Response:
        if self.instead:
            status, headers = self.instead.popleft()
            return web.Response(status=status, headers=headers)
        headers = {name: value for name, value in request.headers.items() if name not in HOP}
        async with self.http.request(
            request.method, self.to + request.raw_path, data=await request.read(), headers=headers
        ) as answer:
            body = await answer.read()
        if self.lost and request.method != "GET":
            self.lost -= 1
            assert request.transport is not None
            request.transport.abort()
        if self.held and request.method != "GET":
            await self.held.wait()
        passed = {name: value for name, value in answer.headers.items() if name not in HOP}
        return web.Response(status=answer.status, body=body, headers=passed)


@asynccontextmanager
async def way(to: str) -> AsyncIterator[Way]:
    async with aiohttp.ClientSession(auto_decompress=False) as http:
        app = web.Application()
        made = Way(to, http, web.AppRunner(app, shutdown_timeout=0.1))
        app.router.add_route("*", "/{path:.*}", made.pass_on)
        await made.runner.setup()
        try:
            await made.open()
            yield made
        finally:
            await made.runner.cleanup()
