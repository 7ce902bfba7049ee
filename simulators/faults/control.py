"""The proxy's switch over HTTP, for a proxy in a process of its own.

    GET /weather    {"weather": {…}, "befell": {…}}
    PUT /weather    fields of Weather; what is not named is as in calm weather
    POST /cut       every connection ends now: {"cut": n}
"""
from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
from aiohttp import web

from simulators.faults.proxy import HOST, FaultProxy
from simulators.faults.weather import Weather


class Control:
    def __init__(self, proxy: FaultProxy) -> None:
        self._proxy = proxy

    def application(self) -> web.Application:
        application = web.Application()
        application.add_routes([
            web.get("/weather", self._shown), web.put("/weather", self._turned), web.post("/cut", self._cut)])
        return application

    async def _shown(self, request: web.Request) -> web.Response:
        return web.json_response({"weather": msgspec.to_builtins(self._proxy.weather), "befell": self._proxy.befell})

    async def _turned(self, request: web.Request) -> web.Response:
        try:
            weather = msgspec.json.decode(await request.read(), type=Weather)
        except msgspec.MsgspecError as error:
            return web.json_response({"error": str(error)}, status=400)
        await self._proxy.turn(weather)
        return await self._shown(request)

    async def _cut(self, request: web.Request) -> web.Response:
        return web.json_response({"cut": self._proxy.cut()})


@asynccontextmanager
async def controlled(proxy: FaultProxy, port: int = 0) -> AsyncIterator[str]:
    """Gives the switch's address."""
    runner = web.AppRunner(Control(proxy).application(), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, port).start()
        yield f"http://{HOST}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
