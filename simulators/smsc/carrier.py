"""The carrier: who may bind, what becomes of a message, when its receipt comes, and what it holds until it is taken."""
from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal

from gateway.clock import Clock
from simulators.smsc import alphabet, forms, pdus
from simulators.smsc.journal import Entry, Journal, What
from simulators.smsc.link import Link
from simulators.smsc.pdus import BadPdu, Pdu, Short
from simulators.smsc.phone import Phone

Receipts = Literal["prompt", "early", "held", "never"]   # after the answer, before it, when released, not at all
RECEIPT = 0x04                                           # esm_class of a receipt
STATES = {"DELIVRD": 2, "EXPIRED": 3, "DELETED": 4, "UNDELIV": 5, "ACCEPTD": 6, "UNKNOWN": 7, "REJECTD": 8}
NAMES = {number: word for word, number in STATES.items()}
ARRIVES = ("DELIVRD", "ACCEPTD", "UNKNOWN")              # after other states the phone shows nothing


@dataclass
class Conduct:
    """How the carrier behaves; a number is how many of the next submissions it concerns."""

    receipts: Receipts = "prompt"
    outcome: str = "DELIVRD"          # a word of STATES
    throttled: int = 0                # answered 0x58
    swallowed: int = 0                # taken, never answered
    cut: int = 0                      # taken, and the link breaks instead of an answer
    refusals: dict[str, int] = field(default_factory=dict)     # number → command_status


@dataclass(frozen=True, slots=True)
class Submission:
    """What a gateway submitted, under the id it was given."""

    id: str
    short: Short


class Carrier:
    def __init__(self, clock: Clock, accounts: Mapping[str, str]) -> None:
        self.conduct, self.journal = Conduct(), Journal()
        self.submitted: list[Submission] = []
        self.held: list[Short] = []          # receipts that wait for `release`
        self.waiting: list[Short] = []       # not taken yet; brought again at the next bind or by `redeliver`
        self.told: dict[str, str] = {}       # id → the state of its receipt, once the gateway took that
        self.host, self.port = "127.0.0.1", 0
        self._clock, self._accounts = clock, accounts
        self._phones: dict[str, Phone] = {}
        self._links: list[Link] = []
        self._ids = count(0x1000)
        self._serving: set[asyncio.Task[None]] = set()

    def phone(self, number: str) -> Phone:
        if number not in self._phones:
            self._phones[number] = Phone(number, self.bring)
        return self._phones[number]

    @property
    def bound(self) -> int:
        return sum(bool(link.bound) for link in self._links)

    # --- towards the gateway --------------------------------------------------------------------------------

    async def bring(self, short: Short) -> int | None:
        """Deliver it; the answered status. What is not taken waits: that is what a carrier is for."""
        link = next((link for link in reversed(self._links) if link.receives), None)
        answer = await link.request(pdus.DELIVER_SM, short.body()) if link else None
        status = answer.status if answer else None
        if status != pdus.ROK:
            self.waiting.append(short)
        what: What = "receipt" if is_receipt(short) else "deliver"
        if what == "receipt" and status == pdus.ROK:
            self.told[receipted(short)] = NAMES[short.tlvs[pdus.MESSAGE_STATE][0]]
        self.note(what, short.source, readable(short), -1 if status is None else status)
        return status

    async def redeliver(self) -> list[int | None]:
        waiting, self.waiting = self.waiting, []
        return [await self.bring(short) for short in waiting]

    async def _again(self) -> None:
        await self.redeliver()

    async def release(self, outcome: str = "DELIVRD") -> None:
        """The receipts that were held go out, with this outcome."""
        held, self.held = self.held, []
        for receipt in held:
            await self.bring(receipt_of(receipt, self._date(), outcome))

    async def enquire(self) -> list[bool]:
        """Whether each bound gateway is still there."""
        return [await link.request(pdus.ENQUIRE_LINK) is not None for link in self._links if link.bound]

    def cut(self) -> None:
        """Every link breaks."""
        for link in self._links:
            link.cut()

    async def gone(self) -> None:
        """Returns when no link is left."""
        while self._serving:
            await asyncio.wait(self._serving)

    # --- from the gateway -----------------------------------------------------------------------------------

    def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until it ends."""
        self._keep(self._serve(Link(reader, writer)))

    async def _serve(self, link: Link) -> None:
        self._links.append(link)
        try:
            await link.run(self._answer)
        finally:
            self._links.remove(link)
            self.note("lost", link.bound, "", pdus.ROK)

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _answer(self, link: Link, pdu: Pdu) -> None:
        try:
            if pdu.command in pdus.BINDS:
                self._bind(link, pdu)
            elif pdu.command == pdus.ENQUIRE_LINK:
                self.note("enquire", link.bound, "", pdus.ROK)
                link.reply(pdu)
            elif pdu.command == pdus.UNBIND:
                self._unbind(link, pdu)
            elif pdu.command == pdus.SUBMIT_SM and link.bound:
                await self._submit(link, pdu)
            else:
                link.write(Pdu(pdus.GENERIC_NACK, pdus.INVALID_COMMAND, pdu.sequence))
        except BadPdu:
            link.write(Pdu(pdus.GENERIC_NACK, pdus.INVALID_COMMAND, pdu.sequence))

    def _bind(self, link: Link, pdu: Pdu) -> None:
        system_id, password = pdus.read_bind(pdu.body)
        right = self._accounts.get(system_id) == password
        status = pdus.ROK if right else pdus.BIND_FAILED
        self.note("bind", system_id, pdus.BINDS[pdu.command], status)
        link.reply(pdu, status, b"HUIYIN-SMSC\0" if right else b"")
        if right:
            link.bound, link.receives = system_id, pdus.BINDS[pdu.command] != "transmitter"
            if link.receives and self.waiting:
                self._keep(self._again())

    def _unbind(self, link: Link, pdu: Pdu) -> None:
        self.note("unbind", link.bound, "", pdus.ROK)
        link.reply(pdu)
        link.bound, link.receives = "", False
        link.close()

    async def _submit(self, link: Link, pdu: Pdu) -> None:
        short = pdus.read_short(pdu.body)
        status = self._verdict(short.destination)
        self.note("submit", short.destination, readable(short), status)
        if status != pdus.ROK:
            link.reply(pdu, status)
            return
        submission = Submission(f"{next(self._ids):X}", short)
        self.submitted.append(submission)
        if self.conduct.outcome in ARRIVES:
            self.phone(short.destination).receive(short, self._clock.now(), submission.id)
        if self._silent(link):
            return
        receipt = receipt_of(_unsent(submission), self._date(), self.conduct.outcome)
        early = self.conduct.receipts == "early" and short.registered & 1
        brought = asyncio.create_task(self.bring(receipt)) if early else None
        await asyncio.sleep(0)    # the receipt is written first
        link.reply(pdu, pdus.ROK, submission.id.encode() + b"\0")
        await self._after(submission, receipt) if brought is None else await brought

    def _verdict(self, number: str) -> int:
        if self.conduct.throttled:
            self.conduct.throttled -= 1
            return pdus.THROTTLED
        return self.conduct.refusals.get(number, pdus.ROK)

    def _silent(self, link: Link) -> bool:
        """Taken, but the gateway does not hear of it."""
        if self.conduct.cut:
            self.conduct.cut -= 1
            link.cut()
            return True
        if self.conduct.swallowed:
            self.conduct.swallowed -= 1
            return True
        return False

    async def _after(self, submission: Submission, receipt: Short) -> None:
        if not submission.short.registered & 1:
            return
        if self.conduct.receipts == "held":
            self.held.append(_unsent(submission))
        elif self.conduct.receipts == "prompt":
            await self.bring(receipt)

    def note(self, what: What, number: str, said: str, status: int) -> None:
        self.journal.write(Entry(self._clock.now(), what, number, said, status))

    def _date(self) -> str:
        return f"{self._clock.now():%y%m%d%H%M}"


def is_receipt(short: Short) -> bool:
    return short.esm_class & 0x3C == RECEIPT


def receipted(receipt: Short) -> str:
    """The id of the message that it is about."""
    return receipt.tlvs[pdus.RECEIPTED_ID].rstrip(b"\0").decode()


def readable(short: Short) -> str:
    """What it says, for the journal; of a part also which."""
    place, octets = forms.place(short)
    text = alphabet.decode(octets, short.coding)
    return f"{place.number}/{place.total} {text}" if place else text


def _unsent(submission: Submission) -> Short:
    """A receipt without its outcome: from the phone to the sender, with the id [SMPP 3.4, appendix B]."""
    short = submission.short
    return Short(short.destination, short.source, b"", 0, RECEIPT, 0, short.destination_ton, short.source_ton,
                 {pdus.RECEIPTED_ID: submission.id.encode() + b"\0"})


def receipt_of(unsent: Short, date: str, outcome: str) -> Short:
    done = int(outcome == "DELIVRD")
    text = (
        f"id:{receipted(unsent)} sub:001 dlvrd:00{done} submit date:{date} done date:{date} stat:{outcome} "
        f"err:{'000' if done else '001'} text:x"
    )
    tlvs = {**unsent.tlvs, pdus.MESSAGE_STATE: bytes((STATES[outcome],))}
    return Short(unsent.source, unsent.destination, text.encode(), 0, RECEIPT, 0, unsent.source_ton,
                 unsent.destination_ton, tlvs)
