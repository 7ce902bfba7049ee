"""Who serves which shard: one Redis for all, or the masters of a Redis Cluster.

A Cluster's client of redis-py sends one pipeline to several nodes and gives all of it up when one is away, and cannot
`WAIT` in it. So each master has a client of its own here, and this module only knows which shard is whose.

While a slot is moved to another node (`CLUSTER SETSLOT … MIGRATING`) its shard is Unavailable: the script's key
`{gw:<n>}` itself never exists, so the old owner refuses every call with ASK, and we never follow an ASK. That is what
keeps a script from seeing half of its keys.
"""
from __future__ import annotations

import asyncio
import logging
from typing import Any, Protocol

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline, PubSub
from redis.crc import key_slot
from redis.exceptions import RedisError

from gateway.errors import ConfigError, Unavailable
from gateway.store.parts import Away
from gateway.store.redis_link import Link, cluster_seeds, connect, connect_node, inspect, settle_shards
from gateway.store.redis_shards import SHARDS
from gateway.store.redis_watch import Fixed, Succession, Watch

log = logging.getLogger(__name__)

Address = tuple[str, int]

SLOTS = 16_384
LOOK_S = 0.25  # between two looks at who serves what
ANSWER_S = 1.0


class Servers(Protocol):
    """shards      how many there are
    succession  who has to confirm a write
    """

    shards: int
    succession: Succession

    def of(self, shard: int) -> Redis:
        """Raises Unavailable: nobody serves it."""
        ...

    def voice(self) -> Redis:
        """Any one for publish and subscribe, preferably one that answers."""
        ...

    def note(self, client: Redis, answers: bool) -> None:
        """How the last group of calls went."""
        ...

    async def look_again(self) -> None:
        """Something is not where it was thought to be, or does not answer."""
        ...

    async def inspect(self) -> dict[str, str | int]:
        """As redis_link.inspect, for all of them."""
        ...

    async def watch(self) -> None:
        """From now on keep an eye on who the master is."""
        ...

    async def aclose(self) -> None: ...


class Single:
    """One Redis, or the master that Sentinel names."""

    shards = 1

    def __init__(self, link: Link) -> None:
        self._link = link
        self._client = connect(link)
        watched = link.replicas and link.url.startswith("redis+sentinel://")
        self._watch = Watch(self._client, link.replicas) if watched else None
        self.succession: Succession = self._watch or Fixed(link.replicas)

    def of(self, shard: int) -> Redis:
        return self._client

    def voice(self) -> Redis:
        return self._client

    def note(self, client: Redis, answers: bool) -> None:
        """redis-py looks for another by itself."""

    async def look_again(self) -> None:
        """There is no other."""

    async def inspect(self) -> dict[str, str | int]:
        facts = await inspect(self._client, self._link)
        await settle_shards(self._client, self.shards)
        return facts

    async def watch(self) -> None:
        if self._watch:
            await self._watch.open()

    async def aclose(self) -> None:
        if self._watch:
            await self._watch.close()
        await self._client.aclose()


class Cluster:
    def __init__(self, link: Link, shards: int = SHARDS) -> None:
        self._link = link
        self.shards = shards
        self.succession: Succession = Fixed(link.replicas)
        self._slots = [key_slot(f"{{gw:{shard}}}".encode()) for shard in range(shards)]
        self._clients = {address: connect_node(link, *address) for address in cluster_seeds(link)}
        self._owners: dict[int, Address] = {}
        self._masters: dict[Address, int] = {}
        self._silent: set[Redis] = set()
        self._looking: asyncio.Task[None] | None = None
        self._looked = float("-inf")

    def of(self, shard: int) -> Redis:
        owner = self._owners.get(shard)
        if owner is None:
            raise Unavailable(f"no node of the Cluster serves shard {shard}")
        return self._clients[owner]

    def voice(self) -> Redis:
        clients = [self._clients[address] for address in self._masters or self._clients]
        return next((client for client in clients if client not in self._silent), clients[0])

    def note(self, client: Redis, answers: bool) -> None:
        if answers:
            self._silent.discard(client)
        else:
            self._silent.add(client)

    async def look_again(self) -> None:
        """All who ask at the same time share one look."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        await asyncio.shield(self._looking)

    async def _look(self) -> None:
        clock = asyncio.get_running_loop().time
        await asyncio.sleep(self._looked + LOOK_S - clock())
        clients = sorted(self._clients.items(), key=lambda one: one[1] in self._silent)
        for address, client in clients:
            try:
                async with asyncio.timeout(ANSWER_S):
                    rows = await client.execute_command("CLUSTER", "SLOTS")  # type: ignore[no-untyped-call]  # redis-py's
            except (RedisError, OSError, TimeoutError) as error:
                log.warning("cluster node %s:%s does not answer: %s", *address, error)
                self._silent.add(client)  # asked last from now on
                continue
            self._silent.discard(client)
            self._learn(address, rows)
            break
        self._looked = clock()

    def _learn(self, asked: Address, rows: list[Any]) -> None:
        masters, owners = dict[Address, int](), dict[int, Address]()
        for start, end, master, *replicas in rows:
            address = (_text(master[0]) or asked[0], int(master[1]))
            masters[address] = len(replicas)
            owners |= {shard: address for shard, slot in enumerate(self._slots) if start <= slot <= end}
            if address not in self._clients:
                self._clients[address] = connect_node(self._link, *address)
        if masters:
            self._masters, self._owners = masters, owners

    async def inspect(self) -> dict[str, str | int]:
        """Raises ConfigError: a master is away or not to be trusted, or a shard is nobody's."""
        await self.look_again()
        if not self._masters:
            raise Away("store.url: no node of the Cluster answers")
        facts: dict[str, str | int] = {}
        for address, replicas in self._masters.items():
            facts |= await inspect(self._clients[address], self._link)
            if facts["mode"] != "cluster":
                raise ConfigError("store.url: this Redis is not part of a Cluster: use redis://")
            if replicas < self._link.replicas:
                raise ConfigError(
                    f"the Cluster's master {address[0]}:{address[1]} has {replicas} replicas, store.replicas = "
                    f"{self._link.replicas} are needed")
        if len(self._owners) < self.shards:
            raise Away("store.url: a part of the Cluster's slots is nobody's (CLUSTERDOWN)")
        await settle_shards(self.of(0), self.shards)
        return facts | {"masters": len(self._masters), "shards": self.shards}

    async def watch(self) -> None:
        """The nodes watch each other."""

    async def aclose(self) -> None:
        for client in self._clients.values():
            await client.aclose()


class Voice:
    """Publish and subscribe; on a Cluster any node tells all others."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers

    def pubsub(self) -> PubSub:
        return self._servers.voice().pubsub()

    def pipeline(self, transaction: bool = False) -> Pipeline:
        return self._servers.voice().pipeline(transaction=transaction)


def servers(link: Link) -> Servers:
    """Raises ConfigError: not a URL we know."""
    return Cluster(link, link.shards or SHARDS) if "+cluster://" in link.url else Single(link)


def _text(host: bytes | str | None) -> str:
    return host.decode() if isinstance(host, bytes) else host or ""
