"""When an engine may be asked: its breaker, its rests after a 429, half an hour's pause after a refusal, its budget."""
from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog

from gateway.breaker import Breaker
from gateway.clock import Clock
from translate.calling import Away, EngineError, Shut, Throttled

FIRST_REST_S, LAST_REST_S = 30.0, 1_800.0
SHUT_S = 1_800.0

Spend = Callable[[int], Awaitable[bool]]  # so many characters are about to be sent; False: the day's budget is spent
log = structlog.get_logger(__name__)


async def no_limit(characters: int) -> bool:
    return True


class Gate:
    def __init__(self, name: str, clock: Clock, spend: Spend = no_limit) -> None:
        self._name, self._clock, self._spend = name, clock, spend
        self._breaker = Breaker()
        self._rest_until, self._rest_s = 0.0, 0.0
        self._alarmed = self._trying = False

    @property
    def closed(self) -> str | None:
        """Why it must not be asked now, in one word."""
        if self._now < self._rest_until:
            return "shut" if self._alarmed else "throttled"
        if self._trying:  # after a rest or a pause one call goes ahead of the others
            return "shut" if self._alarmed else "throttled"
        return None if self._breaker.admits(self._now) else "away"

    @asynccontextmanager
    async def passing(self, characters: int) -> AsyncIterator[None]:
        """Around one call, whose errors are its verdict. Raises EngineError where it must not be made."""
        if why := self.closed:
            raise EngineError(why)
        if not await self._spend(characters):
            raise EngineError("budget")
        call = self._breaker.begin(self._now)
        if call is None:
            raise EngineError("away")
        self._trying = first = bool(self._rest_s or self._alarmed)
        verdict = False
        try:
            yield
            verdict = self._well()
            self._breaker.succeeded(call)
        except Away:
            verdict = True
            if self._breaker.failed(call, self._now):
                log.warning("translation_away", engine=self._name)
            raise
        except EngineError as error:  # it answers
            verdict = True
            self._breaker.succeeded(call)
            self._answered(error)
            raise
        finally:
            if first:
                self._trying = False
            if not verdict:
                self._breaker.given_up(call, self._now)

    def _well(self) -> bool:
        if self._alarmed:
            log.info("alarm_over", alarm="translation_refused", engine=self._name)
        self._rest_s, self._alarmed = 0.0, False
        return True

    def _answered(self, error: EngineError) -> None:
        if isinstance(error, Throttled):
            self._rest_s = min(self._rest_s * 2 or FIRST_REST_S, LAST_REST_S)
            self._rest_until = self._now + (self._rest_s if error.after_s is None else error.after_s)
        elif isinstance(error, Shut):
            self._rest_until = self._now + SHUT_S
            if not self._alarmed:
                log.warning("alarm", alarm="translation_refused", engine=self._name)
            self._alarmed = True

    @property
    def _now(self) -> float:
        return self._clock.monotonic()
