"""Who waits for an answer of Redis gets one, whatever becomes of the connection."""
from __future__ import annotations

import asyncio
import signal
import time
from pathlib import Path
from typing import Any, Self, cast

import pytest
from redis.asyncio import Redis

from gateway.clock import SystemClock
from gateway.errors import Unavailable
from gateway.store.redis import RedisStore
from gateway.store.redis_link import Link
from gateway.store.redis_pipe import FLIGHTS, GROUP_S, WAITED_S, Pipe, Replication
from gateway.store.redis_watch import Fixed
from tests.clock import SerialIds
from tests.redis_server import RedisServer


class Broken:
    """A client with a fault of its own, as often as there are flights."""

    def __init__(self) -> None:
        self.broken = FLIGHTS

    def pipeline(self, transaction: bool) -> Self:
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    def execute_command(self, *_: object) -> None:
        pass

    async def execute(self, raise_on_error: bool) -> list[Any]:
        if self.broken:
            self.broken -= 1
            raise RuntimeError("nobody thought of this")
        return [b"answer"]


async def test_an_error_that_nobody_thought_of_leaves_no_caller_waiting() -> None:
    pipe = Pipe(cast("Redis", Broken()), Replication(Fixed(0), 0), lambda client, answers: None)
    told = [pipe.send(("{gw:0}", "state")) for _ in range(129)]  # one more than the flights take
    async with asyncio.timeout(5):
        answers = await asyncio.gather(*told, return_exceptions=True)
    assert [str(answer) for answer in answers[:128]] == ["given up"] * 128
    assert answers[128] == b"answer"


@pytest.mark.slow
async def test_of_many_who_wait_for_a_server_that_hangs_nobody_waits_for_long(tmp_path: Path) -> None:
    server = RedisServer(tmp_path)
    server.start()
    store = RedisStore(Link(server.url, durability="relaxed"), SystemClock(), SerialIds())
    await store.open()
    assert server.process
    server.process.send_signal(signal.SIGSTOP)
    begun = time.monotonic()
    try:
        calls = [store.lanes.ingest("in", f"web:{n}", "m", b"x") for n in range(600)]
        answers = await asyncio.gather(*calls, return_exceptions=True)
        assert {type(answer) for answer in answers} == {Unavailable}
        assert time.monotonic() - begun < GROUP_S + WAITED_S
    finally:
        server.process.send_signal(signal.SIGCONT)
        await store.close()
        server.stop()
