"""Which shard of a Redis Cluster a thing belongs to, and what of a commit has to travel to another.

A shard is `{gw:<n>}`, n = crc32(key) % shards, so that all of it is on one node and one script can reach it:

- a mailbox, with its state and lease: by its key, in every lane. A citizen's `in`, `out` and feed are together, and a
  work order's `events` and `case`;
- a record: by its id, so that a work order's and a conversation's own record are written where their key commits;
- a feed, a shared value, a bucket, a lock: by its name;
- a timer: by its name's beginning (`home_key`), wherever it was armed and whatever key it is for.
"""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from zlib import crc32

import msgspec

from gateway.store.lanes import Changes, Put
from gateway.store.redis_wire import packed, raw

SHARDS = 64  # of a Cluster: as many nodes can share the work

Parcel = tuple[int, bytes]


def shard_of(key: str, shards: int) -> int:
    return crc32(key.encode()) % shards if shards > 1 else 0


def home_key(timer: str) -> str:
    """The key that a timer's name begins with: `web:u7` of `web:u7:reask:d1`, `WO-1` of `WO-1:remind`.

    Whoever arms or disarms a timer knows its name, so they meet at its home, whichever shards they are on. Where a
    timer is armed by the key that its name begins with, which is every one but WeChat's sweep, no hop is needed.
    """
    parts = timer.split(":")
    return ":".join(parts[:2]) if len(parts) > 2 else parts[0]


def whole(changes: Changes) -> dict[str, Any]:
    """What a commit does beside its own mailbox, as lane_work.lua reads it: all of it here."""
    return {
        "cancel": tuple(changes.cancel),
        "emits": [(emit.lane, emit.key, emit.dedupe, raw(emit.body), emit.due) for emit in changes.emits],
        "puts": [packed(put) for put in changes.puts],
        "feeds": [(feed.feed, feed.id, raw(feed.body)) for feed in changes.feeds],
    }


def divided(changes: Changes, here: int, shards: int) -> dict[str, Any]:
    """The same for one shard of several: what is done here, and in `away` a parcel for each other shard."""
    parts = {here: _nothing()}

    def part(key: str) -> dict[str, list[Any]]:
        return parts.setdefault(shard_of(key, shards), _nothing())

    for name in changes.cancel:
        part(home_key(name))["cancel"].append(name)
    for emit in changes.emits:
        home = emit.key if emit.due is None else home_key(emit.dedupe)
        to = shard_of(emit.key, shards)
        hop = to if emit.due is not None and to != shard_of(home, shards) else None
        part(home)["emits"].append((emit.lane, emit.key, emit.dedupe, raw(emit.body), emit.due, hop))
    for put in changes.puts:
        part(put.id)["puts"].append(packed(put))
    for feed in changes.feeds:
        part(feed.feed)["feeds"].append((feed.feed, feed.id, raw(feed.body)))
    return {**parts.pop(here), "away": _parcels(parts)}


def divided_puts(puts: Sequence[Put], here: int, shards: int) -> dict[str, Any]:
    done = divided(Changes(puts=puts), here, shards)
    return {"puts": done["puts"], "away": done["away"]}


def _nothing() -> dict[str, list[Any]]:
    return {"cancel": [], "emits": [], "puts": [], "feeds": []}


def _parcels(parts: dict[int, dict[str, list[Any]]]) -> list[tuple[int, Any]]:
    return [(shard, raw(msgspec.msgpack.encode(part))) for shard, part in parts.items()]


def by_shard(keys: Iterable[str], shards: int) -> dict[int, list[int]]:
    """Shard → which of the keys are its, by their places."""
    places: dict[int, list[int]] = {}
    for i, key in enumerate(keys):
        places.setdefault(shard_of(key, shards), []).append(i)
    return places
