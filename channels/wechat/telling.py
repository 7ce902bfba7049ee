"""Tells one person one thing by the first way that is open, and says why the others were not taken.

Each way's failure leads to the next [WECHAT.md, "Telling a citizen later"]. What passes by itself (busy, time-out, the
night) ends the attempt: the outbox comes again, rather than spending a scarcer way. What may have been taken is told
once.
"""
from __future__ import annotations

from collections.abc import Awaitable, Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace

from channels.wechat import replies
from channels.wechat.answers import NoMenu, WindowClosed, WithPerson
from channels.wechat.bodies import MOST_ITEMS, Item, Menu, Notice
from channels.wechat.client import WeChatClient
from channels.wechat.kf_client import KfClient, KfUser, State
from channels.wechat.reach import NOT_DELIVERED, NOT_OFFERED, SPARED, Offer, Reach, Rung, Way, ladder, refused, told
from gateway.errors import Paused, Rejected, Retry, SendError, Uncertain
from gateway.messages import Outbound
from gateway.quiet import QuietHours

PAUSE_MS = 30_000     # without a try of a way, after the platform said that only an operator can open it
WITH_PERSON_S = 60.0  # until a conversation is looked at again that a member of staff has
PUSHED = ("lasting", "once", "template")  # they ring a phone whose owner is not in the chat; texts pace themselves
MENU_BYTES = 1_024  # above a menu's items; what customer service takes, the official account names no limit

Text = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing to be told, worded for every way that may carry it.

    key           our id of the message, the same at every attempt
    words         for an open window, at most 2,048 bytes; with the choices numbered where there is a menu
    menu          the same as a msgmenu, where there is something to choose
    lasting, once subscription messages, best first
    template      the template message to followers
    sms           sends it to a phone that we know and may write to; raises SendError
    without       ways that turned out not to bring it
    spared        ways that are kept for what matters more
    """

    key: str
    words: str
    menu: Menu | None = None
    lasting: Sequence[Notice] = ()
    once: Sequence[Notice] = ()
    template: Notice | None = None
    sms: Text | None = None
    without: Container[str] = ()
    spared: Container[str] = ()

    @property
    def offer(self) -> Offer:
        return Offer(
            tuple(notice.template for notice in self.lasting), tuple(notice.template for notice in self.once),
            self.template.template if self.template else "", self.sms is not None,
        )

    def notice(self, template: str) -> Notice:
        known = (*self.lasting, *self.once, *([self.template] if self.template else []))
        return next(notice for notice in known if notice.template == template)


def matters(message: Outbound) -> tuple[Matter, ...]:
    """A message of the core for an open window, in as many as its length asks for. Each costs one of the few that may
    go, so a message should rather be short; only one that fits whole is offered as a menu too."""
    parts = replies.parts(replies.words(message))
    if len(parts) > 1:
        return tuple(Matter(f"{message.id}/{number}", part) for number, part in enumerate(parts))
    return (Matter(message.id, parts[0], _menu(message)),)


def _menu(message: Outbound) -> Menu | None:
    """Numbered as in the words, so that a tap and a typed number mean the same."""
    head = replies.clean(message.text)
    if not message.choices or len(message.choices) > MOST_ITEMS or len(head.encode()) > MENU_BYTES:
        return None
    return Menu(head, tuple(Item(number, option.label) for number, option in replies.numbered(message.choices)))


# --- ways ---------------------------------------------------------------------------------------------------

Send = Callable[[str, Matter, Rung], Awaitable[str]]
Ways = Mapping[Way, Send]  # the platform's; each returns its id of the message, or "", and raises SendError


def official_ways(client: WeChatClient) -> Ways:
    async def template(openid: str, matter: Matter, rung: Rung) -> str:
        return await client.send_template(openid, matter.notice(rung.template))

    async def subscribed(openid: str, matter: Matter, rung: Rung) -> str:
        return await client.send_account_subscription(openid, matter.notice(rung.template))

    return {"window": _spoken(client), "lasting": subscribed, "once": subscribed, "template": template}


def mini_ways(client: WeChatClient) -> Ways:
    """A mini-program shows no menus, and has no followers to send a template message to."""
    async def words(openid: str, matter: Matter, _: Rung) -> str:
        await client.send_text(openid, matter.words)
        return ""

    async def subscribed(openid: str, matter: Matter, rung: Rung) -> str:
        return await client.send_subscription(openid, matter.notice(rung.template))

    return {"window": words, "lasting": subscribed, "once": subscribed}


def kf_ways(client: KfClient, open_kfid: str) -> Ways:
    async def spoken(userid: str, matter: Matter, _: Rung) -> str:
        user = KfUser(open_kfid, userid)
        try:
            if matter.menu is not None:
                return await client.send_menu(user, matter.key, matter.menu)
            return await client.send_text(user, matter.key, matter.words)
        except WithPerson as held:
            if (await client.state(user))[0] is State.OVER:  # until the citizen writes again
                raise WindowClosed(f"{held.why}: it is over") from held
            raise Retry(held.why, after_s=WITH_PERSON_S) from held

    return {"window": spoken}


def _spoken(client: WeChatClient) -> Send:
    """A menu where the account may send one, else the numbered words."""
    async def offered(openid: str, menu: Menu) -> bool:
        try:
            await client.send_menu(openid, menu)
        except NoMenu:
            return False
        return True

    async def spoken(openid: str, matter: Matter, _: Rung) -> str:
        if matter.menu is None or not await offered(openid, matter.menu):
            await client.send_text(openid, matter.words)
        return ""

    return spoken


# --- telling ------------------------------------------------------------------------------------------------

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


class Busy(Retry):
    """`reach`: what the ways before the busy one taught."""

    def __init__(self, again: Retry, reach: Reach) -> None:
        super().__init__(again.why, after_s=again.after_s)
        self.reach = reach


class Teller:
    """Speaks for one account; in its `quiet` hours to an open window only."""

    def __init__(self, ways: Ways, quiet: QuietHours | None = None) -> None:
        self._ways, self._quiet = ways, quiet
        self._pauses: dict[Way, tuple[int, str]] = {}  # until when, ms, and why

    async def tell(self, user: str, matter: Matter, reach: Reach, now: int) -> Told:
        """`user`: openid, or external_userid; `now`: ms since 1970. Raises Busy to come again, Paused when only an
        operator can open a way."""
        steps: list[Rung] = []
        paused: Paused | None = None
        for rung in self._rungs(matter, reach, now):
            if rung.why:
                steps.append(rung)
                continue
            if morning := self._morning(rung.way, now):
                raise Busy(Retry("quiet", after_s=(morning - now) / 1000), reach)
            try:
                id_ = await self._tried(user, matter, rung, now)
            except Uncertain as unknown:
                return Told(rung.way, False, "", (*steps, _failed(rung, unknown)), told(reach, rung, now))
            except Retry as again:
                raise Busy(again, reach) from again
            except (Rejected, Paused) as closed:
                steps.append(_failed(rung, closed))
                paused = closed if isinstance(closed, Paused) else paused
                reach = refused(reach, rung, closed, now)
            else:
                return Told(rung.way, True, id_, (*steps, rung), told(reach, rung, now))
        if paused:
            raise paused
        return Told(None, True, "", tuple(steps), reach)

    def _morning(self, way: Way, now: int) -> int | None:
        """ms from when this way may be used, None for now."""
        return self._quiet.until(now) if self._quiet and way in PUSHED else None

    def _rungs(self, matter: Matter, reach: Reach, now: int) -> list[Rung]:
        """The ladder, without the ways that this account has not, or that did not bring it before."""
        rungs = ladder(reach, matter.offer, now)
        return [replace(rung, why=rung.why or self._barred(rung.way, matter)) for rung in rungs]

    def _barred(self, way: Way, matter: Matter) -> str:
        if way in matter.without:
            return NOT_DELIVERED
        if way in matter.spared:
            return SPARED
        return "" if way in self._ways or way == "sms" else NOT_OFFERED

    async def _tried(self, user: str, matter: Matter, rung: Rung, now: int) -> str:
        """Raises Paused without a call where the platform said so to somebody else just now. When that is over, one
        message tries whether all is well."""
        until, why = self._pauses.get(rung.way, (0, ""))
        if now < until:
            raise Paused(why, after_s=(until - now) / 1000)
        if until:
            self._pauses[rung.way] = now + PAUSE_MS, why
        try:
            id_ = await self._send(user, matter, rung)
        except Paused as shut:
            self._pauses[rung.way] = now + PAUSE_MS, shut.why
            raise
        except Rejected:  # that was about this person
            self._pauses.pop(rung.way, None)
            raise
        self._pauses.pop(rung.way, None)
        return id_

    async def _send(self, user: str, matter: Matter, rung: Rung) -> str:
        if rung.way == "sms" and matter.sms is not None:
            await matter.sms()
            return ""
        return await self._ways[rung.way](user, matter, rung)


def _failed(rung: Rung, error: SendError) -> Rung:
    return Rung(rung.way, error.why, rung.template)
