"""A hotline on WeChat for the journeys: the real gateway behind the simulated platform, which pushes as WeChat does.

A journey reads: `citizen.says(…)`, `citizen.picks(…)`, `citizen.photographs(…)`; each gives what the phone then shows.
"""
from __future__ import annotations

import asyncio
import re
import tomllib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import msgspec
from msgspec.structs import replace

from gateway.app import Mind
from gateway.config_sms import Sms
from gateway.config_wechat import WeChat as WeChatConfig
from gateway.outbox import Texter
from simulators.wechat.citizens import Bubble
from simulators.wechat.kf_phone import KfPhone
from simulators.wechat.phone import Phone
from simulators.wechat.platform import WeChat
from simulators.wechat.pushing import Delivery
from simulators.wechat.server import serve
from simulators.wechat.settings import AccountSettings, configuration
from tests.clock import ManualClock
from tests.journeys.hotline import ALONE, PATIENCE_S, Given, Hotline
from tests.until import until


class Street:
    """WeChat, the hotline behind it, and one clock for both. `start` opens a hotline on the same folder each time."""

    def __init__(self, wechat: WeChat, clock: ManualClock, start: Callable[[], Awaitable[Hotline]]) -> None:
        self.wechat, self.clock, self._start = wechat, clock, start
        self.hotline: Hotline

    async def opens(self) -> None:
        """Also again, after `hotline.close`: a new process with the same data."""
        self.hotline = await self._start()
        for account in self.wechat.accounts.values():
            place = "kf/" if account.settings.kind == "kf" else ""
            account.reconfigure(callback=f"{self.hotline.url}/wechat/{place}{account.settings.appid}")

    def citizen(self, account: str, name: str) -> WeChatCitizen:
        kind = self.wechat.account(account).settings.kind
        phone = self.wechat.kf_phone(account, name) if kind == "kf" else self.wechat.phone(account, name)
        return WeChatCitizen(phone, self._a_moment if kind == "kf" else None)

    def calls(self, end: str = "") -> dict[str, int]:
        """Of the platform's API so far, by path; only of paths that end so."""
        return {path: n for path, n in self.wechat.journal.counts("call").items() if path.endswith(end)}

    def sends(self, citizen: WeChatCitizen) -> int:
        """How often the gateway called custom/send for this person, in vain or not."""
        openid = citizen.phone.citizen.openid
        calls = self.wechat.journal.find("call", "/cgi-bin/message/custom/send")
        return sum(call.said.get("touser") == openid for call in calls)

    async def settles(self) -> None:
        """Until nothing is under way any more, and every receipt is in."""
        await self.wechat.settled()
        await until(self._idle)

    async def passes(self, seconds: float) -> None:
        """Time goes by; not in the middle of something, which would look like a gateway that stood still so long."""
        await self.settles()
        self.clock.advance(seconds)

    async def _a_moment(self) -> None:
        """Before each message in customer service, which tells when it was sent in whole seconds: what comes within the
        same one opens no further window."""
        await self.passes(1)

    async def _idle(self) -> bool:
        stats = await self.hotline.gateway.store.lanes.stats()
        return not any(lane.leased or lane.waiting for lane in stats.values())


class WeChatCitizen:
    """One person's phone, in the chat with one account."""

    def __init__(self, phone: Phone | KfPhone, pause: Callable[[], Awaitable[None]] | None = None) -> None:
        """pause  waited before each of their acts"""
        self.phone, self._pause = phone, pause
        self.read = 0

    @property
    def handset(self) -> Phone:
        """With what only official accounts and mini-programs have: following, scanning, menus, subscriptions."""
        assert isinstance(self.phone, Phone)
        return self.phone

    @property
    def window(self) -> KfPhone:
        """With what only customer service has: the chat is entered, and people at the other end of it."""
        assert isinstance(self.phone, KfPhone)
        return self.phone

    @property
    def shown(self) -> list[Bubble]:
        """What the account has said so far."""
        return [bubble for bubble in self.phone.citizen.bubbles if bubble.side != "citizen"]

    @property
    def last(self) -> Bubble:
        return self.shown[-1]

    async def enters(self, scene: str = "") -> Bubble:
        """Opens the chat of customer service, by a link of that scene."""
        return await self._then(self.window.enters(scene_param=scene))

    async def says(self, text: str) -> Bubble:
        return await self._then(self.phone.says(text))

    async def picks(self, item: str) -> Bubble:
        """Taps an item of the latest menu."""
        return await self._then(self.phone.picks(item))

    async def photographs(self, data: bytes) -> Bubble:
        return await self._then(self.phone.photographs(data))

    async def speaks(self, text: str) -> Bubble:
        return await self._then(self.phone.speaks(text))

    async def stands_at(self, latitude: float, longitude: float, label: str) -> Bubble:
        return await self._then(self.phone.stands_at(latitude, longitude, label))

    async def hears(self) -> Bubble:
        """The next thing that the account shows."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.shown) <= self.read:
                await asyncio.sleep(0.005)
        self.read += 1
        return self.shown[self.read - 1]

    async def _then(self, act: Awaitable[Delivery]) -> Bubble:
        """The first thing that is shown behind it; what came unasked meanwhile is read first."""
        if self._pause:
            await self._pause()
        self.read = len(self.shown)
        await act
        return await self.hears()


def number(receipt: Bubble) -> str:
    """Of the case that this tells of."""
    found = re.search(r"WO-[0-9]{8}-[0-9A-Z]{10}", receipt.text)
    assert found, receipt
    return found[0]


@asynccontextmanager
async def opened(
    folder: Path, mind: Mind, *accounts: AccountSettings, texter: Texter | None = None,
    staff: Literal["desk", "wecom"] = "desk", sms: tuple[Sms, ...] = ALONE.sms,
) -> AsyncIterator[Street]:
    """WeChat with these accounts, and a hotline whose configuration is the one it prints; `staff` of customer service.
    """
    clock = ManualClock()
    async with serve(accounts, clock) as wechat:
        printed = configuration(accounts, int(wechat.url.rpartition(":")[2]))
        config = msgspec.convert(tomllib.loads(printed)["wechat"], WeChatConfig)
        config = replace(config, kf=tuple(replace(one, staff=staff) for one in config.kf))
        given = Given(clock=clock, wechat=config, texter=texter, sms=sms)
        street = Street(wechat, clock, lambda: Hotline.open(folder, mind, given))
        await street.opens()
        try:
            yield street
        finally:
            await street.hotline.close()
