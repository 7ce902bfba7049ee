"""Tells one person one thing by the first way that is open, and says why the others were not taken.

Each way's failure leads to the next [WECHAT.md, "Telling a citizen later"]. What passes by itself (busy, time-out) ends
the attempt: the outbox comes again, rather than spending a scarcer way. What may have been taken is not told again.
"""
from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from channels.wechat.answers import NoMenu
from channels.wechat.bodies import Menu, Notice
from channels.wechat.reach import Offer, Reach, Rung, Way, ladder, refused, told
from gateway.errors import Paused, Rejected, SendError, Uncertain

Text = Callable[[], Awaitable[None]]


class Speaker(Protocol):
    """The calls of channels/wechat/client.py that tell somebody something. Each raises SendError."""

    async def send_text(self, openid: str, words: str) -> None: ...

    async def send_menu(self, openid: str, menu: Menu) -> None: ...

    async def send_template(self, openid: str, notice: Notice) -> str: ...

    async def send_subscription(self, openid: str, notice: Notice) -> str: ...

    async def send_account_subscription(self, openid: str, notice: Notice) -> str: ...


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing to be told, worded for every way that may carry it.

    words         for an open window, at most 2,048 bytes; with the choices numbered where there is a menu
    menu          the same as a msgmenu, where there is something to choose
    lasting, once subscription messages, best first
    template      the template message to followers
    sms           sends it to a phone that we know and may write to; raises SendError
    """

    words: str
    menu: Menu | None = None
    lasting: Sequence[Notice] = ()
    once: Sequence[Notice] = ()
    template: Notice | None = None
    sms: Text | None = None

    @property
    def offer(self) -> Offer:
        return Offer(
            tuple(notice.template for notice in self.lasting), tuple(notice.template for notice in self.once),
            self.template.template if self.template else "", self.sms is not None,
        )

    def notice(self, template: str) -> Notice:
        known = (*self.lasting, *self.once, *([self.template] if self.template else []))
        return next(notice for notice in known if notice.template == template)


@dataclass(frozen=True, slots=True)
class Told:
    """How it went.

    by     the way it was told, None when no way was open
    sure   False: it may have been taken, and nobody can say
    id     the platform's id of the message, which a receipt names; "" where there is none
    steps  every way up to the last one tried, each with why it was not the one
    reach  to be kept
    """

    by: Way | None
    sure: bool
    id: str
    steps: tuple[Rung, ...]
    reach: Reach


class Teller:
    """Speaks for one account."""

    def __init__(self, speaker: Speaker, *, mini: bool = False) -> None:
        self._speaker = speaker
        self._subscribed = speaker.send_subscription if mini else speaker.send_account_subscription

    async def tell(self, openid: str, matter: Matter, reach: Reach, now: int) -> Told:
        """`now`: ms since 1970. Raises Retry to come again, Paused when only an operator can open a way."""
        steps: list[Rung] = []
        paused: Paused | None = None
        for rung in ladder(reach, matter.offer, now):
            if rung.why:
                steps.append(rung)
                continue
            try:
                id_ = await self._send(openid, matter, rung)
            except Uncertain as unknown:
                return self._told(rung, "", (*steps, _failed(rung, unknown)), told(reach, rung, now), sure=False)
            except (Rejected, Paused) as closed:
                steps.append(_failed(rung, closed))
                paused = closed if isinstance(closed, Paused) else paused
                reach = refused(reach, rung, closed, now)
            else:
                return self._told(rung, id_, (*steps, rung), told(reach, rung, now), sure=True)
        if paused:
            raise paused
        return Told(None, True, "", tuple(steps), reach)

    def _told(self, rung: Rung, id_: str, steps: tuple[Rung, ...], reach: Reach, *, sure: bool) -> Told:
        return Told(rung.way, sure, id_, steps, reach)

    async def _send(self, openid: str, matter: Matter, rung: Rung) -> str:
        match rung.way:
            case "window":
                await self._speak(openid, matter)
                return ""
            case "sms" if matter.sms is not None:
                await matter.sms()
                return ""
            case "template":
                return await self._speaker.send_template(openid, matter.notice(rung.template))
            case _:
                return await self._subscribed(openid, matter.notice(rung.template))

    async def _speak(self, openid: str, matter: Matter) -> None:
        """A menu where the account may send one, else the numbered words."""
        if matter.menu is None or not await self._chosen_from(openid, matter.menu):
            await self._speaker.send_text(openid, matter.words)

    async def _chosen_from(self, openid: str, menu: Menu) -> bool:
        try:
            await self._speaker.send_menu(openid, menu)
        except NoMenu:
            return False
        return True


def _failed(rung: Rung, error: SendError) -> Rung:
    return Rung(rung.way, error.why, rung.template)
