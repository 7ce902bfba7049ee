"""Answers for pushes that wait at another gateway than the one whose turn answers them.

The store holds two values of a push: that it waits, put before its message is stored, and what it is told, which is
added once: by who has the message, or by who has the push and waits no longer (b""). Whoever comes second lets the
other's stand, so that a message goes into the response or another way, and never both or neither.
"""
from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from gateway.clock import Clock
from gateway.messages import Outbound, decode_outbound, encode
from gateway.passive import KEEP_S, Kept, PassiveAnswers, Waiting
from gateway.store.shared import SharedStore

WAIT_MS = 8_000  # longer than any push waits
SWEEP_S = 0.5    # a hint may be lost
NOTHING = b""


@dataclass(frozen=True, slots=True)
class Board:
    """What all gateways know of the pushes of one conversation."""

    shared: SharedStore
    conversation: str

    async def waits(self, id_: str) -> None:
        await self.shared.put(self._waits(id_), b"1", WAIT_MS)

    async def tell(self, id_: str, message: bytes) -> bytes:
        """What the push is told: this, or what it was told before."""
        if await self.shared.add(self._told(id_), message, int(KEEP_S * 1000)):
            await self.shared.publish(self._topic)
            return message
        return await self.shared.get(self._told(id_)) or NOTHING

    async def give(self, ids: Sequence[str], message: Outbound) -> str | None:
        """As PassiveAnswers.give."""
        body, taker = encode(message), None
        for id_ in reversed(ids):
            if await self.shared.get(self._waits(id_)) is not None:
                told = await self.tell(id_, NOTHING if taker else body)
                taker = taker or (id_ if told == body else None)
        return taker

    async def told(self, id_: str) -> bytes:
        """As soon as it is told anything."""
        hints = self.shared.subscribe([self._topic])
        try:
            while (told := await self.shared.get(self._told(id_))) is None:
                await hints.next(SWEEP_S)
        finally:
            hints.close()
        return told

    @property
    def _topic(self) -> str:
        return f"push:{self.conversation}"

    def _waits(self, id_: str) -> str:
        return f"push:{self.conversation}:{id_}"

    def _told(self, id_: str) -> str:
        return f"pushed:{self.conversation}:{id_}"


@dataclass(frozen=True, slots=True)
class SharedWaiting(Waiting):
    """One try of a push, while it waits for the turn of any gateway."""

    id: str
    board: Board
    answers: PassiveAnswers

    async def announce(self) -> None:
        await self.board.waits(self.id)

    async def answer(self, seconds: float, *, repeated: bool = False) -> Outbound | None:
        following = asyncio.create_task(self._follow())
        try:
            message = await Waiting.answer(self, seconds, repeated=repeated)
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
        return message or _read(await self.board.tell(self.id, NOTHING))

    async def _follow(self) -> None:
        message = _read(await self.board.told(self.id))
        if message is None:
            self.answers.release(self.board.conversation, [self.id])
        else:
            self.answers.hand(self.board.conversation, [self.id], message)


class SharedAnswers(PassiveAnswers):
    def __init__(self, kept: Kept, clock: Clock, shared: SharedStore) -> None:
        super().__init__(kept, clock)
        self._shared = shared

    @contextmanager
    def expect(self, conversation: str, id_: str) -> Iterator[Waiting]:
        with super().expect(conversation, id_) as waiting:
            board = Board(self._shared, conversation)
            yield SharedWaiting(waiting.slot, waiting.kept, waiting.crowded, id_, board, self)

    async def give(self, conversation: str, ids: Sequence[str], message: Outbound) -> str | None:
        taker = self.hand(conversation, ids, message)
        return taker if taker is not None else await Board(self._shared, conversation).give(ids, message)


def _read(told: bytes) -> Outbound | None:
    return decode_outbound(told) if told else None
