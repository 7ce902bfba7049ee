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

from gateway import languages, news, numbering, rating, service
from gateway.asides import Asides, Outcome
from gateway.callers import Callers
from gateway.clock import Clock, from_ms, to_ms
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.draft import Dialogue, load
from gateway.dialogue.effects import Ask
from gateway.dialogue.step import step
from gateway.errors import Held
from gateway.forgetting import forget
from gateway.handover import Forgotten
from gateway.messages import Choice, CitizenContent, Inbound, Text, Upload, decode_inbound, encode
from gateway.observe import TURN_SECONDS, TURNS
from gateway.protocols import Changes, Lease
from gateway.turn import Turn, bursts, hold, together, words
from gateway.understanding import Reader
from gateway.writing import Writer


@dataclass(frozen=True, slots=True)
class Conversation:
    """Takes turns. `catalog` is the templates and field types, `reader` understands, `writer` words and files."""

    catalog: Catalog
    reader: Reader
    writer: Writer
    clock: Clock
    time_zone: ZoneInfo
    hold_ms: int = 0  # how long a burst is waited for at most
    callers: Callers | None = None  # who is known by the number that they write from

    async def take_turn(self, lease: Lease) -> Changes:
        """The items that wait in the mailbox, in order, as one turn with at most one reply from the bot."""
        began = perf_counter()
        state = load(lease.state)
        items = together([decode_inbound(msg.body) for msg in lease.msgs])
        turn = Turn(lease.key, state.turn + 1, to_ms(self.clock.now()))
        if isinstance(items[0].content, Forgotten):
            await self.writer.write(Dialogue(), turn, items)  # what waits for this turn learns that nothing is said
            state = await forget(state, items[0], items[0].content, turn, self.writer.filer.uploads)
            return Changes(lease.msgs[0].seq, encode(state), turn.emits, turn.puts, cancel=turn.cancel)
        await self._hold(state, items, turn.now)
        state = replace(state, turn=turn.number, started=state.started or turn.now)
        state = replace(state, terse=self.writer.shortener.serves(turn.channel))
        spoke = any(isinstance(item.content, CitizenContent) for item in items)
        state, found = await self.callers.met(state, turn) if self.callers and spoke else (state, None)
        for burst in bursts(items):
            state = await self._burst(state, burst, turn)
        state = self._asides().found(state, found, turn)
        state = await self.writer.write(state, turn, items)
        TURN_SECONDS.labels("turn").observe(perf_counter() - began)
        TURNS.labels(state.asked or "nothing").inc()
        return Changes(lease.msgs[len(items) - 1].seq, encode(state), turn.emits, turn.puts, turn.feeds, turn.cancel)

    def _asides(self) -> Asides:
        return Asides(self.catalog, self.reader, self.writer, self.time_zone)

    async def _hold(self, state: Dialogue, items: Sequence[Inbound], now: int) -> None:
        """Raises Held while the citizen is probably still writing; danger and a person's talk wait for nothing."""
        wait = hold(items, state.last, now, self.hold_ms) if state.mode == "bot" else 0
        if wait and not await self.reader.danger(words(items)):
            raise Held(wait / 1000)

    async def _burst(self, state: Dialogue, burst: Sequence[Inbound], turn: Turn) -> Dialogue:
        """One burst of the citizen's messages, or one item from staff, a case or a timer."""
        asides = self._asides()
        state = languages.follow(state, burst[-1].language, "")  # news of a case may be the first thing here
        aside = await asides.take(state, burst[-1], turn)
        state, effects = aside or await self._citizen(state, burst, turn, asides)
        turn.effects += effects
        asks = any(isinstance(effect, Ask) for effect in effects)
        return replace(state, asked_by=turn.id(0)) if asks else state  # an older tap in the same lease is stale

    async def _citizen(self, state: Dialogue, burst: Sequence[Inbound], turn: Turn, asides: Asides) -> Outcome:
        """The citizen's words: to what stands beside the form if they answer it, else to the form."""
        turn.heard(burst)
        state = languages.follow(state, burst[-1].language, words(burst))
        now = from_ms(burst[-1].at).astimezone(self.time_zone)
        contents = [item.content for item in burst if isinstance(item.content, CitizenContent)]
        if state.terse and (beside := asides.briefly(state, words(burst), turn)):
            return beside
        contents = numbering.chosen(state, contents)
        aside = await self._aside(state, contents)
        if aside is None:
            state = service.passed(state)
            return step(self.catalog, state, await self.reader.read(state, contents, now))
        finished = aside[0].asked is None or state.asked == service.ASK
        state, effects = news.following(aside[0], self.catalog, aside[1])
        return asides.resumed(state, effects, turn) if finished else (state, effects)

    async def _aside(self, state: Dialogue, burst: Sequence[CitizenContent]) -> Outcome | None:
        """An answer to something beside the form: a department's question, or a rating."""
        said = "\n".join(one.text for one in burst if isinstance(one, Text))
        content = Text(said) if said else burst[-1]
        uploads = tuple(one.upload for one in burst if isinstance(one, Upload))
        if state.mode != "bot" and not isinstance(content, Choice):  # a tap is meant for the bot even then
            return None
        wording = news.wording(self.catalog, state, rating.about(state))
        aside = (
            news.answer(state, content, uploads) or rating.step(state, content, wording) or service.step(state, content)
        )
        danger = aside is not None and isinstance(content, Text) and await self.reader.danger(content.text)
        return None if danger else aside
