"""The outside of workers under torture: citizens who send numbers in order, and the ears that hear every delivery."""
from __future__ import annotations

import asyncio
import math
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

RETRY_S = 0.01
ANSWER_S = 1.0        # who gets none asks another worker
HEARD_LATE_S = 2.0    # we may hear it so long after it was told, on a busy machine; who told it is dead by then


class Outside:
    """Unix sockets in `folder`: `outside` is ours, `listeners` are the workers', any of which takes any message.

    acknowledged  per citizen the number up to which all messages are
    told          what the workers told, in order, and when (the loop's time)
    disturbances  from when to when something befell a worker or its store
    """

    def __init__(self, folder: Path, keys: Sequence[str], listeners: Sequence[str], seed: int) -> None:
        self.path = str(folder / "outside")
        self.listeners = [str(folder / name) for name in listeners]
        self.acknowledged = dict.fromkeys(keys, 0)
        self.told: list[tuple[float, str]] = []
        self.disturbances: list[list[float]] = []
        self._chance = random.Random(seed)

    async def open(self) -> asyncio.Server:
        return await asyncio.start_unix_server(self._hear, self.path)

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while line := await reader.readline():
                self.told.append((asyncio.get_running_loop().time(), line.decode().strip()))
                writer.write(b"ok\n")

    @contextmanager
    def disturbed(self) -> Iterator[None]:
        """Something befalls a worker or its store meanwhile: what is told then, or was just told, may be told again."""
        now = asyncio.get_running_loop().time
        window = [now() - HEARD_LATE_S, math.inf]
        self.disturbances.append(window)
        try:
            yield
        finally:
            window[1] = now()

    def disturb(self) -> None:
        """The same for what takes no time."""
        with self.disturbed():
            pass

    def unexplained(self) -> list[str]:
        """What was told once more than there were disturbances from the first time to the last."""
        times: dict[str, list[float]] = defaultdict(list)
        for at, id in self.told:
            times[id].append(at)
        return [
            id for id, (first, *again) in times.items()
            if again and len(again) > sum(start <= again[-1] and first <= end for start, end in self.disturbances)]

    async def ask(self, line: str) -> bytes:
        """One question to a worker, on a connection of its own; b"" when it died over it, or sleeps."""
        try:
            async with asyncio.timeout(ANSWER_S):
                return await self._asked(self._chance.choice(self.listeners), line)
        except OSError:  # also TimeoutError
            return b""

    async def _asked(self, listener: str, line: str) -> bytes:
        reader, writer = await asyncio.open_unix_connection(listener)
        try:
            writer.write(line.encode() + b"\n")
            return await reader.readline()
        finally:
            writer.close()

    async def provide(self, key: str, over: Callable[[], bool], pause_s: float) -> None:
        """Numbers in order, each repeated until it is acknowledged."""
        while not over():
            n = self.acknowledged[key] + 1
            while await self.ask(f"{key} {n}") != b"ok\n":
                await asyncio.sleep(RETRY_S)
            self.acknowledged[key] = n
            await asyncio.sleep(self._chance.random() * pause_s)
