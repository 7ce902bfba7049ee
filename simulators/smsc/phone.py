"""A citizen's phone: what it received, put together as a phone does, and what its owner writes."""
from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count

from simulators.smsc import alphabet, forms
from simulators.smsc.forms import Form, Place
from simulators.smsc.pdus import Short

# Bring it to whoever is bound; the answered command_status, None while nobody took it.
Bring = Callable[[Short], Awaitable[int | None]]

HOTLINE = "10612345"


@dataclass(frozen=True, slots=True)
class Received:
    """One text on the screen; `parts` is what it cost, `ids` what the carrier called them."""

    at: datetime
    sender: str
    text: str
    parts: int
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """One part that arrived."""

    octets: bytes
    id: str


@dataclass(frozen=True, slots=True)
class Writing:
    """How a text leaves the phone. `order` sends parts by their place, 0 first, and may leave some out."""

    form: Form = "single"
    coding: int = alphabet.UCS2
    reference: int | None = None
    room: int = 0
    order: Sequence[int] | None = None


class Phone:
    def __init__(self, number: str, bring: Bring) -> None:
        self.number, self._bring = number, bring
        self.inbox: list[Received] = []
        self._open: dict[tuple[str, int, int], dict[int, Piece]] = {}
        self._references = count(7)

    @property
    def texts(self) -> list[str]:
        return [received.text for received in self.inbox]

    async def says(self, text: str, form: Form = "single", *, to: str = HOTLINE,
                   writing: Writing | None = None) -> list[int | None]:
        """Send it; for each part the command_status that came back, None while nobody took it."""
        return [await self._bring(short) for short in self.writes(text, form, to=to, writing=writing)]

    def writes(self, text: str, form: Form = "single", *, to: str = HOTLINE,
               writing: Writing | None = None) -> list[Short]:
        """The parts without sending them, for who wants to mix them with another phone's."""
        how = writing or Writing()
        octets = alphabet.encode(text, how.coding)
        reference = next(self._references) if how.reference is None else how.reference
        air = forms.cut(octets, form if writing is None else how.form, reference, how.room)
        whole = Short(self.number, to, b"", how.coding)
        parts = [replace(whole, octets=part.octets, esm_class=part.esm_class, tlvs=part.tlvs) for part in air]
        return parts if how.order is None else [parts[at] for at in how.order]

    def receive(self, short: Short, at: datetime, id_: str = "") -> None:
        """Parts are shown when the last of them is there."""
        place, octets = forms.place(short)
        piece = Piece(octets, id_)
        pieces = [piece] if place is None else self._gather(short.source, place, piece)
        if pieces:
            text = alphabet.decode(b"".join(each.octets for each in pieces), short.coding)
            self.inbox.append(Received(at, short.source, text, len(pieces), tuple(each.id for each in pieces)))

    def _gather(self, sender: str, place: Place, piece: Piece) -> list[Piece]:
        """All of them in order, none while one is missing."""
        key = (sender, place.reference, place.total)
        pieces = self._open.setdefault(key, {})
        pieces[place.number] = piece
        if len(pieces) < place.total:
            return []
        del self._open[key]
        return [pieces[number] for number in sorted(pieces)]
