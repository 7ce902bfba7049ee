"""The worker of lane `case`: hands the operations of one work order to the backend, strictly in order.

A failed one comes back by its age: at once, then after 5 s, 30 s, 2 min, 10 min and every 30 min, and is given
up after 72 h. Work orders are independent keys, so one that fails holds up nobody else.
"""
from __future__ import annotations

from zlib import crc32

import msgspec
from msgspec import Struct

from gateway.clock import Clock, to_ms
from gateway.errors import Paused, Rejected, Retry, SendError, Uncertain
from gateway.orders import CaseOp, Taken
from gateway.protocols import CaseBackend, Changes, Emit, Lease, Put, Receipt

GIVE_UP_S = 72 * 3600
# (age of the operation below which it applies, seconds until the next try)
WAITS = ((5, 5), (35, 30), (155, 120), (755, 600))
LAST_WAIT_S = 1800

_ops = msgspec.json.Decoder(CaseOp)


class Known(Struct, frozen=True):
    """State of the case's key: the backend's own number of it."""

    external_id: str


_known = msgspec.json.Decoder(Known)


class HandOver(Struct, frozen=True):
    """Record `receipt`, id = the operation's key, indexed by work_order: the backend took it."""

    work_order_id: str
    op: str
    external_id: str
    system: str
    at: int


class Bridge:
    def __init__(self, backend: CaseBackend, clock: Clock) -> None:
        self._backend = backend
        self._clock = clock

    async def handle(self, lease: Lease) -> Changes:
        """protocols.Handler: sends the head operation. Raises SendError, with `after_s` where it comes back."""
        if not lease.msgs:
            return Changes()
        head = lease.msgs[0]
        try:
            op = _ops.decode(head.body)
        except msgspec.DecodeError as error:
            raise Rejected("not an operation") from error
        known = _known.decode(lease.state).external_id if lease.state else None
        receipt = await self._hand_over(op, known)
        state = msgspec.json.encode(Known(known or receipt.external_id))
        return Changes(head.seq, state, emits=[self._taken(op, receipt)], puts=[self._receipt(op, receipt)])

    async def _hand_over(self, op: CaseOp, known: str | None) -> Receipt:
        try:
            return await self._send(op, known)
        except (Retry, Paused) as error:
            raise self._later(op, error) from error
        except Uncertain as error:
            if self._backend.repeat(op.op) == "neither":
                raise
            raise self._later(op, Retry(error.why, after_s=error.after_s)) from error

    async def _send(self, op: CaseOp, known: str | None) -> Receipt:
        """A backend that only knows look-up is asked first: the send before may have arrived unheard."""
        if self._backend.repeat(op.op) == "lookup":
            found = await self._backend.lookup(op, known)
            if found:
                return found
        return await self._backend.send(op, known)

    def _later(self, op: CaseOp, error: SendError) -> SendError:
        age = (to_ms(self._clock.now()) - op.at) / 1000
        if age > GIVE_UP_S:
            return Rejected(f"given up after 72 h: {error.why}")
        kind = Paused if isinstance(error, Paused) else Retry
        return kind(error.why, after_s=error.after_s or wait_s(op.key, age))

    def _taken(self, op: CaseOp, receipt: Receipt) -> Emit:
        """The case hears under which number the backend has it."""
        taken = Taken(
            op.op, op.key, receipt.external_id, receipt.system, to_ms(self._clock.now()), receipt.seq,
            op.payload.get("round"), receipt.url,
        )
        return Emit("events", op.work_order_id, f"taken:{op.key}", msgspec.json.encode(taken))

    def _receipt(self, op: CaseOp, receipt: Receipt) -> Put:
        done = HandOver(op.work_order_id, op.op, receipt.external_id, receipt.system, to_ms(self._clock.now()))
        return Put("receipt", op.key, msgspec.json.encode(done), {"work_order": op.work_order_id})


def wait_s(key: str, age_s: float) -> float:
    """Seconds until the next try of an operation of this age, ± 20 %, spread by key so that a backend that comes
    back is not met by everybody at once."""
    wait = next((w for below, w in WAITS if age_s < below), LAST_WAIT_S)
    return wait * (0.8 + 0.4 * (crc32(f"{key}:{int(age_s)}".encode()) % 1001) / 1000)
