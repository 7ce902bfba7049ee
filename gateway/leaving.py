"""A gateway that leaves says so first: from SIGTERM on `/readyz` is 503, while everything is still served.

A balancer looks at `/readyz` every few seconds and sends nobody any more; only then sockets close. Each answer
meanwhile ends its connection, for a balancer keeps connections open and would send the next request into one that is
being closed.
"""
from __future__ import annotations

import asyncio

from aiohttp import web
from aiohttp.typedefs import Handler


class Leaving:
    """wait_s  until the balancer has surely looked"""

    def __init__(self, wait_s: float) -> None:
        self.wait_s = wait_s
        self.begun = False

    async def leave(self) -> None:
        """Before anything is closed."""
        self.begun = True
        await asyncio.sleep(self.wait_s)

    async def well(self) -> str | None:
        """For readyz."""
        return "leaving" if self.begun else None

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        if self.begun and not response.prepared:
            response.force_close()
        return response
