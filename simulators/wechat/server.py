"""The HTTP server on loopback: every call is journalled, may meet a fault, and is answered as the platform answers.

Refusals are JSON with status 200. Every second answer is called text/plain, as the platform's often are; Chinese is not
escaped in it.
"""
from __future__ import annotations

import asyncio
import json
import secrets
import socket
import struct
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import cycle
from typing import Any

import aiohttp
from aiohttp import web

from gateway.clock import Clock
from simulators.wechat import api_kf, api_logins, api_messages
from simulators.wechat.account import Account
from simulators.wechat.calls import Blob, Call, Endpoint, Upload
from simulators.wechat.demo import Demo
from simulators.wechat.faults import Fault
from simulators.wechat.journal import Entry
from simulators.wechat.platform import WeChat
from simulators.wechat.refusals import Refusal
from simulators.wechat.settings import AccountSettings

LOOPBACK = "127.0.0.1"
MOST = 24 << 20
HTML = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
ENDPOINTS: dict[str, Endpoint] = {**api_logins.ENDPOINTS, **api_messages.ENDPOINTS, **api_kf.ENDPOINTS}
SECRETS = ("access_token", "secret", "corpsecret")     # not written into the journal


class Server:
    """Answers for one WeChat."""

    def __init__(self, wechat: WeChat) -> None:
        self._wechat = wechat
        self._content_types = cycle(("application/json", "text/plain"))

    def routes(self) -> list[web.RouteDef]:
        calls = [web.route(endpoint.method, path, self.answer) for path, endpoint in ENDPOINTS.items()]
        return [*calls, web.get("/videos/{media_id}", self.video)]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        raw, upload = await _read(request)
        fault = self._wechat.faults.take(request.path)
        early = await self._before(request, fault)
        if early is not None:
            self._note(request, raw, "?", f"fault: {fault.kind if fault else ''}")
            return early
        response, name, outcome = self._answered(request, raw, upload)
        self._note(request, raw, name, f"{outcome}, fault: {fault.kind}" if fault else outcome)
        return self._after(request, response, fault)

    # --- faults ---------------------------------------------------------------------------------------------

    async def _before(self, request: web.Request, fault: Fault | None) -> web.Response | None:
        """What a fault answers instead of the endpoint; None where the endpoint answers."""
        if fault is None:
            return None
        match fault.kind:
            case "errcode":
                return self._json(_refused(Refusal(fault.code)))
            case "cap":
                return self._json(_refused(Refusal(45009)))
            case "status":
                return web.Response(status=fault.status, text=HTML, content_type="text/html")
            case "html":
                return web.Response(text=HTML, content_type="text/html")
            case "delay":
                await asyncio.sleep(fault.seconds)
            case "hang":
                await self._wechat.faults.hang()
                return _reset(request)
            case "reset_before":
                return _reset(request)
            case "expire_tokens":
                for account in self._wechat.accounts.values():
                    account.tokens.revoke()
        return None

    def _after(self, request: web.Request, response: web.Response, fault: Fault | None) -> web.Response:
        match fault.kind if fault else None:
            case "reset_after":
                return _reset(request)
            case "truncate":
                text = response.text or ""
                return web.Response(text=text[:len(text) // 2], content_type=response.content_type)
        return response

    # --- the answer -----------------------------------------------------------------------------------------

    def _answered(self, request: web.Request, raw: bytes, upload: Upload | None) -> tuple[web.Response, str, str]:
        """The response, the account's name, and a word for the journal."""
        name = "?"
        try:
            account = self._account(request, raw)
            name = account.settings.name
            answer = ENDPOINTS[request.path].handler(self._call(account, request, raw, upload))
        except Refusal as refusal:
            return self._json(_refused(refusal)), name, str(refusal)
        if isinstance(answer, Blob):
            return _file(answer), name, f"{answer.content_type}, {len(answer.data)} bytes"
        return self._json(answer), name, "0 ok"

    def _call(self, account: Account, request: web.Request, raw: bytes, upload: Upload | None) -> Call:
        now = self._wechat.clock.now()
        account.count_call(request.path, now)
        return Call(account, request.path, now, request.query, raw, upload,
                    lambda push: self._wechat.post(account, push), self._wechat.url)

    async def video(self, request: web.Request) -> web.StreamResponse:
        """Where media/get says that a video is; no token is asked for."""
        for account in self._wechat.accounts.values():
            with suppress(Refusal):
                medium = account.media.find(request.match_info["media_id"], self._wechat.clock.now())
                return _file(Blob(medium.content_type, medium.data, medium.id[:16]))
        raise web.HTTPNotFound

    def _account(self, request: web.Request, raw: bytes) -> Account:
        """Whose call it is. Raises Refusal 40013 (appid), 41001, 40001, 40014, 42001 (access token)."""
        who = ENDPOINTS[request.path].who
        if who == "token":
            return self._by_token(request.query.get("access_token", ""), kf=request.path.startswith("/cgi-bin/kf/"))
        said: Any = request.query if who == "query" else _object(raw)
        appid = said.get("corpid" if request.path == "/cgi-bin/gettoken" else "appid")
        for account in self._wechat.accounts.values():
            if account.settings.appid == appid:
                return account
        raise Refusal(40013)

    def _by_token(self, token: str, *, kf: bool) -> Account:
        if not token:
            raise Refusal(41001)
        for account in self._wechat.accounts.values():
            if account.tokens.knows(token) and (account.settings.kind == "kf" or not kf):
                account.tokens.check(token, self._wechat.clock.now())
                return account
        raise Refusal(40014 if kf else 40001)

    def _json(self, answer: dict[str, Any]) -> web.Response:
        text = json.dumps(answer, ensure_ascii=False)
        return web.Response(text=text, content_type=next(self._content_types))

    def _note(self, request: web.Request, raw: bytes, account: str, outcome: str) -> None:
        said = {name: value for name, value in request.query.items() if name not in SECRETS}
        said |= {name: value for name, value in _object(raw).items() if name not in SECRETS}
        self._wechat.journal.write(Entry(self._wechat.clock.now(), "call", account, request.path, said, outcome))


def _refused(refusal: Refusal) -> dict[str, Any]:
    rid = f"{secrets.token_hex(4)}-{secrets.token_hex(4)}-{secrets.token_hex(4)}"
    return {"errcode": refusal.code, "errmsg": f"{refusal.words} rid: {rid}"}


def _file(blob: Blob) -> web.Response:
    disposition = f'attachment; filename="{blob.name}"'
    return web.Response(body=blob.data, content_type=blob.content_type, headers={"Content-Disposition": disposition})


def _object(raw: bytes) -> dict[str, Any]:
    try:
        said = json.loads(raw)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


async def _read(request: web.Request) -> tuple[bytes, Upload | None]:
    if not request.content_type.startswith("multipart/"):
        return await request.read(), None
    form = await request.post()
    part = form.get("media")
    if not isinstance(part, web.FileField):
        return b"", None
    return b"", Upload(part.content_type, part.file.read())


def _reset(request: web.Request) -> web.Response:
    """A TCP reset: what was written is dropped, the caller sees its connection die."""
    transport = request.transport
    if transport is not None:
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response()


@asynccontextmanager
async def serve(
    settings: Sequence[AccountSettings], clock: Clock, port: int = 0
) -> AsyncIterator[WeChat]:
    """The whole platform on http://127.0.0.1:`port` (0: any free one) while the block runs.

    Its demo page is at /demo/.
    """
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        wechat = WeChat(settings, clock, session)
        server = Server(wechat)
        app = web.Application(client_max_size=MOST)
        demo = Demo(wechat)
        app.router.add_routes([*server.routes(), *demo.routes()])
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, LOOPBACK, port).start()
        wechat.url = "http://{}:{}".format(*runner.addresses[0][:2])
        try:
            yield wechat
        finally:
            wechat.faults.clear()
            await demo.close()
            await wechat.close()
            await runner.cleanup()
