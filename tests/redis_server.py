"""A real redis-server (Debian's) on loopback for tests: a port of its own, its data in the test's folder."""
from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.until import until

PATIENCE_S = 10.0
REPLICATED_S = 15.0


class RedisServer:
    """Runs from `start` to `stop`; `port` stays the same, so that it can be started again."""

    def __init__(self, folder: Path, *settings: str) -> None:
        self.folder = folder
        self.settings = settings
        self.port = _free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.program: tuple[str, ...] = (
            "--save", "", "--appendonly", "yes", "--appendfsync", "no", "--repl-diskless-sync-delay", "0")

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self.spawn()
        end = time.monotonic() + PATIENCE_S
        while self.ask("PING") != b"+PONG\r\n":
            assert time.monotonic() < end, "redis-server does not answer"
            time.sleep(0.01)

    def spawn(self) -> None:
        """It may take a while until it answers."""
        program = shutil.which("redis-server")
        assert program, "Debian's redis-server is needed: apt-get install redis-server"
        self.process = subprocess.Popen(
            [program, *self.program, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder),
             *self.settings],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def watched(self) -> RedisServer:
        """A Sentinel that watches this server as the master `gw`; `start` it."""
        sentinel = RedisServer(self.folder)
        file = self.folder / "sentinel.conf"
        file.write_text(f"sentinel monitor gw 127.0.0.1 {self.port} 1\n", encoding="utf-8")
        sentinel.program = (str(file), "--sentinel")
        return sentinel

    @asynccontextmanager
    async def replica(self) -> AsyncIterator[RedisServer]:
        """Another server that has all of this one's data by now, and follows it."""
        folder = self.folder / "replica"
        folder.mkdir()
        replica = RedisServer(folder, "--replicaof", "127.0.0.1", str(self.port))
        replica.start()
        try:
            await until(lambda: b"master_link_status:up" in replica.ask("INFO replication"), REPLICATED_S)
            await until(lambda: self.ask("WAIT 1 100") == b":1\r\n", REPLICATED_S)  # the master knows it, too
            yield replica
        finally:
            replica.stop()

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def ask(self, command: str, size: int = 256) -> bytes:
        """The first bytes of the answer, b"" when nobody listens."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(command.encode() + b"\r\n")
                return connection.recv(size)
        except OSError:
            return b""


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
