"""Who waits for an answer of Redis gets one, whatever becomes of the connection."""
from __future__ import annotations

import asyncio
import signal
import time
from pathlib import Path
from typing import Any, Self, cast

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

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


class Minds:
    """A Succession that changes its mind while a write is confirmed, or has none."""

    def __init__(self, needed: int | None, *, changes: bool = False) -> None:
        self.needed, self.turn, self._changes = needed, 0, changes

    async def doubt(self, seconds: float) -> None:
        self.turn += self._changes


@pytest.mark.programs
@pytest.mark.parametrize(("minds", "refused"), [
    (Minds(1), ""),
    (Minds(2), "1 of 2 replicas"),
    (Minds(None), "do not agree"),
    (Minds(1, changes=True), "another master"),
], ids=["one", "two", "nobody", "changed"])
async def test_an_answer_counts_when_all_have_confirmed_it_and_the_master_is_still_the_same(
    server: RedisServer, client: Redis, minds: Minds, refused: str
) -> None:
    async with server.replica():
        await client.set("{gw:0}:mark", "mark")
        pipe = Pipe(client, Replication(minds, 3_000), lambda client, answers: None)
        told = pipe.send(("{gw:0}", "lanes", "call", "", "", b"\x80", "run", "mark"))
        if refused:
            with pytest.raises(RedisError, match=refused):
                await told
        else:
            assert (await told)[0] == []


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
