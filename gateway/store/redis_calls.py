"""Calls of the one script: grouped into pipelines, repeated safely, every answer durable before it is given.

Calls that queue up while others are under way go out together, so one round trip, and one fsync or `WAIT`, serves
them all. The client may repeat a pipeline whose reply was lost (redis-py does): each call carries an id of its own,
by which the script knows its repetition (I8).
"""
from __future__ import annotations

import asyncio
import hashlib
import itertools
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from redis.asyncio import Redis
from redis.exceptions import NoScriptError, RedisError, ResponseError

from gateway.errors import Fenced, Unavailable

log = logging.getLogger(__name__)

PARTS = ("lane", "lane_backlog", "lane_shared", "lane_work", "lane_dispatch")
SCRIPT = "\n".join(Path(__file__).with_name(f"{part}.lua").read_text(encoding="utf-8") for part in PARTS)
SHA = hashlib.sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest()

GROUP = 64    # calls in one pipeline at most; bounds how long the first of them waits
FLIGHTS = 2   # pipelines under way, each on a connection of its own
SWEEP = 500   # rows of one step of a clean-up: Redis does nothing else meanwhile

Moments = Callable[[], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Replication:
    """replicas  that must have a write before it is acknowledged (`WAIT`), 0: the server's own word is enough
    wait_ms   they have for it
    """

    replicas: int
    wait_ms: int


@dataclass(slots=True)
class Job:
    args: tuple[str | bytes, ...]
    answer: asyncio.Future[Any]


class Calls:
    """`call` runs one operation of the script.

    moments  what the time is, for spans and by the wall (ms since 1970); None: the server's clock, the same for every
             gateway
    trouble  what kept the last group from its answers, "" when nothing did; for the health page
    groups   pipelines so far; jobs / groups is how well the grouping works
    """

    def __init__(
        self, client: Redis, run: str, publish: Callable[[list[str]], None], replication: Replication,
        moments: Moments | None = None,
    ) -> None:
        self._client = client
        self.run = run
        self._publish = publish
        self._replication = replication
        self._moments = moments
        self._numbers = itertools.count(1)
        self._queue: list[Job] = []
        self._flights: set[asyncio.Task[None]] = set()
        self._open = True
        self.trouble = ""
        self.groups = 0
        self.jobs = 0

    def stamp(self) -> str:
        """Unique over all calls of all runs."""
        return f"{self.run}.{next(self._numbers)}"

    async def call(self, operation: str, *, shard: int = 0, **args: Any) -> Any:
        """The operation's result. Raises Fenced, and Unavailable when nothing is known of what became of it."""
        if not self._open:
            raise Unavailable("the store is closed")
        now, wall = (str(ms) for ms in self._moments()) if self._moments else ("", "")
        packed = msgspec.msgpack.encode({name: raw(value) for name, value in args.items()})
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._queue.append(Job((f"{{gw:{shard}}}", operation, self.stamp(), now, wall, packed, self.run), answer))
        if len(self._flights) < FLIGHTS:
            flight = asyncio.create_task(self._fly())
            self._flights.add(flight)
            flight.add_done_callback(self._flights.discard)
        return await answer

    async def sweep(self, operation: str, **args: Any) -> int:
        """Repeat a clean-up until it did less than its n; in small steps, so that others come in between."""
        total = 0
        while True:
            done = int(await self.call(operation, n=SWEEP, **args))
            total += done
            if done < SWEEP:
                return total

    async def close(self) -> None:
        """What was handed over before is still done."""
        self._open = False
        while self._flights:
            await asyncio.wait(self._flights)

    async def _fly(self) -> None:
        while self._queue:
            jobs, self._queue = self._queue[:GROUP], self._queue[GROUP:]
            try:
                answers = await self._send(jobs)
                self.trouble = ""
            except (RedisError, OSError) as error:
                log.error("store does not answer: %s", error)
                self.trouble = f"redis: {error}"
                answers = [error] * len(jobs)
            self.groups += 1
            self.jobs += len(jobs)
            for job, answer in zip(jobs, answers, strict=True):
                self._settle(job.answer, answer)

    async def _send(self, jobs: list[Job]) -> list[Any]:
        answers = await self._pipeline("EVALSHA", SHA, jobs)
        unknown = [i for i, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
        if unknown:  # a new server, or SCRIPT FLUSH: EVAL also loads it
            again = await self._pipeline("EVAL", SCRIPT, [jobs[i] for i in unknown])
            for i, answer in zip(unknown, again, strict=True):
                answers[i] = answer
        return answers

    async def _pipeline(self, command: str, script: str, jobs: list[Job]) -> list[Any]:
        async with self._client.pipeline(transaction=False) as pipeline:
            for job in jobs:
                pipeline.execute_command(command, script, 1, *job.args)
            if self._replication.replicas:
                pipeline.execute_command("WAIT", self._replication.replicas, self._replication.wait_ms)
            answers: list[Any] = await pipeline.execute(raise_on_error=False)
        if self._replication.replicas:
            confirmed = answers.pop()
            if not isinstance(confirmed, int) or confirmed < self._replication.replicas:
                raise RedisError(f"{confirmed} of {self._replication.replicas} replicas confirmed the write")
        return answers

    def _settle(self, answer: asyncio.Future[Any], reply: Any) -> None:
        if isinstance(reply, list):
            result, hints = reply
            if hints:
                self._publish([topic.decode() for topic in hints])
            if not answer.done():  # else the caller was cancelled meanwhile
                answer.set_result(result)
        elif not answer.done():
            answer.set_exception(_told(reply))


def raw(value: Any) -> Any:
    """Bytes as MessagePack's old raw type: Redis 7.0's cmsgpack does not read the newer `bin`."""
    if not isinstance(value, bytes):
        return value
    head = b"\xda" + len(value).to_bytes(2) if len(value) < 2**16 else b"\xdb" + len(value).to_bytes(4)
    return msgspec.Raw(head + value)


def _told(error: Exception) -> Exception:
    """Redis' error in our words."""
    if isinstance(error, ResponseError) and str(error).startswith("FENCED "):
        return Fenced(str(error).removeprefix("FENCED "))
    return Unavailable(f"the store did not do it: {error}")
