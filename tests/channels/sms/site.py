"""A carrier on loopback, our link bound to it, and a core that keeps what it is handed."""
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from channels.sms.smpp import SmppLink, SmppSettings
from channels.sms.smpp_inbox import Inbox
from channels.sms.smpp_pdus import Account
from channels.sms.smpp_session import Timing
from channels.sms.traffic import Arrival, Hands, Report, Sms
from gateway.clock import RandomIds
from gateway.errors import Unavailable
from gateway.store.sqlite import SqliteStore
from simulators.smsc.carrier import Carrier
from simulators.smsc.server import serve
from tests.clock import ManualClock
from tests.until import until

NUMBER, OURS = "8613800138000", "10612345"
QUICK = Timing(connect_s=1.0, answer_s=1.0, enquire_s=60.0, again_s=0.01, again_most_s=0.04, slower_s=0.001)


@dataclass
class Core:
    """Takes everything unless `away`; ids that came before are known, as by gateway/intake.py."""

    arrivals: dict[str, Arrival] = field(default_factory=dict)
    reports: list[Report] = field(default_factory=list)
    away: bool = False
    strays: int = 0

    async def take(self, arrival: Arrival) -> None:
        if self.away:
            raise Unavailable("the disk is full")
        self.arrivals.setdefault(arrival.id, arrival)

    async def tell(self, report: Report) -> None:
        if self.away:
            raise Unavailable("the disk is full")
        self.reports.append(report)

    @property
    def texts(self) -> list[str]:
        return [arrival.text for arrival in self.arrivals.values()]

    @property
    def states(self) -> list[tuple[str, str]]:
        return [(report.id, report.state) for report in self.reports]

    @property
    def hands(self) -> Hands:
        return Hands(self.take, self.tell, self._stray)

    def _stray(self) -> None:
        self.strays += 1


@dataclass
class Site:
    carrier: Carrier
    clock: ManualClock
    store: SqliteStore
    core: Core
    timing: Timing = QUICK

    def sms(self, id_: str, text: str, to: str = NUMBER) -> Sms:
        return Sms(id_, f"+{to}", text)

    @asynccontextmanager
    async def link(self, password: str = "secret1", timing: Timing | None = None) -> AsyncIterator[SmppLink]:
        """Bound while the block runs, and left without a word after it, as at kill -9."""
        settings = SmppSettings("carrier1", self.carrier.host, self.carrier.port, Account("hotline", password), OURS,
                                timing=timing or self.timing)
        inbox = Inbox(settings.name, self.core.hands, self.store.shared, self.clock, RandomIds())
        link = SmppLink(settings, inbox, self.store.shared, RandomIds())
        running = asyncio.create_task(link.run())
        try:
            if password == "secret1":
                await until(lambda: link.bound)
            yield link
        finally:
            running.cancel()
            ended, _ = await asyncio.wait({running}, timeout=5.0)
            assert ended, "the link does not end"


@asynccontextmanager
async def open_site(folder: Path) -> AsyncIterator[Site]:
    clock = ManualClock()
    store = SqliteStore(folder / "store.db", clock, RandomIds())
    await store.open()
    try:
        async with serve(clock) as carrier:
            yield Site(carrier, clock, store, Core())
    finally:
        await store.close()
