"""Ends doubts without a person where the backend can tell whether an operation has arrived.

What lies parked on lane `case` has an unknown outcome. A backend that can be asked is asked: what it has counts as
done under its number, and what a backend with look-up surely does not have is sent again. The rest is for a person.
"""
from __future__ import annotations

import asyncio

import msgspec
import structlog

from casebridge.bridge import LANE, Known, operation
from casebridge.gate import Gate
from gateway.clock import Clock, to_ms
from gateway.errors import SendError
from gateway.orders import CaseOp
from gateway.polling import ALONE, Duty
from gateway.protocols import CaseBackend, LaneStore
from gateway.store.lanes import Dead

EVERY_S = 60.0
AT_ONCE = 20     # asked about in one look; the next look goes on behind them

log = structlog.get_logger(__name__)
_known = msgspec.json.Decoder(Known)


class Reconciler:
    def __init__(
        self, backend: CaseBackend, gate: Gate, lanes: LaneStore, clock: Clock, duty: Duty = ALONE
    ) -> None:
        self._backend = backend
        self._duty = duty
        self._gate = gate
        self._lanes = lanes
        self._clock = clock
        self._after = 0

    async def run(self, every_s: float = EVERY_S) -> None:
        """For ever."""
        while True:
            if await self._duty.mine(every_s):
                await self.look()
            await asyncio.sleep(every_s)

    async def look(self) -> int:
        """How many doubts it ended. Nothing is asked while the backend is away."""
        letters = await self._lanes.dead(LANE, after=self._after, n=AT_ONCE)
        self._after = letters[-1].id if len(letters) == AT_ONCE else 0
        ended = 0
        for letter in letters:
            if letter.parked:
                ended += await self._ends(letter)
        return ended

    async def _ends(self, letter: Dead) -> bool:
        op = operation(letter.body)
        if op is None:
            return False
        try:
            decided = await self._decided(op)
        except SendError:
            return False
        if decided is None or not await self._lanes.replay(letter.id, msgspec.json.encode(decided)):
            return False
        log.info("doubt_ended", op=op.op, found=decided.arrived is not None)
        return True

    async def _decided(self, op: CaseOp) -> CaseOp | None:
        state, _ = await self._lanes.state(LANE, op.work_order_id)
        known = _known.decode(state).external_id if state else None
        async with self._gate.passing():
            found = await self._backend.lookup(op, known)
        at = to_ms(self._clock.now())
        if found is not None:
            return msgspec.structs.replace(op, at=at, arrived=found.external_id)
        surely_not = self._backend.repeat(op.op) != "neither"
        return msgspec.structs.replace(op, at=at) if surely_not else None
