"""The embedded case backend: it lives in the gateway's own store, on lane `desk`, one key per work order.

Its state, its record and the case events it emits change in one commit, so a case can neither be closed without
the citizen hearing of it nor the other way round; and it works on any store the gateway works on.
"""
from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec

from casebridge.desk.case import Acted, DeskCase, Outcome, Received, Said, decode_case, decode_item, encode
from casebridge.desk.decide import UnknownCase, allowed, decide
from gateway.clock import Clock, to_ms
from gateway.errors import Conflict, NotFound, Rejected, Retry, Unavailable
from gateway.orders import CaseEvent, CaseOp, CaseState, EventData, Happened, OpName, StaffAction
from gateway.protocols import Changes, Emit, LaneStore, Lease, Put, Receipt, Records, Repeat
from gateway.store.lanes import Outcome as Stored

LANE = "desk"
SOURCE = "desk"

# Seconds between two looks at what became of an act; a person waits for the answer, 3.2 s in all.
LOOKS = (0.01, 0.02, 0.03, 0.05, 0.09, *([0.15] * 20))
LOOKS_TOLD = 12  # of them, for the gateway's own record: 1.25 s

_states = msgspec.json.Decoder(CaseState)


class Desk:
    """protocols.CaseBackend and protocols.CaseDesk over one store; `handle` is the worker of lane `desk`."""

    name = "desk"

    def __init__(
        self, store: LaneStore, records: Records, clock: Clock, *, looks: Sequence[float] = LOOKS
    ) -> None:
        self._store = store
        self._records = records
        self._clock = clock
        self._looks = looks

    # --- the bridge's side ------------------------------------------------------------------------------------

    def repeat(self, op: OpName) -> Repeat:
        return "idempotent"

    async def send(self, op: CaseOp, known: str | None) -> Receipt:
        """Durable when it returns; the same key again has no effect. Raises Retry when the store cannot take it."""
        body = encode(Received(op, self._now()))
        try:
            stored = await self._store.ingest(LANE, op.work_order_id, op.key, body)
        except Unavailable as error:
            raise Retry("the desk's store is away") from error
        if stored.outcome is Stored.FULL:
            raise Retry("the desk's mailbox of this case is full")
        return Receipt(op.work_order_id, SOURCE)

    async def lookup(self, op: CaseOp, known: str | None) -> Receipt | None:
        """Whether the desk knows the case; an op sent a moment ago may still be in its mailbox."""
        case = await self._case(op.work_order_id)
        return Receipt(case.work_order_id, SOURCE) if case else None

    # --- staff's side -----------------------------------------------------------------------------------------

    async def act(self, work_order_id: str, action: StaffAction) -> None:
        """Applied once however often the action's id comes; returns when the case shows it.

        Raises NotFound for a case the desk does not have, Conflict with the refusal as `code`, Unavailable when
        the worker did not get to it in time (the same id may be sent again).
        """
        if await self._case(work_order_id) is None:
            raise NotFound("the desk does not have this case")
        stored = await self._store.ingest(LANE, work_order_id, action.id, encode(Acted(action, self._now())))
        if stored.outcome is Stored.FULL:
            raise Unavailable("the desk's mailbox of this case is full")
        outcome = await self._outcome(work_order_id, action.id)
        if outcome is None:
            raise Unavailable("the desk has not caught up")
        if outcome.refused:
            raise Conflict("the case does not allow this now", code=outcome.refused)
        await self._told(work_order_id, outcome.seq)

    async def allowed(self, work_order_id: str) -> tuple[str, ...]:
        """The acts of StaffAction that the case permits now; none for a case the desk does not have."""
        case = await self._case(work_order_id)
        return allowed(case) if case else ()

    async def _outcome(self, work_order_id: str, action_id: str) -> Outcome | None:
        for pause in self._looks:
            case = await self._case(work_order_id)
            outcome = case.outcome(action_id) if case else None
            if outcome:
                return outcome
            await asyncio.sleep(pause)
        return None

    async def _told(self, work_order_id: str, seq: int) -> None:
        """The gateway's own record follows on lane `events`; lists should show what was just done."""
        for pause in self._looks[:LOOKS_TOLD]:
            record = await self._records.get("work_order", work_order_id)
            if record is None or _states.decode(record.body).seq >= seq:
                return
            await asyncio.sleep(pause)

    async def _case(self, work_order_id: str) -> DeskCase | None:
        state, _ = await self._store.state(LANE, work_order_id)
        return decode_case(state)

    # --- the worker -------------------------------------------------------------------------------------------

    async def handle(self, lease: Lease) -> Changes:
        """protocols.Handler. Raises Rejected when the head item can never be applied."""
        case, upto, said = decode_case(lease.state), 0, list[Said]()
        for msg in lease.msgs:
            try:
                decision = decide(case, decode_item(msg.body))
            except (msgspec.DecodeError, UnknownCase) as error:
                if upto == 0:
                    raise Rejected(f"the desk cannot apply this item: {type(error).__name__}") from error
                break  # what stands before it is committed first
            case, upto = decision.case, msg.seq
            said += decision.events
        if case is None:
            return Changes()
        events = [self._event(case.work_order_id, one) for one in said]
        return Changes(upto, encode(case), emits=events, puts=[_record(case)])

    def _event(self, work_order_id: str, said: Said) -> Emit:
        now = self._clock.now()
        data = EventData(said.status, said.round, said.text, None, said.department)
        event = CaseEvent(f"desk:{work_order_id}:{said.seq}", said.type, now.isoformat(), SOURCE, work_order_id,
                          said.seq, data)
        return Emit("events", work_order_id, event.id, encode(Happened(event, to_ms(now))))

    def _now(self) -> int:
        return to_ms(self._clock.now())


def _record(case: DeskCase) -> Put:
    index: dict[str, str | int] = {
        "status": case.status, "department": case.department or "", "updated": case.updated,
    }
    return Put("desk_case", case.work_order_id, encode(case), index)
