"""protocols.CaseBackend for Request Tracker.

RT knows no idempotency keys, but it can be asked: our number is a custom field of the ticket, the key of each later
operation one of the transaction that it made. So everything is `lookup`, and a receipt's seq is RT's number of that
transaction. What only waits is said as a comment; to whoever is at work, as correspondence, which RT mails to them.
"""
from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import structlog

from casebridge.rt.rest import Rest, Ticket
from casebridge.rt.wording import KEY, RATING, REFERENCE, ROUND, fields, message, ticket
from gateway.errors import Paused, Rejected
from gateway.orders import CaseOp, OpName
from gateway.protocols import Receipt, Repeat

NAME = "rt"

# Statuses of RT's default lifecycle.
NEW, OPEN, WAITING, REJECTED = "new", "open", "stalled", "rejected"
OVER = frozenset({"resolved", REJECTED, "deleted"})

log = structlog.get_logger(__name__)


class Rt:
    """gateway: our own address; `alarm` is told the template of a work order that did not arrive whole."""

    name = NAME

    def __init__(self, rest: Rest, gateway: str, alarm: Callable[[str], object]) -> None:
        self._rest = rest
        self._gateway = gateway
        self._alarm = alarm
        self._ready = False
        self._read_back: set[str] = set()

    def repeat(self, op: OpName) -> Repeat:
        return "lookup"

    async def send(self, op: CaseOp, known: str | None) -> Receipt:
        if op.op == "submit":
            return await self._submit(op)
        number = known or await self._number(op)
        if number is None:
            raise Rejected("rt: no ticket of this work order")
        seq = await (self._rework if op.op == "rework" else self._say)(op, number)
        return self._receipt(number, seq)

    async def lookup(self, op: CaseOp, known: str | None) -> Receipt | None:
        number = known or await self._number(op)
        if number is None:
            return None
        if op.op == "submit":
            return self._receipt(number)
        seq = await self._rest.find("transactions", {"TicketId": number, f"'CF.{{{KEY}}}'": op.key})
        return self._receipt(number, int(seq)) if seq else None

    async def _number(self, op: CaseOp) -> str | None:
        return await self._rest.find("tickets", {f"'CF.{{{REFERENCE}}}'": op.work_order_id})

    def _page(self, op: CaseOp) -> str:
        """The case as our staff open it."""
        return f"{self._gateway}/desk/#/case/{op.work_order_id}"

    def _receipt(self, number: str, seq: int | None = None) -> Receipt:
        return Receipt(number, NAME, seq, self._rest.page(number))

    # --- submissions ------------------------------------------------------------------------------------------

    async def _submit(self, op: CaseOp) -> Receipt:
        order = op.payload["order"]
        if not self._ready:
            await self._prepare()
        number = await self._rest.create(ticket(order, self._rest.queue, self._page(op)))
        template = (order.get("template") or {}).get("id", "")
        if template not in self._read_back:
            self._compare(template, fields(order), await self._rest.ticket(number))
        return self._receipt(number)

    async def _prepare(self) -> None:
        """Without our number in the ticket nothing could be looked up, and no event would find its case."""
        queue = await self._rest.custom_fields()
        if not {REFERENCE, ROUND} <= _names(queue.tickets) or KEY not in _names(queue.messages):
            raise Paused("rt: the queue lacks our custom fields, or the right to see them: run setup.pl")
        self._ready = True

    def _compare(self, template: str, sent: dict[str, str], made: Ticket) -> None:
        """RT answers 201 and drops the custom fields that it does not know, or that our user may not write."""
        dropped = sorted(name for name, value in sent.items() if made.value(name) != value)
        if not dropped:
            self._read_back.add(template)
            return
        self._ready = False
        log.error("case_fields_dropped", backend=NAME, template=template, fields=dropped)
        self._alarm(template)

    # --- operations on a ticket -------------------------------------------------------------------------------

    async def _say(self, op: CaseOp, number: str) -> int:
        found = await self._rest.ticket(number)
        more: dict[str, Any] = {}
        if op.op == "rating":
            more["CustomFields"] = {
                f"wo_{name}": str(op.payload[name]) for name in RATING if op.payload.get(name) not in (None, "unknown")
            }
        elif op.op == "withdraw" and found.status not in OVER:
            more["Status"] = REJECTED
        elif op.op == "comment" and found.status == WAITING:
            more["Status"] = OPEN
        loud = op.op == "comment" and found.status not in (NEW, *OVER)
        return await self._message(op, number, loud=loud, more=more)

    async def _rework(self, op: CaseOp, number: str) -> int:
        """The new round and the status first, under If-Match; the message, which carries the key, when they stand."""
        found, round_ = await self._rest.ticket(number), int(op.payload["round"])
        if int(found.value(ROUND) or 0) < round_:
            await self._rest.change(number, found, {"Status": OPEN, "CustomFields": {ROUND: str(round_)}})
            found = await self._rest.ticket(number)
            if int(found.value(ROUND) or 0) < round_ or found.status in OVER:
                raise Rejected("rt: the ticket is not opened again")
        return await self._message(op, number, loud=found.status not in OVER, more={})

    async def _message(self, op: CaseOp, number: str, *, loud: bool, more: dict[str, Any]) -> int:
        words = message(op.op, op.payload, self._page(op))
        body = {"Content": words, "ContentType": "text/plain", "TxnCustomFields": {KEY: op.key}}
        return await self._rest.say(number, "correspond" if loud else "comment", body | more)


def _names(found: Collection[Any]) -> set[str]:
    return {one.name for one in found}
