"""Answers for pushes that wait: a platform that shows its response to a push as a message gets it for free.

A push registers before its message is stored, so that no turn can be faster. Whoever delivers hands the message over
here first, and only what no push waits for goes another way. What an id was told, it is told again: a repeat of a push
gets the same answer, also after a restart, from what delivery kept (gateway/delivery.py).
"""
from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from gateway.clock import Clock
from gateway.errors import HuiyinError
from gateway.messages import Outbound

KEEP_S = 60.0  # a provider repeats within seconds; later repeats are answered from what delivery kept
# Too few and too long would cost more than they spare: what goes another way is a request of our own (measured: 200
# messages a second, of which half wait, fall behind for good with 100 and 5 s).
CROWD = 250    # pushes that wait together: more come in than are answered, and waiting is in vain for most …
SHORT_S = 0.4  # … so that nobody who waits does so for longer, nobody begins to, and what is said goes another way, …
CALM_S = 2.0   # … until it was less crowded for so long

# (conversation, id) → whether delivery knows what it was told, and what: None is "nothing here".
Kept = Callable[[str, str], Awaitable[tuple[bool, Outbound | None]]]


@dataclass(slots=True)
class _Slot:
    """One id of one conversation. `answer` is set once: the message, or None for "not here"."""

    answer: asyncio.Future[Outbound | None]
    waiting: int = 0
    ended: float = 0.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """One try of a push, while it waits."""

    slot: _Slot
    kept: Callable[[], Awaitable[tuple[bool, Outbound | None]]]
    crowded: Callable[[], bool]

    async def announce(self) -> None:
        """Before its message is stored, where others must know that it waits. Raises Unavailable."""

    async def ready(self, seconds: float) -> bool:
        """Whether there is an answer within that time; leaves the push waiting if not."""
        await asyncio.wait([self.slot.answer], timeout=max(0.0, seconds))
        return self.slot.answer.done()

    async def answer(self, seconds: float, *, repeated: bool = False) -> Outbound | None:
        """The message within that time, else None, which is then the answer to every try: it goes another way."""
        if repeated and not self.slot.answer.done():
            known, message = await self.kept()
            if known:
                _settle(self.slot, message)
        while not self.slot.answer.done() and seconds > 0 and not self.crowded():
            await self.ready(min(seconds, SHORT_S))
            seconds -= SHORT_S
        _settle(self.slot, None)
        return self.slot.answer.result()


@dataclass(slots=True)
class PassiveAnswers:
    """All pushes of this process that wait."""

    kept: Kept
    clock: Clock
    _slots: dict[tuple[str, str], _Slot] = field(default_factory=dict)
    _waiting: int = 0
    _crowded: float = -CALM_S  # when last

    @contextmanager
    def expect(self, conversation: str, id_: str) -> Iterator[Waiting]:
        """Before the message of the push is stored."""
        self._forget()
        key = (conversation, id_)
        slot = self._slots.setdefault(key, _Slot(asyncio.get_running_loop().create_future()))
        slot.waiting += 1
        self._waiting += 1
        try:
            yield Waiting(slot, lambda: self.kept(conversation, id_), self._is_crowded)
        except HuiyinError:  # not stored: the provider comes again, and is the first to be answered
            if slot.waiting == 1 and self._slots.get(key) is slot:
                del self._slots[key]
            raise
        finally:
            slot.waiting -= 1
            self._waiting -= 1
            if not slot.waiting:
                _settle(slot, None)
                slot.ended = self.clock.monotonic()

    async def give(self, conversation: str, ids: Sequence[str], message: Outbound) -> str | None:
        """As `hand`, wherever the push waits. Raises Unavailable."""
        return self.hand(conversation, ids, message)

    def hand(self, conversation: str, ids: Sequence[str], message: Outbound) -> str | None:
        """To the push of the latest of these ids that waits; the others are told that there is nothing. Returns its
        id, None when none of them waits. Handed over again, because what it belongs to could not be committed, it is
        told once."""
        slots = [(id_, slot) for id_ in reversed(ids) if (slot := self._slots.get((conversation, id_))) is not None]
        for id_, slot in slots:
            if slot.answer.done() and slot.answer.result() == message:
                return id_
        for id_, slot in slots:
            if slot.waiting and not slot.answer.done():
                _settle(slot, message)
                self.release(conversation, ids)
                return id_
        return None

    def release(self, conversation: str, ids: Sequence[str]) -> None:
        """Nothing is said to these, or it goes another way."""
        for id_ in ids:
            if slot := self._slots.get((conversation, id_)):
                _settle(slot, None)

    def _is_crowded(self) -> bool:
        if self._waiting > CROWD:
            self._crowded = self.clock.monotonic()
        return self.clock.monotonic() < self._crowded + CALM_S

    def _forget(self) -> None:
        """Slots stand in the order of their beginning, and none lives for long."""
        old = self.clock.monotonic() - KEEP_S
        while self._slots:
            key, slot = next(iter(self._slots.items()))
            if slot.waiting or slot.ended > old:
                return
            del self._slots[key]


def _settle(slot: _Slot, message: Outbound | None) -> None:
    if not slot.answer.done():
        slot.answer.set_result(message)
