"""What a carrier brings, as the core takes it: a citizen's words for the conversation, all else for who reaches them.

Only numbers that text messages reach are citizens: services, short codes, landlines and premium numbers are not heard
and never written to. Of one phone and of all phones so much is taken in a minute and no more.
"""
from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

import structlog

from channels.sms import notes, optout
from channels.sms.notes import Note
from channels.sms.optout import Wish
from channels.sms.sending import CHANNEL, whose
from channels.sms.traffic import Arrival, Hands, Report, digest
from gateway.clock import Clock, to_ms
from gateway.errors import RateLimited
from gateway.fields.phone import mobile
from gateway.messages import Inbound, Text, conversation_key
from gateway.protocols import Accept
from gateway.store.shared import SharedStore

HOME = "+86"
MINUTE_MS, DAY_MS = 60_000, 86_400_000
SAME_MS = 120_000           # word for word the same within this is remarked on, and taken: people do send "1" twice
OLDEST_MS = 3 * 86_400_000  # carriers try for up to three days
COME_BACK_S = 5.0

Remark = Literal["flood", "no_phone", "blank", "same_text", "stray_receipt"]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """engaged: a draft, a choice or a rating is open; silent: they opted out, or the provider blocked them."""

    engaged: bool
    silent: bool


@dataclass(frozen=True, slots=True)
class Core:
    """What is done with it; each is durable when it returns, and raises Unavailable or RateLimited.

    note    for the sender, under an id of its own
    wished  the note, and a word to the citizen that their wish was heard
    remark  counts what was remarkable
    """

    accept: Accept
    note: Callable[[str, str, Note], Awaitable[None]]
    standing: Callable[[str], Awaitable[Standing]]
    wished: Callable[[str, notes.Wished], Awaitable[None]]
    remark: Callable[[Remark], None]


@dataclass(frozen=True, slots=True)
class Limits:
    """Messages a minute; abroad: a day, of one phone that is not at home and of all of these, since each answer to them
    costs many times as much, and there are those who earn by it."""

    per_phone: int = 20
    in_all: int = 6_000
    abroad: tuple[int, int] = (100, 5_000)


@dataclass(frozen=True, slots=True)
class Taker:
    """`numbers`: ours; `door`: the shared store for what is only counted, also while it is away; whose a receipt is,
    the store alone can say."""

    core: Core
    store: SharedStore
    clock: Clock
    numbers: tuple[str, ...]
    limits: Limits = Limits()
    door: SharedStore | None = None

    @property
    def _counts(self) -> SharedStore:
        return self.door or self.store

    @property
    def hands(self) -> Hands:
        return Hands(self.take, self.tell, lambda: self.core.remark("stray_receipt"), self.door)

    async def take(self, arrival: Arrival) -> None:
        """Raises Unavailable, RateLimited: the carrier is to bring it again."""
        phone = mobile(arrival.sender)
        if phone is None or not arrival.text.strip():
            self.core.remark("no_phone" if phone is None else "blank")
            return
        if not await self._has_room(phone):
            return
        conversation, to = conversation_key(CHANNEL, phone), arrival.to if arrival.to in self.numbers else ""
        if wish := await self._wish(conversation, arrival.text):
            await self.core.wished(conversation, notes.Wished(arrival.id, wish, self._now(), to, arrival.text))
            return
        note = notes.write(notes.Wrote(arrival.id, to))
        await self.core.accept(Inbound(
            arrival.id, conversation, CHANNEL, self._moment(arrival.at), Text(arrival.text), note=note))
        if not await self._counts.add(f"sms:same:{digest(phone, arrival.text)}", arrival.id.encode(), SAME_MS):
            self.core.remark("same_text")

    async def tell(self, report: Report) -> None:
        """Raises Unavailable, RateLimited."""
        phone = await whose(self.store, report.id)
        if phone is None:  # a code to sign in, or older than anybody waits for
            return
        id_ = f"{report.id}.{report.part}.{report.state}"
        await self.core.note(conversation_key(CHANNEL, phone), id_, notes.Reported(report, self._now()))

    async def _has_room(self, phone: str) -> bool:
        """A flood of one phone is let go, since who is told to come back comes back. Raises RateLimited for all."""
        if await self._counts.take(f"sms:from:{phone}", *_of(MINUTE_MS, self.limits.per_phone)) or (
                not phone.startswith(HOME) and await self._too_many_abroad(phone)):
            _log.warning("sms_flood")
            self.core.remark("flood")
            return False
        if await self._counts.take("sms:from:all", *_of(MINUTE_MS, self.limits.in_all)):
            raise RateLimited("too many text messages", retry_after=COME_BACK_S)
        return True

    async def _too_many_abroad(self, phone: str) -> bool:
        each, all_ = self.limits.abroad
        return bool(await self._counts.take(f"sms:abroad:{phone}", *_of(DAY_MS, each))
                    or await self._counts.take("sms:abroad:all", *_of(DAY_MS, all_)))

    async def _wish(self, conversation: str, text: str) -> Wish | None:
        if optout.read(text, engaged=False, stopped=True) is None:
            return None
        standing = await self.core.standing(conversation)
        return optout.read(text, engaged=standing.engaged, stopped=standing.silent)

    def _moment(self, at: int) -> int:
        """When it was written: never ahead of us, and not long ago."""
        now = self._now()
        return min(max(at, now - OLDEST_MS), now)

    def _now(self) -> int:
        return to_ms(self.clock.now())


def _of(time_ms: int, n: int) -> tuple[int, int]:
    return max(1, time_ms // n), n
