"""Long messages come in parts, and are put together again: pure, one state for each pair of numbers.

Five forms reach us [vectors in tests/wire/sms/smpp.json]: a user data header with an 8-bit reference, in order or not;
one with a 16-bit reference; SAR parameters of SMPP; and the whole in message_payload, which is no part at all.
References are the sending phone's own: two citizens use the same one at the same time, so a part belongs to (sender,
our number, form, reference, total), the first two being the state's key. Octets are joined before they are read.

The state is durable when its owner commits it before the part is acknowledged. Times are ms since 1970.
"""
from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from channels.sms.text import decode as read_octets

WAIT_MS = 300_000       # for missing parts; then what is there is handed on
REMEMBER_MS = 3_600_000  # so long a finished message is not begun anew by the carrier's repeats
MOST_OPEN = 8           # unfinished messages of one citizen; one more gives the oldest up
MOST_DONE = 64          # parts remembered
GAP = "[…]"

Form = Literal["8", "16", "sar"]
_CONCAT_8, _CONCAT_16 = 0x00, 0x08
_LENGTHS = {_CONCAT_8: 3, _CONCAT_16: 4}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part stands in its message. form: the reference's width, or SAR; number: from 1."""

    form: Form
    reference: int
    total: int
    number: int


@dataclass(frozen=True, slots=True)
class Piece:
    """One deliver_sm as far as its text goes. place: None for a message of its own."""

    octets: bytes
    data_coding: int
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Whole:
    """A message as the citizen wrote it; `missing`: the numbers of parts that never came, a GAP standing for each
    run of them."""

    text: str
    missing: tuple[int, ...] = ()


# --- one part -----------------------------------------------------------------------------------------------

def with_header(octets: bytes, data_coding: int) -> Piece:
    """A body whose esm_class says that it begins with a user data header (0x40). A header that is broken is kept as
    text, so that nothing a citizen wrote is thrown away."""
    if not octets or octets[0] >= len(octets):
        return Piece(octets, data_coding)
    end = 1 + octets[0]
    return Piece(octets[end:], data_coding, place_of(octets[:end]))


def place_of(header: bytes) -> Place | None:
    """A user data header, its length octet first: the elements are walked, port numbers may come before
    [TS 23.040, 9.2.3.24]."""
    for kind, value in _elements(header[1:]):
        if len(value) == _LENGTHS.get(kind):
            reference, total, number = int.from_bytes(value[:-2], "big"), value[-2], value[-1]
            return _place("16" if kind == _CONCAT_16 else "8", reference, total, number)
    return None


def header(place: Place) -> bytes:
    """The user data header of a part that we send, its length octet first; esm_class must have 0x40."""
    wide = place.form == "16"
    reference = place.reference.to_bytes(2 if wide else 1, "big")
    element = reference + bytes([place.total, place.number])
    return bytes([len(element) + 2, _CONCAT_16 if wide else _CONCAT_8, len(element)]) + element


def with_sar(octets: bytes, data_coding: int, sar: tuple[int, int, int]) -> Piece:
    """`sar`: sar_msg_ref_num, sar_total_segments, sar_segment_seqnum of SMPP."""
    return Piece(octets, data_coding, _place("sar", *sar))


def _elements(octets: bytes) -> Iterator[tuple[int, bytes]]:
    while len(octets) >= 2:
        length = octets[1]
        yield octets[0], octets[2:2 + length]
        octets = octets[2 + length:]


def _place(form: Form, reference: int, total: int, number: int) -> Place | None:
    """None for numbers that make no sense, which receivers must ignore, and for "one of one"."""
    return Place(form, reference, total, number) if total > 1 and 1 <= number <= total else None


# --- putting them together ----------------------------------------------------------------------------------

class Open(Struct, frozen=True):
    """Parts that came, by number, each with its data_coding."""

    since: int
    total: int
    parts: dict[int, tuple[int, bytes]] = {}


class Parts(Struct, frozen=True):
    """What waits for one pair of numbers. Never changed: every method returns the next one, with what is whole now.

    done  parts of messages that were handed on, until when they are known for repeats
    """

    open: dict[str, Open] = {}
    done: dict[str, int] = {}

    def add(self, piece: Piece, now: int) -> tuple[Parts, list[Whole]]:
        """One part. The same part again changes nothing; another one in its place begins a new message, for which the
        old one is given up."""
        if piece.place is None:
            return self, [Whole(read_octets(piece.octets, piece.data_coding))]
        state, wholes = self.expire(now)
        name, place = _name(piece.place), piece.place
        if _mark(name, place.number, piece.octets) in state.done:
            return state, wholes
        opened = state.open.get(name)
        if opened and opened.parts.get(place.number, (0, piece.octets))[1] != piece.octets:
            state, given_up = state._finish(name, now)
            wholes, opened = [*wholes, given_up], None
        opened = opened or Open(now, place.total)
        opened = replace(opened, parts={**opened.parts, place.number: (piece.data_coding, piece.octets)})
        state, settled = replace(state, open={**state.open, name: opened})._settle(name, now)
        return state, [*wholes, *settled]

    def expire(self, now: int) -> tuple[Parts, list[Whole]]:
        """What has waited too long is handed on as it is."""
        state = replace(self, done={mark: until for mark, until in self.done.items() if until > now})
        wholes = []
        for name in [name for name, opened in self.open.items() if now >= opened.since + WAIT_MS]:
            state, whole = state._finish(name, now)
            wholes.append(whole)
        return state, wholes

    def due(self) -> int | None:
        """When `expire` has something to hand on; None when nothing waits."""
        return min((opened.since + WAIT_MS for opened in self.open.values()), default=None)

    def _settle(self, name: str, now: int) -> tuple[Parts, list[Whole]]:
        """The message that is complete, or the oldest where there are too many."""
        if len(self.open[name].parts) < self.open[name].total:
            if len(self.open) <= MOST_OPEN:
                return self, []
            name = min(self.open, key=lambda other: self.open[other].since)
        state, whole = self._finish(name, now)
        return state, [whole]

    def _finish(self, name: str, now: int) -> tuple[Parts, Whole]:
        opened = self.open[name]
        rest = {other: kept for other, kept in self.open.items() if other != name}
        known = {_mark(name, number, octets): now + REMEMBER_MS for number, (_, octets) in opened.parts.items()}
        done = list({**self.done, **known}.items())[-MOST_DONE:]
        return Parts(rest, dict(done)), _whole(opened)


def _name(place: Place) -> str:
    return f"{place.form}/{place.reference}/{place.total}"


def _mark(name: str, number: int, octets: bytes) -> str:
    """A reference is used again within hours, so a repeat is known by what it holds."""
    return f"{name}/{number}/{hashlib.blake2b(octets, digest_size=8).hexdigest()}"


def _whole(opened: Open) -> Whole:
    """Neighbours of one alphabet are read as one run of octets."""
    runs: list[tuple[int | None, bytes]] = []
    for number in range(1, opened.total + 1):
        coding, octets = opened.parts.get(number, (None, b""))
        if runs and runs[-1][0] == coding:
            octets = runs.pop()[1] + octets
        runs.append((coding, octets))
    text = "".join(GAP if coding is None else read_octets(octets, coding) for coding, octets in runs)
    return Whole(text, tuple(number for number in range(1, opened.total + 1) if number not in opened.parts))


def decode(state: bytes | None) -> Parts:
    """The state as it was kept; an empty one for a new pair."""
    return msgspec.json.decode(state, type=Parts) if state else Parts()


def encode(parts: Parts) -> bytes:
    return msgspec.json.encode(parts)
