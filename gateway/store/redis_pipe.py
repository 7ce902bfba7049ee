"""The way to one server: calls of the one script, grouped into pipelines, every answer durable before it is given.

Calls that queue up while others are under way go out together, so one round trip, and one fsync or `WAIT`, serves
them all. The client may repeat a pipeline whose reply was lost (redis-py does): each call carries an id of its own,
by which the script knows its repetition (I8).
"""
from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import AskError, ClusterError, NoScriptError, OutOfMemoryError, RedisError, ResponseError
from redis.exceptions import ConnectionError as Cut
from redis.exceptions import TimeoutError as Late

from gateway.store.redis_watch import Succession

log = logging.getLogger(__name__)

PARTS = ("lane", "lane_forward", "lane_backlog", "lane_shared", "lane_work", "lane_dispatch")
SCRIPT = "\n".join(Path(__file__).with_name(f"{part}.lua").read_text(encoding="utf-8") for part in PARTS)
SHA = hashlib.sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest()

GROUP = 64    # calls in one pipeline at most; bounds how long the first of them waits
FLIGHTS = 2   # pipelines under way, each on a connection of its own
GROUP_S = 4.0  # a group has at most, with connecting anew and repeating; WeChat waits 5 s for our answer
AGAIN_S = 1.0  # a server that failed is asked this often by those who can do without it
WAITED_S = 1.0   # who has waited so long behind a group that fails is told so, too: a queue must not hang one by one
REFUSED_S = 2.0  # a refusal is told for so long; every worker writes once a second

EXPECTED = ("FENCED ", "STRANGE ")  # the script's own words, about one call


@dataclass(frozen=True, slots=True)
class Replication:
    """succession  who must have a write before it is acknowledged (`WAIT`); 0: the server's own word is enough
    wait_ms     they have for it
    """

    succession: Succession
    wait_ms: int


@dataclass(slots=True)
class Job:
    """since  when it was queued, by the loop's clock"""

    args: tuple[str | bytes, ...]
    answer: asyncio.Future[Any]
    since: float


class Pipe:
    """noted    told after each group whether the server answered
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
        self._unheard = ""
        self._refusal, self._refused = "", float("-inf")
        self.groups = 0
        self.jobs = 0

    def send(self, args: tuple[str | bytes, ...]) -> asyncio.Future[Any]:
        """The script's answer, or Redis' error as it is."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()
        self._queue.append(Job(args, answer, loop.time()))
        if len(self.flights) < FLIGHTS:
            self._start()
        return answer

    def _start(self) -> None:
        flight = asyncio.create_task(self._fly())
        self.flights.add(flight)
        flight.add_done_callback(self._landed)

    def _landed(self, flight: asyncio.Task[None]) -> None:
        self.flights.discard(flight)
        if self._queue and not flight.cancelled():  # it ended by an error that is nobody's answer
            self._start()

    @property
    def trouble(self) -> str:
        """What kept the last group from its answers, or why the server refused a call just now (no memory, no disk);
        "" when all is well."""
        recent = asyncio.get_running_loop().time() < self._refused + REFUSED_S
        return self._unheard or (self._refusal if recent else "")

    @property
    def lag(self) -> float:
        """How long the oldest group under way has been, in s."""
        return asyncio.get_running_loop().time() - min(self._sent.values()) if self._sent else 0.0

    @property
    def silent(self) -> bool:
        """The last group was not answered, and it is too early to ask again, or that is being done."""
        again = self._failed + AGAIN_S
        return bool(self._unheard) and (bool(self.flights) or asyncio.get_running_loop().time() < again)

    async def _fly(self) -> None:
        while self._queue:
            jobs, self._queue = self._queue[:GROUP], self._queue[GROUP:]
            self._sent[id(jobs)] = asyncio.get_running_loop().time()
            answers: list[Any] = [Cut("given up")] * len(jobs)
            try:
                async with asyncio.timeout(GROUP_S):
                    answers = await self._send(jobs)
                self._heard(answers)
            except (RedisError, OSError) as error:
                jobs += self._late()
                answers = [self._missed(error)] * len(jobs)
            finally:  # whatever happened: nobody waits for ever
                del self._sent[id(jobs)]
                _tell(jobs, answers)
            self.groups += 1
            self.jobs += len(jobs)

    def _heard(self, answers: Sequence[Any]) -> None:
        self._unheard = ""
        self._noted(self.client, True)
        for answer in answers:
            if isinstance(answer, ResponseError) and not _is_of_one_call(answer):
                self._refusal, self._refused = f"redis: {answer}", asyncio.get_running_loop().time()

    def _missed(self, error: Exception) -> Exception:
        failed = error if str(error) else Late(f"no answer in {GROUP_S} s")
        log.error("store does not answer: %s", failed)
        self._unheard = f"redis: {failed}"
        self._failed = asyncio.get_running_loop().time()
        self._noted(self.client, False)
        return failed

    def _late(self) -> list[Job]:
        """Out of the queue: those who have waited too long for another round."""
        before = asyncio.get_running_loop().time() - WAITED_S
        late = [job for job in self._queue if job.since <= before]
        self._queue = [job for job in self._queue if job.since > before]
        return late

    async def _send(self, jobs: list[Job]) -> list[Any]:
        answers = await self._pipeline("EVALSHA", SHA, jobs)
        unknown = [i for i, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
        if unknown:  # a new server, or SCRIPT FLUSH: EVAL also loads it
            again = await self._pipeline("EVAL", SCRIPT, [jobs[i] for i in unknown])
            for i, answer in zip(unknown, again, strict=True):
                answers[i] = answer
        return answers

    async def _pipeline(self, command: str, script: str, jobs: list[Job]) -> list[Any]:
        succession, clock = self._replication.succession, asyncio.get_running_loop().time
        needed, turn, began = succession.needed, succession.turn, clock()
        if needed is None:
            raise RedisError("the Sentinels do not agree on a master")
        async with self.client.pipeline(transaction=False) as pipeline:
            for job in jobs:
                pipeline.execute_command(command, script, 1, *job.args)
            if needed:
                # Since Redis 7.2 `WAIT` speaks for what this very connection wrote; "known already" writes nothing.
                pipeline.execute_command("SET", f"{jobs[0].args[0]!s}:waited", "")
                pipeline.execute_command("WAIT", needed, self._replication.wait_ms)
            answers: list[Any] = await pipeline.execute(raise_on_error=False)
        if needed:
            confirmed, written = answers.pop(), answers.pop()
            await succession.doubt(clock() - began)
            if succession.turn != turn:
                raise RedisError("another master was chosen meanwhile")
            await self._confirm(confirmed, written)
        return answers

    async def _confirm(self, confirmed: Any, written: Any) -> None:
        """A full memory refuses even that little write; what is read may be told then all the same."""
        if isinstance(written, RedisError) and not isinstance(written, OutOfMemoryError):
            raise written
        needed = self._replication.succession.needed
        if needed is None or not isinstance(confirmed, int) or confirmed < needed:
            # A master that was replaced while it hung has no replicas: the next call asks anew who the master is.
            await self.client.connection_pool.disconnect(inuse_connections=False)
            raise RedisError(f"{confirmed} of {needed} replicas confirmed the write")


def _tell(jobs: Sequence[Job], answers: Sequence[Any]) -> None:
    for job, answer in zip(jobs, answers, strict=True):
        if job.answer.done():  # the caller was cancelled meanwhile
            continue
        if isinstance(answer, Exception):
            job.answer.set_exception(answer)
        else:
            job.answer.set_result(answer)


def _is_of_one_call(answer: ResponseError) -> bool:
    """Or of one shard, which is elsewhere."""
    return isinstance(answer, ClusterError | AskError) or str(answer).startswith(EXPECTED)
