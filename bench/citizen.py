"""A simulated citizen on the web chat who outlives the gateway: reconnects, replays, sends again what got no answer."""
from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import aiohttp

ANSWER_S = 600.0  # through every restart there may be
PAUSE_S = 0.05


@dataclass(slots=True)
class Reply:
    """One message of the gateway as its frame."""

    frame: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.frame["id"])

    @property
    def ask(self) -> str | None:
        ask: str | None = self.frame["ask"]
        return ask

    @property
    def choices(self) -> list[str]:
        return [choice["value"] for choice in self.frame["choices"]]

    @property
    def work_order(self) -> str | None:
        number: str | None = self.frame["work_order"]
        return number


@dataclass(slots=True)
class Citizen:
    """One visitor. `texts` are their messages in order, `said` the ids the gateway accepted, `heard` what it sent."""

    http: aiohttp.ClientSession
    url: str
    name: str
    language: str = "zh"
    session: str | None = None
    said: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    reconnects: int = 0
    _socket: aiohttp.ClientWebSocketResponse | None = None

    async def says(self, text: str) -> Reply:
        """Returns the reply to exactly this message, however often the connection breaks."""
        self.texts.append(text)
        return await self._exchange({"text": text})

    async def picks(self, value: str, to: str) -> Reply:
        self.texts.append(f"[{value}]")
        return await self._exchange({"choice": value, "to": to})

    async def leaves(self) -> None:
        """Closes the page; it is opened again with the next message."""
        if self._socket is not None:
            await self._socket.close()
            self._socket = None

    async def _exchange(self, what: dict[str, Any]) -> Reply:
        id_ = f"{self.name}-{len(self.texts)}"
        async with asyncio.timeout(ANSWER_S):
            while True:
                try:
                    return await self._once(id_, what)
                except (aiohttp.ClientError, ConnectionError, TypeError, TimeoutError):
                    # TypeError: aiohttp's receive_json on a closing frame
                    self._socket = None
                    self.reconnects += 1
                    await asyncio.sleep(PAUSE_S)

    async def _once(self, id_: str, what: dict[str, Any]) -> Reply:
        socket = self._socket or await self._connect()
        if id_ not in self.said[-1:]:
            await socket.send_json({"type": "message", "id": id_, **what})
        while True:
            frame = await socket.receive_json()
            match frame["type"]:
                case "accepted" if frame["id"] == id_:
                    self.said.append(id_)
                case "message":
                    self.heard.append(frame["id"])
                    if frame["reply_to"] == id_:
                        return Reply(frame)
                case "error" if frame["id"] == id_:
                    raise ConnectionError(frame["code"])

    async def _connect(self) -> aiohttp.ClientWebSocketResponse:
        socket = await self.http.ws_connect(self.url + "/web/ws", max_msg_size=0)
        after = self.heard[-1] if self.heard else None
        await socket.send_json(
            {"type": "hello", "session": self.session, "after": after, "language": self.language}
        )
        frame = await socket.receive_json()
        if frame["type"] != "welcome":
            raise ConnectionError(frame.get("code", "no welcome"))
        self.session, self._socket = frame["session"], socket
        return socket
