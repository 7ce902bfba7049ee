"""Dead letters and what operators do with them, on the page and on the command line alike; each act is journalled.

A letter of lane `case` is an operation toward the case backend. One that was refused for good may be sent again as it
was, a submission also corrected, as a new revision with a key of its own. One whose outcome nobody knows is either
over there already, under a number that a person has found, or is sent again.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from msgspec import Struct

from gateway import work_order
from gateway.clock import Clock, to_ms
from gateway.console.door import Journal
from gateway.console.views import Mask, Stuck
from gateway.errors import Conflict, NotFound, Unprocessable
from gateway.masking import mask_text
from gateway.orders import CaseOp, Revised
from gateway.protocols import LaneStore
from gateway.store.lanes import Dead

CASE = "case"
SHOWN = 20_000  # characters

Way = Literal["replay", "edit", "arrived", "discard"]

_ops = msgspec.json.Decoder(CaseOp)
_MASK = Mask(opened=False)
_PERSONAL: Mapping[str, Callable[[str], str | None]] = {
    "name": _MASK.name, "phone": _MASK.phone, "email": _MASK.email, "contact_ref": lambda ref: "*",
}


class LetterView(Struct, frozen=True):
    """One dead letter, masked. op: of lane `case`; at: ms since 1970; parked: its outcome is unknown; ways: what may
    be done with it."""

    id: int
    lane: str
    key: str
    op: str | None
    at: int
    why: str
    parked: bool
    ways: tuple[Way, ...]
    body: str


@dataclass(frozen=True, slots=True)
class Act:
    """Who does it, and why."""

    who: str
    why: str


@dataclass(frozen=True, slots=True)
class Letters:
    lanes: LaneStore
    journal: Journal
    clock: Clock

    async def all(
        self, lane: str | None = None, *, key: str | None = None, after: int = 0, n: int = 100
    ) -> list[LetterView]:
        return [view(dead) for dead in await self.lanes.dead(lane, key=key, after=after, n=n)]

    async def show(self, id: int) -> LetterView:
        """Raises NotFound."""
        return view(await self._dead(id))

    async def replay(self, id: int, act: Act) -> None:
        """Once more, unchanged, under the same key; its age begins anew. Raises NotFound."""
        dead = await self._dead(id)
        op = operation(dead)
        await self._again(dead, msgspec.structs.replace(op, at=self._now()) if op else None, "dead.replay", act)

    async def edit(self, id: int, act: Act, changes: Mapping[str, Any]) -> None:
        """A submission as its next revision; `changes` is a merge patch (RFC 7396) of the work order.

        Raises NotFound, Conflict when the letter is not to be edited, Unprocessable when the result is no work order.
        """
        dead = await self._dead(id)
        op = operation(dead)
        if op is None or "edit" not in ways(dead):
            raise Conflict("only a submission that was refused can be corrected", code="not_editable")
        order = _revised(op, changes)
        now, revision, names = self._now(), order["revision"], ", ".join(changes)
        again = CaseOp("submit", op.work_order_id, revision, {**op.payload, "order": order}, now)
        case = msgspec.json.encode(Revised(dict(changes), revision, act.who, now))
        await self.lanes.ingest("events", op.work_order_id, f"revised:{again.key}", case)
        await self._again(dead, again, "dead.edit", Act(act.who, f"{names}: {act.why}"))

    async def arrived(self, id: int, act: Act, number: str) -> None:
        """The backend has it, under this number of its own: taken as done. Raises NotFound, Conflict."""
        dead = await self._dead(id)
        op = operation(dead)
        if op is None or not dead.parked:
            raise Conflict("nothing is in doubt about it", code="not_in_doubt")
        found = msgspec.structs.replace(op, at=self._now(), arrived=number)
        await self._again(dead, found, "dead.arrived", Act(act.who, f"{number}: {act.why}"))

    async def discard(self, id: int, act: Act) -> None:
        """Raises NotFound."""
        dead = await self._dead(id)
        await self._write(dead, "dead.discard", act)
        if not await self.lanes.discard(id, act.who, mask_text(act.why)):
            raise NotFound

    async def _again(self, dead: Dead, op: CaseOp | None, name: str, act: Act) -> None:
        await self._write(dead, name, act)
        if not await self.lanes.replay(dead.id, msgspec.json.encode(op) if op else None):
            raise NotFound

    async def _write(self, dead: Dead, name: str, act: Act) -> None:
        await self.journal.write(act.who, name, str(dead.id), f"{dead.lane}:{dead.key}:{dead.seq} {act.why}")

    async def _dead(self, id: int) -> Dead:
        found = await self.lanes.dead(after=id - 1, n=1)
        if not found or found[0].id != id:
            raise NotFound
        return found[0]

    def _now(self) -> int:
        return to_ms(self.clock.now())


def operation(dead: Dead) -> CaseOp | None:
    """Of lane `case`; None elsewhere, and for what cannot be read."""
    if dead.lane != CASE:
        return None
    try:
        return _ops.decode(dead.body)
    except msgspec.DecodeError:
        return None


def ways(dead: Dead) -> tuple[Way, ...]:
    op = operation(dead)
    if op is not None and dead.parked:
        return ("arrived", "replay", "discard")
    return ("replay", "edit", "discard") if op is not None and op.op == "submit" else ("replay", "discard")


def view(dead: Dead) -> LetterView:
    op = operation(dead)
    return LetterView(
        dead.id, dead.lane, mask_text(dead.key), op.op if op else None, dead.at, mask_text(dead.why), dead.parked,
        ways(dead), masked(dead.body),
    )


def stuck_view(dead: Dead) -> Stuck:
    op = operation(dead)
    return Stuck(dead.id, op.op if op else None, mask_text(dead.why), dead.parked, dead.at)


def _revised(op: CaseOp, changes: Mapping[str, Any]) -> work_order.WorkOrder:
    """Raises Unprocessable; its words hold no value of the order."""
    try:
        return work_order.revise(op.payload["order"], changes)
    except (KeyError, TypeError) as error:
        raise Unprocessable("there is no work order in it", code="no_work_order") from error
    except ValueError as error:
        raise Unprocessable(str(error), code="no_work_order") from error


def masked(body: bytes) -> str:
    """Readable, personal data hidden; what is no JSON as it is, hidden by its looks alone."""
    try:
        document = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return mask_text(body[:SHOWN].decode("utf-8", "replace"))
    return msgspec.json.format(msgspec.json.encode(_hidden(document)), indent=1).decode()[:SHOWN]


def _hidden(value: Any) -> Any:
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, list):
        return [_hidden(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get("sensitive") and "code" in value:
        return {name: _sensitive(value, name) for name in value}
    return {name: _personal(name, inner) for name, inner in value.items()}


def _personal(name: str, value: Any) -> Any:
    return _PERSONAL[name](value) if name in _PERSONAL and isinstance(value, str) else _hidden(value)


def _sensitive(field: Mapping[str, Any], name: str) -> Any:
    """Of a work order's field that is marked so: what tells what it is stays, what it says goes."""
    if name in ("value", "display"):
        return _MASK.field(str(field["code"]), str(field[name]), sensitive=True)
    return "*" if name == "resolved" else field[name]
