"""One profile, our routes, and a provider that answers as told."""
from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from channels.sms.webhook import Profile, Webhook
from gateway.clock import RandomIds
from gateway.http import guard
from gateway.store.sqlite import SqliteStore
from tests.channels.sms.site import Core
from tests.clock import ManualClock

Made = Callable[[str, SqliteStore, ManualClock], Profile]  # the provider's address, the store, the time


@dataclass
class Provider:
    """What it was sent, and what it says: (status, body) in order, then the usual; status 0: it hangs up."""

    said: list[tuple[web.Request, str]] = field(default_factory=list)
    answers: list[tuple[int, str]] = field(default_factory=list)
    usual: tuple[int, str] = (500, "")

    async def answer(self, request: web.Request) -> web.Response:
        self.said.append((request, await request.text()))
        status, text = self.answers.pop(0) if self.answers else self.usual
        if not status and request.transport is not None:
            request.transport.abort()
        return web.Response(status=status or 500, text=text, content_type="application/json")


@dataclass
class Side:
    webhook: Webhook
    core: Core
    clock: ManualClock
    provider: Provider
    client: TestClient[web.Request, web.Application]

    async def call(self, path: str, body: str | bytes, headers: dict[str, str]) -> tuple[int, str]:
        async with self.client.post(path, data=body, headers=headers) as answer:
            return answer.status, await answer.text()


@asynccontextmanager
async def open_side(folder: Path, made: Made) -> AsyncIterator[Side]:
    clock, provider, core = ManualClock(), Provider(), Core()
    store = SqliteStore(folder / "s.db", clock, RandomIds())
    await store.open()
    away = web.Application()
    away.router.add_route("*", "/{path:.*}", provider.answer)
    try:
        async with TestServer(away) as server, aiohttp.ClientSession() as http:
            profile = made(str(server.make_url("")).rstrip("/"), store, clock)
            webhook = Webhook(profile, http, store.shared, core.hands, clock)
            app = web.Application(middlewares=[guard(lambda _: None)])
            app.router.add_routes(webhook.routes())
            async with TestClient(TestServer(app)) as client:
                yield Side(webhook, core, clock, provider, client)
    finally:
        await store.close()
