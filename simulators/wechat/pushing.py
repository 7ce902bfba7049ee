"""The side that pushes: 5 seconds a try, three tries in all, and what the citizen sees in the end.

Facts: developers.weixin.qq.com, 被动回复用户消息: WeChat hangs up after 5 seconds and tries again, three
tries in all with the same MsgId; without an answer in any of them, or with one it cannot read, the citizen is told that
the account cannot serve them. A second try may reach the gateway while the first is still at work.
"""
from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import aiohttp

from gateway.clock import Clock
from simulators.wechat.account import Account
from simulators.wechat.citizens import NO_SERVICE, Bubble
from simulators.wechat.journal import Entry, Journal
from simulators.wechat.pushes import Push
from simulators.wechat.refusals import Refusal
from simulators.wechat.sealing import BadAnswer, Letter, Reply, Sealer

OK = 200


@dataclass(frozen=True)
class Manner:
    """How one push goes. `overlap_s`: the next try starts so long after the one before, which is not hung up on;
    `lose`: so many answers are lost on their way back, after the gateway has given them."""

    timeout_s: float = 5.0
    tries: int = 3
    overlap_s: float | None = None
    lose: int = 0


USUAL = Manner()


@dataclass(frozen=True)
class Try:
    """One request. `status` is None and `failure` says why where no answer came."""

    status: int | None
    answer: bytes
    seconds: float
    failure: str = ""


@dataclass
class Delivery:
    """What became of a push. `reply` is what the citizen was shown, `fault` why they were told that nobody answers."""

    push: Push
    tries: list[Try] = field(default_factory=list)
    reply: Reply | None = None
    fault: str = ""

    @property
    def outcome(self) -> str:
        words = f"reply {self.reply.kind}: {self.reply.text}" if self.reply else "success"
        return f"no service: {self.fault}" if self.fault else words


class Pusher:
    """Pushes to any account's callback over one session."""

    def __init__(self, session: aiohttp.ClientSession, journal: Journal, clock: Clock) -> None:
        self._session = session
        self._journal = journal
        self._clock = clock

    async def deliver(self, account: Account, push: Push, manner: Manner = USUAL) -> Delivery:
        """All tries of one push, the answer read and shown. Never raises for what the gateway does."""
        delivery = Delivery(push)
        if manner.overlap_s is None:
            await self._one_by_one(account, delivery, manner)
        else:
            await self._overlapping(account, delivery, manner)
        self._judge(account, delivery, manner.lose)
        self._show(account, delivery)
        return delivery

    async def _one_by_one(self, account: Account, delivery: Delivery, manner: Manner) -> None:
        for n in range(manner.tries):
            delivery.tries.append(await self._try(account, delivery.push, manner.timeout_s))
            if delivery.tries[-1].status == OK and n >= manner.lose:
                return

    async def _overlapping(self, account: Account, delivery: Delivery, manner: Manner) -> None:
        async def later(n: int) -> Try:
            await asyncio.sleep(n * (manner.overlap_s or 0))
            return await self._try(account, delivery.push, manner.timeout_s)

        delivery.tries += await asyncio.gather(*(later(n) for n in range(manner.tries)))

    async def _try(self, account: Account, push: Push, timeout_s: float) -> Try:
        letter = Sealer(account.settings, self._clock).letter(push)
        return await self.post(account.settings.callback, letter, timeout_s)

    async def post(self, url: str, letter: Letter, timeout_s: float = USUAL.timeout_s) -> Try:
        """One request as it is, forged or not: for tests of what must be refused."""
        headers = {"Content-Type": letter.content_type, "User-Agent": "Mozilla/4.0"}
        begun = time.perf_counter()
        try:
            async with self._session.post(
                url, params=letter.query, data=letter.body, headers=headers, allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=timeout_s),
            ) as response:
                return Try(response.status, await response.read(), time.perf_counter() - begun)
        except (aiohttp.ClientError, TimeoutError, OSError) as failure:
            return Try(None, b"", time.perf_counter() - begun, type(failure).__name__)

    async def verify(self, account: Account, echo: str = "4211830518476423801") -> bool:
        """The GET by which WeChat proves a callback address: does the gateway give `echo` back?"""
        query: Mapping[str, str] = Sealer(account.settings, self._clock).verification(echo)
        async with self._session.get(account.settings.callback, params=query) as response:
            return response.status == OK and await response.read() == echo.encode()

    def _judge(self, account: Account, delivery: Delivery, lost: int) -> None:
        answered = [each for each in delivery.tries[lost:] if each.status == OK]
        if not answered:
            delivery.fault = "; ".join(each.failure or f"HTTP {each.status}" for each in delivery.tries)
            return
        try:
            delivery.reply = self.read(account, delivery.push, answered[0])
        except BadAnswer as wrong:
            delivery.fault = str(wrong)

    def read(self, account: Account, push: Push, answered: Try) -> Reply | None:
        """What the gateway answered in this one try, deciphered and checked. Raises BadAnswer."""
        reply = Sealer(account.settings, self._clock).read(answered.answer, push)
        if reply and (media_id := _media_id(reply)):
            try:
                account.media.find(media_id, self._clock.now())
            except Refusal as unknown:
                raise BadAnswer(str(unknown)) from unknown
        return reply

    def _show(self, account: Account, delivery: Delivery) -> None:
        push, now = delivery.push, self._clock.now()
        self._journal.write(
            Entry(now, "push", account.settings.name, push.subject, push.fields, delivery.outcome))
        citizen = account.citizens.get(push.openid)
        if citizen is None or not (delivery.reply or (delivery.fault and push.waits)):
            return
        if delivery.reply:
            bubble = Bubble(now, "account", delivery.reply.kind, delivery.reply.text, "passive",
                            media=_media_id(delivery.reply))
        else:
            bubble = Bubble(now, "system", "text", NO_SERVICE)
        citizen.see(bubble)


def _media_id(reply: Reply) -> str:
    content = reply.fields.get(reply.kind.capitalize())
    return str(content.get("MediaId", "")) if isinstance(content, dict) else ""
