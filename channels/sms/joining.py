"""Parts that are kept until their message is whole (channels/sms/parts.py), each durable before it is acknowledged.

A message is handed on before its parts are forgotten, under an id that its contents give: after a crash between the two
it comes again and is known. A carrier to which several gateways are bound may bring each part to another of them, so
what is kept is changed by one at a time, of all gateways.
"""
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import msgspec

from channels.sms import parts
from channels.sms.parts import Piece, Whole
from channels.sms.traffic import Arrival, Take, digest
from gateway.clock import Clock, to_ms
from gateway.errors import Unavailable
from gateway.store.shared import SharedStore

KEPT_MS = 2 * parts.REMEMBER_MS
OPEN_MS = 30 * 86_400_000
HELD_MS = 10_000 # longer than a change takes; of a gateway that died over it, the others wait so long
LOOK_S, LOOKS = 0.01, 2_000
LISTS = 256      # of what waits: each is written whole whenever something in it changes


@dataclass(frozen=True, slots=True)
class Way:
    """From whom to which number of ours, as the carrier writes them."""

    sender: str
    to: str


class Joiner:
    """For one link; `name` keeps it apart from others."""

    def __init__(self, store: SharedStore, name: str, take: Take, clock: Clock) -> None:
        self._store, self._take, self._clock = store, take, clock
        self._prefix = f"sms:parts:{name}"

    async def add(self, way: Way, piece: Piece) -> None:
        """Durable when it returns; what is whole was handed on. Raises what `take` raises."""
        async with self._alone(self._key(way)):
            state, wholes = (await self._load(way)).add(piece, to_ms(self._clock.now()))
            await self._hand_on(way, state, wholes, piece)

    async def sweep(self) -> None:
        """Hand on what has waited too long for its missing parts."""
        now = to_ms(self._clock.now())
        waiting = await asyncio.gather(*(self._waiting(n) for n in range(LISTS)))
        for way in [way for some in waiting for way, due in some.items() if due <= now]:
            async with self._alone(self._key(way)):
                state, wholes = (await self._load(way)).expire(now)
                await self._hand_on(way, state, wholes, None)

    async def _load(self, way: Way) -> parts.Parts:
        return parts.decode(await self._store.get(self._key(way)))

    async def _hand_on(self, way: Way, state: parts.Parts, wholes: list[Whole], piece: Piece | None) -> None:
        for whole in wholes:
            await self._take(self._arrival(way, whole, piece))
        await self._store.put(self._key(way), parts.encode(state), KEPT_MS)
        await self._remember(way, state.due())

    def _arrival(self, way: Way, whole: Whole, piece: Piece | None) -> Arrival:
        place = repr(piece.place and (piece.place.form, piece.place.reference, piece.place.total)) if piece else ""
        id_ = digest(way.sender, way.to, whole.text, repr(whole.missing), place)
        return Arrival(id_, way.sender, way.to, whole.text, to_ms(self._clock.now()), whole.missing)

    async def _waiting(self, n: int) -> dict[Way, int]:
        """What waits, by one of the lists, and until when."""
        return _listed(await self._store.get(self._list(n)))

    async def _remember(self, way: Way, due: int | None) -> None:
        """Written only when it changed: most messages are whole."""
        n = int(digest(way.sender, way.to)[:8], 16) % LISTS
        if (await self._waiting(n)).get(way) == due:
            return
        async with self._alone(self._list(n)):
            waiting = await self._waiting(n)
            waiting.pop(way, None)
            if due is not None:
                waiting[way] = due
            rows = [(way.sender, way.to, until) for way, until in waiting.items()]
            await self._store.put(self._list(n), msgspec.json.encode(rows), OPEN_MS)

    @asynccontextmanager
    async def _alone(self, key: str) -> AsyncIterator[None]:
        """Nobody else changes what stands under the key. Raises Unavailable when it is not to be had."""
        for _ in range(LOOKS):
            if await self._store.add(f"{key}:held", b"", HELD_MS):
                break
            await asyncio.sleep(LOOK_S)
        else:
            raise Unavailable("parts of a message are being put together elsewhere")
        try:
            yield
        finally:
            await self._store.delete(f"{key}:held")

    def _key(self, way: Way) -> str:
        return f"{self._prefix}:{digest(way.sender, way.to)}"

    def _list(self, n: int) -> str:
        return f"{self._prefix}:open:{n}"


def _listed(kept: bytes | None) -> dict[Way, int]:
    rows = msgspec.json.decode(kept, type=list[tuple[str, str, int]]) if kept else []
    return {Way(sender, to): due for sender, to, due in rows}
