"""Which store this is: a random mark that the first gateway writes and every gateway remembers.

A Redis may come back without its data: its disk was lost, an empty replica was made the master, somebody emptied it.
It answers as if all were well, and would take new messages on top of what was lost. So each shard holds the mark, the
script does nothing where it is not the one that the caller expects (lane_dispatch.lua), and an operator decides.

A gateway keeps the mark in a file, so that it knows after a restart as well. A backup that is older than what was
acknowledged has the same mark: that is not noticed.
"""
from __future__ import annotations

from pathlib import Path

from redis.exceptions import RedisError

from gateway.errors import ConfigError
from gateway.store.parts import Away
from gateway.store.redis_cluster import Servers

BEGUN = "{gw:0}:begun"  # the mark while the first gateway writes it to all shards; shard 0 has it last

EMPTIED = (
    "this Redis came back without its data, or is not the one it was: find out what became of it; "
    "`python -m gateway store accept` goes on with what there is")


class Emptied(Away):
    """The store is there and is not what we knew. An operator may bring its data back, or accept it."""


class Mark:
    """file  where it is remembered, None: in memory alone; fresh  for a store that has none"""

    def __init__(self, servers: Servers, file: Path | None, fresh: str) -> None:
        self._servers = servers
        self._file = file
        self._fresh = fresh
        self.value = ""

    async def settle(self) -> None:
        """From now on `value` is the store's. Raises Emptied, and Away."""
        self._recall()
        try:
            expected = self.value or await self._found()
            marks = await self._marks()
        except (RedisError, OSError) as error:
            raise Away(f"store.url: Redis does not answer: {error}") from error
        if set(marks) != {expected}:
            raise Emptied(f"store.url: {EMPTIED}")
        self._remember(expected)

    async def accept(self) -> bool:
        """What there is, is the store: one that others began is theirs, what lacks our mark gets it. Returns whether
        anything was amiss. Raises Away."""
        self._recall()
        try:
            marks = await self._marks()
            if set(marks) == {self.value}:  # as we know it, or never used
                return False
            whole = marks[0] if len(set(marks)) == 1 else None
            mark = whole or self.value or next(filter(None, marks), self._fresh)
            for shard in range(self._servers.shards):
                await self._servers.of(shard).set(_name(shard), mark)
        except (RedisError, OSError) as error:
            raise Away(f"store.url: Redis does not answer: {error}") from error
        self._remember(mark)
        return True

    async def _found(self) -> str:
        """The mark of a store that we never saw; gateways that start at once on an empty one agree on it."""
        marks = await self._marks()
        first = self._servers.of(0)
        if marks[0] or (any(marks) and not await first.get(BEGUN)):
            return next(filter(None, marks))
        await first.set(BEGUN, self._fresh, nx=True)
        begun = _text(await first.get(BEGUN)) or self._fresh
        for shard in reversed(range(self._servers.shards)):
            await self._servers.of(shard).set(_name(shard), begun, nx=True)
        return begun

    async def _marks(self) -> list[str]:
        """Of each shard, "" where there is none."""
        return [_text(await self._servers.of(shard).get(_name(shard))) for shard in range(self._servers.shards)]

    def _recall(self) -> None:
        """Anew each time: an operator's command may have written it meanwhile."""
        if self._file and self._file.exists():
            self.value = self._file.read_text("utf-8").strip()

    def _remember(self, mark: str) -> None:
        self.value = mark
        if self._file is None:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            new = self._file.with_suffix(".new")
            new.write_text(mark + "\n", encoding="utf-8")
            new.replace(self._file)
        except OSError as error:
            raise ConfigError(f"data.dir: {self._file} cannot be written: {error.strerror}") from error


def _name(shard: int) -> str:
    return f"{{gw:{shard}}}:mark"


def _text(found: bytes | str | None) -> str:
    return found.decode() if isinstance(found, bytes) else found or ""
