"""SMPP 3.4 as octets, by smpplib's codec; its nouns stop here.

Facts about smpplib 2.2.4, read in its source: strings that are too long are cut without a word; a PDU that is cut short
is read as far as it goes; one parameter that it does not expect makes it give up the whole PDU, and carriers do send
their own. So lengths are checked here and the optional parameters are read here.
"""
from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from smpplib import command, command_codes, exceptions

HEADER = 16
MOST = 70_000              # octets of a PDU: message_payload has at most 64 KiB [5.3.2.32]
LAST_SEQUENCE = 0x7FFFFFFF  # [3.2]

RECEIPTED_ID, MESSAGE_STATE, PAYLOAD = 0x001E, 0x0427, 0x0424
SAR = (0x020C, 0x020E, 0x020F)   # reference, total, number
INVALID_LENGTH, INVALID_COMMAND = 0x02, 0x03

_STRINGS = ("service_type", "source_addr", "destination_addr", "schedule_delivery_time", "validity_period")
_FIXED = 12                # octets of a deliver_sm that are one number each


class BadPdu(Exception):
    """Octets that are no PDU; `sequence` is known where a header was there."""

    def __init__(self, why: str, sequence: int = 0) -> None:
        super().__init__(why)
        self.sequence = sequence


@dataclass(frozen=True, slots=True)
class Account:
    """What we bind as. The specification ends system_id at 15 characters, password at 8, system_type at 12 [5.2]."""

    system_id: str
    password: str = field(repr=False)
    system_type: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One submit_sm. Type of number 1: international, digits alone; 2 and 0 are what carriers take for short codes;
    5: letters. valid_s: how long the carrier may try, None for as long as it likes."""

    source: str
    source_ton: int
    destination: str
    octets: bytes = field(repr=False)
    coding: int
    headed: bool = False
    valid_s: int | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """One deliver_sm: a citizen's message, a part of one, or a receipt."""

    source: str
    source_ton: int
    destination: str
    esm_class: int
    coding: int
    octets: bytes = field(repr=False)
    tlvs: Mapping[int, bytes] = field(repr=False)

    @property
    def body(self) -> bytes:
        """What it says, wherever it stands."""
        return self.octets or self.tlvs.get(PAYLOAD, b"")


@dataclass(frozen=True, slots=True)
class Pdu:
    """What came. command: the specification's name, "unknown" for none of it; message_id: of a submit_sm_resp."""

    command: str
    status: int
    sequence: int
    message_id: str = ""
    delivered: Delivered | None = None


# --- out ----------------------------------------------------------------------------------------------------

def bind(account: Account, sequence: int) -> bytes:
    return _octets("bind_transceiver", sequence, system_id=account.system_id, password=account.password,
                   system_type=account.system_type)


def submit(part: Part, sequence: int) -> bytes:
    """With a receipt asked for, success or failure [5.2.17]."""
    return _octets(
        "submit_sm", sequence, source_addr_ton=part.source_ton, source_addr_npi=int(part.source_ton != 5),
        source_addr=part.source, dest_addr_ton=1, dest_addr_npi=1, destination_addr=part.destination,
        esm_class=0x40 if part.headed else 0, registered_delivery=1, data_coding=part.coding,
        short_message=part.octets, validity_period=None if part.valid_s is None else relative(part.valid_s),
    )


def relative(seconds: int) -> str:
    """From when the carrier has it, YYMMDDhhmmss000R; at the most 99 days [7.1.1.2]."""
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    return f"0000{min(days, 99):02}{hour:02}{minute:02}{second:02}000R"


def plain(name: str, sequence: int, status: int = 0) -> bytes:
    """A PDU without a body of its own: enquire_link, unbind, answers, generic_nack."""
    return _octets(name, sequence, status=status)


def _octets(name: str, sequence: int, **fields: object) -> bytes:
    made: Any = command.factory(name, sequence=sequence, client=_Numbers(), **fields)
    made.sequence = sequence
    written: bytes = made.generate()
    return written


class _Numbers:
    """smpplib asks for the next sequence number; ours are given out by the session."""

    sequence = 0

    def next_sequence(self) -> int:
        return 0


# --- in -----------------------------------------------------------------------------------------------------

def read(raw: bytes) -> Pdu:
    """One whole PDU. Raises BadPdu."""
    if len(raw) < HEADER:
        raise BadPdu("shorter than a header")
    _, code, status, sequence = struct.unpack(">LLLL", raw[:HEADER])
    try:
        name: str = command_codes.get_command_name(code)
    except exceptions.UnknownCommandError:
        return Pdu("unknown", status, sequence)
    if name == "deliver_sm":
        return Pdu(name, status, sequence, delivered=_delivered(raw, sequence))
    if name == "submit_sm_resp":  # its one string; an answer that refuses has often no body
        return Pdu(name, status, sequence, _text(raw[HEADER:].partition(b"\0")[0]))
    return Pdu(name, status, sequence)


def _delivered(raw: bytes, sequence: int) -> Delivered:
    parsed: Any = command.factory("deliver_sm", client=_Numbers())
    optional: list[bytes] = []
    parsed.parse_optional_params = optional.append   # on this object alone: see the module's facts
    try:
        parsed.parse(raw)
    except (struct.error, TypeError, ValueError) as broken:
        raise BadPdu("deliver_sm is cut short", sequence) from broken
    octets = parsed.short_message or b""
    told = _FIXED + sum(len(getattr(parsed, name) or b"") + 1 for name in _STRINGS) + (parsed.sm_length or 0)
    rest = b"".join(optional)
    if len(octets) != (parsed.sm_length or 0) or told != len(raw) - HEADER - len(rest):
        raise BadPdu("deliver_sm does not have its lengths", sequence)
    return Delivered(_text(parsed.source_addr), parsed.source_addr_ton, _text(parsed.destination_addr),
                     parsed.esm_class, parsed.data_coding, octets, tlvs(rest))


def tlvs(octets: bytes) -> dict[int, bytes]:
    """Tag → value; what is cut short at the end is left out."""
    found, at = {}, 0
    while at + 4 <= len(octets):
        tag, length = struct.unpack(">HH", octets[at:at + 4])
        if at + 4 + length <= len(octets):
            found[tag] = octets[at + 4:at + 4 + length]
        at += 4 + length
    return found


def _text(octets: bytes) -> str:
    return octets.decode("latin-1")
