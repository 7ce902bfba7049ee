"""Customer service spoilt: its callbacks at every layer, and the pages that the platform answers with.

The platform is no enemy, but a page holds what a thousand people wrote, and one of them must not cost the others.
"""
from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from channels.wechat.accounts import Account
from channels.wechat.kf import Puller
from channels.wechat.kf_client import KfClient
from channels.wechat.taking import Taker
from channels.wechat.wire import Keys
from simulators.wechat.crypto import Envelope, signature
from simulators.wechat.settings import kf
from tests.channels.wechat.fuzz_words import spoil, spoil_bytes, spoil_query, spoil_stamp
from tests.channels.wechat.house import Got, House

SEAT = kf("spoilt")
ACCOUNT = Account(Keys(SEAT.appid, SEAT.token, (SEAT.aes_key,)), kind="kf")
OPEN_KFID = "wk-12345"
NEWS = (
    f"<xml><ToUserName>{SEAT.appid}</ToUserName><CreateTime>1700000000</CreateTime><MsgType>event</MsgType>"
    f"<Event>kf_msg_or_event</Event><Token>T</Token><OpenKfId>{OPEN_KFID}</OpenKfId></xml>"
)
QUERIES = ("msg_signature", "timestamp", "nonce", "echostr", "signature")
MOST_MESSAGES = 30

COMMON = {"open_kfid": OPEN_KFID, "external_userid": "wm", "send_time": 1_700_000_000, "origin": 3}
MESSAGES: tuple[dict[str, Any], ...] = (
    {"msgtype": "text", "text": {"content": "路灯坏了 🙂", "menu_id": "1"}},
    {"msgtype": "image", "image": {"media_id": "M"}}, {"msgtype": "file", "file": {"media_id": "M"}},
    {"msgtype": "location", "location": {"latitude": 23.1, "longitude": 113.3, "name": "塔", "address": "海珠"}},
    {"msgtype": "link", "link": {"title": "题", "desc": "文", "url": "http://10.0.0.1/"}},
    {"msgtype": "event", "event": {"event_type": "enter_session", "external_userid": "wm", "scene_param": "t=noise"}},
    {"msgtype": "event", "event": {"event_type": "msg_send_fail", "external_userid": "wm", "fail_type": 4}},
    {"msgtype": "event", "event": {"event_type": "session_status_change", "external_userid": "wm", "change_type": 1}},
)
ODD: tuple[Any, ...] = (
    None, True, -1, 10**30, 1e308, 0.5, "", " ", "nan", "-inf", "9" * 400, "\ud83d", "\udcaf", "\x00", "\u202e", [], {},
    "好" * 3_000, "&" * 60, "a:b.c", [[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]], {"content": "x"}, ["x"], "2.0", "\ufffe",
)


def pulling(client: KfClient, house: House) -> Puller:
    return Puller(ACCOUNT, client, Taker(house.core, house.store.shared, house.clock), house.store.shared)


class Callbacks:
    """WeCom's side of /wechat/kf/{corpid}; each way spoils another layer, with everything outside it proved."""

    def __init__(self, chance: random.Random, house: House, http: aiohttp.ClientSession, url: str) -> None:
        self._chance, self._house, self._http = chance, house, http
        self._address = f"{url}/wechat/kf/{SEAT.appid}"
        self._envelope = Envelope(SEAT.aes_key, SEAT.appid)
        self.ways: Sequence[Callable[[], Awaitable[Got]]] = (
            self.news, self.inside, self.envelope, self.query, self.stamp, self.knock)

    async def news(self) -> Got:
        return await self._post(*self._proved(NEWS))

    async def inside(self) -> Got:
        return await self._post(*self._proved(spoil(self._chance, NEWS) or " "))

    async def envelope(self) -> Got:
        query, body = self._proved(NEWS)
        return await self._post(query, spoil_bytes(self._chance, spoil(self._chance, body.decode())))

    async def query(self) -> Got:
        query, body = self._proved(NEWS)
        return await self._post(spoil_query(self._chance, query, QUERIES), body)

    async def stamp(self) -> Got:
        return await self._post(*self._proved(NEWS, spoil_stamp(self._chance, self._moment())))

    async def knock(self) -> Got:
        sealed = self._envelope.seal("4211830518476423801")
        query = {**self._moment(), "echostr": sealed}
        query["msg_signature"] = signature(SEAT.token, query["timestamp"], query["nonce"], sealed)
        params = spoil_query(self._chance, query, QUERIES)
        async with self._http.get(self._address, params=params) as response:
            return Got(response.status, await response.text(), {})

    def _moment(self) -> dict[str, str]:
        return {"timestamp": str(int(self._house.clock.ms() / 1000)), "nonce": str(self._chance.randrange(10**10))}

    def _proved(self, document: str, moment: dict[str, str] | None = None) -> tuple[dict[str, str], bytes]:
        moment = moment or self._moment()
        sealed = self._envelope.seal(document.encode("utf-8", "replace").decode())
        signed = signature(SEAT.token, moment["timestamp"], moment["nonce"], sealed)
        return {**moment, "msg_signature": signed}, f"<xml><Encrypt>{sealed}</Encrypt></xml>".encode()

    async def _post(self, query: dict[str, str], body: bytes) -> Got:
        async with self._http.post(self._address, params=query, data=body) as response:
            return Got(response.status, await response.text(), {})


@dataclass
class Pages:
    """The platform's sync_msg. Most pages are whole and hold one good message, whose ids `good` keeps; the rest of
    the page is odd, and every sixth page is torn anywhere."""

    chance: random.Random
    good: list[str] = field(default_factory=list)
    torn: int = 0
    served: int = 0

    def page(self) -> bytes:
        self.served += 1
        if self.served % 6 == 0:
            self.torn += 1
            torn = self._page([self._odd(), self._odd()]).decode("utf-8", "replace")
            return spoil_bytes(self.chance, spoil(self.chance, torn))
        id_ = f"good{self.served}"
        said = {"msgid": id_, **COMMON, "external_userid": f"wm{self.served}", **MESSAGES[0]}
        messages = [self._odd() for _ in range(self.chance.randrange(MOST_MESSAGES))]
        messages.insert(self.chance.randint(0, len(messages)), json.dumps(said).encode())
        page = self._page(messages)
        self.good.append(id_)
        return page

    def _page(self, messages: list[bytes]) -> bytes:
        head = b'{"errcode":0,"errmsg":"ok","next_cursor":"c%d","has_more":0,"msg_list":[' % self.served
        return head + b",".join(messages) + b"]}"

    def _odd(self) -> bytes:
        """One message with a few of its members replaced, in bytes that are JSON and not always UTF-8."""
        message = {"msgid": f"odd{self.chance.random()}", **COMMON, **deepcopy(self.chance.choice(MESSAGES))}
        for _ in range(self.chance.randint(1, 3)):
            below = message
            name = self.chance.choice(list(below))
            while isinstance(below[name], dict) and below[name] and self.chance.random() < 0.8:
                below = below[name]
                name = self.chance.choice(list(below))
            below[name] = deepcopy(self.chance.choice(ODD))
        if self.chance.random() < 0.5:
            return json.dumps(message).encode()
        written = json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogatepass")
        return written.replace("坏".encode(), b"\xff") if self.chance.random() < 0.3 else written

    @asynccontextmanager
    async def served_at(self, port: int) -> AsyncIterator[None]:
        async def sync(_: web.Request) -> web.Response:
            return web.Response(body=self.page(), content_type="text/plain")

        async def token(_: web.Request) -> web.Response:
            return web.json_response({"errcode": 0, "access_token": "T", "expires_in": 7200})

        app = web.Application()
        app.add_routes([web.post("/cgi-bin/kf/sync_msg", sync), web.get("/cgi-bin/gettoken", token)])
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        try:
            yield
        finally:
            await runner.cleanup()
