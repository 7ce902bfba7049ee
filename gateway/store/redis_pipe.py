"""The way to one server: calls of the one script, grouped into pipelines, every answer durable before it is given.

Calls that queue up while others are under way go out together, so one round trip, and one fsync or `WAIT`, serves
them all. The client may repeat a pipeline whose reply was lost (redis-py does): each call carries an id of its own,
by which the script knows its repetition (I8).
"""
from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError, RedisError
from redis.exceptions import TimeoutError as Late

log = logging.getLogger(__name__)

PARTS = ("lane", "lane_forward", "lane_backlog", "lane_shared", "lane_work", "lane_dispatch")
SCRIPT = "\n".join(Path(__file__).with_name(f"{part}.lua").read_text(encoding="utf-8") for part in PARTS)
SHA = hashlib.sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest()

GROUP = 64    # calls in one pipeline at most; bounds how long the first of them waits
FLIGHTS = 2   # pipelines under way, each on a connection of its own
GROUP_S = 4.0  # a group has at most, with connecting anew and repeating; WeChat waits 5 s for our answer
AGAIN_S = 1.0  # a server that failed is asked this often by those who can do without it


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


class Pipe:
    """noted    told after each group whether the server answered
    trouble  what kept the last group from its answers, "" when nothing did
    groups   pipelines so far; jobs / groups is how well the grouping works
    """

    def __init__(self, client: Redis, replication: Replication, noted: Callable[[Redis, bool], None]) -> None:
        self.client = client
        self._replication = replication
        self._noted = noted
        self._queue: list[Job] = []
        self.flights: set[asyncio.Task[None]] = set()
        self._sent: dict[int, float] = {}
        self._failed = 0.0
        self.trouble = ""
        self.groups = 0
        self.jobs = 0

    def send(self, args: tuple[str | bytes, ...]) -> asyncio.Future[Any]:
        """The script's answer, or Redis' error as it is."""
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._queue.append(Job(args, answer))
        if len(self.flights) < FLIGHTS:
            flight = asyncio.create_task(self._fly())
            self.flights.add(flight)
            flight.add_done_callback(self.flights.discard)
        return answer

    @property
    def lag(self) -> float:
        """How long the oldest group under way has been, in s."""
        return asyncio.get_running_loop().time() - min(self._sent.values()) if self._sent else 0.0

    @property
    def silent(self) -> bool:
        """The last group was not answered, and it is too early to ask again, or that is being done."""
        again = self._failed + AGAIN_S
        return bool(self.trouble) and (bool(self.flights) or asyncio.get_running_loop().time() < again)

    async def _fly(self) -> None:
        while self._queue:
            jobs, self._queue = self._queue[:GROUP], self._queue[GROUP:]
            self._sent[id(jobs)] = asyncio.get_running_loop().time()
            try:
                async with asyncio.timeout(GROUP_S):
                    answers = await self._send(jobs)
                self.trouble = ""
            except (RedisError, OSError) as error:
                failed = error if str(error) else Late(f"no answer in {GROUP_S} s")
                log.error("store does not answer: %s", failed)
                self.trouble = f"redis: {failed}"
                self._failed = asyncio.get_running_loop().time()
                answers = [failed] * len(jobs)
            finally:
                del self._sent[id(jobs)]
            self._noted(self.client, not self.trouble)
            self.groups += 1
            self.jobs += len(jobs)
            for job, answer in zip(jobs, answers, strict=True):
                if job.answer.done():  # the caller was cancelled meanwhile
                    continue
                if isinstance(answer, Exception):
                    job.answer.set_exception(answer)
                else:
                    job.answer.set_result(answer)

    async def _send(self, jobs: list[Job]) -> list[Any]:
        answers = await self._pipeline("EVALSHA", SHA, jobs)
        unknown = [i for i, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
        if unknown:  # a new server, or SCRIPT FLUSH: EVAL also loads it
            again = await self._pipeline("EVAL", SCRIPT, [jobs[i] for i in unknown])
            for i, answer in zip(unknown, again, strict=True):
                answers[i] = answer
        return answers

    async def _pipeline(self, command: str, script: str, jobs: list[Job]) -> list[Any]:
        async with self.client.pipeline(transaction=False) as pipeline:
            for job in jobs:
                pipeline.execute_command(command, script, 1, *job.args)
            if self._replication.replicas:
                pipeline.execute_command("WAIT", self._replication.replicas, self._replication.wait_ms)
            answers: list[Any] = await pipeline.execute(raise_on_error=False)
        if self._replication.replicas:
            confirmed = answers.pop()
            if not isinstance(confirmed, int) or confirmed < self._replication.replicas:
                # A master that was replaced while it hung has no replicas: the next call asks anew who the master is.
                await self.client.connection_pool.disconnect(inuse_connections=False)
                raise RedisError(f"{confirmed} of {self._replication.replicas} replicas confirmed the write")
        return answers
