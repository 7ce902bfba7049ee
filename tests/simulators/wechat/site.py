"""A gateway of the tests' own: it takes what WeChat pushes and answers what it is told to; and a caller of the API."""
from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from simulators.wechat import xml
from simulators.wechat.account import Account
from simulators.wechat.crypto import Envelope, signature
from simulators.wechat.platform import WeChat
from simulators.wechat.server import serve
from simulators.wechat.settings import AccountSettings, kf, mini, official
from tests.clock import ManualClock

ACCOUNTS = (official("hotline"), mini("mini"), kf("seat"))


@dataclass(frozen=True)
class Received:
    query: Mapping[str, str]
    body: bytes
    content_type: str


@dataclass
class Site:
    """WeChat and a gateway it pushes to. `answer` is what that says, or a status; unset, `hold` keeps it waiting."""

    wechat: WeChat
    clock: ManualClock
    session: aiohttp.ClientSession
    received: list[Received] = field(default_factory=list)
    answer: Callable[[Received], bytes | int] = lambda received: b"success"
    hold: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def hotline(self) -> Account:
        return self.wechat.account("hotline")

    def answers(self, answer: bytes | int) -> None:
        """This, from here on."""
        self.answer = lambda received: answer

    async def callback(self, request: web.Request) -> web.Response:
        if request.method == "GET":
            return web.Response(text=request.query["echostr"])
        received = Received(dict(request.query), await request.read(), request.content_type)
        self.received.append(received)
        await self.hold.wait()
        answer = self.answer(received)
        return web.Response(status=answer) if isinstance(answer, int) else web.Response(body=answer)

    # --- the API --------------------------------------------------------------------------------------------

    async def ask(self, path: str, body: object = None, **query: str) -> dict[str, Any]:
        """GET without a body, POST with one; the JSON of the answer."""
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body, ensure_ascii=False).encode()
        async with self.session.request("GET" if raw is None else "POST", self.wechat.url + path, params=query,
                                        data=raw) as response:
            said: dict[str, Any] = json.loads(await response.read())
            return said

    async def token(self, name: str = "hotline") -> str:
        settings = self.wechat.account(name).settings
        if settings.kind == "kf":
            said = await self.ask("/cgi-bin/gettoken", corpid=settings.appid, corpsecret=settings.secret)
        else:
            said = await self.ask("/cgi-bin/stable_token", {
                "grant_type": "client_credential", "appid": settings.appid, "secret": settings.secret})
        return str(said["access_token"])

    async def call(self, path: str, body: object = None, account: str = "hotline", **query: str) -> dict[str, Any]:
        """With an access token of the account."""
        return await self.ask(path, body, access_token=await self.token(account), **query)

    async def code(self, path: str, body: object = None, account: str = "hotline", **query: str) -> int:
        """The errcode alone; 0 where the answer has none."""
        return int((await self.call(path, body, account, **query)).get("errcode", 0))


def unsealed(settings: AccountSettings, body: bytes) -> dict[str, Any]:
    """The fields of an encrypted XML push."""
    return xml.read(Envelope(settings.aes_key, settings.appid).open(xml.read(body)["Encrypt"]).encode())


def text_reply(settings: AccountSettings, openid: str, text: str, *, seal: bool = True, **changes: object) -> bytes:
    """A passive reply as a gateway writes it; `changes` spoil its fields."""
    fields = {"ToUserName": openid, "FromUserName": settings.original_id, "CreateTime": 1, "MsgType": "text",
              "Content": text, **changes}
    as_json = settings.format == "json"
    written = json.dumps(fields) if as_json else xml.write(fields)
    if not seal:
        return written.encode()
    sealed = Envelope(settings.aes_key, settings.appid).seal(written)
    outer = {"Encrypt": sealed, "MsgSignature": signature(settings.token, "1", "n", sealed), "TimeStamp": 1,
             "Nonce": "n"}
    return (json.dumps(outer) if as_json else xml.write(outer)).encode()


@asynccontextmanager
async def open_site() -> AsyncIterator[Site]:
    clock = ManualClock()
    async with serve(ACCOUNTS, clock) as wechat, aiohttp.ClientSession() as session:
        site = Site(wechat, clock, session)
        site.hold.set()
        app = web.Application(client_max_size=4 << 20)
        app.router.add_route("*", "/callback", site.callback)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        for account in wechat.accounts.values():
            account.reconfigure(callback="http://{}:{}/callback".format(*runner.addresses[0][:2]))
        try:
            yield site
        finally:
            site.hold.set()
            await runner.cleanup()
