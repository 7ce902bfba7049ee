"""The carrier's own codec: SMPP PDUs as octets and back [SMPP 3.4, chapters 3 to 5]."""
from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

HEADER = 16
MOST = 70_000          # octets of one PDU; message_payload holds 64 KiB
RESPONSE = 0x80000000

GENERIC_NACK = 0x80000000
BINDS = {0x00000001: "receiver", 0x00000002: "transmitter", 0x00000009: "transceiver"}
SUBMIT_SM = 0x00000004
DELIVER_SM = 0x00000005
UNBIND = 0x00000006
ENQUIRE_LINK = 0x00000015

ROK = 0x00
INVALID_COMMAND = 0x03
BIND_FAILED = 0x0D
INVALID_DESTINATION = 0x0B
THROTTLED = 0x58

SAR_REF, SAR_TOTAL, SAR_SEQ = 0x020C, 0x020E, 0x020F
RECEIPTED_ID, MESSAGE_STATE, PAYLOAD = 0x001E, 0x0427, 0x0424


class BadPdu(Exception):
    """Octets that are no PDU."""


@dataclass(frozen=True, slots=True)
class Pdu:
    command: int
    status: int
    sequence: int
    body: bytes = b""

    def octets(self) -> bytes:
        return struct.pack(">LLLL", HEADER + len(self.body), self.command, self.status, self.sequence) + self.body


@dataclass(frozen=True, slots=True)
class Short:
    """The body of a submit_sm or deliver_sm; addresses are digits, `tlvs` tag → value, validity as it was written."""

    source: str
    destination: str
    octets: bytes
    coding: int = 8
    esm_class: int = 0
    registered: int = 0
    source_ton: int = 1
    destination_ton: int = 0
    tlvs: Mapping[int, bytes] = field(default_factory=dict)
    validity: str = ""

    def body(self) -> bytes:
        return b"".join((
            b"\0", bytes((self.source_ton, 1)), _c_string(self.source),
            bytes((self.destination_ton, 1)), _c_string(self.destination),
            bytes((self.esm_class, 0, 0)), b"\0", _c_string(self.validity),
            bytes((self.registered, 0, self.coding, 0, len(self.octets))), self.octets,
            *(struct.pack(">HH", tag, len(value)) + value for tag, value in self.tlvs.items()),
        ))

    @property
    def whole(self) -> bytes:
        """What the message says, wherever it stands."""
        return self.octets or self.tlvs.get(PAYLOAD, b"")


def split(raw: bytes) -> Pdu:
    """One whole PDU. Raises BadPdu."""
    if len(raw) < HEADER:
        raise BadPdu("shorter than a header")
    length, command, status, sequence = struct.unpack(">LLLL", raw[:HEADER])
    if length != len(raw):
        raise BadPdu("its length is another")
    return Pdu(command, status, sequence, raw[HEADER:])


def read_short(body: bytes) -> Short:
    """Raises BadPdu."""
    reader = _Reader(body)
    reader.c_string()
    source_ton, _, source = reader.octet(), reader.octet(), reader.c_string()
    destination_ton, _, destination = reader.octet(), reader.octet(), reader.c_string()
    esm_class, _, _ = reader.octet(), reader.octet(), reader.octet()
    _, validity = reader.c_string(), reader.c_string()
    registered, _, coding, _ = reader.octet(), reader.octet(), reader.octet(), reader.octet()
    octets = reader.take(reader.octet())
    return Short(source, destination, octets, coding, esm_class, registered, source_ton, destination_ton,
                 reader.tlvs(), validity)


def read_bind(body: bytes) -> tuple[str, str]:
    """system_id and password. Raises BadPdu."""
    reader = _Reader(body)
    return reader.c_string(), reader.c_string()


class _Reader:
    def __init__(self, body: bytes) -> None:
        self._body, self._at = body, 0

    def take(self, n: int) -> bytes:
        taken = self._body[self._at:self._at + n]
        if len(taken) < n:
            raise BadPdu("cut short")
        self._at += n
        return taken

    def octet(self) -> int:
        return self.take(1)[0]

    def c_string(self) -> str:
        end = self._body.find(0, self._at)
        if end < 0:
            raise BadPdu("a string without its end")
        text = self.take(end - self._at).decode("latin-1")
        self._at += 1
        return text

    def tlvs(self) -> dict[int, bytes]:
        found = {}
        while self._at < len(self._body):
            tag, length = struct.unpack(">HH", self.take(4))
            found[tag] = self.take(length)
        return found


def _c_string(text: str) -> bytes:
    return text.encode("latin-1") + b"\0"
