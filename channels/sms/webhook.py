"""SMS through a provider's HTTP API and its callbacks; what differs from one to the next is its profile.

A profile proves a callback, reads it, and writes a request; the order of things is here: prove, read, keep, and only
then the answer that the provider takes for "you have it".
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import aiohttp
from aiohttp import web

from channels.sms import posting
from channels.sms.attempts import Attempts
from channels.sms.matching import Matcher, Receipt, Whose
from channels.sms.posting import Answer, Post
from channels.sms.traffic import Arrival, Hands, Report, Sms
from gateway.clock import Clock, to_ms
from gateway.errors import Forbidden, Paused, Rejected, Retry
from gateway.http import read_body
from gateway.store.shared import SharedStore

CAP = 65_536
ONCE_MS = 600_000       # twice the window in which a signed callback is good


class Profile(Protocol):
    """name: of the provider; tail: of the address it calls, `/{token}` where it cannot sign; gets: whether it may call
    by GET, its query being what a body is else."""

    name: str
    tail: str
    gets: bool

    def request(self, sms: Sms, at: datetime) -> Post:
        """Raises Rejected for what cannot be sent this way."""
        ...

    def taken(self, answer: Answer) -> str:
        """The provider's id, "" without one. Raises SendError."""
        ...

    async def admit(self, request: web.Request, body: bytes) -> None:
        """Raises Forbidden, RateLimited."""
        ...

    def once(self, request: web.Request) -> str:
        """A name for this callback, which is good once; "" where its ids alone tell a repeat."""
        ...

    def arrivals(self, body: bytes, at: int) -> Sequence[Arrival]:
        """Raises Malformed."""
        ...

    def reports(self, body: bytes, query: Mapping[str, str]) -> Sequence[Report | Receipt]:
        """A Report where the provider tells our id, a Receipt where it tells only its own. Raises Malformed."""
        ...

    def yes(self) -> web.Response:
        """What the provider takes for "you have it"."""
        ...


class Webhook:
    """Implements `Carrier`; its routes are /sms/<name>/mo and /sms/<name>/status, or dlr. name: the channel's, the
    provider's where it has none."""

    def __init__(self, profile: Profile, http: aiohttp.ClientSession, store: SharedStore, hands: Hands,
                 clock: Clock, name: str = "") -> None:
        self._profile, self._http, self._hands, self._clock = profile, http, hands, clock
        self._door = hands.door or store
        self._name = name or profile.name
        self._attempts, self._receipts = Attempts(store, self._name), Matcher(store, self._name, hands, clock)

    def routes(self) -> Sequence[web.RouteDef]:
        path = f"/sms/{self._name}{self._profile.tail}"
        handlers = {"mo": self.arrive, "status": self.report, "dlr": self.report}
        methods = ("POST", "GET") if self._profile.gets else ("POST",)
        return [web.route(method, f"{path}/{name}", handler)
                for name, handler in handlers.items() for method in methods]

    async def send(self, sms: Sms) -> tuple[str, ...]:
        """The provider's id. Raises SendError; a message that it has already is not sent again."""
        request = self._profile.request(sms, self._clock.now())
        taken = await self._attempts.begin(sms.id)
        if taken:
            return taken
        try:
            provider = self._profile.taken(await posting.post(self._http, request))
        except (Retry, Paused, Rejected):
            await self._attempts.settle(sms.id)
            raise
        if provider:
            await self._receipts.taken(provider, Whose(sms.id))
        await self._attempts.settle(sms.id, (provider or sms.id,))
        return (provider,) if provider else ()

    async def arrive(self, request: web.Request) -> web.Response:
        body = await self._proved(request)
        for arrival in self._profile.arrivals(body, to_ms(self._clock.now())):
            await self._hands.take(arrival)
        return await self._done(request)

    async def report(self, request: web.Request) -> web.Response:
        body = await self._proved(request)
        for report in self._profile.reports(body, request.query):
            if isinstance(report, Receipt):
                await self._receipts.arrived(report)
            else:
                await self._hands.tell(report)
        return await self._done(request)

    async def _proved(self, request: web.Request) -> bytes:
        """Raises Forbidden for what came before; what we could not keep may come again."""
        asked = request.method == "GET"
        body = request.rel_url.raw_query_string.encode() if asked else await read_body(request, CAP)
        await self._profile.admit(request, body)
        once = self._profile.once(request)
        if once and await self._door.get(self._once(once)) is not None:
            raise Forbidden
        return body

    async def _done(self, request: web.Request) -> web.Response:
        once = self._profile.once(request)
        if once:
            await self._door.put(self._once(once), b"1", ONCE_MS)
        return self._profile.yes()

    def _once(self, once: str) -> str:
        return f"sms:once:{self._name}:{once}"
