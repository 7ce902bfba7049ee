"""What matters for reaching a phone, kept in lane `out` until the sender reads it: no words of anybody."""
from __future__ import annotations

import msgspec
from msgspec import Struct

from channels.sms.optout import Wish
from channels.sms.traffic import Report


class Wrote(Struct, frozen=True, tag="wrote"):
    """The citizen wrote this message, to that number of ours."""

    id: str
    to: str = ""


class Wished(Struct, frozen=True, tag="wished"):
    """With it, in these words, they opted out or came back; `at` in ms."""

    id: str
    wish: Wish
    at: int
    to: str = ""
    said: str = ""


class Reported(Struct, frozen=True, tag="reported"):
    """What became of one of ours."""

    report: Report
    at: int


Note = Wrote | Wished | Reported
_note: msgspec.json.Decoder[Note] = msgspec.json.Decoder(Note)


def write(note: Note) -> str:
    return msgspec.json.encode(note).decode()


def read(note: str) -> Note:
    return _note.decode(note)
