"""The case system's port on loopback.

    POST  /operations            what the gateway sends (casebridge/webhook.py): 201 {"case_id", "seq"}
    GET   /cases/{work order}    what is kept of it; 404 in mode `neither`, as for one that is not here

Both signed; what is not is 401. The page is in demo.py.
"""
from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web

from gateway.clock import Clock
from simulators.case import signing
from simulators.case.book import Book, Case, Repeats, Unreadable
from simulators.case.faults import IN_THE_END, Fault, Faults, is_early
from simulators.case.settings import LOOPBACK, OPERATIONS_SECRET
from simulators.case.telling import Teller

LINES = 400  # of the journal


class CaseSystem:
    def __init__(self, teller: Teller, clock: Clock, repeats: Repeats = "idempotent") -> None:
        self.book, self.faults, self.teller = Book(repeats), Faults(), teller
        self.journal: deque[str] = deque(maxlen=LINES)
        self.counts: Counter[str] = Counter()
        self._clock = clock

    def routes(self) -> list[web.AbstractRouteDef]:
        return [web.post("/operations", self.operate), web.get("/cases/{work_order}", self.show)]

    async def operate(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        wrong = self._wrong(request, body)
        if wrong:
            return self._say(request, f"refused: {wrong}", web.json_response({"error": wrong}, status=401))
        envelope = await request.json()
        if {envelope.get("id"), request.headers["webhook-id"]} != {request.headers.get("Idempotency-Key")}:
            return self._say(request, "refused: three keys", web.json_response({"error": "keys differ"}, status=400))
        fault = self.faults.take()
        if fault is not None and is_early(fault):
            return self._say(request, f"{envelope['id']} {fault.kind}", await self.faults.befall(request, fault))
        return await self._carried_out(request, envelope, fault)

    async def show(self, request: web.Request) -> web.StreamResponse:
        if wrong := self._wrong(request, b""):
            return web.json_response({"error": wrong}, status=401)
        found = self.book.find(request.match_info["work_order"])
        if self.book.repeats == "neither" or not found:
            return web.json_response({"error": "no such case"}, status=404)
        kept = {"order": found[0].order, "operations": [one.key for one in found[0].operations]}
        return web.json_response(_answer(found[0]) | kept)

    async def _carried_out(
        self, request: web.Request, envelope: dict[str, Any], fault: Fault | None
    ) -> web.StreamResponse:
        if fault is not None and fault.kind == "late":
            await asyncio.sleep(fault.seconds)
        try:
            case = self.book.take(envelope)
        except Unreadable as wrong:
            return self._say(request, f"refused: {wrong}", web.json_response({"error": str(wrong)}, status=422))
        kind = fault.kind if fault else ""
        self._say(request, f"{envelope['id']} → {case.number} {kind}".rstrip(), web.Response())
        if kind == "event_first":
            await self.teller.tell(case, "case.accepted")
        if fault is not None and kind == "slow":
            await asyncio.sleep(fault.seconds)
        if fault is not None and kind not in IN_THE_END:
            return await self.faults.befall(request, fault)
        return web.json_response(_answer(case), status=201)

    def _wrong(self, request: web.Request, body: bytes) -> str:
        return signing.fault(OPERATIONS_SECRET, request.headers, body, self._clock.now().timestamp())

    def _say(self, request: web.Request, line: str, answer: web.StreamResponse) -> web.StreamResponse:
        self.counts[line.partition(":")[0] if line.startswith("refused") else "operations"] += 1
        self.journal.append(f"{self._clock.now():%H:%M:%S} {line}")
        return answer


def _answer(case: Case) -> dict[str, Any]:
    return {"case_id": case.number, "seq": case.seq}


@dataclass
class Served:
    """The system with its port, which may be closed and opened again."""

    system: CaseSystem
    runner: web.AppRunner
    site: web.TCPSite
    port: int

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def up(self) -> bool:
        return self.site in self.runner.sites

    async def goes_down(self) -> None:
        """Nobody is let in; who is in is answered."""
        if self.up:
            await self.site.stop()

    async def comes_back(self) -> None:
        if not self.up:
            site = web.TCPSite(self.runner, LOOPBACK, self.port, reuse_address=True)
            await site.start()
            self.site = site


@asynccontextmanager
async def serve(clock: Clock, gateway: str, port: int = 0, repeats: Repeats = "idempotent") -> AsyncIterator[Served]:
    """A case system on 127.0.0.1:`port` (0: any free one) that tells `gateway` its events, while the block runs."""
    timeout = aiohttp.ClientTimeout(total=10)
    async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as http:
        system = CaseSystem(Teller(http, f"{gateway}/cases/events", clock), clock, repeats)
        app = web.Application()
        app.add_routes(system.routes())
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        site = web.TCPSite(runner, LOOPBACK, port)
        await site.start()
        try:
            yield Served(system, runner, site, runner.addresses[0][1])
        finally:
            system.faults.calm()
            await runner.cleanup()
