"""One bound SMPP connection: requests matched with their answers, enquire_link, what the carrier delivers acknowledged
after it was dealt with.

Facts [SMPP 3.4]: sequence numbers run to 0x7FFFFFFF and are each side's own [3.2]; either side may enquire, unbind or
leave at any time [2.7]. What was written and not answered when a link breaks may have been taken: `Uncertain`.
"""
from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from channels.sms import smpp_pdus as pdus
from channels.sms.smpp_pdus import Account, BadPdu, Delivered, Part, Pdu
from channels.sms.smpp_receipts import not_bound, refused
from gateway.errors import Retry, Uncertain

HANDLED_AT_ONCE = 64      # deliver_sm in work; more wait in the socket


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds. The carrier has `answer_s` for an answer; a link that was silent for `enquire_s` is asked; after a lost
    link the next try waits from `again_s`, doubled each time, to `again_most_s`."""

    connect_s: float = 5.0
    answer_s: float = 10.0
    enquire_s: float = 30.0
    again_s: float = 1.0
    again_most_s: float = 60.0
    slower_s: float = 0.5          # after the first "slower, please", doubled each time


class LinkLost(Exception):
    """The connection is over; `why` is for the log."""


# Returns the command_status to answer with.
Deal = Callable[[Delivered], Awaitable[int]]


class Session:
    """On an open connection. `window`: submissions without an answer yet, carriers allow 16 to 32; who submits holds a
    place in it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, timing: Timing,
                 window: int = 16) -> None:
        self._reader, self._writer, self._timing = reader, writer, timing
        self.window = asyncio.Semaphore(window)
        self._dealing = asyncio.Semaphore(HANDLED_AT_ONCE)
        self._waiting: dict[int, asyncio.Future[Pdu]] = {}
        self._sequence = 0
        self._heard = asyncio.get_running_loop().time()
        self._over = False

    async def bind(self, account: Account) -> None:
        """Before `run`. Raises Paused, Retry: the carrier does not want us, or not now; LinkLost."""
        self._writer.write(pdus.bind(account, self._next_sequence()))
        try:
            async with asyncio.timeout(self._timing.answer_s):
                answer = await self._read()
        except TimeoutError:
            raise LinkLost("no answer to bind") from None
        if answer.command != "bind_transceiver_resp" or answer.status:
            raise not_bound(answer.status)

    async def run(self, deal: Deal) -> None:
        """Until the link is over. Raises LinkLost."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._enquire())
                while True:
                    await self._handle(await self._read(), deal, tasks)
        except* LinkLost as lost:
            raise _first(lost) from None
        finally:
            self._end()

    async def submit(self, part: Part) -> str:
        """The carrier's message_id. Raises what `refused` decides; Retry: not written; Uncertain: no answer."""
        if self._over:
            raise Retry("smpp: the link is lost")
        sequence = self._next_sequence()
        answer = await self._ask(sequence, pdus.submit(part, sequence))
        if answer.status:
            raise refused(answer.status)
        return answer.message_id

    async def unbind(self) -> None:
        """Wait a moment for the answers that are due, then say good-bye, and for the answer to that."""
        if not self._over:
            if self._waiting:
                await asyncio.wait(self._waiting.values(), timeout=self._timing.answer_s)
            sequence = self._next_sequence()
            with suppress(Uncertain):
                await self._ask(sequence, pdus.plain("unbind", sequence))
        self._end()

    # --- in -------------------------------------------------------------------------------------------------

    async def _read(self) -> Pdu:
        """The next PDU; one that cannot be read is refused and the next one is awaited. Raises LinkLost."""
        while True:
            try:
                head = await self._reader.readexactly(4)
                length = int.from_bytes(head, "big")
                if not pdus.HEADER <= length <= pdus.MOST:
                    raise LinkLost("what came is no SMPP")
                raw = head + await self._reader.readexactly(length - 4)
            except (asyncio.IncompleteReadError, OSError) as cut:
                raise LinkLost(type(cut).__name__) from None
            self._heard = asyncio.get_running_loop().time()
            try:
                return pdus.read(raw)
            except BadPdu as bad:
                self._write(pdus.plain("generic_nack", bad.sequence, pdus.INVALID_LENGTH))

    async def _handle(self, pdu: Pdu, deal: Deal, tasks: asyncio.TaskGroup) -> None:
        if pdu.delivered is not None:
            await self._dealing.acquire()
            tasks.create_task(self._deal(pdu.sequence, pdu.delivered, deal))
        elif pdu.command.endswith("_resp") or pdu.command == "generic_nack":
            self._match(pdu)
        elif pdu.command == "enquire_link":
            self._write(pdus.plain("enquire_link_resp", pdu.sequence))
        elif pdu.command == "unbind":
            self._write(pdus.plain("unbind_resp", pdu.sequence))
            raise LinkLost("the carrier unbound us")
        else:
            self._write(pdus.plain("generic_nack", pdu.sequence, pdus.INVALID_COMMAND))

    async def _deal(self, sequence: int, delivered: Delivered, deal: Deal) -> None:
        try:
            status = await deal(delivered)
            self._write(pdus.plain("deliver_sm_resp", sequence, status))
        finally:
            self._dealing.release()

    def _match(self, pdu: Pdu) -> None:
        future = self._waiting.get(pdu.sequence)
        if future is not None and not future.done():
            future.set_result(pdu)

    # --- out ------------------------------------------------------------------------------------------------

    async def _enquire(self) -> None:
        """Ask when nothing was heard for long. Raises LinkLost when there is no answer."""
        loop, silence = asyncio.get_running_loop(), self._timing.enquire_s
        while True:
            quiet = loop.time() - self._heard
            if quiet < silence:
                await asyncio.sleep(silence - quiet)
                continue
            sequence = self._next_sequence()
            try:
                await self._ask(sequence, pdus.plain("enquire_link", sequence))
            except Uncertain:
                raise LinkLost("no answer to enquire_link") from None

    async def _ask(self, sequence: int, octets: bytes) -> Pdu:
        """Raises Uncertain when the link breaks or the time is up first."""
        future: asyncio.Future[Pdu] = asyncio.get_running_loop().create_future()
        self._waiting[sequence] = future
        try:
            async with asyncio.timeout(self._timing.answer_s):
                self._write(octets)
                await self._writer.drain()
                return await future
        except TimeoutError:
            raise Uncertain("smpp: no answer in time") from None
        except (OSError, LinkLost):
            raise Uncertain("smpp: the link broke before the answer") from None
        finally:
            del self._waiting[sequence]

    def _write(self, octets: bytes) -> None:
        if not self._writer.is_closing():
            self._writer.write(octets)

    def _next_sequence(self) -> int:
        self._sequence = self._sequence % pdus.LAST_SEQUENCE + 1
        return self._sequence

    def _end(self) -> None:
        self._over = True
        self._writer.close()
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(LinkLost("over"))


def _first(lost: ExceptionGroup[LinkLost]) -> LinkLost:
    """Of the reasons of one loss, nested as groups are."""
    inner = lost.exceptions[0]
    return inner if isinstance(inner, LinkLost) else _first(inner)
