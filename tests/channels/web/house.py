"""A web chat with a real store, a real server and a conversation that only echoes."""
from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import aiohttp
from aiohttp import web

from channels.web.chat import WebChannel
from channels.web.doors import allowed_origins
from channels.web.sessions import Sessions
from channels.web.visit import WebSettings
from gateway import http
from gateway.clock import RandomIds, SystemClock, to_ms
from gateway.errors import Unavailable
from gateway.messages import Choice, Inbound, Option, Outbound, Text, encode
from gateway.store.lanes import Outcome
from gateway.store.sqlite import SqliteStore

PUBLIC = "https://12345.example"
EMBEDDER = "https://www.city.example"
SETTINGS = WebSettings(origins=allowed_origins(PUBLIC, [EMBEDDER]), per_ms=1, burst=1000, typing_s=30)


def refused(code: str) -> None:
    """Nobody counts refusals here."""


@dataclass
class House:
    store: SqliteStore
    settings: WebSettings = SETTINGS
    replies: bool = True
    down: bool = False
    uploads: dict[tuple[str, str], str] = field(default_factory=dict)
    taken: list[Inbound] = field(default_factory=list)
    url: str = ""

    def __post_init__(self) -> None:
        self.clock = SystemClock()
        self.sessions = Sessions(self.store.shared, self.clock, RandomIds())
        self.channel = WebChannel(
            self.accept, self.store.shared, self.sessions, self.owned, self.clock, self.settings
        )

    async def accept(self, inbound: Inbound) -> Literal["new", "duplicate"]:
        if self.down:
            raise Unavailable("the disk is full")
        ingested = await self.store.lanes.ingest("in", inbound.conversation, inbound.id, encode(inbound))
        if ingested.outcome is Outcome.DUPLICATE:
            return "duplicate"
        self.taken.append(inbound)
        if self.replies:
            await self.say(inbound.conversation, echo(inbound), reply_to=inbound.id)
        return "new"

    async def owned(self, conversation: str, upload: str) -> str | None:
        return self.uploads.get((conversation, upload))

    async def say(self, conversation: str, text: str, **more: Any) -> str:
        """Put a message into a visitor's feed, as a turn does."""
        message = Outbound(id=uuid4().hex, at=to_ms(self.clock.now()), text=text, **more)
        await self.store.shared.feed_append(conversation, message.id, encode(message))
        return message.id


def echo(inbound: Inbound) -> str:
    content = inbound.content
    if isinstance(content, Text):
        return content.text
    return content.value if isinstance(content, Choice) else type(content).__name__


OPTIONS = (Option("yes", "是"), Option("no", "否"))


class Client:
    """A visitor's program: sends frames, remembers what came."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.session = ""

    async def send(self, **frame: Any) -> None:
        await self.socket.send_str(json.dumps(frame))

    async def next(self, kind: str | None = None) -> dict[str, Any]:
        """The next frame, or the next of a kind; a close is {"type": "closed", "code": …}."""
        async with asyncio.timeout(5):
            while True:
                message = await self.socket.receive()
                frame = (
                    json.loads(message.data) if message.type is aiohttp.WSMsgType.TEXT
                    else {"type": "closed", "code": self.socket.close_code}
                )
                if kind in (None, frame["type"]) or frame["type"] == "closed":
                    return dict(frame)

    async def hello(self, **more: Any) -> dict[str, Any]:
        await self.send(type="hello", **more)
        frame = await self.next()
        self.session = frame.get("session", "")
        return frame

    async def say(self, text: str, client_id: str | None = None) -> str:
        """Send a text and wait until it is stored."""
        client_id = client_id or str(uuid4())
        await self.send(type="message", id=client_id, text=text)
        assert (await self.next("accepted")) == {"type": "accepted", "id": client_id}
        return client_id


@asynccontextmanager
async def serve(routes: list[web.RouteDef], **options: Any) -> AsyncIterator[str]:
    """The application as the gateway serves it; yields its address."""
    app = web.Application(middlewares=[http.guard(options.pop("count", refused)), *options.pop("middlewares", [])])
    app.add_routes(routes)
    runner = http.runner(
        app, drain_s=1.0, headers_s=options.pop("headers_s", http.HEADERS_S),
        linger_s=options.pop("linger_s", http.LINGER_S))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def open_house(folder: Path, **settings: Any) -> AsyncIterator[House]:
    store = SqliteStore(folder / "chat.db", SystemClock(), RandomIds())
    await store.open()
    house = House(store, replace(SETTINGS, **settings))
    try:
        async with serve(list(house.channel.routes())) as url:
            house.url = url
            yield house
            await house.channel.close()
    finally:
        await store.close()


@asynccontextmanager
async def visit(house: House, **headers: str) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as http_client, http_client.ws_connect(
        f"{house.url}/web/ws", headers=headers, autoping=False
    ) as socket:
        yield Client(socket)
