"""The carrier itself: its codec against octets that Kannel and smpp34 wrote, its alphabet, its phones, its faults."""
from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from simulators.smsc import alphabet, forms, pdus
from simulators.smsc.carrier import Carrier, Receipts
from simulators.smsc.forms import LONG_FORMS, Form
from simulators.smsc.pdus import BadPdu, Pdu, Short
from simulators.smsc.phone import Writing
from simulators.smsc.server import serve
from tests.clock import ManualClock
from tests.tables import table
from tests.until import until

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "wire/sms/smpp.json").read_text("utf-8"))["vectors"]
SHORTS = [row for row in VECTORS if row["pdu"] in ("submit_sm", "deliver_sm")]
NUMBER, BIND = "8613800138000", b"hotline\0secret1\0\0\x34\0\0\0"


@table("row", SHORTS, label=lambda row: str(row["name"]))
def test_other_peoples_octets_are_read(row: dict[str, Any]) -> None:
    short, fields = pdus.read_short(pdus.split(bytes.fromhex(row["hex"])).body), row["fields"]
    assert (short.source, short.source_ton, short.destination, short.esm_class, short.coding, short.registered) == (
        fields["source"], fields["source_ton"], fields["dest"], fields["esm_class"], fields["data_coding"],
        fields["registered_delivery"])
    assert short.octets.hex() == fields["short_message_hex"]
    place, octets = forms.place(short)
    if row.get("concat"):
        assert place == forms.Place(*(row["concat"][key] for key in ("ref", "total", "seq")))
    if "text" in row:
        assert alphabet.decode(octets, short.coding) == row["text"]


@table("row", [row for row in SHORTS if row["pdu"] == "deliver_sm" and not row.get("constructed")],
       label=lambda row: str(row["name"]))
def test_our_octets_are_theirs(row: dict[str, Any]) -> None:
    """Those that passed between real programs; the constructed ones leave the numbering plan out."""
    raw = bytes.fromhex(row["hex"])
    pdu = pdus.split(raw)
    assert Pdu(pdu.command, pdu.status, pdu.sequence, pdus.read_short(pdu.body).body()).octets() == raw


def test_what_is_cut_short_is_no_pdu() -> None:
    body = pdus.split(bytes.fromhex(SHORTS[0]["hex"])).body
    for end in range(len(body)):
        with pytest.raises(BadPdu):
            pdus.read_short(body[:end])


@table("form", LONG_FORMS)
def test_a_text_is_the_same_in_every_form(form: Form) -> None:
    octets = ("长" * 150 + "😀").encode("utf-16-be")
    parts = [forms.place(Short("1", "2", air.octets, 8, air.esm_class, tlvs=air.tlvs))
             for air in forms.cut(octets, form, 300 if form == "udh16" else 30)]
    assert b"".join(piece for _, piece in parts) == octets
    assert [place.number for place, _ in parts if place] == ([] if form == "payload" else [1, 2, 3])


def test_the_alphabet_holds_what_a_phone_has() -> None:
    text = "€10 good @{}[]~\\|^ éñÜ Δ"
    assert alphabet.decode(alphabet.encode(text, alphabet.GSM), alphabet.GSM) == text


# --- over the wire ------------------------------------------------------------------------------------------

class Peer:
    """A gateway of few words."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    def say(self, pdu: Pdu) -> None:
        self._writer.write(pdu.octets())

    async def hear(self) -> Pdu:
        head = await self._reader.readexactly(4)
        return pdus.split(head + await self._reader.readexactly(int.from_bytes(head) - 4))

    async def submit(self, sequence: int, text: str = "办结") -> None:
        short = Short("10612345", NUMBER, text.encode("utf-16-be"), registered=1)
        self.say(Pdu(pdus.SUBMIT_SM, 0, sequence, short.body()))


@asynccontextmanager
async def bound() -> AsyncIterator[tuple[Carrier, Peer]]:
    async with serve(ManualClock()) as carrier:
        peer = Peer(*await asyncio.open_connection(carrier.host, carrier.port))
        peer.say(Pdu(0x09, 0, 1, BIND))
        assert ((await peer.hear()).status, carrier.bound) == (0, 1)
        yield carrier, peer


async def test_receipts_come_after_the_answer_or_before_it_or_never() -> None:
    async with bound() as (carrier, peer):
        order = []
        modes: list[Receipts] = ["prompt", "early", "never", "held"]
        for n, receipts in enumerate(modes, 10):
            carrier.conduct.receipts = receipts
            await peer.submit(n)
            for _ in range(1 if receipts in ("never", "held") else 2):
                heard = await peer.hear()
                order.append(heard.command)
                if heard.command == pdus.DELIVER_SM:
                    peer.say(Pdu(pdus.DELIVER_SM | pdus.RESPONSE, 0, heard.sequence, b"\0"))
        answer, deliver = pdus.SUBMIT_SM | pdus.RESPONSE, pdus.DELIVER_SM
        assert order == [answer, deliver, deliver, answer, answer, answer]
        assert (len(carrier.held), carrier.phone(NUMBER).texts) == (1, ["办结"] * 4)


async def test_what_is_refused_waits_and_comes_again_at_the_next_bind() -> None:
    async with bound() as (carrier, peer):
        said = asyncio.create_task(carrier.phone(NUMBER).says("1"))
        heard = await peer.hear()
        peer.say(Pdu(pdus.DELIVER_SM | pdus.RESPONSE, 0x64, heard.sequence, b"\0"))
        assert (await said, len(carrier.waiting)) == ([0x64], 1)
        carrier.cut()
        await until(lambda: not carrier.bound)
        assert await carrier.phone(NUMBER).says("2") == [None]
        again = Peer(*await asyncio.open_connection(carrier.host, carrier.port))
        again.say(Pdu(0x09, 0, 1, BIND))
        await again.hear()
        texts = []
        for _ in range(2):
            heard = await again.hear()
            texts.append(alphabet.decode(pdus.read_short(heard.body).octets, 8))
            again.say(Pdu(pdus.DELIVER_SM | pdus.RESPONSE, 0, heard.sequence, b"\0"))
        assert texts == ["1", "2"]
        await until(lambda: not carrier.waiting)


async def test_who_is_not_bound_submits_nothing() -> None:
    async with serve(ManualClock()) as carrier:
        peer = Peer(*await asyncio.open_connection(carrier.host, carrier.port))
        peer.say(Pdu(0x09, 0, 1, BIND.replace(b"secret1", b"guessed")))
        assert (await peer.hear()).status == pdus.BIND_FAILED
        await peer.submit(2)
        assert (await peer.hear()).command == pdus.GENERIC_NACK
        assert not carrier.submitted
        assert [entry.status for entry in carrier.journal.find("bind", "hotline")] == [pdus.BIND_FAILED]


def test_a_line_of_the_journal_is_one_line() -> None:
    carrier = Carrier(ManualClock(), {})
    carrier.note("deliver", NUMBER, "a\nb‮c", 0)
    assert carrier.journal.text() == f"11-23 10:00:00 deliver {NUMBER} a\\u000ab\\u202ec → 0x00"


def test_a_phone_leaves_parts_out_when_told() -> None:
    phone = Carrier(ManualClock(), {}).phone(NUMBER)
    parts = phone.writes("长" * 150, writing=Writing("udh8", reference=5, order=(2, 0)))
    assert [part.octets[:6].hex() for part in parts] == ["050003050303", "050003050301"]
