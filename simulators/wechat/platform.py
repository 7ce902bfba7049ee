"""The platform as a whole: its accounts, faults and journal, and the receipts that are still on their way."""
from __future__ import annotations

import asyncio
from collections.abc import Sequence

import aiohttp

from gateway.clock import Clock
from simulators.wechat.account import Account
from simulators.wechat.faults import Fault, FaultKind, Faults
from simulators.wechat.journal import Journal
from simulators.wechat.kf_phone import KfPhone
from simulators.wechat.phone import Phone
from simulators.wechat.pushes import Push
from simulators.wechat.pushing import Delivery, Pusher
from simulators.wechat.settings import AccountSettings


class WeChat:
    """What `serve` hands out. `url` is the API base of every account, also of kf; `desk` the gateway's staff page."""

    def __init__(self, settings: Sequence[AccountSettings], clock: Clock, session: aiohttp.ClientSession) -> None:
        self.url = ""
        self.desk = ""
        self.clock = clock
        self.journal = Journal()
        self.faults = Faults()
        self.accounts = {each.name: Account(each, clock) for each in settings}
        self.pusher = Pusher(session, self.journal, clock)
        self._on_their_way: set[asyncio.Task[Delivery]] = set()

    def account(self, name: str) -> Account:
        return self.accounts[name]

    def phone(self, account: str, name: str) -> Phone:
        """The phone of the person of that name, in the chat with an official account or a mini-program."""
        return Phone(self.accounts[account], name, self.pusher, self.clock)

    def kf_phone(self, account: str, name: str) -> KfPhone:
        return KfPhone(self.accounts[account], name, self.pusher, self.clock)

    def fault(self, path: str, kind: FaultKind, times: int = 1, *, code: int = -1, status: int = 502,
              seconds: float = 0.0) -> None:
        """Switch a fault on: see faults.Fault."""
        self.faults.add(Fault(path, kind, times, code, status, seconds))

    def post(self, account: Account, push: Push) -> None:
        """Push it soon, as WeChat does with receipts; an account without a callback gets none."""
        if account.settings.callback:
            task = asyncio.create_task(self.pusher.deliver(account, push))
            self._on_their_way.add(task)
            task.add_done_callback(self._on_their_way.discard)

    async def settled(self) -> None:
        """Until every receipt has been pushed."""
        while self._on_their_way:
            await asyncio.wait(self._on_their_way)

    async def close(self) -> None:
        for task in self._on_their_way:
            task.cancel()
        await asyncio.gather(*self._on_their_way, return_exceptions=True)
