"""SMS over a direct bind to a carrier: the link that is kept up, and what is sent over it.

Facts: the carrier grants so many submissions a second and so many without an answer; 0x58 and 0x14 ask for slower, and
the message may come again; a submission without an answer may have been taken and is not repeated [SMS.md, "Rules"].
smpplib is named in channels/sms/smpp_pdus.py alone.
"""
from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import structlog

from channels.sms.attempts import Attempts
from channels.sms.matching import Whose
from channels.sms.parts import Place, header
from channels.sms.smpp_inbox import Inbox
from channels.sms.smpp_pdus import Account, Part
from channels.sms.smpp_receipts import IdForm, Slower
from channels.sms.smpp_session import LinkLost, Session, Timing
from channels.sms.text import Coding, TooLong, encode, segments
from channels.sms.traffic import Sms, digest
from channels.sms.turns import Turns
from gateway.clock import Ids
from gateway.errors import Paused, Rejected, Retry
from gateway.store.shared import SharedStore

SWEEP_S = 15.0
SLOWER_TRIES = 5          # then the message goes back to the lane
SLOWEST = 16              # times the first wait
CODINGS: dict[Coding, int] = {"gsm7": 0, "ucs2": 8}

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SmppSettings:
    """One bind. Types of number: 0 unknown, 1 international, 2 national, 3 network, 5 letters.

    name     keeps the ids of two carriers apart
    tps      submissions a second that the carrier grants
    china    every message is counted and sent as UCS-2
    wide     16-bit references in the headers of long messages
    ids      how the carrier writes its ids in answers and in receipts
    """

    name: str
    host: str
    port: int
    account: Account
    source: str
    source_ton: int = 2
    tps: int = 50
    window: int = 16
    china: bool = True
    wide: bool = False
    ids: IdForm = "same"
    timing: Timing = field(default_factory=Timing)


class SmppLink:
    """Implements `Carrier`; `run` keeps the bind up until it is cancelled."""

    def __init__(self, settings: SmppSettings, inbox: Inbox, store: SharedStore, ids: Ids) -> None:
        self.inbox, self._settings, self._ids = inbox, settings, ids
        self._turns = Turns(store, settings.name, settings.tps)
        self._attempts = Attempts(store, settings.name)
        self._session: Session | None = None
        self._closing, self._why = False, "not yet"
        self._slower_s = self._calm_until = 0.0      # how long to be slower, and until when (the loop's time)

    @property
    def bound(self) -> bool:
        return self._session is not None

    async def well(self) -> str | None:
        """None while bound, else why not."""
        return None if self.bound else f"not bound: {self._why}"

    # --- the bind -------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Bind, and again when the link is lost; each time a little later, a wrong account much later."""
        async with asyncio.TaskGroup() as tasks:
            sweeping = tasks.create_task(self._sweep())
            timing, pause = self._settings.timing, self._settings.timing.again_s
            while not self._ending:
                self._why, pause = await self._once(pause)
                if not self._ending:
                    _log.warning("smpp_down", link=self._settings.name, why=self._why, again_in_s=pause)
                    await asyncio.sleep(min(pause, timing.again_most_s))
            sweeping.cancel()

    @property
    def _ending(self) -> bool:
        """Closed or cancelled: Python 3.11's TaskGroup lets a cancellation go that comes while a link is being lost."""
        me = asyncio.current_task()
        return self._closing or (me is not None and me.cancelling() > 0)

    async def _once(self, pause: float) -> tuple[str, float]:
        """Bound until it ends: why, and how long to wait. A link that stood begins its waits anew."""
        timing = self._settings.timing
        try:
            await self._connected()
        except LinkLost as lost:
            return str(lost), timing.again_s
        except Paused as wrong:
            return wrong.why, timing.again_most_s
        except (Retry, OSError, TimeoutError) as away:
            return type(away).__name__, min(pause * 2, timing.again_most_s)
        return "closed", timing.again_s

    async def _connected(self) -> None:
        """One connection from its bind to its end. Raises LinkLost, SendError, OSError, TimeoutError."""
        settings, timing = self._settings, self._settings.timing
        async with asyncio.timeout(timing.connect_s):
            reader, writer = await asyncio.open_connection(settings.host, settings.port)
        session, connection = Session(reader, writer, timing, settings.window), self._ids.unique()
        try:
            await session.bind(settings.account)
            _log.info("smpp_bound", link=settings.name)
            self._session = session
            await session.run(lambda delivered: self.inbox.deal(connection, delivered, settings.ids))
        finally:
            self._session = None
            writer.close()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            await self.inbox.sweep()

    async def close(self) -> None:
        """Unbind; `run` ends with it."""
        self._closing = True
        session, self._session = self._session, None
        if session is not None:
            await session.unbind()

    # --- sending --------------------------------------------------------------------------------------------

    async def send(self, sms: Sms) -> tuple[str, ...]:
        """The carrier's id of each part. Raises SendError; after Retry the next try goes on where this one ended."""
        session = self._session
        if session is None:
            raise Retry("smpp: not bound", after_s=self._settings.timing.again_s)
        cut = parts_of(sms, self._settings)
        async with session.window:
            await self._turn()   # before the try begins: who is stopped while it waits has sent nothing
            return await self._send(session, sms.id, cut)

    async def _send(self, session: Session, id_: str, cut: list[Part]) -> tuple[str, ...]:
        taken = list(await self._attempts.begin(id_))
        try:
            for number, part in list(enumerate(cut, 1))[len(taken):]:
                if taken:
                    await self._turn()
                provider = await self._submit(session, part, id_, taken)
                taken.append(provider)
                await self.inbox.receipts.taken(provider, Whose(id_, number, len(cut)))
        except (Retry, Paused, Rejected):
            await self._attempts.settle(id_, taken)
            raise
        await self._attempts.settle(id_, taken)
        return tuple(taken)

    async def _submit(self, session: Session, part: Part, id_: str, taken: list[str]) -> str:
        """Raises SendError; Slower when the carrier said so too often."""
        for _ in range(SLOWER_TRIES):
            try:
                provider = await session.submit(part)
            except Slower:
                self._slow_down()
            else:
                self._slower_s = 0.0
                return provider
            await self._attempts.settle(id_, taken)  # the carrier has it not: who is stopped while waiting may go on
            await self._turn()
            await self._attempts.begin(id_)
        raise Slower("smpp: slower", after_s=self._slower_s)

    async def _turn(self) -> None:
        """Wait for our place among what the carrier grants."""
        await asyncio.sleep(max(0.0, self._calm_until - asyncio.get_running_loop().time()))
        await self._turns.wait()

    def _slow_down(self) -> None:
        """Once for all that were refused together."""
        now, least = asyncio.get_running_loop().time(), self._settings.timing.slower_s
        if now >= self._calm_until:
            self._slower_s = min(max(2 * self._slower_s, least), SLOWEST * least)
            self._calm_until = now + self._slower_s


def parts_of(sms: Sms, settings: SmppSettings) -> list[Part]:
    """The submissions of one text; all parts of a message share a reference, the same at every try. Raises Rejected."""
    try:
        cut = segments(sms.text, wide=settings.wide, china=settings.china)
    except TooLong as long:
        raise Rejected("sms: more than 255 parts") from long
    source, to, total = sms.sender or settings.source, sms.to.removeprefix("+"), len(cut.parts)
    reference = int(digest(sms.id)[:4 if settings.wide else 2], 16)

    def part(number: int, text: str) -> Part:
        place = Place("16" if settings.wide else "8", reference, total, number)
        octets = encode(text, cut.coding)
        return Part(source, settings.source_ton, to, header(place) + octets if total > 1 else octets,
                    CODINGS[cut.coding], headed=total > 1, valid_s=sms.valid_s)

    return [part(number, text) for number, text in enumerate(cut.parts, 1)]
