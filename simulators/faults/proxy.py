"""The proxy: one listener on loopback, one connection to the server for every connection of a client.

    async with FaultProxy(("127.0.0.1", 6379), seed=7) as proxy:
        client = connect("127.0.0.1", proxy.port)
        await proxy.turn(Weather(cut_reply=0.004))
"""
from __future__ import annotations

import asyncio
import random
from collections import Counter
from contextlib import suppress
from types import TracebackType
from typing import Literal

from simulators.faults.weather import CALM, Weather

HOST = "127.0.0.1"
PIECE = 1 << 16
PAUSE_S = 0.01

Fault = Literal["cut_before", "cut_after", "cut_reply", "tear"]
OF_REQUESTS: tuple[Fault, ...] = ("cut_before", "cut_after")
OF_REPLIES: tuple[Fault, ...] = ("cut_reply", "tear")


class FaultProxy:
    """`weather` is what `turn` made it, `port` stays the same from the first start on.

    befell  how often each fault came true, and how many pieces passed unharmed each way ("requests", "replies")
    seed    of the chance by which pieces are chosen
    """

    def __init__(self, server: tuple[str, int], *, port: int = 0, seed: int = 0) -> None:
        self.port = port
        self.weather = CALM
        self.befell: Counter[str] = Counter()
        self._to = server
        self._chance = random.Random(seed)  # noqa: S311  # which piece it is must be foreseen, not secret
        self._passes = asyncio.Event()
        self._listener: asyncio.Server | None = None
        self._lines: set[_Line] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> FaultProxy:
        await self.turn(CALM)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None,
                        trace: TracebackType | None) -> None:
        self._shut()
        self.cut()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def turn(self, weather: Weather) -> None:
        """From now on, for the connections there are as well."""
        self.weather = weather
        if weather.hang:
            self._passes.clear()
        else:
            self._passes.set()
        if weather.refuse:
            self._shut()
        elif self._listener is None:
            self._listener = await asyncio.start_server(self._accepted, HOST, self.port)
            self.port = self._listener.sockets[0].getsockname()[1]

    def cut(self) -> int:
        """End every connection now; how many there were."""
        lines = list(self._lines)
        for line in lines:
            line.cut()
        return len(lines)

    def draw(self, faults: tuple[Fault, ...]) -> Fault | None:
        """What befalls the next piece."""
        for fault in faults:
            share: float = getattr(self.weather, fault)
            if share and self._chance.random() < share:
                self.befell[fault] += 1
                return fault
        return None

    async def travel(self) -> None:
        """As long as a piece is under way."""
        if self.weather.latency_s:
            await asyncio.sleep(self.weather.latency_s)
        await self._passes.wait()

    def _shut(self) -> None:
        if self._listener:
            self._listener.close()
            self._listener = None

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            server = await asyncio.open_connection(*self._to, limit=PIECE)
        except OSError:
            writer.transport.abort()
            return
        line = _Line(self, (reader, writer), server)
        self._lines.add(line)
        try:
            await line.run()
        finally:
            self._lines.discard(line)


class _Line:
    """A client's connection and the one to the server that belongs to it; both end together."""

    def __init__(self, proxy: FaultProxy, client: tuple[asyncio.StreamReader, asyncio.StreamWriter],
                 server: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> None:
        self._proxy = proxy
        self._requests, self._to_client = client
        self._replies, self._to_server = server
        self._ways: list[asyncio.Task[None]] = []

    async def run(self) -> None:
        self._ways = [asyncio.create_task(self._up()), asyncio.create_task(self._down())]
        await asyncio.wait(self._ways, return_when=asyncio.FIRST_COMPLETED)
        self.cut()
        await asyncio.wait(self._ways)

    def cut(self) -> None:
        """What was handed to the server still reaches it; the client gets no more."""
        for way in self._ways:
            way.cancel()
        self._to_client.transport.abort()
        self._to_server.close()

    async def _up(self) -> None:
        with suppress(ConnectionError):
            while piece := await self._requests.read(PIECE):
                fault = self._proxy.draw(OF_REQUESTS)
                await self._proxy.travel()
                if fault == "cut_before":
                    return
                self._to_server.write(piece)
                await self._to_server.drain()
                if fault:
                    return
                self._proxy.befell["requests"] += 1

    async def _down(self) -> None:
        with suppress(ConnectionError):
            while piece := await self._replies.read(PIECE):
                fault = self._proxy.draw(OF_REPLIES)
                await self._proxy.travel()
                if fault == "cut_reply":
                    return
                await self._tell(piece[:len(piece) // 2] if fault else piece)
                if fault:
                    return
                self._proxy.befell["replies"] += 1

    async def _tell(self, piece: bytes) -> None:
        step = self._proxy.weather.trickle or len(piece)
        for start in range(0, len(piece), step or 1):
            if start:
                await asyncio.sleep(PAUSE_S)
            self._to_client.write(piece[start:start + step])
            await self._to_client.drain()
