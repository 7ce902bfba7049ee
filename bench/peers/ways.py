"""How a citizen's words reach each bot and its reply comes back: one line for one citizen after the other."""
from __future__ import annotations

import json
from collections.abc import Mapping
from ipaddress import IPv4Address
from itertools import count
from typing import Any, Protocol
from zlib import crc32

import aiohttp
from yarl import URL

from bench.wechat_generator import ACCOUNT
from gateway.clock import SystemClock
from simulators.wechat.citizens import openid
from simulators.wechat.pushes import Composer
from simulators.wechat.sealing import BadAnswer, Sealer


class NoReplyError(Exception):
    """The bot refused, broke off, or had nothing to say."""


class Way(Protocol):
    """One citizen at a time."""

    async def begins(self, who: str) -> None: ...

    async def says(self, text: str) -> str:
        """The reply. Raises NoReplyError, aiohttp.ClientError, TimeoutError."""
        ...

    async def ends(self) -> None: ...


class RasaRest:
    """Rasa's REST channel: one POST, all replies of the turn in its answer."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http, self._url, self._who = http, URL(url) / "webhooks/rest/webhook", ""

    async def begins(self, who: str) -> None:
        self._who = who

    async def says(self, text: str) -> str:
        async with self._http.post(self._url, json={"sender": self._who, "message": text}) as answer:
            if answer.status != 200:
                raise NoReplyError(f"HTTP {answer.status}")
            said = [reply.get("text", "") for reply in await answer.json()]
        if not said:
            raise NoReplyError("an empty list of replies")
        return "\n".join(said)

    async def ends(self) -> None:
        self._who = ""


class _Socket:
    """A WebSocket for one citizen; the connection is part of what the bot has to do, but of no turn's time."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http, self._url = http, url
        self._socket: aiohttp.ClientWebSocketResponse

    async def ends(self) -> None:
        await self._socket.close()

    async def _next(self) -> str:
        message = await self._socket.receive()
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise NoReplyError("the socket was closed")
        return str(message.data)


class HuiyinWeb(_Socket):
    """Our web chat: `accepted` when the message is durable, then the reply out of the visitor's durable feed."""

    async def begins(self, who: str) -> None:
        # One address may open a session a second; citizens have addresses of their own, behind a balancer.
        headers = {"X-Forwarded-For": str(IPv4Address(0x0A000000 + crc32(who.encode()) % 2**24))}
        self._socket = await self._http.ws_connect(self._url + "/web/ws", headers=headers)
        await self._socket.send_str('{"type":"hello","language":"zh"}')
        await self._next()
        self._sent = count(1)

    async def says(self, text: str) -> str:
        id_ = f"m{next(self._sent)}"
        await self._socket.send_str(json.dumps({"type": "message", "id": id_, "text": text}))
        while True:
            frame: dict[str, Any] = json.loads(await self._next())
            if frame["type"] == "message" and frame.get("reply_to") == id_:
                return str(frame["text"])
            if frame["type"] == "error":
                raise NoReplyError(frame["code"])


class OpsdroidSocket(_Socket):
    """opsdroid's connector: a POST for the number of a socket, then texts both ways."""

    async def begins(self, who: str) -> None:
        async with self._http.post(self._url + "/connector/websocket") as answer:
            if answer.status != 200:
                raise NoReplyError(f"HTTP {answer.status}")
            self._number = json.loads(await answer.text())["socket"]
        self._socket = await self._http.ws_connect(f"{self._url}/connector/websocket/{self._number}")
        self._who = who

    async def says(self, text: str) -> str:
        await self._socket.send_str(json.dumps({"message": text, "user": self._who, "socket": self._number}))
        return await self._next()


class WeChat:
    """WeChat's push, signed and sealed, and the passive reply in its answer, opened and checked as WeChat does."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http, self._url = http, URL(url) / "wechat" / ACCOUNT.appid
        clock = SystemClock()
        self._composer, self._sealer, self._who = Composer(clock), Sealer(ACCOUNT, clock), ""

    async def begins(self, who: str) -> None:
        self._who = openid(ACCOUNT.appid, who)

    async def says(self, text: str) -> str:
        push = self._composer.message(self._who, "text", {"Content": text})
        letter = self._sealer.letter(push)
        url, headers = self._url.with_query(letter.query), {"Content-Type": letter.content_type}
        async with self._http.post(url, data=letter.body, headers=headers) as answer:
            body = await answer.read()
            if answer.status != 200:
                raise NoReplyError(f"HTTP {answer.status}")
        try:
            reply = self._sealer.read(body, push)
        except BadAnswer as wrong:
            raise NoReplyError(str(wrong)) from wrong
        if reply is None:
            raise NoReplyError("no passive reply")
        return reply.text

    async def ends(self) -> None:
        self._who = ""


WAYS: Mapping[str, type[RasaRest | HuiyinWeb | OpsdroidSocket | WeChat]] = {
    "rasa": RasaRest, "web": HuiyinWeb, "opsdroid": OpsdroidSocket, "wechat": WeChat,
}
