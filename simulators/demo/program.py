"""How a stand-in's program is called, and when it ends."""
from __future__ import annotations

import argparse
import asyncio
import signal
import sys


class Leash(asyncio.Protocol):
    """Lets go when the other end of a pipe is closed, also by a kill."""

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop = stop

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop.set()


def parser(name: str, description: str, port: int) -> argparse.ArgumentParser:
    """With the options that every stand-in has."""
    made = argparse.ArgumentParser(prog=f"python -m simulators.{name}", description=description)
    made.add_argument("--port", type=int, default=port)
    made.add_argument("--gateway", default="http://127.0.0.1:8080")
    made.add_argument("--leash", action="store_true")
    made.add_argument("--settings", action="store_true")
    return made


async def ending(*, leash: bool) -> asyncio.Event:
    """Set when SIGINT or SIGTERM comes, and on a leash when standard input closes."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stop.set)
    if leash:
        await loop.connect_read_pipe(lambda: Leash(stop), sys.stdin)
    return stop


def say(line: str) -> None:
    """At once, for who waits for it."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
