"""A played case system with its page, and somebody who hears its events in the gateway's place."""
from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from simulators.case import signing
from simulators.case.demo import Demo, shown
from simulators.case.server import Served, serve
from simulators.case.settings import EVENTS_SECRET, OPERATIONS_SECRET
from tests.clock import ManualClock

WO = "WO-20261123-4KX7P2M9QD"


@dataclass
class Site:
    clock: ManualClock
    served: Served
    page: str
    http: aiohttp.ClientSession
    heard: list[dict[str, Any]] = field(default_factory=list)

    async def operates(self, name: str, n: int = 1, wo: str = WO, **data: Any) -> tuple[int, str]:
        """As the gateway would; the status, and the case's number."""
        key = f"{wo}:{name}:{n}"
        body = json.dumps({"id": key, "type": f"huiyin.case.{name}", "subject": wo, "data": data}).encode()
        headers = signing.sign(OPERATIONS_SECRET, key, int(self.clock.now().timestamp()), body)
        url = f"{self.served.url}/operations"
        async with self.http.post(url, data=body, headers={"Idempotency-Key": key, **headers}) as answer:
            told = await answer.json() if answer.content_type == "application/json" else {}
            return answer.status, str(told.get("case_id", ""))

    async def posts(self, path: str, **said: Any) -> int:
        async with self.http.post(self.page + path, json=said) as answer:
            return answer.status

    async def state(self) -> dict[str, Any]:
        async with self.http.get(self.page + "state") as answer:
            told: dict[str, Any] = (await answer.json())["shown"]
            return told

    async def hear(self, request: web.Request) -> web.Response:
        body = await request.read()
        if signing.fault(EVENTS_SECRET, request.headers, body, self.clock.now().timestamp()):
            return web.Response(status=401)
        self.heard.append(json.loads(body))
        return web.Response(status=202)


@asynccontextmanager
async def open_site() -> AsyncIterator[Site]:
    clock, app = ManualClock(), web.Application()
    ears: list[Site] = []

    async def hear(request: web.Request) -> web.Response:
        return await ears[0].hear(request)

    app.router.add_post("/cases/events", hear)
    gateway = web.AppRunner(app)
    await gateway.setup()
    await web.TCPSite(gateway, "127.0.0.1", 0).start()
    try:
        url = f"http://127.0.0.1:{gateway.addresses[0][1]}"
        async with serve(clock, url) as served, shown(Demo(served, clock)) as page, aiohttp.ClientSession() as http:
            ears.append(Site(clock, served, page, http))
            yield ears[0]
    finally:
        await gateway.cleanup()
