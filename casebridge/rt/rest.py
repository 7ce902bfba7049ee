"""The only door to Request Tracker: its REST2 interface, over the one HTTP caller.

Facts [RT 5.0.3, lib/RT/REST2, and tried; 2026-11-23]: a token goes in `Authorization: token …`. A ticket's ETag is the
number of its last transaction, and PUT obeys If-Match. PUT answers 200 whatever it could not do, so whoever changes
something reads it back. POST …/comment and …/correspond answer with `Location: …/transaction/N`, and obey no If-Match.
A queue that our user may not see is answered like one that does not exist.
"""
from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from casebridge.calling import Answer, Call, Caller
from gateway.errors import Paused, Rejected, Retry, Uncertain

T = TypeVar("T")

MOST_TICKET = 1 << 20  # bytes: a city may have hundreds of custom fields of its own


@dataclass(frozen=True, slots=True)
class Access:
    """url: RT's own address, with its WebPath where it has one."""

    url: str
    token: str = field(repr=False)
    queue: str


class CustomField(Struct, frozen=True):
    name: str
    values: list[Any] = []


class Ticket(Struct, frozen=True, rename={"status": "Status", "fields": "CustomFields"}):
    """etag: for a change that must be of this very state."""

    status: str
    fields: list[CustomField] = []
    etag: str = ""

    def value(self, name: str) -> str:
        """Of a custom field; "" where there is none."""
        return next((str(value) for one in self.fields if one.name == name for value in one.values), "")


class Queue(Struct, frozen=True, rename={"tickets": "TicketCustomFields", "messages": "TicketTransactionCustomFields"}):
    """The custom fields of its tickets, and of what is said in them."""

    tickets: list[CustomField] = []
    messages: list[CustomField] = []


class Change(Struct, frozen=True, rename={"created": "Created"}):
    """created: RFC 3339."""

    id: int | str
    created: str


class _Item(Struct, frozen=True, rename={"status": "Status"}):
    id: int | str
    status: str = ""


class _Items(Struct, frozen=True):
    items: list[_Item]


class _Changes(Struct, frozen=True):
    items: list[Change]


class Rest:
    """Every call raises SendError."""

    def __init__(self, caller: Caller, access: Access) -> None:
        self._caller = caller
        self._access = access

    @property
    def queue(self) -> str:
        return self._access.queue

    def page(self, number: str) -> str:
        """The ticket as staff open it."""
        return f"{self._access.url}/Ticket/Display.html?id={number}"

    async def custom_fields(self) -> Queue:
        """What the queue has. Raises Paused when our user sees no such queue."""
        answer = await self._ask("GET", f"queue/{quote(self.queue, safe='')}", own=(403, 404))
        if answer.status >= 300:
            raise Paused("rt: no queue of that name, or no right to see it")
        return _read(answer, Queue)

    async def ticket(self, number: str) -> Ticket:
        answer = await self._ask("GET", f"ticket/{number}", own=(403, 404))
        _permitted(answer)
        return msgspec.structs.replace(_read(answer, Ticket), etag=answer.headers.get("ETag", ""))

    async def create(self, ticket: Mapping[str, Any]) -> str:
        """The number of the new one. Raises Uncertain when there is none in the answer."""
        answer = await self._ask("POST", "ticket", ticket, own=(403,))
        if answer.status == 403:
            raise Paused("rt: no right to create tickets in the queue")
        try:
            return _number(msgspec.json.decode(answer.body, type=_Item))
        except (msgspec.DecodeError, ValueError):
            raise Uncertain("rt: no number in the answer") from None

    async def change(self, number: str, ticket: Ticket, changed: Mapping[str, Any]) -> None:
        """Nothing, and Retry, if somebody was faster. What came of it is for the caller to read back."""
        answer = await self._ask("PUT", f"ticket/{number}", changed, own=(403, 404, 412), match=ticket.etag)
        if answer.status == 412:
            raise Retry("rt: somebody else changed the ticket just now", after_s=1.0)
        _permitted(answer)

    async def say(self, number: str, way: str, message: Mapping[str, Any]) -> int:
        """way: comment or correspond. The number of the transaction."""
        answer = await self._ask("POST", f"ticket/{number}/{way}", message, own=(403, 404))
        _permitted(answer)
        told = answer.headers.get("Location", "").rpartition("/")[2]
        if not (told.isascii() and told.isdigit()):
            raise Uncertain("rt: no number in the answer")
        return int(told)

    async def find(self, what: str, query: Mapping[str, str]) -> str | None:
        """what: tickets or transactions; query: terms that all must hold. The number of the first one."""
        answer = await self._search(what, _all(query), orderby="id", per_page="1")
        items = _read(answer, _Items).items
        return _number(items[0]) if items else None

    async def among(self, numbers: Sequence[str], statuses: Collection[str]) -> Mapping[str, str]:
        """Those of these tickets, at most a hundred, that have one of these statuses, with it. RT finds no deleted
        ones."""
        terms = f"({_any('id', numbers)}) AND ({_any('Status', sorted(statuses))})"
        answer = await self._search("tickets", terms, fields="Status", per_page="100")
        return {str(item.id): item.status for item in _read(answer, _Items).items}

    async def last_change(self, number: str, status: str) -> Change | None:
        """The one that brought the ticket to this status."""
        terms = _all({"TicketId": number, "Type": "Status", "NewValue": status})
        answer = await self._search(
            "transactions", terms, fields="Created", orderby="id", order="DESC", per_page="1"
        )
        return next(iter(_read(answer, _Changes).items), None)

    async def _search(self, what: str, terms: str, **how: str) -> Answer:
        return await self._ask("GET", f"{what}?" + urlencode({"query": terms, **how}))

    async def _ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, own: Collection[int] = (),
        match: str = "",
    ) -> Answer:
        headers = {"Authorization": f"token {self._access.token}", "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if match:
            headers["If-Match"] = match
        sent = None if body is None else msgspec.json.encode(body)
        call = Call(method, f"{self._access.url}/REST/2.0/{path}", sent, headers, MOST_TICKET)
        return await self._caller.ask(call, own)


def _permitted(answer: Answer) -> None:
    """Of one ticket: somebody moved it where our user has no rights, or shredded it. The others are not concerned."""
    if answer.status == 403:
        raise Rejected("rt: no right to this ticket: it may stand in a queue that was not set up for us")
    if answer.status == 404:
        raise Rejected("rt: no such ticket any more")


def _read(answer: Answer, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(answer.body, type=shape)
    except msgspec.DecodeError:
        raise Retry("rt: the answer cannot be read") from None


def _number(item: _Item) -> str:
    """Raises ValueError: 0 is what RT answers when it did not do it."""
    number = int(item.id)
    if number <= 0:
        raise ValueError(item.id)
    return str(number)


def _any(name: str, values: Iterable[str]) -> str:
    return " OR ".join(f"{name} = {_quoted(value)}" for value in values)


def _all(query: Mapping[str, str]) -> str:
    return " AND ".join(f"{name} = {_quoted(value)}" for name, value in query.items())


def _quoted(value: str) -> str:
    """As a string of TicketSQL [RT 5.0.3, lib/RT/SQL.pm]."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
