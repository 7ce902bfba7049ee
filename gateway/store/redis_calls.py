"""Calls of the one script: each to the shard that its key belongs to, or to all; repeated safely.

On one Redis there is one shard. On a Cluster a call goes to the master that serves its shard, what the answer leaves
for other shards is handed on before the caller goes on (redis_forward.py), and the newest stamp that any answer told
goes along with every further call: what a gateway writes after it read is stamped later, whichever nodes they were.
"""
from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable, Collection
from typing import Any, Protocol

import msgspec
from redis.asyncio import Redis
from redis.exceptions import ClusterError, MovedError, ReadOnlyError, RedisError, ResponseError
from redis.exceptions import ConnectionError as Cut
from redis.exceptions import TimeoutError as Late

from gateway.errors import Fenced, Unavailable
from gateway.store.redis_cluster import Servers
from gateway.store.redis_mark import EMPTIED
from gateway.store.redis_pipe import Pipe, Replication
from gateway.store.redis_shards import shard_of
from gateway.store.redis_wire import raw

SWEEP = 500   # rows of one step of a clean-up: Redis does nothing else meanwhile
TRIES = 3     # of a call that came to the wrong node
PATIENCE_S = 1.0  # a node that does not answer a group for so long is not waited for by what is asked of all

log = logging.getLogger(__name__)

ELSEWHERE = (MovedError, ReadOnlyError, ClusterError, Cut, Late)  # another node may have it by now

Moments = Callable[[], tuple[int, int]]
Rows = list[tuple[int, int, int, bytes]]


class HandOn(Protocol):
    def __call__(self, source: int, rows: Rows) -> Awaitable[int]: ...


class Calls:
    """`call` runs one operation of the script.

    moments  what the time is, for spans and by the wall (ms since 1970); None: the server's clock, the same for every
             gateway
    mark     of the store that we mean; another is left alone
    woken    on a Cluster: lane → shards on which this gateway made something ready, for whoever claims there
    hand_on  what to do with parcels for other shards; None: they are left for a worker to find
    """

    def __init__(
        self, servers: Servers, run: str, publish: Callable[[list[str]], None], replication: Replication,
        moments: Moments | None = None,
    ) -> None:
        self._servers = servers
        self.shards = servers.shards
        self.run = run
        self._publish = publish
        self._replication = replication
        self._moments = moments
        self._numbers = itertools.count(1)
        self._pipes: dict[Redis, Pipe] = {}
        self._open = False
        self.mark = ""
        self._strange: set[int] = set()
        self._seen = 0
        self.hand_on: HandOn | None = None
        self.woken: dict[str, set[int]] = {}

    def open(self, mark: str) -> None:
        """The servers may be trusted; before, nothing is sent to them."""
        self.mark = mark
        self._strange.clear()
        self._open = True

    def home(self, key: str) -> int:
        return shard_of(key, self.shards)

    @property
    def trouble(self) -> str:
        """What kept a server's last group from its answers, "" when nothing did; for the health page."""
        if self._strange:
            return EMPTIED
        return next((pipe.trouble for pipe in self._pipes.values() if pipe.trouble), "")

    @property
    def groups(self) -> int:
        return sum(pipe.groups for pipe in self._pipes.values())

    @property
    def jobs(self) -> int:
        return sum(pipe.jobs for pipe in self._pipes.values())

    def stamp(self) -> str:
        """Unique over all calls of all runs."""
        return f"{self.run}.{next(self._numbers)}"

    async def call(self, operation: str, *, shard: int = 0, **args: Any) -> Any:
        """The operation's result. Raises Fenced, and Unavailable when nothing is known of what became of it."""
        return (await self.told(operation, shard=shard, **args))[0]

    async def told(self, operation: str, *, shard: int = 0, **args: Any) -> tuple[Any, int]:
        """With how many items it made on other shards, as far as that is known in time."""
        if not self._open:
            raise Unavailable("the store is closed")
        result, hints, *more = await self._ask(shard, self._packed(operation, shard, args))
        if hints:
            self._heard(shard, [topic.decode() for topic in hints])
        if not more:
            return result, 0
        self._seen = max(self._seen, more[0])
        return result, await self.hand_on(shard, more[1]) if more[1] and self.hand_on else 0

    def _heard(self, shard: int, topics: list[str]) -> None:
        if self.shards > 1:
            for topic in topics:
                kind, _, lane = topic.partition(":")
                if kind == "lane":
                    self.woken.setdefault(lane, set()).add(shard)
        self._publish(topics)

    def _packed(self, operation: str, shard: int, args: dict[str, Any]) -> tuple[str | bytes, ...]:
        now, wall = (str(ms) for ms in self._moments()) if self._moments else ("", "")
        packed = msgspec.msgpack.encode({name: raw(value) for name, value in args.items()})
        job = (f"{{gw:{shard}}}", operation, self.stamp(), now, wall, packed, self.run, self.mark)
        return job if self.shards == 1 else (*job, str(self.shards), str(self._seen))

    async def _ask(self, shard: int, args: tuple[str | bytes, ...]) -> list[Any]:
        """Of a node that does not serve the shard, or not any more, it is asked who does."""
        before = None
        for _ in range(TRIES):
            pipe = self._pipe(shard)
            if pipe is before:
                break
            before = pipe
            try:
                answer: list[Any] = await pipe.send(args)
                self._strange.discard(shard)
                return answer
            except ELSEWHERE as error:
                failed: RedisError | OSError = error
                await self._servers.look_again()
            except (RedisError, OSError) as error:
                if str(error).startswith("STRANGE "):
                    self._beware(shard)
                raise _told(error) from error
        raise _told(failed) from failed

    def _beware(self, shard: int) -> None:
        if shard not in self._strange:
            log.critical("shard %s: %s", shard, EMPTIED)
        self._strange.add(shard)

    def _pipe(self, shard: int) -> Pipe:
        client = self._servers.of(shard)
        pipe = self._pipes.get(client)
        if pipe is None:
            pipe = self._pipes[client] = Pipe(client, self._replication, self._servers.note)
        return pipe

    # --- all shards ---

    async def every(self, operation: str, **args: Any) -> list[Any]:
        """The results of all shards, or Unavailable."""
        return await asyncio.gather(*(self.call(operation, shard=shard, **args) for shard in range(self.shards)))

    async def reach(self, operation: str, *, only: Collection[int] | None = None, **args: Any) -> dict[int, Any]:
        """What each shard (of `only` these) answers. A node that is away is not waited for, so nothing of consequence
        may be asked in this way. Raises Unavailable: not one answers."""
        if self.shards == 1:
            return {0: await self.call(operation, **args)}
        asked = {
            asyncio.create_task(self.call(operation, shard=shard, **args)): shard
            for shard in (range(self.shards) if only is None else only) if self.there(shard)}
        late = set(asked)
        while late and any(self.there(asked[task]) for task in late):
            _, late = await asyncio.wait(late, timeout=PATIENCE_S)
        for task in late:
            task.cancel()
        answers = {shard: task.result() for task, shard in asked.items() if task.done() and not task.exception()}
        if not answers:
            raise Unavailable("no node of the Cluster answers")
        return answers

    def there(self, shard: int) -> bool:
        """Its node answers, as far as is known."""
        try:
            pipe = self._pipe(shard)
        except Unavailable:
            return False
        return not pipe.silent and pipe.lag < PATIENCE_S

    async def sweep(self, operation: str, **args: Any) -> int:
        """Repeat a clean-up everywhere until it did less than its n; in small steps, so that others come in between."""
        return sum(await asyncio.gather(*(self._sweep(shard, operation, args) for shard in range(self.shards))))

    async def _sweep(self, shard: int, operation: str, args: dict[str, Any]) -> int:
        total = 0
        while True:
            done = int(await self.call(operation, shard=shard, n=SWEEP, **args))
            total += done
            if done < SWEEP:
                return total

    async def close(self) -> None:
        """What was handed over before is still done."""
        self._open = False
        while flights := [flight for pipe in self._pipes.values() for flight in pipe.flights]:
            await asyncio.wait(flights)


def _told(error: Exception) -> Exception:
    """Redis' error in our words."""
    if isinstance(error, ResponseError) and str(error).startswith("FENCED "):
        return Fenced(str(error).removeprefix("FENCED "))
    if str(error).startswith("STRANGE "):
        return Unavailable(EMPTIED)
    return Unavailable(f"the store did not do it: {error}")
