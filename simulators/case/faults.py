"""What may befall an operation: refused or unanswered before it has an effect, or afterwards (HOSTILE.md 41, 42).

Each is switched on for so many operations, and the first of those that are on befalls the next one.
"""
from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web

HUGE = b'{"case_id": "C-1", "note": "' + b"x" * 200_000 + b'"}'
PAGE = "<!doctype html><title>502</title><h1>Bad Gateway</h1>"
DRIP_S = 0.05


@dataclass
class Fault:
    """kind: a key of BEFORE or AFTER, or an HTTP status to refuse with; seconds: of Retry-After, or to wait first."""

    kind: str
    times: int = 1
    seconds: float = 0.0


Answer = Callable[[web.Request, Fault], Awaitable[web.StreamResponse]]


class Faults:
    def __init__(self) -> None:
        self.on: list[Fault] = []
        self._calm = asyncio.Event()

    def add(self, fault: Fault) -> None:
        """Raises ValueError for one that is not known."""
        if fault.kind not in KINDS and not (fault.kind.isdigit() and 400 <= int(fault.kind) <= 599):
            raise ValueError(f"no such fault: {fault.kind}")
        self.on.append(fault)

    def take(self) -> Fault | None:
        """That of the next operation, counted down."""
        for fault in self.on:
            if fault.times > 0:
                fault.times -= 1
                return fault
        return None

    def waiting(self) -> list[Fault]:
        return [fault for fault in self.on if fault.times > 0]

    def calm(self) -> None:
        """Switch all off; whoever was left hanging is hung up on."""
        self.on.clear()
        self._calm.set()
        self._calm = asyncio.Event()

    async def befall(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        """What is answered in place of the truth."""
        if fault.kind == "hang":
            await self._calm.wait()
            return await _reset(request, fault)
        answer = BEFORE.get(fault.kind) or AFTER.get(fault.kind) or _status
        return await answer(request, fault)


async def _status(request: web.Request, fault: Fault) -> web.StreamResponse:
    headers = {"Retry-After": str(int(fault.seconds))} if fault.seconds else {}
    return web.json_response({"error": f"HTTP {fault.kind}"}, status=int(fault.kind), headers=headers)


async def _html_502(request: web.Request, fault: Fault) -> web.StreamResponse:
    return web.Response(status=502, text=PAGE, content_type="text/html")


async def _login(request: web.Request, fault: Fault) -> web.StreamResponse:
    return web.Response(status=302, headers={"Location": "/login"})


async def _reset(request: web.Request, fault: Fault) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _error_200(request: web.Request, fault: Fault) -> web.StreamResponse:
    return web.json_response({"code": 50001, "msg": "系统繁忙", "case_id": "C-000000"})


async def _no_id(request: web.Request, fault: Fault) -> web.StreamResponse:
    return web.json_response({"msg": "ok"}, status=201)


async def _html_200(request: web.Request, fault: Fault) -> web.StreamResponse:
    return web.Response(text=PAGE, content_type="text/html")


async def _huge(request: web.Request, fault: Fault) -> web.StreamResponse:
    return web.Response(body=HUGE, content_type="application/json")


async def _drip(request: web.Request, fault: Fault) -> web.StreamResponse:
    """A byte at a time, for as long as anybody listens."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(DRIP_S)


BEFORE: Mapping[str, Answer] = {"html_502": _html_502, "login": _login, "reset_before": _reset}
# These end in the truth; server.py carries them out. `late`: the effect comes late, and the answer after it.
AFTER: Mapping[str, Answer] = {
    "reset_after": _reset, "error_200": _error_200, "no_id": _no_id, "html_200": _html_200, "huge": _huge,
    "drip": _drip,
}
IN_THE_END = ("slow", "late", "event_first")
KINDS = (*BEFORE, *AFTER, "hang", *IN_THE_END)


def is_early(fault: Fault) -> bool:
    """Whether the operation has no effect."""
    return fault.kind in BEFORE or fault.kind.isdigit()
