"""Processes to be killed: a nursery has everything imported and forks a child for every line it reads, so that a life
costs milliseconds. It says `born PID` and `gone` for each, the child in between whatever it has to say.
"""
from __future__ import annotations

import asyncio
import os
import select
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class Life:
    pid: int
    nursery: Nursery

    async def ready(self) -> None:
        """Once the child serves."""
        await self.nursery.hear("ready")


async def stop(pid: int, seconds: float) -> None:
    """A process is stopped in the middle of whatever it does, and goes on afterwards as if no time had passed."""
    os.kill(pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(seconds)
    finally:
        os.kill(pid, signal.SIGCONT)


class Nursery:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin
        assert process.stdout
        self.process, self.orders, self.words = process, process.stdin, process.stdout

    @classmethod
    async def open(cls, module: str, *args: str, checkout: Path = ROOT) -> Nursery:
        """`module`'s program calls `rear`."""
        return cls(await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, *args, cwd=checkout,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE))

    async def hear(self, word: str) -> str:
        line = (await asyncio.wait_for(self.words.readline(), PATIENCE_S)).decode()
        assert line.startswith(word), f"expected {word!r}, heard {line!r}"
        return line

    @asynccontextmanager
    async def life(self) -> AsyncIterator[Life]:
        """From birth to kill -9."""
        self.orders.write(b"spawn\n")
        pid = int((await self.hear("born")).split()[1])
        try:
            yield Life(pid, self)
        finally:
            os.kill(pid, signal.SIGKILL)
        while (word := (await self.words.readline()).decode()) != "gone\n":
            assert word == "ready\n", f"the child did not live until it was killed: {word!r}"

    async def close(self) -> None:
        self.orders.close()
        await self.process.wait()


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def rear(live: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """The nursery's program; `live` is a child's whole life and says `ready` when it serves."""
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            say(f"born {os.getpid()}")
            asyncio.run(live())
            os._exit(1)
        _await_end(pid)
        say("gone")


def _await_end(pid: int) -> None:
    """Of the child, which does not outlive whoever orders children here."""
    child = os.pidfd_open(pid)
    watch = select.poll()
    watch.register(child, select.POLLIN)
    watch.register(sys.stdin, 0)  # a pipe's other end that is gone is told unasked
    if all(source != child for source, _ in watch.poll()):
        os.kill(pid, signal.SIGKILL)
        sys.exit()
    os.waitpid(pid, 0)
    os.close(child)
