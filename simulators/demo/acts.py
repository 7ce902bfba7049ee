"""What is done on a demo page: begun at once, answered with 202, ended with the page."""
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

LOOPBACK = "127.0.0.1"

Said = Mapping[str, Any]
Act = Callable[[Said], Awaitable[Any] | None]


class Acts:
    def __init__(self) -> None:
        self._going: set[asyncio.Task[None]] = set()

    def start(self, act: Act, said: Said) -> web.Response:
        """202; HTTPBadRequest for what the act makes nothing of."""
        try:
            going = act(said)
        except (LookupError, TypeError, ValueError) as wrong:
            raise web.HTTPBadRequest(text=f"{type(wrong).__name__}: {wrong}") from wrong
        if going is not None:
            task = asyncio.create_task(_done(going))
            self._going.add(task)
            task.add_done_callback(self._going.discard)
        return web.Response(status=202)

    async def close(self) -> None:
        for task in self._going:
            task.cancel()
        await asyncio.gather(*self._going, return_exceptions=True)


async def _done(going: Awaitable[Any]) -> None:
    await going


@asynccontextmanager
async def shown(routes: Sequence[web.AbstractRouteDef], acts: Acts, port: int = 0) -> AsyncIterator[str]:
    """The page's address on 127.0.0.1:`port` (0: any free one) while the block runs."""
    app = web.Application()
    app.router.add_routes(routes)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, LOOPBACK, port).start()
        yield "http://{}:{}/demo/".format(*runner.addresses[0][:2])
    finally:
        await acts.close()
        await runner.cleanup()
