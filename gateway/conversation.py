"""One citizen at a time: lease → understand → step → one commit {state, reply, work order, timers, transcript}.

The handler of lane `in`. Everything the turn does outside is in the Changes it returns; until they are committed
nothing has happened, and a crash repeats the turn from the saved state.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from gateway import languages, news, rating
from gateway.clock import Clock, from_ms, to_ms
from gateway.dialogue import drafts
from gateway.dialogue.beside import beside
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.draft import BESIDE, Dialogue, load
from gateway.dialogue.effects import Ask, Effect
from gateway.dialogue.posted import file_order, words_in
from gateway.dialogue.step import resume, step
from gateway.dialogue.understood import Known, Understood
from gateway.errors import Held
from gateway.handover import DraftHanded, DraftWanted, Verified
from gateway.messages import (
    AgentJoins,
    AgentLeaves,
    AgentSays,
    CaseNews,
    Choice,
    CitizenContent,
    Elapsed,
    Inbound,
    Order,
    Text,
    decode_inbound,
    encode,
)
from gateway.observe import TURN_SECONDS, TURNS
from gateway.protocols import Changes, Lease
from gateway.turn import Turn, bursts, hold, words
from gateway.understanding import Reader
from gateway.writing import Writer

Outcome = tuple[Dialogue, list[Effect]]


@dataclass(frozen=True, slots=True)
class Conversation:
    """Takes turns. `catalog` is the templates and field types, `reader` understands, `writer` words and files."""

    catalog: Catalog
    reader: Reader
    writer: Writer
    clock: Clock
    time_zone: ZoneInfo
    hold_ms: int = 0  # how long a burst is waited for at most

    async def take_turn(self, lease: Lease) -> Changes:
        """All items that wait in the mailbox, in order, as one turn with at most one reply from the bot."""
        began = perf_counter()
        state = load(lease.state)
        items = [decode_inbound(msg.body) for msg in lease.msgs]
        turn = Turn(lease.key, state.turn + 1, to_ms(self.clock.now()))
        self._hold(state, items, turn.now)
        state = replace(state, turn=turn.number, started=state.started or turn.now)
        for burst in bursts(items):
            state = await self._burst(state, burst, turn)
        state = await self.writer.write(state, turn)
        TURN_SECONDS.labels("turn").observe(perf_counter() - began)
        TURNS.labels(state.asked or "nothing").inc()
        return Changes(lease.msgs[-1].seq, encode(state), turn.emits, turn.puts, turn.feeds, turn.cancel)

    def _hold(self, state: Dialogue, items: Sequence[Inbound], now: int) -> None:
        """Raises Held while the citizen is probably still writing; danger and a person's talk wait for nothing."""
        wait = hold(items, state.last, now, self.hold_ms) if state.mode == "bot" else 0
        if wait and not self.reader.danger(words(items)):
            raise Held(wait / 1000)

    async def _burst(self, state: Dialogue, burst: Sequence[Inbound], turn: Turn) -> Dialogue:
        """One burst of the citizen's messages, or one item from staff, a case or a timer."""
        last = burst[-1].content
        if isinstance(last, CaseNews):
            state, effects = news.tell(state, last, self.reader.city.departments)
        elif isinstance(last, AgentSays | AgentJoins | AgentLeaves):
            state, effects = turn.staff(state, last)
            if isinstance(last, AgentLeaves):
                state, effects = self._resumed(state, effects, turn)
        elif isinstance(last, Elapsed):
            state, effects = drafts.elapsed(self.catalog, state, last)
        elif isinstance(last, Order):
            state, effects = self._ordered(state, burst[-1], last, turn)
        elif isinstance(last, Verified | DraftWanted | DraftHanded):
            state, effects = beside(self.catalog, state, self._nothing_said(turn.now, state), last)
            turn.puts += self.writer.links(turn, last) if isinstance(last, Verified) else ()
        else:
            state, effects = await self._citizen(state, burst, turn)
        turn.effects += effects
        asks = any(isinstance(effect, Ask) for effect in effects)
        return replace(state, asked_by=turn.id(0)) if asks else state  # an older tap in the same lease is stale

    async def _citizen(self, state: Dialogue, burst: Sequence[Inbound], turn: Turn) -> Outcome:
        """The citizen's words: to what stands beside the form if they answer it, else to the form."""
        turn.heard(burst)
        state = languages.follow(state, burst[-1].language, words(burst))
        now = from_ms(burst[-1].at).astimezone(self.time_zone)
        contents = [item.content for item in burst if isinstance(item.content, CitizenContent)]
        aside = self._aside(state, contents[-1])
        if aside is None:
            return step(self.catalog, state, await self.reader.read(state, contents, now))
        state, effects = aside
        return self._resumed(state, effects, turn) if state.asked is None else aside

    def _ordered(self, state: Dialogue, item: Inbound, order: Order, turn: Turn) -> Outcome:
        """A form posted over the API; the open form's question follows again, nothing of it has changed."""
        turn.heard([item])
        turn.reply_to = None  # the page did not write this
        state = languages.follow(state, item.language, "")
        effects = file_order(self.catalog, self._nothing_said(item.at, state, words_in(order.fields)), state, order)
        return (state, effects) if state.asked in BESIDE else self._resumed(state, effects, turn)

    def _resumed(self, state: Dialogue, effects: list[Effect], turn: Turn) -> Outcome:
        """The open form's question again, behind what was said beside it."""
        if state.draft is None or state.mode != "bot":
            return state, effects
        state, question = resume(self.catalog, state, self._nothing_said(turn.now, state))
        return state, [*effects, *question]

    def _nothing_said(self, at: int, state: Dialogue, written: str = "") -> Understood:
        """A turn of the dialogue that no words of the citizen began."""
        now = from_ms(at).astimezone(self.time_zone)
        known, danger = Known(phone=state.phone), self.reader.danger(written)
        return Understood(Text(""), now, self.reader.city, known=known, emergency=danger)

    def _aside(self, state: Dialogue, content: CitizenContent) -> Outcome | None:
        """An answer to something beside the form: a department's question, or a rating."""
        if state.mode != "bot" and not isinstance(content, Choice):  # a tap is meant for the bot even then
            return None
        aside = news.answer(state, content) or rating.step(state, content, news.reasons(self.catalog, state))
        danger = aside is not None and isinstance(content, Text) and self.reader.danger(content.text)
        return None if danger else aside
