"""protocols.CaseBackend for a GeoReport v2 server, with mySociety's `servicerequestupdates` where it has them.

A request can not be repeated safely by the standard, so a submission is `neither`; where the server lists descriptions
at once it is `lookup`: our number stands in them. An update carries an id of ours, which makes it `idempotent`: a
server that knows the id answers 400 "already exists" [CASEBRIDGE.md, Open311].
"""
from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from casebridge.calling import Answer
from casebridge.open311.client import ID, TOKEN, Client
from casebridge.open311.services import Catalogue
from casebridge.open311.submission import Manners, request, update
from casebridge.open311.wire import Row, Unreadable, identifier, rows, stamp, words
from gateway.clock import Clock, from_ms
from gateway.errors import Rejected, Retry, SendError, Uncertain
from gateway.orders import CaseOp, OpName
from gateway.protocols import Receipt, Repeat

Alarm = Callable[[str], object]
NAME = "open311"
TOKEN_WAITS_S = (1.0, 2.0, 3.0)  # then the token itself is the number, and is asked again when it is needed
PENDING = "token:"
MARGIN = timedelta(hours=1)      # the server's clock may be wrong
PAGE = 1000                      # requests of one answer at most, by the standard
NARROWEST = timedelta(seconds=2)
MOST_SEARCHES = 100
_NUMBER = re.compile(r"WO-[0-9]{8}-[0-9A-HJKMNP-TV-Z]{10}")
_KNOWN = (b"already exist", "已存在".encode())

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Abilities:
    """lookup: GET requests shows a new request and its description at once, `page` of them at most. updates:
    mySociety's extension."""

    lookup: bool = False
    updates: bool = True
    page: int = PAGE
    token_waits_s: Sequence[float] = TOKEN_WAITS_S


class Open311:
    name = NAME

    def __init__(
        self, client: Client, catalogue: Catalogue, clock: Clock, alarm: Alarm, manners: Manners = Manners(),  # noqa: B008
        abilities: Abilities = Abilities(),
    ) -> None:
        """alarm: told the template whose description the server did not keep as it was sent."""
        self._client = client
        self._catalogue = catalogue
        self._clock = clock
        self._manners = manners
        self._abilities = abilities
        self._alarm = alarm
        self._read_back: set[str] = set()  # services
        self._lookup = abilities.lookup

    def repeat(self, op: OpName) -> Repeat:
        if op != "submit":
            return "idempotent"
        return "lookup" if self._lookup else "neither"

    async def send(self, op: CaseOp, known: str | None) -> Receipt:
        if op.op == "submit":
            return await self._submit(op)
        if not self._abilities.updates:
            raise Rejected("open311: the server takes no updates")
        return await self._update(op, await self._number(op, known))

    async def lookup(self, op: CaseOp, known: str | None) -> Receipt | None:
        """Of a submission; an update is simply sent again."""
        if op.op != "submit":
            return None
        if not self._lookup:
            raise Uncertain("open311: the server does not list descriptions")
        row = await self._find(op)
        return _receipt(row) if row else None

    # --- submissions ----------------------------------------------------------------------------------------

    async def _submit(self, op: CaseOp) -> Receipt:
        order = op.payload["order"]
        service = self._catalogue.service(order)
        _, answer = await self._client.post("requests", request(order, service, self._manners))
        row = _first(answer, ID, TOKEN)
        number = identifier(row, ID)
        if number:
            await self._prove(op, service.code, number)
            return _receipt(row)
        token = identifier(row, TOKEN)
        if token is None:
            raise Uncertain("open311: neither an id nor a token in the answer")
        return Receipt(await self._awaited(token) or PENDING + token, NAME)

    async def _prove(self, op: CaseOp, code: str, number: str) -> None:
        """The first request of each service is read back: where our number is gone from its description, looking up
        would find nothing and file everything twice."""
        if not self._lookup or code in self._read_back:
            return
        try:
            shown = await self._client.known([number])
        except SendError:
            return
        if shown is None:
            return
        self._read_back.add(code)
        if not any(_reference(row) == op.work_order_id for row in shown):
            self._lookup = False
            self._alarm((op.payload["order"].get("template") or {}).get("id", ""))
            log.error("open311_cannot_look_up", service=code, request=number)

    async def _awaited(self, token: str) -> str | None:
        for wait_s in self._abilities.token_waits_s:
            number = await self.redeemed(token)
            if number:
                return number
            await asyncio.sleep(wait_s)
        return await self.redeemed(token)

    async def redeemed(self, token: str) -> str | None:
        """The number that a token became; None while there is none: some servers answer 404 or 500 until then."""
        try:
            found = await self._client.get("tokens", token, marks=(ID,))
        except SendError:
            return None
        return next((number for row in found if (number := identifier(row, ID))), None)

    # --- updates --------------------------------------------------------------------------------------------

    async def _update(self, op: CaseOp, number: str) -> Receipt:
        """A server that knows our id of the update has it."""
        call, answer = await self._client.post(
            "servicerequestupdates", update(op, number, self._manners), own=(400, 409))
        if answer.status >= 400 and not any(known in answer.body.lower() for known in _KNOWN):
            raise self._client.caller.refusal(call, answer)
        return Receipt(number, NAME)

    async def _number(self, op: CaseOp, known: str | None) -> str:
        if known is None:
            row = await self._find(op) if self._lookup else None
            known = identifier(row, ID) if row else None
        if known is None:
            raise Rejected("open311: the server has no number for this case")
        if not known.startswith(PENDING):
            return known
        number = await self.redeemed(known.removeprefix(PENDING))
        if number is None:
            raise Retry("open311: the server has not numbered the case yet")
        return number

    # --- finding ours again ---------------------------------------------------------------------------------

    async def _find(self, op: CaseOp) -> Row | None:
        """By our number in the description; date filters apply to when a request was made. Raises Retry rather than
        to say no where a full answer may hide it."""
        windows = [(from_ms(op.at) - MARGIN, self._clock.now() + MARGIN)]
        for _ in range(MOST_SEARCHES):
            start, end = windows.pop()
            listed = await self._listed(start, end)
            for row in listed:
                if _reference(row) == op.work_order_id and identifier(row, ID):
                    return row
            if len(listed) >= self._abilities.page:
                if end - start <= NARROWEST:
                    break
                middle = start + (end - start) / 2
                windows += [(middle, end), (start, middle)]
            if not windows:
                return None
        raise Retry("open311: too many requests to look through")

    async def _listed(self, start: datetime, end: datetime) -> list[Row]:
        between = (("start_date", stamp(start)), ("end_date", stamp(end)))
        return await self._client.get("requests", marks=(ID,), query=between)


def _reference(row: Row) -> str:
    """The first of our numbers in a description is its own (submission.description): the story may name others."""
    found = _NUMBER.search(words(row, "description"))
    return found.group() if found else ""


def _first(answer: Answer, *marks: str) -> Row:
    try:
        return next(iter(rows(answer.body, *marks)), {})
    except Unreadable:
        return {}


def _receipt(row: Row) -> Receipt:
    return Receipt(identifier(row, ID) or "", NAME)
