"""Plays a Rasa server's API on loopback, well and badly. Shapes and statuses as Rasa 3.6.21 gave them, which
tests/nlu/test_rasa_real.py asks the real server for."""
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
TOKEN = "a-token-for-tests"


class RasaStandIn:
    """`bad` is given to every parse while it is set; `asked` are the texts that came."""

    def __init__(self) -> None:
        self.ranking: list[Mapping[str, Any]] = []
        self.model: str | None = "huiyin-0123456789ab.tar.gz"
        self.bad: Handler | None = None
        self.loads = "new"  # a model that it is told to load; "none": it then has none; "old": it keeps its own
        self.asked: list[str] = []
        self.held = asyncio.Event()
        self.held.set()

    @property
    def application(self) -> web.Application:
        made = web.Application(middlewares=[_token])
        made.add_routes([
            web.post("/model/parse", self._parse), web.get("/status", self._status), web.put("/model", self._load)])
        return made

    async def _parse(self, request: web.Request) -> web.StreamResponse:
        text = (await request.json())["text"]
        self.asked.append(text)
        await self.held.wait()
        if self.bad:
            return await self.bad(request)
        if self.model is None:
            return _conflict()
        first = self.ranking[0] if self.ranking else {"name": None, "confidence": 0.0}
        return web.json_response({
            "text": text, "intent": first, "entities": [], "text_tokens": [], "intent_ranking": self.ranking})

    async def _status(self, request: web.Request) -> web.Response:
        if self.model is None:
            return _conflict()
        return web.json_response({"model_file": self.model, "model_id": "0" * 32, "num_active_training_jobs": 0})

    async def _load(self, request: web.Request) -> web.Response:
        file = (await request.json())["model_file"]
        self.model = {"new": file.rpartition("/")[2], "none": None, "old": self.model}[self.loads]
        return web.Response(status=204)


def _conflict() -> web.Response:
    return web.json_response(
        {"version": "3.6.21", "status": "failure", "reason": "Conflict", "code": 409}, status=409)


@web.middleware
async def _token(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.query.get("token") != TOKEN:
        return web.json_response({"status": "failure", "reason": "NotAuthenticated", "code": 401}, status=401)
    return await handler(request)


@asynccontextmanager
async def rasa_stand_in() -> AsyncIterator[tuple[RasaStandIn, str]]:
    """It, and its address."""
    played = RasaStandIn()
    async with TestServer(played.application) as server:
        yield played, str(server.make_url("")).rstrip("/")
        played.held.set()
