"""A balancer as small as they come: each new connection to the next gateway in turn that says it is ready."""
from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from itertools import count

LOOK_S = 0.1
ASK = b"GET /readyz HTTP/1.1\r\nHost: balancer\r\nConnection: close\r\n\r\n"


class Balancer:
    """`ports` are the gateways', and may change. `went`: by connection, which of them it came to; `missed`: connections
    for which no gateway was there."""

    def __init__(self, ports: Sequence[int] = ()) -> None:
        self.ports = list(ports)
        self.ready: set[int] = set()
        self.went: list[int] = []
        self.missed = 0
        self._turn = count()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        watching = asyncio.create_task(self._watch())
        self._tasks.add(watching)

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- who is ready -----------------------------------------------------------------------------------------

    async def look(self) -> None:
        """Ask all of them now."""
        asked = list(self.ports)
        found = await asyncio.gather(*(self._is_ready(port) for port in asked))
        self.ready = {port for port, ready in zip(asked, found, strict=True) if ready}

    async def _watch(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(LOOK_S)

    async def _is_ready(self, port: int) -> bool:
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(1.0):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(ASK)
                line = await reader.readline()
                writer.close()
                return b" 200 " in line
        return False

    # --- connections --------------------------------------------------------------------------------------------

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._joined(reader, writer)
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for port in self._in_turn():
            with suppress(OSError):
                theirs, ours = await asyncio.open_connection("127.0.0.1", port)
                self.went.append(port)
                await asyncio.gather(_pump(reader, ours), _pump(theirs, writer))
                return
        self.missed += 1

    def _in_turn(self) -> list[int]:
        ready = [port for port in self.ports if port in self.ready]
        first = next(self._turn) % len(ready) if ready else 0
        return ready[first:] + ready[:first]


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until one side has no more to say; the other hears that."""
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    with suppress(OSError):
        writer.close()
