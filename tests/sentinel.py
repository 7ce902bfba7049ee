"""One Redis with two replicas and three Sentinels on loopback, and gateways under load while the master is lost."""
from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.redis_server import RedisServer
from tests.until import until

ROOT = Path(__file__).parents[1]
NAME = "gw"
DOWN_AFTER_MS = 1_000
FAILOVER_TIMEOUT_MS = 4_000
PATIENCE_S = 60.0  # a machine that is busy with other tests


@dataclass
class Watched:
    """servers[0] is the master at first."""

    servers: list[RedisServer]
    sentinels: list[RedisServer]

    @property
    def url(self) -> str:
        places = ",".join(f"127.0.0.1:{sentinel.port}" for sentinel in self.sentinels)
        return f"redis+sentinel://{places}/{NAME}"

    async def settled(self) -> None:
        """The replicas follow, and every Sentinel knows of them and of the others."""
        await until(lambda: b"connected_slaves:2" in self.servers[0].ask("INFO replication"), PATIENCE_S)
        await until(
            lambda: all(b"slaves=2,sentinels=3" in one.ask("INFO sentinel", 1000) for one in self.sentinels),
            PATIENCE_S)

    async def switched(self) -> None:
        """A Sentinel tells clients of another master."""
        old = str(self.servers[0].port).encode()
        ask = f"SENTINEL get-master-addr-by-name {NAME}"
        await until(lambda: any(old not in one.ask(ask) for one in self.sentinels), PATIENCE_S, every_s=0.05)


@contextmanager
def watched(folder: Path, *settings: str) -> Iterator[Watched]:
    servers: list[RedisServer] = []
    for i in range(3):
        (folder / f"server{i}").mkdir(parents=True)
        follow = ("--replicaof", "127.0.0.1", str(servers[0].port)) if servers else ()
        servers.append(RedisServer(folder / f"server{i}", *settings, *follow))
    sentinels = [_sentinel(folder / f"sentinel{i}", servers[0].port) for i in range(3)]
    try:
        for server in servers + sentinels:
            server.start()
        yield Watched(servers, sentinels)
    finally:
        for server in sentinels + servers:
            server.stop()


def _sentinel(folder: Path, master: int) -> RedisServer:
    folder.mkdir()
    file = folder / "sentinel.conf"
    file.write_text(
        f"sentinel monitor {NAME} 127.0.0.1 {master} 2\nsentinel down-after-milliseconds {NAME} {DOWN_AFTER_MS}\n"
        f"sentinel failover-timeout {NAME} {FAILOVER_TIMEOUT_MS}\nsentinel parallel-syncs {NAME} 1\n", encoding="utf-8")
    sentinel = RedisServer(folder)
    sentinel.program = (str(file), "--sentinel")
    return sentinel


@dataclass
class Heard:
    """What gateways said was done.

    stored  key → the newest number whose ingest was acknowledged
    turned  key → the newest number whose turn was committed
    moments when an ingest was acknowledged, s
    """

    stored: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    turned: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    moments: list[float] = field(default_factory=list)

    def note(self, line: str) -> None:
        what, key, n = line.split()
        table = self.stored if what == "stored" else self.turned
        table[key] = max(table[key], int(n))
        if what == "stored":
            self.moments.append(time.monotonic())

    def gap_ms(self, since: float) -> int:
        """The longest silence that ended after `since`."""
        pairs = zip(self.moments, self.moments[1:], strict=False)
        return round(max((later - earlier for earlier, later in pairs if later > since), default=0.0) * 1000)


@dataclass
class Gateway:
    process: asyncio.subprocess.Process
    reading: asyncio.Task[None]

    @classmethod
    async def start(cls, name: str, url: str, replicas: int, heard: Heard) -> Gateway:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.sentinel_child", name, url, str(replicas), cwd=ROOT,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL)
        return cls(process, asyncio.create_task(cls._read(process, heard)))

    @staticmethod
    async def _read(process: asyncio.subprocess.Process, heard: Heard) -> None:
        assert process.stdout
        while line := (await process.stdout.readline()).decode():
            if line.startswith(("stored ", "turned ")):  # the rest is the gateway's log
                heard.note(line)

    async def stop(self) -> None:
        """No new messages; it ends when each was acknowledged."""
        assert self.process.stdin
        self.process.stdin.close()
        try:
            await asyncio.wait_for(self.process.wait(), PATIENCE_S)
        finally:
            if self.process.returncode is None:
                self.process.kill()
            await self.reading


async def hang(watched: Watched) -> None:
    """The master is stopped until another is chosen, and then goes on as if nothing had happened."""
    master = watched.servers[0].process
    assert master
    os.kill(master.pid, signal.SIGSTOP)
    try:
        await watched.switched()
    finally:
        os.kill(master.pid, signal.SIGCONT)


async def kill(watched: Watched) -> None:
    watched.servers[0].stop()
    await watched.switched()
