"""The carrier's port on loopback."""
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from gateway.clock import Clock
from simulators.smsc.carrier import Carrier

LOOPBACK = "127.0.0.1"
ACCOUNTS: Mapping[str, str] = {"hotline": "secret1"}       # system_id → password, at most 8 characters


@asynccontextmanager
async def serve(clock: Clock, port: int = 0, accounts: Mapping[str, str] = ACCOUNTS) -> AsyncIterator[Carrier]:
    """A carrier on 127.0.0.1:`port` (0: any free one) while the block runs."""
    carrier = Carrier(clock, accounts)
    async with listening(carrier, port):
        yield carrier


@asynccontextmanager
async def listening(carrier: Carrier, port: int = 0) -> AsyncIterator[None]:
    """The port is open while the block runs; afterwards the same carrier may come back with what it held."""
    server = await asyncio.start_server(carrier.serve, LOOPBACK, port)
    carrier.port = server.sockets[0].getsockname()[1]
    try:
        yield
    finally:
        server.close()
        carrier.cut()
        await carrier.gone()
