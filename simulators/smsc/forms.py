"""The forms a long text takes: octets cut into parts, and parts joined again [GSM 03.40, 9.2.3.24; SMPP 3.4, 5.3.2]."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from simulators.smsc import pdus
from simulators.smsc.pdus import Short

Form = Literal["single", "udh8", "udh16", "sar", "payload"]
LONG_FORMS: tuple[Form, ...] = ("udh8", "udh16", "sar", "payload")

UDHI = 0x40
ROOM: dict[Form, int] = {"udh8": 134, "udh16": 132, "sar": 134}   # octets of a part beside its header
WHOLE: dict[Form, int] = {"single": 254, "payload": 65_535}


@dataclass(frozen=True, slots=True)
class Air:
    """One part as it goes into a PDU."""

    octets: bytes
    esm_class: int = 0
    tlvs: dict[int, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part belongs: the number of all parts, this one's, and the reference they share."""

    reference: int
    total: int
    number: int


def cut(octets: bytes, form: Form, reference: int, room: int = 0) -> list[Air]:
    """The parts of a text. `room` cuts shorter, and so between the halves of a character, as some phones do.

    Raises ValueError when the form cannot hold it."""
    if form in WHOLE:
        if len(octets) > WHOLE[form]:
            raise ValueError(f"{form} holds {WHOLE[form]} octets")
        return [Air(octets)] if form == "single" else [Air(b"", tlvs={pdus.PAYLOAD: octets})]
    step = room or ROOM[form]
    pieces = [octets[at:at + step] for at in range(0, len(octets), step)]
    return [_part(form, Place(reference, len(pieces), n), piece) for n, piece in enumerate(pieces, 1)]


def _part(form: Form, place: Place, piece: bytes) -> Air:
    tail = bytes((place.total, place.number))
    if form == "sar":
        return Air(piece, tlvs={
            pdus.SAR_REF: place.reference.to_bytes(2), pdus.SAR_TOTAL: tail[:1], pdus.SAR_SEQ: tail[1:],
        })
    if form == "udh8":
        return Air(bytes((5, 0, 3, place.reference & 0xFF)) + tail + piece, UDHI)
    return Air(bytes((6, 8, 4)) + place.reference.to_bytes(2) + tail + piece, UDHI)


def place(short: Short) -> tuple[Place | None, bytes]:
    """Where a received part belongs, None for a whole message; and its octets without a header."""
    if short.esm_class & UDHI and short.octets:
        end = 1 + short.octets[0]
        return next(_concatenated(short.octets[1:end]), None), short.octets[end:]
    tlvs = short.tlvs
    if {pdus.SAR_REF, pdus.SAR_TOTAL, pdus.SAR_SEQ} <= tlvs.keys():
        numbers = (int.from_bytes(tlvs[tag]) for tag in (pdus.SAR_REF, pdus.SAR_TOTAL, pdus.SAR_SEQ))
        return Place(*numbers), short.octets
    return None, short.whole


def _concatenated(header: bytes) -> Iterator[Place]:
    at = 0
    while at + 2 <= len(header):
        kind, length = header[at], header[at + 1]
        value = header[at + 2:at + 2 + length]
        if (kind, len(value)) in ((0, 3), (8, 4)):
            yield Place(int.from_bytes(value[:-2]), value[-2], value[-1])
        at += 2 + length
