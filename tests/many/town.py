"""A town with several gateways: real processes on one real Redis behind one balancer, WeChat and a carrier played.

The gateways understand nothing (`nlu.engine = "null"`, which starts in seconds): citizens pick the form themselves, and
everything behind that is as it always is.
"""
from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import aiohttp
import msgspec
from aiohttp import web

from bench.server import Server, free_port
from channels.sms import signing
from gateway.clock import RandomIds, SystemClock
from gateway.protocols import Records
from gateway.store.redis import RedisStore
from gateway.store.redis_link import Link
from gateway.transcripts import TranscriptLine
from simulators.wechat.platform import WeChat
from simulators.wechat.server import serve
from simulators.wechat.settings import AccountSettings, configuration, official
from tests.many.balancer import Balancer
from tests.redis_server import RedisServer
from tests.until import until

ACCOUNT: AccountSettings = official("town")
SECRET = "of-the-carrier-" * 3
NUMBER = "10690012345"
TPS = 20
SETTLE_S = 30.0

CONFIG = """
[server]
public_url = "{url}"
burst_hold_s = 0
leave_s = 0.5

[store]
url = "{redis}"
durability = "relaxed"

[data]
uploads = "{files}"

[nlu]
engine = "null"

[web]
messages_per_minute = 60000
per_address = 1000

[rating]
delay_s = 0.5
reminder_s = 1.0
quiet_hours = ""

[desk]
demo_password = "a-password-for-many"

[texting]
per_phone = 1000
in_all = 100000
a_day = 1000
gap_s = 0

[[sms]]
kind = "webhook"
profile = "generic"
name = "carrier"
numbers = ["{number}"]
sign_mode = "none"
url = "{carrier}"
secrets = ["{secret}"]
tps = {tps}

{wechat}
"""


class Carrier:
    """Of text messages, both ways. `sent`: by phone, what we sent it, in order; `at`: when, in seconds."""

    def __init__(self) -> None:
        self.sent: dict[str, list[str]] = defaultdict(list)
        self.ids: list[str] = []
        self.at: list[float] = []
        self._numbers = count(1)
        self._app = web.Application()
        self._app.router.add_post("/messages", self._take)
        self._runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=1.0)
        self.port = free_port()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/messages"

    async def start(self) -> None:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def close(self) -> None:
        await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        said = await request.json()
        self.at.append(time.monotonic())
        self.ids.append(said["id"])
        self.sent[said["to"]].append(said["text"])
        return web.json_response({"id": f"c{next(self._numbers)}"})


async def brings(http: aiohttp.ClientSession, url: str, phone: str, id_: str, text: str) -> bool:
    """The carrier hands a citizen's message over; whether it was taken. It comes again until it is."""
    body = msgspec.json.encode({"id": id_, "from": phone, "to": NUMBER, "text": text})
    stamp, nonce = str(int(time.time())), f"{time.monotonic_ns()}"
    headers = {
        "Content-Type": "application/json", "X-Sms-Timestamp": stamp, "X-Sms-Nonce": nonce,
        "X-Sms-Signature": signing.generic(SECRET, stamp, nonce, body),
    }
    try:
        async with http.post(f"{url}/sms/carrier/mo", data=body, headers=headers) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


@dataclass(slots=True)
class Town:
    folder: Path
    redis: RedisServer
    wechat: WeChat
    carrier: Carrier
    balancer: Balancer
    http: aiohttp.ClientSession
    gateways: list[Server] = field(default_factory=list)
    _n: int = 0

    @property
    def url(self) -> str:
        return self.balancer.url

    async def opens(self, n: int, **settings: str) -> list[Server]:
        """So many more gateways, once they are ready."""
        new = [self._gateway(settings) for _ in range(n)]
        self.gateways += new  # to be stopped with the town, whether or not all of them start
        await asyncio.gather(*(one.start() for one in new))
        self.balancer.ports = [one.port for one in self.gateways]
        await self.balancer.look()
        return new

    async def closes(self, gateway: Server) -> float:
        """SIGTERM; returns the seconds until it was gone."""
        began = time.monotonic()
        assert await gateway.stop() == 0
        self.gateways.remove(gateway)
        self.balancer.ports = [one.port for one in self.gateways]
        return time.monotonic() - began

    def _gateway(self, settings: dict[str, str]) -> Server:
        """With a data folder of its own and the town's configuration."""
        self._n += 1
        home = self.folder / f"gateway {self._n}"
        home.mkdir()
        file = home / "gateway.toml"
        file.write_text(CONFIG.format(
            url=self.url, redis=self.redis.url, files=self.folder / "files", number=NUMBER, carrier=self.carrier.url,
            secret=SECRET, tps=TPS, wechat=configuration([ACCOUNT], int(self.wechat.url.rpartition(":")[2])),
        ), "utf-8")
        return Server(home / "data", settings, config=file)

    def store(self) -> RedisStore:
        """The gateways' own, to look into."""
        return RedisStore(Link(self.redis.url, durability="relaxed"), SystemClock(), RandomIds())

    async def settles(self, store: RedisStore) -> None:
        """Until nothing waits for anything."""
        async def idle() -> bool:
            stats = await store.lanes.stats()
            return not any(lane.waiting or lane.leased for lane in stats.values())

        await until(idle, SETTLE_S, 0.05)


@asynccontextmanager
async def town(folder: Path) -> AsyncIterator[Town]:
    """Without a gateway yet."""
    redis, carrier, balancer = RedisServer(folder), Carrier(), Balancer()
    redis.start()
    await carrier.start()
    await balancer.start()
    async with serve([ACCOUNT], SystemClock()) as wechat, aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, force_close=True)
    ) as http:
        built = Town(folder, redis, wechat, carrier, balancer, http)
        wechat.account(ACCOUNT.name).reconfigure(callback=f"{built.url}/wechat/{ACCOUNT.appid}")
        try:
            yield built
        finally:
            await asyncio.gather(*(one.stop() for one in built.gateways))
            await balancer.close()
            await carrier.close()
            redis.stop()


async def spoken(records: Records, first: str) -> list[str]:
    """A citizen's lines as the transcripts have them, found by their first words, which nobody else has said."""
    return [line.text for line in await transcript(records, first) if line.sender == "citizen"]


async def transcript(records: Records, first: str) -> list[TranscriptLine]:
    """Both sides' lines of the conversation whose citizen began so."""
    for conversation in await ids(records, "conversation", "last"):
        lines: list[TranscriptLine] = []
        after = ""
        while batch := await records.find("transcript", "conversation", conversation, after=after, n=500):
            lines += [msgspec.json.decode(record.body, type=TranscriptLine) for record in batch]
            after = batch[-1].id
        if next((line.text for line in lines if line.sender == "citizen"), None) == first:
            return lines
    return []


async def ids(records: Records, kind: str, index: str) -> list[str]:
    return [record.id for record in await records.range(kind, index, 0, 1 << 62, n=1_000_000)]
