"""The login of mini-programs against the simulated platform: the API once more, on the store of a running gateway."""
from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from channels.web.sessions import Sessions
from channels.wechat.calls import Place
from channels.wechat.client import Credentials, WeChatClient
from gateway.api.site import Api, Front
from gateway.protocols import MiniLogin
from gateway.uploads import Uploads
from nlu.null import NullKnowledge
from simulators.wechat.account import Account
from simulators.wechat.platform import WeChat
from simulators.wechat.settings import AccountSettings
from tests import project
from tests.api.hotline import Answer, Client
from tests.channels.web.house import serve
from tests.channels.web.site import nobody, nothing_dangerous, understand
from tests.clock import SerialIds
from tests.journeys.hotline import Hotline

LOGIN = "/api/login/wechat-mini"
PHONE = LOGIN + "/phone"


@dataclass(frozen=True)
class Person:
    """A platform's answer that the simulated one never gives."""

    openid: str
    number: str = ""

    async def mini_login(self, code: str) -> Person:
        return self

    async def phone(self, code: str) -> str:
        return self.number


@dataclass(frozen=True)
class Mini:
    """The logins at `url`, beside the hotline whose sessions they open."""

    hotline: Hotline
    url: str
    wechat: WeChat

    async def ask(self, path: str, body: Any, token: str = "", **headers: str) -> Answer:
        return await Client(self.hotline, token).ask("POST", path, body, url=self.url, **headers)

    def code(self, name: str, kind: Any = "login", account: str = "mini") -> str:
        """What WeChat gives the app on that person's phone."""
        known: Account = self.wechat.account(account)
        return known.codes.issue(kind, known.citizen(name).openid, known.clock.now())

    async def enters(self, name: str, **headers: str) -> Client:
        answer = await self.ask(LOGIN, {"code": self.code(name)}, **headers)
        assert answer.status == 200, answer
        return Client(self.hotline, answer.body["session"])

    async def tells(self, client: Client, name: str, phone: str) -> Answer:
        """The button is tapped and allowed."""
        self.wechat.account("mini").citizen(name).phone = phone
        return await self.ask(PHONE, {"code": self.code(name, "phone")}, client.token)


def clients(
    wechat: WeChat, settings: tuple[AccountSettings, ...], http: aiohttp.ClientSession, hotline: Hotline
) -> dict[str, MiniLogin]:
    place, shared = Place(wechat.url, 2.0), hotline.gateway.store.shared
    return {
        one.appid: WeChatClient(Credentials(one.appid, one.secret, place), http, shared, SerialIds(), lambda *_: None)
        for one in settings
    }


@asynccontextmanager
async def beside(hotline: Hotline, minis: Mapping[str, MiniLogin]) -> AsyncIterator[str]:
    """Its address."""
    gateway = hotline.gateway
    store = gateway.store
    front = Front(
        lanes=store.lanes, records=store.records, accept=gateway.intake.accept, catalog=project.catalog(),
        city=gateway.city, replies=project.replies(), clock=gateway.clock, ids=gateway.ids, seal=gateway.seal,
        danger=nothing_dangerous, minis=minis,
    )
    api = Api(
        front=front, visitors=Sessions(store.shared, gateway.clock, gateway.ids), staff=nobody,
        uploads=Uploads(gateway.blobs, store.records, gateway.clock, gateway.ids), templates={},
        knowledge=NullKnowledge(), understand=understand, access="staff", store=store.shared,
    )
    async with serve(api.routes(), middlewares=[api.middleware()]) as url:
        yield url
