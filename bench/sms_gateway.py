"""Our SMS channel with its store on disk, bound to a carrier or behind Kannel: `python -m bench.sms_gateway in|out …`.

In: a message stands in lane `in` before its carrier is answered. Out: SmsSender notes whose it is and that it is tried,
sends, notes what the carrier has, and puts each receipt into lane `out`. What it prints: bench/sms_side.py.
"""
from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import aiohttp
import structlog
from aiohttp import web

from bench import sms_texts
from bench.sms_side import Options, Side, options
from channels.sms.notes import Note, Reported, Wished, write
from channels.sms.sending import SmsSender
from channels.sms.smpp import SmppLink
from channels.sms.taking import Core, Limits, Remark, Standing, Taker
from gateway.clock import Clock, Ids, RandomIds, SystemClock, to_ms
from gateway.config_sms import Sms, SmsKannel, SmsSmpp, Texting
from gateway.http import Network, guard, runner
from gateway.messages import Inbound, Outbound, Text, encode
from gateway.outbox import Heard, Say
from gateway.protocols import SharedStore
from gateway.quiet import QuietHours
from gateway.store.sqlite import SqliteStore
from gateway.wiring.sms_carriers import Routes, carrier, terms, voice
from simulators.smsc.phone import HOTLINE
from simulators.smsc.server import ACCOUNTS, LOOPBACK
from tests.until import until

TOKEN, USER, PASSWORD = "the-token-of-the-measured-callbacks", "gateway", "send-password"
SIGN = "市民热线"
PLENTY = 1_000_000       # a second, a minute: no limit of ours is what is measured
BOUND_S = 15.0
NEVER = QuietHours(ZoneInfo("Asia/Shanghai"), time(), time())


def configuration(asked: Options) -> Sms:
    """Directly bound, or behind the Kannel that is named."""
    ((system_id, password),) = ACCOUNTS.items()
    if not asked.sendsms:
        return SmsSmpp(name="smpp", numbers=(HOTLINE,), sign=SIGN, host=LOOPBACK, port=asked.port,
                       system_id=system_id, password=password, tps=PLENTY)
    return SmsKannel(
        name="kannel", numbers=(HOTLINE,), sign=SIGN, url=f"http://{LOOPBACK}:{asked.sendsms}/cgi-bin/sendsms",
        username=USER, password=PASSWORD, callback=f"http://{LOOPBACK}:{asked.callback}", tokens=(TOKEN,), tps=PLENTY)


@dataclass(slots=True)
class Ground:
    """What the way of sending stands on, and the core that keeps what it brings."""

    store: SqliteStore
    side: Side
    clock: Clock = field(default_factory=SystemClock)
    ids: Ids = field(default_factory=RandomIds)
    public: str = ""
    trusted: tuple[Network, ...] = ()
    sent: dict[str, asyncio.Future[None]] = field(default_factory=dict)    # by our id, until the receipt is kept

    @property
    def shared(self) -> SharedStore:
        return self.store.shared

    def taker(self) -> Taker:
        core = Core(self._accept, self._note, self._standing, self._wished, self._remark)
        return Taker(core, self.shared, self.clock, (HOTLINE,), Limits(PLENTY, PLENTY))

    def awaited(self, id_: str) -> asyncio.Future[None]:
        return self.sent.setdefault(id_, asyncio.get_running_loop().create_future())

    async def _accept(self, inbound: Inbound) -> Literal["new", "duplicate"]:
        await self.store.lanes.ingest("in", inbound.conversation, inbound.id, encode(inbound))
        assert isinstance(inbound.content, Text)
        self.side.hears(sms_texts.number_in(inbound.content.text))
        return "new"

    async def _note(self, conversation: str, id_: str, note: Note) -> None:
        await self.store.lanes.ingest("out", conversation, f"heard {id_}", encode(Heard(write(note))))
        if isinstance(note, Reported) and note.report.state == "delivered":
            self.awaited(note.report.id).set_result(None)

    async def _standing(self, conversation: str) -> Standing:
        return Standing(engaged=False, silent=False)

    async def _wished(self, conversation: str, wished: Wished) -> None:
        raise ValueError("no measured text is a wish")

    def _remark(self, what: Remark) -> None:
        raise ValueError(f"a measured text is remarkable: {what}")


@asynccontextmanager
async def opened(asked: Options, side: Side) -> AsyncIterator[tuple[Ground, SmsSender]]:
    """Bound, or with the port open for Kannel."""
    config = configuration(asked)
    async with AsyncExitStack() as stack:
        store = SqliteStore(Path(asked.folder) / "sms.db", SystemClock(), RandomIds())
        await store.open()
        stack.push_async_callback(store.close)
        http = await stack.enter_async_context(aiohttp.ClientSession())
        ground = Ground(store, side)
        way, routes = carrier(config, http, ground, ground.taker().hands)
        if isinstance(way, SmppLink):
            running = asyncio.create_task(way.run())
            stack.push_async_callback(way.close)
            await until(lambda: way.bound or running.done(), within_s=BOUND_S)
        else:
            await stack.enter_async_context(_listening(routes, asked.callback))
        yield ground, SmsSender(way, ground.shared, ground.clock, voice(config, terms(Texting(), NEVER)))


@asynccontextmanager
async def _listening(routes: Routes, port: int) -> AsyncIterator[None]:
    app = web.Application(middlewares=[guard(lambda _: None)])
    app.router.add_routes(routes)
    running = runner(app, drain_s=0.1)
    await running.setup()
    await web.TCPSite(running, LOOPBACK, port).start()
    try:
        yield
    finally:
        await running.cleanup()


async def sends(asked: Options, ground: Ground, sender: SmsSender) -> None:
    """As many in flight as asked for: one is over when its receipt is kept. Raises RuntimeError: one did not go."""
    numbers = iter(range(asked.messages))

    async def one_after_another() -> None:
        for n in numbers:
            ground.side.begins(n)
            say = Say(Outbound(id=f"{n}.0", at=to_ms(ground.clock.now()), text=sms_texts.told(n)), ())
            sent = await sender.send(f"+{sms_texts.phone(n)}", say, 0, "")
            if sent.by is None or not sent.sure:
                raise RuntimeError(f"message {n} did not go: {sent.steps}")
            ground.side.answered(n)
            await ground.awaited(sent.id)
            ground.side.ends(n)

    await asyncio.gather(*(one_after_another() for _ in range(asked.flying)))


async def run(asked: Options) -> None:
    side = Side(asked)
    async with opened(asked, side) as (ground, sender):
        side.ready()
        if asked.direction == "out":
            await sends(asked, ground, sender)
        await until(lambda: side.complete, within_s=3600.0)
        side.tells()
        await asyncio.to_thread(sys.stdin.read)


def main() -> None:
    quiet = structlog.make_filtering_bound_logger(logging.WARNING)
    structlog.configure(wrapper_class=quiet, logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    asyncio.run(run(options("bench.sms_gateway")))


if __name__ == "__main__":
    main()
