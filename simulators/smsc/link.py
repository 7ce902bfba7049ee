"""One connection that a gateway bound: PDUs in, PDUs out, requests of our own matched with their answers."""
from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from itertools import count
from typing import Any

from simulators.smsc import pdus
from simulators.smsc.pdus import BadPdu, Pdu

ANSWER_S = 10.0     # a carrier's patience with a deliver_sm

Answer = Callable[["Link", Pdu], Coroutine[Any, Any, None]]


class Link:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._sequences = count(1)
        self._waiting: dict[int, asyncio.Future[Pdu]] = {}
        self.bound = ""           # the system_id
        self.receives = False

    async def run(self, answer: Answer) -> None:
        """Until the other side leaves; every request is answered in a task of its own."""
        async with asyncio.TaskGroup() as tasks:
            while (pdu := await self._next()) is not None:
                if pdu.command & pdus.RESPONSE:
                    self._match(pdu)
                else:
                    tasks.create_task(answer(self, pdu))
            self.close()

    async def request(self, command: int, body: bytes = b"") -> Pdu | None:
        """The answer, None when the link broke first or took too long."""
        if self._writer.is_closing():
            return None
        sequence = next(self._sequences)
        future: asyncio.Future[Pdu] = asyncio.get_running_loop().create_future()
        self._waiting[sequence] = future
        self.write(Pdu(command, pdus.ROK, sequence, body))
        try:
            return await asyncio.wait_for(future, ANSWER_S)
        except (TimeoutError, ConnectionError):
            return None
        finally:
            del self._waiting[sequence]

    def reply(self, to: Pdu, status: int = pdus.ROK, body: bytes = b"") -> None:
        self.write(Pdu(to.command | pdus.RESPONSE, status, to.sequence, body))

    def write(self, pdu: Pdu) -> None:
        if not self._writer.is_closing():
            self._writer.write(pdu.octets())

    def cut(self) -> None:
        """As when a cable is pulled: what was not sent yet is gone."""
        self._writer.transport.abort()

    def close(self) -> None:
        self._writer.close()
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(ConnectionError("the link is gone"))

    def _match(self, pdu: Pdu) -> None:
        future = self._waiting.get(pdu.sequence)
        if future is not None and not future.done():
            future.set_result(pdu)

    async def _next(self) -> Pdu | None:
        """The next PDU; None at the end, or when the octets are none."""
        try:
            head = await self._reader.readexactly(4)
            length = int.from_bytes(head)
            if not pdus.HEADER <= length <= pdus.MOST:
                return None
            return pdus.split(head + await self._reader.readexactly(length - 4))
        except (asyncio.IncompleteReadError, ConnectionError, BadPdu):
            return None
