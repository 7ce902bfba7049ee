"""A hotline by text message for the journeys: the real gateway, a carrier played on loopback, phones.

Three ways lie between them: the carrier's own SMPP link, a bridge with signed webhooks, a real Kannel. A journey reads
the same on each: `citizen.says(…)` gives what the phone then shows.
"""
from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol
from uuid import uuid4

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from channels.sms import signing
from channels.sms.kannel_conf import KannelBox, Ports, Upstream, written
from gateway.app import Mind
from gateway.config_sms import Sms, SmsKannel, SmsSmpp, SmsWebhook
from simulators.smsc.carrier import Carrier
from simulators.smsc.kannel import KannelProcesses, running
from simulators.smsc.phone import Phone
from simulators.smsc.server import serve
from tests.channels.sms.kannel_site import free_ports
from tests.clock import ManualClock
from tests.journeys.hotline import PATIENCE_S, Given, Hotline
from tests.until import until

OURS, SIGN = "10612345", "市民热线"
SECRET, TOKEN = "a-secret-that-both-sides-know", "kannel-callback-token-0123456789abcdef"
Way = Literal["smpp", "webhook", "kannel"]


class Handset(Protocol):
    """What a citizen holds."""

    @property
    def texts(self) -> list[str]:
        """Shown so far, in order."""
        ...

    async def says(self, text: str) -> None:
        ...


@dataclass
class CarrierHandset:
    """Of the carrier's: whatever stands between it and the gateway."""

    phone: Phone

    @property
    def texts(self) -> list[str]:
        return self.phone.texts

    async def says(self, text: str) -> None:
        form = "single" if len(text.encode("utf-16-be")) <= 140 else "udh8"
        await self.phone.says(text, form)  # type: ignore[arg-type]


@dataclass
class Bridge:
    """A provider of somebody's own, that speaks the signed webhook both ways and reports what it delivered."""

    clock: ManualClock
    http: aiohttp.ClientSession
    hotline: str = ""
    shown: dict[str, list[str]] = field(default_factory=dict)

    async def sends(self, request: web.Request) -> web.Response:
        body = await request.read()
        headers = request.headers
        good = signing.generic(SECRET, headers["X-Sms-Timestamp"], headers["X-Sms-Nonce"], body)
        assert headers["X-Sms-Signature"] == good
        told = json.loads(body)
        self.shown.setdefault(told["to"], []).append(told["text"])
        await self.posts("status", {"id": told["id"], "status": "delivered"})
        return web.json_response({"id": f"bridge-{told['id']}"})

    async def posts(self, path: str, what: dict[str, str]) -> None:
        body, stamp, nonce = json.dumps(what).encode(), str(self.clock.ms() // 1000), uuid4().hex
        headers = {"X-Sms-Timestamp": stamp, "X-Sms-Nonce": nonce,
                   "X-Sms-Signature": signing.generic(SECRET, stamp, nonce, body)}
        async with self.http.post(f"{self.hotline}/sms/generic/{path}", data=body, headers=headers) as answer:
            assert answer.status == 200, await answer.text()


@dataclass
class BridgeHandset:
    bridge: Bridge
    number: str

    @property
    def texts(self) -> list[str]:
        return self.bridge.shown.setdefault(f"+{self.number}", [])

    async def says(self, text: str) -> None:
        await self.bridge.posts("mo", {"id": uuid4().hex, "from": self.number, "to": OURS, "text": text})


class Town:
    """The hotline, and one clock for it and the carrier; `opens` and `closes` as often as somebody likes."""

    clock: ManualClock
    hotline: Hotline
    handset: Callable[[str], Handset]
    carrier: Carrier
    kannel: KannelProcesses

    def __init__(self, clock: ManualClock, folder: Path, mind: Mind) -> None:
        self.clock, self.folder, self._mind = clock, folder, mind
        self._running, self._port = False, 0
        self._sms: tuple[Sms, ...] = ()

    async def opens(self, *sms: Sms) -> None:
        """Also again, after `closes`: a new process with the same data at the same address."""
        self._sms = sms or self._sms
        self.hotline = await Hotline.open(
            self.folder / "data", self._mind, Given(clock=self.clock, sms=self._sms, port=self._port))
        self._running, self._port = True, self.hotline.gateway.config.server.port

    async def closes(self) -> None:
        if self._running:
            self._running = False
            await self.hotline.close()

    def citizen(self, number: str) -> SmsCitizen:
        return SmsCitizen(self.handset(number))

    async def settles(self) -> None:
        """Until nothing is under way any more."""
        await until(self._idle)

    async def passes(self, seconds: float) -> None:
        await self.settles()
        self.clock.advance(seconds)

    async def _idle(self) -> bool:
        stats = await self.hotline.gateway.store.lanes.stats()
        return not any(lane.leased or lane.waiting for lane in stats.values())


class SmsCitizen:
    def __init__(self, handset: Handset) -> None:
        self.handset, self.read = handset, 0

    async def says(self, text: str) -> str:
        """The first thing that is shown behind it; what came unasked meanwhile is read first."""
        self.read = len(self.handset.texts)
        await self.handset.says(text)
        return await self.hears()

    async def hears(self) -> str:
        """The next thing that the phone shows."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.handset.texts) <= self.read:
                await asyncio.sleep(0.005)
        self.read += 1
        return self.handset.texts[self.read - 1]

    @property
    def unread(self) -> list[str]:
        return self.handset.texts[self.read:]


def number(receipt: str) -> str:
    """Of the case that this tells of."""
    found = re.search(r"WO-[0-9]{8}-[0-9A-Z]{10}", receipt)
    assert found, receipt
    return found[0]


def bound_to(carrier: Carrier) -> SmsSmpp:
    """Over the carrier's own link."""
    return SmsSmpp(name="smpp", numbers=(OURS,), sign=SIGN, host=carrier.host, port=carrier.port, system_id="hotline",
                   password="secret1", tps=500)


@asynccontextmanager
async def opened(folder: Path, mind: Mind, way: Way = "smpp") -> AsyncIterator[Town]:
    async with AsyncExitStack() as stack:
        town = Town(ManualClock(), folder, mind)
        stack.push_async_callback(town.closes)
        await WAYS[way](stack, town)
        yield town


async def _smpp(stack: AsyncExitStack, town: Town) -> None:
    town.carrier = await stack.enter_async_context(serve(town.clock))
    town.handset = lambda number: CarrierHandset(town.carrier.phone(number))
    await town.opens(bound_to(town.carrier))
    await until(lambda: town.carrier.bound)


async def _webhook(stack: AsyncExitStack, town: Town) -> None:
    bridge = Bridge(town.clock, await stack.enter_async_context(aiohttp.ClientSession()))
    town.handset = lambda number: BridgeHandset(bridge, number)
    app = web.Application()
    app.router.add_post("/send", bridge.sends)
    server = await stack.enter_async_context(TestServer(app))
    await town.opens(SmsWebhook(
        name="generic", numbers=(OURS,), sign=SIGN, url=str(server.make_url("/send")), secrets=(SECRET,)))
    bridge.hotline = town.hotline.url


async def _kannel(stack: AsyncExitStack, town: Town) -> None:
    """Returns when Kannel is bound to the carrier."""
    admin, boxes, sendsms = free_ports(3)
    carrier = town.carrier = await stack.enter_async_context(serve(town.clock))
    town.handset = lambda number: CarrierHandset(carrier.phone(number))
    kannel = SmsKannel(
        name="kannel", numbers=(OURS,), sign=SIGN, url=f"http://127.0.0.1:{sendsms}/cgi-bin/sendsms",
        username="gateway", password="send-password", tokens=(TOKEN,))
    await town.opens(kannel)
    folder = town.folder / "kannel"
    box = KannelBox(
        str(folder), Upstream(carrier.host, carrier.port, "hotline", "secret1", tps=500), OURS, kannel.username,
        kannel.password, "admin-password", f"{town.hotline.url}/sms/kannel/mo?token={TOKEN}",
        Ports(admin, boxes, sendsms), retry_s=1)
    town.kannel = await stack.enter_async_context(running(written(box), folder, boxes, sendsms))
    await until(lambda: carrier.bound, within_s=15.0)


WAYS = {"smpp": _smpp, "webhook": _webhook, "kannel": _kannel}
