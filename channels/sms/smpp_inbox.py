"""What a carrier delivers: receipts matched, parts kept, messages handed on; each durable before the carrier hears that
we have it.

A deliver_sm has no id. One that comes again word for word soon after a lost link is taken for the carrier's repeat and
gets the id of the first; on the same link it is a citizen who wrote the same twice, which people do ("1", "1").
"""
from __future__ import annotations

import structlog

from channels.sms import parts, smpp_receipts
from channels.sms.joining import Joiner, Way
from channels.sms.matching import Matcher
from channels.sms.parts import Piece
from channels.sms.smpp_pdus import SAR, Delivered
from channels.sms.smpp_receipts import IdForm
from channels.sms.text import decode
from channels.sms.traffic import Arrival, Hands, digest
from gateway.clock import Clock, Ids, to_ms
from gateway.errors import HuiyinError
from gateway.store.shared import SharedStore

TAKEN, LATER = 0x00, 0x64      # ESME_ROK; ESME_RX_T_APPN, "temporary, bring it again" [SMPP 3.4, 5.1.3]
REPEATS_MS = 120_000
UDHI = 0x40

_log = structlog.get_logger(__name__)


class Inbox:
    """For one link; `session` says which of its connections something came by."""

    def __init__(self, link: str, hands: Hands, store: SharedStore, clock: Clock, ids: Ids) -> None:
        self.receipts = Matcher(store, link, hands, clock)
        self.joiner = Joiner(store, link, hands.take, clock)
        self._link, self._hands, self._store, self._clock, self._ids = link, hands, store, clock, ids

    async def deal(self, session: str, delivered: Delivered, ids: IdForm) -> int:
        """The command_status to answer with."""
        try:
            if smpp_receipts.is_receipt(delivered):
                await self.receipts.arrived(smpp_receipts.read(delivered, ids))
            else:
                await self._message(session, delivered)
        except HuiyinError as fault:
            _log.warning("sms_not_taken", link=self._link, why=type(fault).__name__)
            return LATER
        return TAKEN

    async def sweep(self) -> None:
        """What waited too long; what is not taken waits for the next time."""
        try:
            await self.receipts.sweep()
            await self.joiner.sweep()
        except HuiyinError as fault:
            _log.warning("sms_not_taken", link=self._link, why=type(fault).__name__)

    async def _message(self, session: str, delivered: Delivered) -> None:
        way, piece = Way(number(delivered), delivered.destination), piece_of(delivered)
        if piece.place is not None:
            await self.joiner.add(way, piece)
            return
        id_ = await self._id(session, way, piece)
        text = decode(piece.octets, piece.data_coding)
        await self._hands.take(Arrival(id_, way.sender, way.to, text, to_ms(self._clock.now())))

    async def _id(self, session: str, way: Way, piece: Piece) -> str:
        key = f"sms:smpp:{self._link}:mo:{digest(way.sender, way.to, str(piece.data_coding), piece.octets)}"
        kept = (await self._store.get(key) or b"").decode()
        earlier, _, known = kept.partition(" ")
        if known and earlier != session:
            return known
        id_ = self._ids.unique()
        await self._store.put(key, f"{session} {id_}".encode(), REPEATS_MS)
        return id_


def piece_of(delivered: Delivered) -> Piece:
    """A part by its header or its parameters, or a whole message."""
    if delivered.esm_class & UDHI:
        return parts.with_header(delivered.body, delivered.coding)
    sar = [int.from_bytes(delivered.tlvs[tag], "big") for tag in SAR if tag in delivered.tlvs]
    if len(sar) == len(SAR):
        return parts.with_sar(delivered.body, delivered.coding, (sar[0], sar[1], sar[2]))
    return Piece(delivered.body, delivered.coding)


def number(delivered: Delivered) -> str:
    """Who wrote it; with a plus where the carrier says that it is international."""
    return f"+{delivered.source}" if delivered.source_ton == 1 and delivered.source.isdigit() else delivered.source
