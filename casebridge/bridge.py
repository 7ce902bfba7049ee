"""The worker of lane `case`: hands the operations of one work order to the backend, strictly in order.

A failed one comes back by its age: at once, then after 5 s, 30 s, 2 min, 10 min and every 30 min, and is given
up after 72 h. Work orders are independent keys, so one that fails holds up nobody else; a backend that fails holds up
all of them before its gate (casebridge/gate.py).
"""
from __future__ import annotations

from zlib import crc32

import msgspec
from msgspec import Struct

from casebridge.calling import ANSWER_S
from casebridge.gate import Away, Gate
from gateway.clock import Clock, to_ms
from gateway.errors import Paused, Rejected, Retry, SendError, Uncertain
from gateway.orders import CaseOp, Taken
from gateway.protocols import CaseBackend, Changes, Emit, LaneStore, Lease, Put, Receipt, Records

LANE = "case"
GIVE_UP_S = 72 * 3600
# (age of the operation below which it applies, seconds until the next try)
WAITS = ((5, 5), (35, 30), (155, 120), (755, 600))
LAST_WAIT_S = 1800
SHORTEST_S, LONGEST_S = 5.0, 3600.0  # what a Retry-After may ask for; a year would outlive the 72 h
SENDING_MS = 30 * 24 * 3600 * 1000

_ops = msgspec.json.Decoder(CaseOp)


class Known(Struct, frozen=True):
    """State of the case's key: the backend that has it, "" before that was written down, and its own number of it."""

    external_id: str
    system: str = ""


_known = msgspec.json.Decoder(Known)


class HandOver(Struct, frozen=True):
    """Record `receipt`, id = the operation's key, indexed by work_order: the backend took it."""

    work_order_id: str
    op: str
    external_id: str
    system: str
    at: int


_receipts = msgspec.json.Decoder(HandOver)


class Bridge:
    """`scale` multiplies every wait, and the age at which an operation is given up."""

    def __init__(
        self, backend: CaseBackend, gate: Gate, lanes: LaneStore, records: Records, clock: Clock, scale: float = 1.0
    ) -> None:
        self._backend = backend
        self._gate = gate
        self._lanes = lanes
        self._records = records
        self._clock = clock
        self._scale = scale
        self._began, self._began_ms = clock.monotonic(), to_ms(clock.now())

    async def handle(self, lease: Lease) -> Changes:
        """protocols.Handler: sends the head operation. Raises SendError, with `after_s` where it comes back."""
        if not lease.msgs:
            return Changes()
        head = lease.msgs[0]
        op = operation(head.body)
        if op is None:
            raise Rejected("not an operation")
        known = _known.decode(lease.state).external_id if lease.state else None
        if op.op != "submit":
            known = known or await self._taken_before(op)
            await self._turn_of(op, head.seq, known)
        self._let_settle(op, lease.fence)
        receipt = await self._hand_over(op, known)
        if known is None or op.op == "submit":
            known = receipt.external_id
        state = msgspec.json.encode(Known(known, receipt.system))
        puts = [self._receipt(op, receipt), Put("sending", _attempt(op), None)]
        return Changes(head.seq, state, emits=[self._taken(op, receipt, known)], puts=puts)

    # --- order ------------------------------------------------------------------------------------------------

    async def _taken_before(self, op: CaseOp) -> str | None:
        """Of a case handed over before the key's state held its number."""
        found = await self._records.find("receipt", "work_order", op.work_order_id)
        done = [_receipts.decode(record.body) for record in found]
        return next((one.external_id for one in done if one.op == "submit"), None)

    async def _turn_of(self, op: CaseOp, seq: int, known: str | None) -> None:
        """Nothing overtakes a submission that was never taken, nor what nobody knows the outcome of. What stands
        behind another operation that was refused for good goes on: a comment that the backend does not want must not
        keep the rework from it. Raises Retry while it waits: a replay or a discard of the other wakes the key."""
        before = [dead for dead in await self._lanes.dead(LANE, key=op.work_order_id) if dead.seq < seq]
        if any(dead.parked for dead in before):
            raise Retry("behind an operation whose outcome is unknown", after_s=LAST_WAIT_S)
        if known is None and any(_is_submission(dead.body) for dead in before):
            raise Retry("behind a submission that was not taken", after_s=LAST_WAIT_S)
        if known is None:
            raise Rejected("its case was never handed over")

    # --- sending ----------------------------------------------------------------------------------------------

    def _let_settle(self, op: CaseOp, fence: int) -> None:
        """What the gateway was sending when it stopped may take effect only now: a look-up that is sooner finds
        nothing, and it would arrive twice. Raises Retry for what may have been sent then, until no answer is due."""
        left = self._began + ANSWER_S * self._scale - self._clock.monotonic()
        tried_before = fence > 1 and op.at < self._began_ms and op.arrived is None
        if left > 0 and tried_before and self._backend.repeat(op.op) == "lookup":
            raise Retry("it may be under way since before the start", after_s=left)

    async def _hand_over(self, op: CaseOp, known: str | None) -> Receipt:
        if op.arrived is not None:
            return Receipt(op.arrived, self._backend.name)
        if self._once(op) and await self._records.get("sending", _attempt(op)) is not None:
            raise Uncertain("it was being sent when the gateway stopped")
        paused = self._gate.status.state == "paused"
        try:
            async with self._gate.passing():
                return await self._send(op, known)
        except Away:
            raise
        except (Retry, Paused) as error:
            await self._not_taken(op)
            raise self._later(op, error, for_good=not paused) from error
        except Uncertain as error:
            if self._once(op):
                raise
            raise self._later(op, Retry(error.why, after_s=error.after_s)) from error

    async def _send(self, op: CaseOp, known: str | None) -> Receipt:
        """A backend that only knows look-up is asked first: the send before may have arrived unheard."""
        if self._backend.repeat(op.op) == "lookup":
            found = await self._backend.lookup(op, known)
            if found:
                return found
        if self._once(op):
            expires = to_ms(self._clock.now()) + SENDING_MS
            await self._records.write([Put("sending", _attempt(op), b"{}", expires=expires)])
        return await self._backend.send(op, known)

    def _once(self, op: CaseOp) -> bool:
        """A backend that neither recognises a repeat nor can be asked is sent a key once. That we are about to is
        written down first: after a crash in between nobody knows whether it arrived."""
        return self._backend.repeat(op.op) == "neither"

    async def _not_taken(self, op: CaseOp) -> None:
        if self._once(op):
            await self._records.write([Put("sending", _attempt(op), None)])

    def _later(self, op: CaseOp, error: SendError, *, for_good: bool = True) -> SendError:
        """`for_good`: it may be given up now; not by a backend that refuses everybody."""
        age = (to_ms(self._clock.now()) - op.at) / 1000 / self._scale
        if age > GIVE_UP_S and for_good:
            return Rejected(f"given up after 72 h: {error.why}")
        wait = wait_s(op.key, age) * self._scale
        if error.after_s:  # never sooner than asked, and not everybody at once
            wait = min(max(error.after_s, SHORTEST_S), LONGEST_S) * (1 + _spread(op.key, age) / 5)
        return type(error)(error.why, after_s=wait)

    # --- receipts ---------------------------------------------------------------------------------------------

    def _taken(self, op: CaseOp, receipt: Receipt, known: str) -> Emit:
        """The case hears under which number the backend has it; a receipt may be of the comment alone."""
        taken = Taken(
            op.op, op.key, known, receipt.system, op.at, receipt.seq,
            op.payload.get("round"), receipt.url,
        )
        return Emit("events", op.work_order_id, f"taken:{op.key}", msgspec.json.encode(taken))

    def _receipt(self, op: CaseOp, receipt: Receipt) -> Put:
        done = HandOver(op.work_order_id, op.op, receipt.external_id, receipt.system, to_ms(self._clock.now()))
        return Put("receipt", op.key, msgspec.json.encode(done), {"work_order": op.work_order_id})


def system_of(state: bytes) -> str:
    """The backend that a case was handed to; "" for none yet."""
    return _known.decode(state).system if state else ""


def wait_s(key: str, age_s: float) -> float:
    """Seconds until the next try of an operation of this age, ± 20 %, spread by key so that a backend that comes
    back is not met by everybody at once."""
    wait = next((w for below, w in WAITS if age_s < below), LAST_WAIT_S)
    return wait * (0.8 + 0.4 * _spread(key, age_s))


def _spread(key: str, age_s: float) -> float:
    """0 to 1, by key and age."""
    return (crc32(f"{key}:{int(age_s)}".encode()) % 1001) / 1000


def _attempt(op: CaseOp) -> str:
    """Names one go at an operation: a person who has it sent again sets `at` anew."""
    return f"{op.key}@{op.at}"


def operation(body: bytes) -> CaseOp | None:
    """None for what is none."""
    try:
        return _ops.decode(body)
    except msgspec.DecodeError:
        return None


def _is_submission(body: bytes) -> bool:
    op = operation(body)
    return op is not None and op.op == "submit"
