"""GeoReport v2's calls: addresses, the key, and the answers as rows (wire.py), over the one HTTP caller.

Facts [wiki.open311.org/GeoReport_v2; 2026-11-23]: the format is the end of the address, `requests.json`; POST is
form-urlencoded and takes api_key, GET needs none; jurisdiction_id only where a server has several.
"""
from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote, urlencode

from casebridge.calling import Answer, Call, Caller
from casebridge.open311.wire import Row, Unreadable, rows
from gateway.errors import Retry

Pairs = Iterable[tuple[str, str]]

ID, TOKEN = "service_request_id", "token"
UNKNOWN = (400, 404, 500)
MOST_LISTED = 8 << 20  # bytes of a list: 1,000 requests, the standard's limit, of 4,000 characters are 4 to 12 MB
_FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Access:
    """url: what stands before `/requests.json`. format: json, xml, or nothing where the address has no ending.
    reading_key: the server wants the key for reading, too."""

    url: str
    api_key: str = field(default="", repr=False)
    jurisdiction: str = ""
    format: Literal["json", "xml", ""] = "json"
    reading_key: bool = False


class Client:
    def __init__(self, caller: Caller, access: Access) -> None:
        self.caller = caller
        self._access = access

    async def get(self, *path: str, marks: Collection[str], query: Pairs = ()) -> list[Row]:
        """The rows that have one of the marks. Raises SendError; Retry for what cannot be read."""
        return _rows(await self.caller.ask(self._reading(path, query)), marks)

    async def known(self, numbers: Iterable[str]) -> list[Row] | None:
        """These requests as they stand; None when the server refuses to tell: 404 by the standard for one id that it
        does not know, and 500 or 400 in practice, also for a list of which it knows the others. Raises SendError."""
        answer = await self.caller.ask(self._reading(("requests",), [(ID, ",".join(numbers))]), UNKNOWN)
        return _rows(answer, (ID,)) if answer.status < 300 else None

    async def post(self, path: str, form: Pairs, own: Collection[int] = ()) -> tuple[Call, Answer]:
        """What was sent, and a 2xx or a status of `own`. Raises SendError."""
        call = Call("POST", self._url((path,)), urlencode([*self._common(key=True), *form]).encode(), _FORM)
        return call, await self.caller.ask(call, own)

    def _reading(self, path: Iterable[str], query: Pairs) -> Call:
        pairs = [*self._common(key=self._access.reading_key), *query]
        return Call("GET", self._url(path) + ("?" + urlencode(pairs) if pairs else ""), most=MOST_LISTED)

    def _url(self, path: Iterable[str]) -> str:
        ending = f".{self._access.format}" if self._access.format else ""
        return self._access.url.rstrip("/") + "".join("/" + quote(step, safe="") for step in path) + ending

    def _common(self, *, key: bool) -> list[tuple[str, str]]:
        given = (("api_key", self._access.api_key if key else ""), ("jurisdiction_id", self._access.jurisdiction))
        return [(name, value) for name, value in given if value]


def _rows(answer: Answer, marks: Collection[str]) -> list[Row]:
    try:
        return rows(answer.body, *marks)
    except Unreadable as fault:
        raise Retry("open311: neither JSON nor XML") from fault
