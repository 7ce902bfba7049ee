"""Gateways are stopped one after the other and new ones started, while people go on writing on every channel."""
from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import aiohttp

from bench.server import Server
from gateway.store.redis import RedisStore
from simulators.wechat.phone import Phone
from tests.many.people import Timed, files
from tests.many.town import ACCOUNT, Town, brings, ids, spoken
from tests.until import until

LONGEST_S = 8.0   # of an answer; a lease that is not handed back is over after ten
DRAIN_S = 20.0


@dataclass
class Writer:
    """Somebody on WeChat or with a plain phone; one message after the other, each answered before the next."""

    town: Town
    name: str
    texts: list[str] = field(default_factory=list)

    async def writes(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            self.texts.append(f"{self.name}第{len(self.texts)}句")
            await self.sends(self.texts[-1])
            await until(lambda: len(self.heard) == len(self.texts), 30.0)

    async def sends(self, text: str) -> None:
        raise NotImplementedError

    @property
    def heard(self) -> list[str]:
        raise NotImplementedError


@dataclass
class Follower(Writer):
    """On WeChat."""

    @property
    def phone(self) -> Phone:
        return self.town.wechat.phone(ACCOUNT.name, self.name)

    async def sends(self, text: str) -> None:
        delivery = await self.phone.says(text)
        assert not delivery.fault, delivery.fault

    @property
    def heard(self) -> list[str]:
        return [bubble.text for bubble in self.phone.citizen.bubbles if bubble.side != "citizen"]


@dataclass
class Texter(Writer):
    """With a plain phone; their carrier brings a message until it is taken."""

    async def sends(self, text: str) -> None:
        await until(lambda: brings(self.town.http, self.town.url, self.name, text, text), 30.0, 0.05)

    @property
    def heard(self) -> list[str]:
        return self.town.carrier.sent[self.name]


async def _files(citizen: Timed, orders: list[str], stopping: asyncio.Event) -> None:
    while not stopping.is_set():
        orders.append(await files(citizen, f"{citizen.name}{len(orders):08d}"))


async def test_a_rolling_restart_loses_repeats_and_disorders_nothing(running: Town, store: RedisStore) -> None:
    visitors = [Timed(running.http, running.url, f"7770{n}") for n in range(4)]
    writers = [
        *(Follower(running, f"follower{n}") for n in range(3)),
        *(Texter(running, f"+8613600000{n:03d}") for n in range(3)),
    ]
    orders: list[list[str]] = [[] for _ in visitors]
    known = await ids(store.records, "work_order", "created")
    stopping = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for visitor, theirs in zip(visitors, orders, strict=True):
            group.create_task(_files(visitor, theirs, stopping))
        for writer in writers:
            group.create_task(writer.writes(stopping))
        for gateway in running.gateways[:3]:
            assert await running.closes(gateway) < DRAIN_S
            await running.opens(1)
        stopping.set()
    await running.settles(store)
    for visitor in visitors:
        assert await spoken(store.records, visitor.texts[0]) == visitor.texts
        assert len(visitor.heard) == len(set(visitor.heard))
        assert max(visitor.took) < LONGEST_S
    assert sum(visitor.reconnects for visitor in visitors) >= 3  # they were told to come back, and went on
    for writer in writers:
        assert await spoken(store.records, writer.texts[0]) == writer.texts
        assert len(writer.heard) == len(writer.texts) > 3
    assert len(running.carrier.ids) == len(set(running.carrier.ids))
    told = [order for theirs in orders for order in theirs]
    assert len(told) > len(visitors)
    assert len(told) == len(set(told)) == len(await ids(store.records, "work_order", "created")) - len(known)
    assert set(told) <= set(await ids(store.records, "desk_case", "updated"))
    assert await store.lanes.dead() == []


async def test_who_leaves_says_so_before_anything_closes(running: Town) -> None:
    gateway = running.gateways[-1]
    page = await running.http.ws_connect(gateway.url + "/web/ws")
    await page.send_json({"type": "hello", "session": None, "after": None, "language": "zh"})
    assert (await page.receive_json())["type"] == "welcome"
    going = asyncio.create_task(running.closes(gateway))
    await until(lambda: _ready(running.http, gateway, 503))
    async with running.http.get(gateway.url + "/healthz") as answer:  # what comes all the same is served
        assert answer.status == 200
        assert answer.headers["Connection"] == "close"
    await page.send_json({"type": "message", "id": "late", "text": "您好"})
    async for frame in page:
        if frame.json()["type"] == "accepted":
            break
    async for _ in page:
        pass
    assert page.close_code == 1001
    assert await going < DRAIN_S


async def _ready(http: aiohttp.ClientSession, gateway: Server, status: int) -> bool:
    async with http.get(gateway.url + "/readyz") as answer:
        return answer.status == status
