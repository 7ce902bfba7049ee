"""mask → translate → verify → retry once with the next engine or another placeholder → the original with its reason.

The text is never lost: whatever engines do, the answer holds the original, and shows it where no translation could be
verified. What is shown has every link, number, name and address of the original, letter for letter.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from gateway.clock import Clock, to_ms
from gateway.errors import HuiyinError
from gateway.translation import Translation
from translate.cache import Cache
from translate.calling import EngineError
from translate.engine import Engine, Job
from translate.gate import Gate, Spend, no_limit
from translate.glossary import Glossary
from translate.masking import Masked, Shape, mask, shapes_for
from translate.verify import Pair, faults

LONGEST = 8_000  # characters: longer texts are pages, and are read in the original
GLOSSARY = "glossary"

Count = Callable[[str, str], object]  # engine, and "well" or what stood against it


@dataclass(frozen=True, slots=True)
class Way:
    """One engine, and when it may be asked."""

    engine: Engine
    gate: Gate


def way(engine: Engine, clock: Clock, spend: Spend = no_limit) -> Way:
    return Way(engine, Gate(engine.name, clock, spend))


@dataclass(frozen=True, slots=True)
class Ask:
    """One text to translate, and the flags of its tries so far."""

    text: str
    source: str
    to: str
    known: tuple[str, ...]
    fresh: bool
    flags: list[str] = field(default_factory=list)


class VerifiedTranslator:
    """translation.Translator. `ways`: the engine, and behind it the one that is asked when that fails, if any."""

    def __init__(
        self, ways: Sequence[Way], glossary: Glossary, clock: Clock, count: Count = lambda engine, outcome: None,
        cache: Cache | None = None,
    ) -> None:
        self._ways, self._glossary, self._clock, self._count = tuple(ways), glossary, clock, count
        self._cache = cache or Cache()
        self.patience_s = ways[0].engine.timeout_s

    async def open(self) -> None:
        for one in self._ways:
            await one.engine.open()

    async def close(self) -> None:
        for one in self._ways:
            await one.engine.close()

    async def translate(
        self, text: str, source: str, to: str, known: Sequence[str] = (), *, again: bool = False,
    ) -> Translation:
        ask = Ask(text, source, to, tuple(known), again)
        if source == to or not text.strip():
            return self._answer(ask, text, verified=True)
        if len(text) > LONGEST:
            return self._original(ask, "too_long")
        if term := self._glossary.whole(text, source, to):
            return self._answer(ask, term, GLOSSARY, self._glossary.version)
        for one, shape in self._tries(ask):
            done = await self._try(ask, one, mask(text, ask.known, shape))
            if done:
                return done
        return self._original(ask)

    def _tries(self, ask: Ask) -> Iterator[tuple[Way, Shape]]:
        """Two at most: what an engine cannot do is not asked of it again in the same words."""
        first, second = self._ways[0], self._ways[-1]
        if ask.fresh and second is not first:
            first, second = second, first
        free = shapes_for(ask.text, first.engine.placeholder)
        if not free:
            ask.flags.append("marks")
            return
        yield first, free[0]
        if second is not first:
            yield second, shapes_for(ask.text, second.engine.placeholder)[0]
        elif len(free) > 1 and ask.flags[-1] not in _NOT_AGAIN:
            yield first, free[1]

    async def _try(self, ask: Ask, one: Way, masked: Masked) -> Translation | None:
        engine = one.engine
        if not any(character.isalpha() for character in masked.bare):
            return self._answer(ask, ask.text, verified=True)
        key = (engine.name, engine.model, self._glossary.version, ask.source, ask.to, masked.text)
        answer = None if ask.fresh else self._cache.get(key)
        if answer is None:
            answer = await self._verified(ask, one, masked)
            if answer is None:
                return None
            self._cache.put(key, answer)
        return self._answer(ask, masked.unmask(answer), engine.name, engine.model)

    async def _verified(self, ask: Ask, one: Way, masked: Masked) -> str | None:
        """The engine's answer to the masked text; None, and a flag, where it cannot be shown."""
        terms = self._glossary.within(masked.bare, ask.source, ask.to)
        job = Job(masked.text, ask.source, ask.to, masked.shape, terms)
        try:
            async with one.gate.passing(len(masked.text)):
                answer = masked.shape.tidy(await one.engine.translate(job)).strip()
            found = faults(Pair(masked, answer, ask.source, ask.to))
        except EngineError as error:
            answer, found = "", (error.why,)
        except HuiyinError:  # the store, which counts the budget
            answer, found = "", ("budget",)
        self._count(one.engine.name, found[0] if found else "well")
        ask.flags.extend(found)
        return None if found else answer

    # --- answers ----------------------------------------------------------------------------------------------

    def _original(self, ask: Ask, *flags: str) -> Translation:
        return self._answer(ask, ask.text, verified=False, flags=flags)

    def _answer(
        self, ask: Ask, text: str, engine: str = "", model: str = "", *, verified: bool = True,
        flags: tuple[str, ...] = (),
    ) -> Translation:
        return Translation(
            original=ask.text, source=ask.source, to=ask.to, text=text, engine=engine, model=model,
            at=to_ms(self._clock.now()), verified=verified, flags=tuple(dict.fromkeys((*ask.flags, *flags))))


# It would be the same again: it did not answer, refuses us, or is not to be asked.
_NOT_AGAIN = frozenset({
    "timeout", "unreachable", "failing", "throttled", "shut", "refused", "away", "budget",
})
