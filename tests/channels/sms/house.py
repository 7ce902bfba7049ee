"""The SMS channel on a real server, by the signed webhook: a bridge behind it, a core that keeps what it takes."""
from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from channels.sms import signing
from channels.sms.channel import SmsChannel
from channels.sms.ledger import Terms
from channels.sms.notes import Note, Wished
from channels.sms.sending import SmsSender, Voice
from channels.sms.signed import Signed, SignedSettings
from channels.sms.taking import Core, Limits, Remark, Standing, Taker
from channels.sms.webhook import Webhook
from gateway.clock import RandomIds
from gateway.errors import Unavailable
from gateway.http import guard
from gateway.messages import Inbound
from gateway.store.sqlite import SqliteStore
from tests.channels.sms.webhook_site import Provider
from tests.clock import ManualClock

PHONE, OURS, SECRET = "+8613800138000", "10612345", "a-secret-that-both-sides-know"
TERMS = Terms(ZoneInfo("Asia/Shanghai"))


@dataclass
class House:
    store: SqliteStore
    clock: ManualClock
    provider: Provider = field(default_factory=Provider)
    taken: list[Inbound] = field(default_factory=list)
    notes: dict[str, Note] = field(default_factory=dict)
    wishes: list[Wished] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    standing: Standing = field(default_factory=lambda: Standing(engaged=False, silent=False))
    down: bool = False
    taker: Taker = field(init=False)
    sender: SmsSender = field(init=False)
    channel: SmsChannel = field(init=False)
    client: TestClient[web.Request, web.Application] = field(init=False)

    def __post_init__(self) -> None:
        core = Core(self._accept, self._note, self._stands, self._wish, self.remarks.append)
        self.taker = Taker(core, self.store.shared, self.clock, (OURS,), Limits(per_phone=20, in_all=40))

    async def arrives(self, id_: str, text: str, sender: str = PHONE, to: str = OURS) -> int:
        """A citizen's message, as the bridge tells it; the status of our answer."""
        return await self.posts("mo", {"id": id_, "from": sender, "to": to, "text": text})

    async def posts(self, path: str, what: dict[str, str]) -> int:
        body, nonce = json.dumps(what).encode(), RandomIds().unique()
        stamp = str(self.clock.ms() // 1000)
        headers = {"X-Sms-Timestamp": stamp, "X-Sms-Nonce": nonce,
                   "X-Sms-Signature": signing.generic(SECRET, stamp, nonce, body)}
        async with self.client.post(f"/sms/generic/{path}", data=body, headers=headers) as answer:
            return answer.status

    async def _accept(self, inbound: Inbound) -> Literal["new", "duplicate"]:
        self._stands_up()
        if any((one.conversation, one.id) == (inbound.conversation, inbound.id) for one in self.taken):
            return "duplicate"
        self.taken.append(inbound)
        return "new"

    async def _note(self, conversation: str, id_: str, note: Note) -> None:
        self._stands_up()
        self.notes[f"{conversation} {id_}"] = note

    async def _stands(self, conversation: str) -> Standing:
        return self.standing

    async def _wish(self, conversation: str, wished: Wished) -> None:
        self._stands_up()
        self.wishes.append(wished)

    def _stands_up(self) -> None:
        if self.down:
            raise Unavailable("the disk is full")


@asynccontextmanager
async def open_house(folder: Path) -> AsyncIterator[House]:
    clock = ManualClock()
    store = SqliteStore(folder / "sms.db", clock, RandomIds())
    await store.open()
    house = House(store, clock)
    away = web.Application()
    away.router.add_route("*", "/{path:.*}", house.provider.answer)
    try:
        async with TestServer(away) as provider, aiohttp.ClientSession() as http:
            profile = Signed(SignedSettings(str(provider.make_url("/send")), (SECRET,), OURS), clock, RandomIds())
            webhook = Webhook(profile, http, store.shared, house.taker.hands, clock)
            house.channel = SmsChannel(webhook.routes())
            house.sender = SmsSender(webhook, store.shared, clock, Voice(TERMS, (OURS,), mode="none"))
            app = web.Application(middlewares=[guard(lambda _: None)])
            app.router.add_routes(house.channel.routes())
            async with TestClient(TestServer(app)) as house.client:
                yield house
    finally:
        await store.close()
