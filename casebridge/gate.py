"""The gate before a case backend: nothing is sent while it is away or refuses us, but for one probe at a time.

| what the backend did | the gate |
|---|---|
| answered, if only with a permanent refusal | stays open, or opens again |
| failed 5 times in a row, or half of the last 20 | closes; one probe after 30 s, then twice as long, up to 5 min |
| refused us altogether (401, 403, 410) | closes likewise, until a probe is answered or a person resumes |
| asked for patience (409, 429) | lets nothing through for as long as it asked, at most 5 min |

After it was closed, it lets as many through together as were taken since, so that a backend that comes back is not
met by everybody at once. A pause is kept as record `backend` under the backend's name and outlives a restart.
"""
from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import structlog

from gateway.breaker import LAST_WAIT_S, Breaker, Pass
from gateway.clock import Clock, to_ms
from gateway.errors import Busy, Paused, Rejected, Retry, Uncertain
from gateway.gates import GateStatus
from gateway.protocols import Put, Records

WIDTH = 64  # calls at once, as many as a lane's worker makes (gateway/workers.py)

log = structlog.get_logger(__name__)
_statuses = msgspec.json.Decoder(GateStatus)


class Away(Retry):
    """Nothing was sent: the gate is closed."""


class Gate:
    """gates.CaseGate for one backend. `scale` multiplies the waits."""

    def __init__(self, backend: str, records: Records, clock: Clock, scale: float = 1.0) -> None:
        self.backend = backend
        self._records = records
        self._clock = clock
        self._scale = scale
        self._breaker = Breaker(scale)
        self._paused: GateStatus | None = None
        self._opened_at = 0     # ms since 1970, of the circuit
        self._width = WIDTH
        self._under_way = 0
        self._patience_until = 0.0

    async def open(self) -> None:
        """A pause of the last run still holds; a probe may go at once, as the start may well have mended it."""
        kept = await self._records.get("backend", self.backend)
        if kept is not None:
            self._paused = _statuses.decode(kept.body)
            self._breaker.open(self._now, probe_now=True)
            log.warning("backend_still_paused", backend=self.backend, why=self._paused.why)

    async def follow(self) -> None:
        """Take up a pause that another gateway met, and its end, wherever a probe or a person found it."""
        ours = self._paused
        kept = await self._records.get("backend", self.backend)
        if self._paused is not ours:  # something happened here meanwhile, which the record says next time
            return
        if kept is None and ours is not None:
            self._opened_again()
        elif kept is not None and ours is None:
            self._paused = _statuses.decode(kept.body)
            self._breaker.open(self._now)

    @property
    def status(self) -> GateStatus:
        if self._paused is not None:
            return self._paused
        if self._breaker.is_open:
            return GateStatus(self.backend, "away", "it does not answer as it should", self._opened_at)
        return GateStatus(self.backend)

    def room(self) -> int:
        """How many calls more may be begun now."""
        if self._now < self._patience_until or not self._breaker.admits(self._now):
            return 0
        return 1 if self._breaker.is_open else max(self._width - self._under_way, 0)

    @asynccontextmanager
    async def passing(self) -> AsyncIterator[None]:
        """Around one call of the backend, whose errors are its verdict. Raises Away when it must not be made."""
        call = self._breaker.begin(self._now) if self._now >= self._patience_until else None
        if call is None:
            raise Away("the backend is away", after_s=self._left_s())
        self._under_way += 1
        verdict = False
        try:
            yield
            verdict = await self._well(call)
        except Paused as error:
            verdict = await self._pause(call, error.why)
            raise
        except (Rejected, Busy) as error:
            verdict = await self._well(call)
            self._patience_until = self._now + self._asked_s(error)
            raise
        except (Retry, Uncertain):
            verdict = self._failed(call)
            raise
        finally:
            self._under_way -= 1
            if not verdict:
                self._breaker.given_up(call, self._now)

    async def resume(self) -> None:
        """A person says that it is well: everything goes again."""
        await self._forget_pause()
        self._opened_again()

    def _opened_again(self) -> None:
        self._paused = None
        self._breaker.close()
        self._width, self._patience_until = WIDTH, 0.0

    # --- verdicts ---------------------------------------------------------------------------------------------

    async def _well(self, call: Pass) -> bool:
        if call is Pass.PROBE:
            await self._forget_pause()
        if self._breaker.succeeded(call):
            log.info("backend_back", backend=self.backend)
            self._width = 1
        self._width = min(self._width + 1, WIDTH)
        return True

    def _failed(self, call: Pass) -> bool:
        if self._breaker.failed(call, self._now):
            self._opened_at = to_ms(self._clock.now())
            log.warning("backend_away", backend=self.backend)
        return True

    async def _pause(self, call: Pass, why: str) -> bool:
        """The first refusal says when it began; what comes back of calls that were under way says no more."""
        known = self._paused is not None
        if not known or call is Pass.PROBE:
            self._breaker.open(self._now)
        if not known:
            self._paused = GateStatus(self.backend, "paused", why, to_ms(self._clock.now()))
            log.warning("backend_paused", backend=self.backend, why=why)
            await self._records.write([Put("backend", self.backend, msgspec.json.encode(self._paused))])
        return True

    async def _forget_pause(self) -> None:
        if self._paused is not None:
            await self._records.write([Put("backend", self.backend, None)])
            self._paused = None
            log.info("backend_resumed", backend=self.backend)

    # --- times ------------------------------------------------------------------------------------------------

    @property
    def _now(self) -> float:
        return self._clock.monotonic()

    def _left_s(self) -> float:
        return max(self._breaker.left_s(self._now), self._patience_until - self._now, 1.0)

    def _asked_s(self, error: Rejected | Busy) -> float:
        return min(error.after_s or 0.0, LAST_WAIT_S * self._scale)
