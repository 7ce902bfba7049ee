"""Understanding by a Rasa server, with the engine of this process beside it for whenever Rasa does not answer in time.

Rasa ranks what the engine beside it would rank, too: the core of the message. Clauses, entities, several matters in one
message and the watch for danger are ours with every engine.
"""
from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from gateway.breaker import Breaker, Pass
from gateway.clock import Clock
from gateway.protocols import Matter, NluContext, Scored, Understander, Understanding
from nlu.clauses import content
from nlu.embedded import strange, templates
from nlu.rasa_server import RasaError, RasaServer

SURE = 0.9        # figures in README.md
STATUS_S = 10.0   # a model may be swapped by somebody else
BREAKER = 0.1     # of a case backend's waits: 3 s before the first probe, 30 s before later ones
IN_FLIGHT = 16    # Rasa reads one message after the other, 10 ms each: more would wait in vain

log = logging.getLogger(__name__)


class Beside(Understander, Protocol):
    """The engine that answers where Rasa does not, and knows the parts of a message."""

    @property
    def intents(self) -> tuple[str, ...]: ...

    def core(self, text: str) -> str: ...

    async def matters(self, text: str) -> tuple[Matter, ...]: ...


class RasaUnderstander:
    """`count` hears of each message how it was understood: `rasa`, or why it was not Rasa: a word of RasaError, `open`
    (the breaker) or `busy`. Open the engine beside it first."""

    name = "rasa"

    def __init__(
        self, server: RasaServer, beside: Beside, clock: Clock, count: Callable[[str], None],
        in_flight: int = IN_FLIGHT,
    ) -> None:
        self._server = server
        self._beside = beside
        self._clock = clock
        self._count = count
        self._breaker = Breaker(BREAKER)
        self._known: frozenset[str] = frozenset()
        self._model = ""
        self._asked_at = -STATUS_S  # for the model's name
        self._in_flight = in_flight
        self._under_way = 0

    async def open(self) -> None:
        """A server that is away now may come later."""
        self._known = frozenset(self._beside.intents)
        await self._server.open()
        try:
            await self._server.warm_up()
        except RasaError as error:
            log.warning("Rasa does not answer, %s does: %s", self._beside.name, error)

    async def close(self) -> None:
        await self._server.close()

    async def understand(self, text: str, language: str, context: NluContext) -> Understanding:
        how, intents = await self._ranking(self._beside.core(text))
        self._count(how)
        if intents is None:
            return await self._beside.understand(text, language, context)
        return Understanding(
            intents=intents, templates=templates(intents), content=content(text),
            in_scope=round(1 - strange(intents), 4) if intents else 0.0,
            sure=bool(intents) and intents[0].score >= SURE,
            engine=self.name, model=self._model,
            matters=() if context.template else await self._beside.matters(text),
        )

    async def _ranking(self, core: str) -> tuple[str, tuple[Scored, ...] | None]:
        """How it went, and Rasa's ranking if it did."""
        if self._under_way >= self._in_flight:
            return "busy", None
        call = self._breaker.begin(self._clock.monotonic())
        if call is None:
            return "open", None
        self._under_way += 1
        try:
            return "rasa", await self._asked(core, call)
        except RasaError as error:
            self._failed(call, error)
            return error.why, None
        except asyncio.CancelledError:
            self._breaker.given_up(call, self._clock.monotonic())
            raise
        finally:
            self._under_way -= 1

    async def _asked(self, core: str, call: Pass) -> tuple[Scored, ...]:
        if self._clock.monotonic() - self._asked_at >= STATUS_S:
            self._asked_at = self._clock.monotonic()
            ranking, self._model = await asyncio.gather(self._server.ranking(core), self._server.model())
        else:
            ranking = await self._server.ranking(core)
        if self._breaker.succeeded(call):
            log.warning("Rasa answers again")
        # Left out are templates that are gone, of an older model, and Rasa's own decision, `nlu_fallback`.
        return tuple(one for one in ranking if one.id in self._known)

    def _failed(self, call: Pass, error: RasaError) -> None:
        self._asked_at = -STATUS_S  # who comes back may have another model
        if self._breaker.failed(call, self._clock.monotonic()):
            log.warning("Rasa does not answer, %s does: %s", self._beside.name, error)
