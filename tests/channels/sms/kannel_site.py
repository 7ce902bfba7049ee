"""The whole way: our callbacks, a real Kannel, the simulated carrier, phones."""
from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from aiohttp import web

from channels.sms.gate import Door
from channels.sms.kannel import Kannel, KannelSettings
from channels.sms.kannel_conf import KannelBox, Ports, Upstream, written
from channels.sms.traffic import Hands
from gateway.clock import RandomIds, SystemClock
from gateway.http import guard, runner
from gateway.store.sqlite import SqliteStore
from simulators.smsc.carrier import Carrier
from simulators.smsc.kannel import KannelProcesses, running
from simulators.smsc.server import serve
from tests.channels.sms.site import OURS, Core
from tests.until import until

TOKEN = "kannel-callback-token-0123456789abcdef"
REDIS = "/usr/bin/redis-server"     # tools/kannel.sh


@dataclass
class Gateway:
    """Our side: routes on a port of its own, and the way out."""

    kannel: Kannel
    port: int
    running: web.AppRunner | None = None

    async def up(self) -> None:
        app = web.Application(middlewares=[guard(lambda _: None)])
        app.router.add_routes(self.kannel.routes())
        self.running = runner(app, drain_s=0.1)
        await self.running.setup()
        await web.TCPSite(self.running, "127.0.0.1", self.port, reuse_address=True).start()

    async def down(self) -> None:
        if self.running is not None:
            await self.running.cleanup()
            self.running = None


@dataclass
class Whole:
    carrier: Carrier
    core: Core
    gateway: Gateway
    processes: KannelProcesses


def free_ports(n: int) -> list[int]:
    taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(n)]
    ports: list[int] = [one.getsockname()[1] for one in taken]
    for one in taken:
        one.close()
    return ports


def kannel_of(ports: Ports, callback: int, http: aiohttp.ClientSession, store: SqliteStore, hands: Hands) -> Kannel:
    settings = KannelSettings(
        f"http://127.0.0.1:{ports.sendsms}/cgi-bin/sendsms", "gateway", "send-password",
        f"http://127.0.0.1:{callback}", Door((TOKEN,)), OURS,
    )
    return Kannel(settings, http, store.shared, hands, SystemClock())


@asynccontextmanager
async def redis(folder: Path) -> AsyncIterator[tuple[str, int]]:
    """One of our own on loopback while the block runs; host and port."""
    (port,) = free_ports(1)
    process = await asyncio.create_subprocess_exec(
        REDIS, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(folder),
        stdout=asyncio.subprocess.DEVNULL)
    try:
        await until(lambda: answers(port), within_s=10.0)
        yield "127.0.0.1", port
    finally:
        process.kill()
        await process.wait()


async def answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


@asynccontextmanager
async def open_whole(folder: Path, receipts: tuple[str, int] | None = None) -> AsyncIterator[Whole]:
    """Returns when Kannel is bound to the carrier. receipts: the redis where open ones wait."""
    admin, boxes, sendsms, callback = free_ports(4)
    ports, core, store = Ports(admin, boxes, sendsms), Core(), SqliteStore(folder / "s.db", SystemClock(), RandomIds())
    async with AsyncExitStack() as stack:
        await store.open()
        stack.push_async_callback(store.close)
        http = await stack.enter_async_context(aiohttp.ClientSession())
        carrier = await stack.enter_async_context(serve(SystemClock()))
        gateway = Gateway(kannel_of(ports, callback, http, store, core.hands), callback)
        await gateway.up()
        stack.push_async_callback(gateway.down)
        upstream = Upstream(carrier.host, carrier.port, "hotline", "secret1", tps=500)
        box = KannelBox(str(folder / "kannel"), upstream, OURS, "gateway", "send-password", "admin-password",
                        f"http://127.0.0.1:{callback}/sms/kannel/mo?token={TOKEN}", ports, receipts, retry_s=1)
        processes = await stack.enter_async_context(running(written(box), folder / "kannel", boxes, sendsms))
        await until(lambda: carrier.bound, within_s=15.0)
        yield Whole(carrier, core, gateway, processes)
