"""Callbacks spoilt at every layer, with everything outside that layer proved: the tests' and bench's storm.

The gateway's side runs in one loop, whose stalls are measured; WeChat's side in another thread with a loop of its own,
since what the spoiling costs is not the gateway's time.
"""
from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp.test_utils import unused_port

from channels.wechat.calls import Place
from channels.wechat.kf import KfCallbacks, Puller
from channels.wechat.kf_client import KfClient, KfCredentials
from gateway.errors import SendError
from tests.channels.web.house import serve
from tests.channels.wechat.fuzz_kf import ACCOUNT, OPEN_KFID, SEAT, Callbacks, Pages, pulling
from tests.channels.wechat.fuzz_words import spoil, spoil_bytes, spoil_query, spoil_stamp, spoil_value
from tests.channels.wechat.house import MINI, OPEN, TOKEN, Got, House, Platform, open_house, platform, sign
from tests.channels.wechat.stalls import Stalls, watched
from tests.clock import SerialIds

AT_ONCE = 8
SEED = 20261123  # the order of the spoiling; what is reached in a time depends on the machine
PULL_S = 20.0

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "wire/wechat/vectors.json").read_text("utf-8"))["vectors"]
PUSHES = [vector["input"]["body"] for vector in VECTORS if vector["kind"] in ("message_xml", "message_json")]
QUERIES = ("signature", "timestamp", "nonce", "encrypt_type", "msg_signature", "echostr", "appid")

_SEALED = re.compile(r'Encrypt(?:><!\[CDATA\[|": ")([^\]"]*)')
Way = Callable[[], Awaitable[Got]]


class Fuzz:
    """Each way spoils another layer, with everything outside it proved."""

    def __init__(self, chance: random.Random, sealed: Platform, mini: Platform, plain: Platform) -> None:
        self._chance, self._sealed, self._mini, self._plain = chance, sealed, mini, plain
        self.ways: Sequence[Way] = (
            self.body, self.inside, self.value, self.envelope, self.query, self.stamp, self.knock)

    def _push(self) -> str:
        return str(self._chance.choice(PUSHES)).strip()

    async def body(self) -> Got:
        document = spoil(self._chance, self._push())
        return await self._plain.post(self._plain.query(), spoil_bytes(self._chance, document))

    async def inside(self) -> Got:
        return await self._to_any(spoil(self._chance, self._push()) or " ")

    async def value(self) -> Got:
        return await self._to_any(spoil_value(self._chance, self._push()))

    async def _to_any(self, document: str) -> Got:
        wechat = self._chance.choice((self._sealed, self._mini))
        return await wechat.post(*wechat.seal(document, wechat.query()))

    async def envelope(self) -> Got:
        query, body = self._sealed.seal(self._push(), self._sealed.query())
        return await self._sealed.post(query, spoil_bytes(self._chance, spoil(self._chance, body)))

    async def query(self) -> Got:
        query, body = self._sealed.seal(self._push(), self._sealed.query())
        return await self._sealed.post(spoil_query(self._chance, query, QUERIES), body)

    async def stamp(self) -> Got:
        """Any timestamp and nonce under good signatures."""
        query, body = self._sealed.seal(self._push(), self._sealed.query())
        stamp = spoil_stamp(self._chance, query)
        sealed = _SEALED.search(body)
        assert sealed, body
        signed = {
            "signature": sign(TOKEN, *stamp.values()), "msg_signature": sign(TOKEN, *stamp.values(), sealed[1])}
        return await self._sealed.post({**query, **stamp, **signed}, body)

    async def knock(self) -> Got:
        query = spoil_query(self._chance, {**self._sealed.query(), "echostr": "1"}, QUERIES)
        address = f"{self._sealed.house.url}/wechat/{self._sealed.appid}"
        async with self._sealed.http.get(address, params=query) as response:
            return Got(response.status, await response.text(), {})


@dataclass
class Target:
    """The gateway's side: the house, customer service's address, and the port at which it looks for the platform."""

    house: House
    kf_url: str
    port: int
    pulling: asyncio.Event = field(default_factory=asyncio.Event)
    taken: set[str] = field(default_factory=set)     # ids of what the core was given
    kinds: set[str] = field(default_factory=set)     # and its kinds, and those of what was noted
    refused: int = 0

    def take_note(self) -> None:
        """What the house was told is forgotten as it goes: its lists would be the largest thing in the process."""
        house = self.house
        self.taken |= {inbound.id for inbound in house.taken}
        self.kinds |= {type(inbound.content).__name__ for inbound in (*house.taken, *house.came)}
        self.kinds |= {type(push).__name__ for _, push in house.noted}
        self.refused += len(house.refusals)
        for kept in vars(house).values():
            if isinstance(kept, list | dict):
                kept.clear()


@dataclass
class Answers:
    """What the spoilt callbacks were answered: how often with which status, and every 5xx as it was."""

    statuses: dict[str, Counter[int]] = field(default_factory=lambda: {"official": Counter(), "kf": Counter()})
    faults: list[tuple[str, Got]] = field(default_factory=list)

    def note(self, callback: str, way: str, got: Got) -> None:
        self.statuses[callback][got.status] += 1
        if got.status >= 500:
            self.faults.append((f"{callback}: {way}", got))


@dataclass
class Found:
    """What became of a storm; `lost` are good messages that were on a page and did not come."""

    answers: Answers
    pages: Pages
    target: Target
    stalls: Stalls

    @property
    def lost(self) -> set[str]:
        """The last page may have been on its way when the storm ended."""
        return set(self.pages.good[:-1]) - self.target.taken


async def run(folder: Path, seconds: float) -> Found:
    """The whole storm on a house of its own. Raises whatever a pull raises that is no SendError."""
    async with _target(folder) as (target, puller), watched() as stalls:
        pulls = asyncio.create_task(_pull(target, puller))
        pages = Pages(random.Random(SEED))
        try:
            answers = await asyncio.to_thread(
                asyncio.run, _storm(target, pages, seconds, asyncio.get_running_loop()))
        finally:
            target.pulling.clear()
        await pulls
        return Found(answers, pages, target, stalls)


@asynccontextmanager
async def _target(folder: Path) -> AsyncIterator[tuple[Target, Puller]]:
    async def wanted(*_: str) -> None:
        pass

    async with open_house(folder) as house, aiohttp.ClientSession() as http:
        house.answers("好 ]]> 🙂")
        callbacks = KfCallbacks([ACCOUNT], wanted, house.clock)
        async with serve(list(callbacks.routes()), count=house.refusals.append) as url:
            target = Target(house, url, unused_port())
            place = Place(f"http://127.0.0.1:{target.port}", PULL_S)
            credentials = KfCredentials("spoilt", SEAT.appid, SEAT.secret, place)
            client = KfClient(credentials, http, house.store.shared, SerialIds(), lambda path, outcome: None)
            yield target, pulling(client, house)


async def _pull(target: Target, puller: Puller) -> None:
    """Page after page, while the platform is there."""
    await target.pulling.wait()
    while target.pulling.is_set():
        try:
            await puller.pull(OPEN_KFID)
        except SendError:
            continue  # a torn page; it is asked for again
        finally:
            target.take_note()


async def _storm(
    target: Target, pages: Pages, seconds: float, gateway: asyncio.AbstractEventLoop
) -> Answers:
    house, chance, answers = target.house, random.Random(SEED), Answers()
    async with (
        platform(house) as sealed, platform(house, MINI) as mini, platform(house, OPEN) as plain,
        pages.served_at(target.port),
    ):
        ways = [("official", way) for way in Fuzz(chance, sealed, mini, plain).ways]
        ways += [("kf", way) for way in Callbacks(chance, house, sealed.http, target.kf_url).ways]
        gateway.call_soon_threadsafe(target.pulling.set)
        async with asyncio.TaskGroup() as tasks:
            for first in range(AT_ONCE):
                tasks.create_task(_until(time.monotonic() + seconds, ways, first, answers))
        gateway.call_soon_threadsafe(target.pulling.clear)
    return answers


async def _until(end: float, ways: Sequence[tuple[str, Way]], turn: int, answers: Answers) -> None:
    while time.monotonic() < end:
        turn = (turn + 1) % len(ways)
        callback, way = ways[turn]
        answers.note(callback, way.__name__, await way())
