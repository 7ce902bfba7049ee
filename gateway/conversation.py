"""One citizen at a time: lease → understand → step → one commit {state, reply, work order, timers, transcript}.

The handler of lane `in`. Everything the turn does outside is in the Changes it returns; until they are committed
nothing has happened, and a crash repeats the turn from the saved state.
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from gateway import news, rating
from gateway.clock import Clock, from_ms, to_ms
from gateway.dialogue import draft as drafts
from gateway.dialogue.draft import Dialogue
from gateway.dialogue.effects import Effect
from gateway.dialogue.step import Catalog, elapsed, step
from gateway.messages import (
    AgentJoins,
    AgentLeaves,
    AgentSays,
    CaseNews,
    Elapsed,
    Inbound,
    Text,
    Upload,
    decode_inbound,
    encode,
)
from gateway.observe import TURN_SECONDS, TURNS
from gateway.protocols import Changes, Lease
from gateway.turn import Turn, Writer
from gateway.understanding import Reader


@dataclass(frozen=True, slots=True)
class Conversation:
    """Takes turns. `catalog` is the templates and field types, `reader` understands, `writer` words and files."""

    catalog: Catalog
    reader: Reader
    writer: Writer
    clock: Clock
    time_zone: ZoneInfo

    async def take_turn(self, lease: Lease) -> Changes:
        """All items that wait in the mailbox, in order, as one turn with at most one reply from the bot."""
        began = perf_counter()
        state = drafts.load(lease.state)
        items = [decode_inbound(msg.body) for msg in lease.msgs]
        turn = Turn(lease.key, state.turn + 1, to_ms(self.clock.now()))
        state = replace(state, turn=turn.number, started=state.started or turn.now)
        for burst in bursts(items):
            state = await self._burst(state, burst, turn)
        state = await self.writer.write(state, turn)
        TURN_SECONDS.labels("turn").observe(perf_counter() - began)
        TURNS.labels(state.asked or "nothing").inc()
        return Changes(lease.msgs[-1].seq, encode(state), turn.emits, turn.puts, turn.feeds, turn.cancel)

    async def _burst(self, state: Dialogue, burst: Sequence[Inbound], turn: Turn) -> Dialogue:
        """One burst of the citizen's messages, or one item from staff, a case or a timer."""
        last = burst[-1].content
        if isinstance(last, CaseNews):
            state, effects = news.tell(state, last)
        elif isinstance(last, AgentSays | AgentJoins | AgentLeaves):
            state, effects = turn.staff(state, last)
        elif isinstance(last, Elapsed):
            state, effects = elapsed(self.catalog, state, last)
        else:
            state, effects = await self._citizen(state, burst, turn)
        turn.effects += effects
        return state

    async def _citizen(
        self, state: Dialogue, burst: Sequence[Inbound], turn: Turn
    ) -> tuple[Dialogue, list[Effect]]:
        turn.heard(burst)
        last = burst[-1].content
        state = _follow(state, burst[-1].language)
        answered = news.answer(state, last) if commands.read(_text(last)) is None else None
        if answered is not None:
            return answered
        if state.mode == "bot" and rating.applies(state, last):
            answered = rating.step(state, last, news.reasons(self.catalog, state))
            if answered is not None:
                return answered
        now = from_ms(burst[-1].at).astimezone(self.time_zone)
        began = perf_counter()
        understood = await self.reader.read(state, [item.content for item in burst], now)  # type: ignore[misc]
        TURN_SECONDS.labels("understand").observe(perf_counter() - began)
        return step(self.catalog, state, understood)


def bursts(items: Sequence[Inbound]) -> Iterator[list[Inbound]]:
    """Neighbouring texts and files of the citizen are one utterance; everything else stands alone."""
    burst: list[Inbound] = []
    for item in items:
        if burst and not (_joins(burst[-1]) and _joins(item)):
            yield burst
            burst = []
        burst.append(item)
    if burst:
        yield burst


def _follow(state: Dialogue, language: str | None) -> Dialogue:
    """A language set on the channel counts from the moment it is set; "English" in the chat counts after it."""
    if language is None or language == state.hinted:
        return state
    return replace(state, language=language, hinted=language, language_chosen=True)


def _joins(item: Inbound) -> bool:
    return isinstance(item.content, Text | Upload)
