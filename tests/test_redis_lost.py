"""HOSTILE.md, row 39: a Redis that comes back without its data, or another in its place, is not used in silence."""
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.__main__ import main
from gateway.clock import SystemClock
from gateway.errors import ConfigError, Unavailable
from gateway.store.lanes import Outcome
from gateway.store.redis import RedisStore
from gateway.store.redis_link import Link
from gateway.store.redis_mark import Emptied
from gateway.store.spool import Spool
from gateway.store.sqlite import SqliteStore
from tests.clock import SerialIds
from tests.contracts.lanes import drain, fill
from tests.redis_cluster import RedisCluster
from tests.redis_server import RedisServer
from tests.until import until

pytestmark = pytest.mark.programs

IDS = SerialIds()


def gateway(url: str, folder: Path) -> RedisStore:
    return RedisStore(Link(url, durability="relaxed", mark=folder / "redis.mark"), SystemClock(), IDS)


@asynccontextmanager
async def opened(url: str, folder: Path) -> AsyncIterator[RedisStore]:
    store = gateway(url, folder)
    await store.open()
    try:
        yield store
    finally:
        await store.close()


async def begin(url: str, folder: Path) -> None:
    async with opened(url, folder):
        pass


async def refused(store: RedisStore) -> None:
    with pytest.raises(Unavailable, match="store accept"):
        await store.lanes.ingest("in", "web:b", "new", b"new")
    assert "without its data" in store.trouble


async def test_hostile_39_an_emptied_server_is_noticed_by_the_next_call_and_used_when_it_is_accepted(
    server: RedisServer, tmp_path: Path
) -> None:
    async with opened(server.url, tmp_path / "a") as one, opened(server.url, tmp_path / "b") as two:
        await fill(one.lanes, "web:a", 1)
        server.ask("FLUSHALL")
        for store in (one, two):
            await refused(store)
        with pytest.raises(Emptied, match="store accept"):
            await gateway(server.url, tmp_path / "a").open()
        assert server.ask("EXISTS {gw:0}:box:in:web:b") == b":0\r\n"
        assert await gateway(server.url, tmp_path / "a").accept()
        for n, store in enumerate((one, two)):
            assert (await store.lanes.ingest("in", f"web:{n}", "m", b"goes on")).outcome is Outcome.NEW
            assert store.trouble == ""
    async with opened(server.url, tmp_path / "a") as again:
        assert await drain(again.lanes, "in") == [b"goes on", b"goes on"]


async def test_hostile_39_an_idle_gateway_notices_by_the_looks_of_its_workers(
    server: RedisServer, tmp_path: Path
) -> None:
    async with opened(server.url, tmp_path) as store:
        server.ask("FLUSHALL")
        with pytest.raises(Unavailable):
            await store.lanes.claim("in", "w")
        assert store.trouble


async def test_hostile_39_another_server_in_its_place_is_noticed_and_may_become_ours(
    server: RedisServer, tmp_path: Path
) -> None:
    async with opened(server.url, tmp_path / "theirs") as theirs:
        (tmp_path / "ours").mkdir()
        (tmp_path / "ours" / "redis.mark").write_text("another\n", "utf-8")
        with pytest.raises(Emptied):
            await gateway(server.url, tmp_path / "ours").open()
        assert await gateway(server.url, tmp_path / "ours").accept()
        async with opened(server.url, tmp_path / "ours") as ours:
            await fill(ours.lanes, "web:a", 1)
        assert await drain(theirs.lanes, "in") == [b"web:a 1"]


async def test_hostile_39_what_comes_in_meanwhile_waits_in_the_spool_and_goes_on_once_it_is_accepted(
    server: RedisServer, tmp_path: Path
) -> None:
    clock = SystemClock()

    def spooled() -> Spool:
        local = SqliteStore(tmp_path / "spool.db", clock, IDS)
        return Spool(gateway(server.url, tmp_path), local, clock, IDS.unique, pause_s=0.01)

    spool = spooled()
    await spool.open()
    await spool.lanes.ingest("in", "web:a", "1", b"lost with the server")
    server.ask("FLUSHALL")
    assert (await spool.lanes.ingest("in", "web:a", "2", b"kept")).outcome is Outcome.NEW
    assert "without its data" in (await spool.told() or "")
    await spool.close()
    spool = spooled()
    await spool.open()  # on a server that is still not accepted
    assert (await spool.lanes.ingest("in", "web:a", "3", b"kept as well")).outcome is Outcome.NEW
    assert server.ask("EXISTS {gw:0}:box:in:web:a") == b":0\r\n"
    await gateway(server.url, tmp_path).accept()
    await until(lambda: spool.state.straight)
    assert await drain(spool.lanes, "in") == [b"kept", b"kept as well"]
    await spool.close()


async def test_hostile_39_an_empty_replica_that_became_the_master_is_not_taken_for_the_store(
    server: RedisServer, tmp_path: Path
) -> None:
    folder = tmp_path / "replica"
    folder.mkdir()
    replica = RedisServer(folder)
    async with opened(server.url, tmp_path) as store:
        await fill(store.lanes, "web:a", 1)
        server.stop()
        replica.port = server.port  # as Sentinel would lead clients to it
        replica.start()
        try:
            await refused(store)
        finally:
            replica.stop()


async def test_a_restart_and_a_replica_with_the_data_are_the_same_store(server: RedisServer, tmp_path: Path) -> None:
    async with opened(server.url, tmp_path) as store:
        await fill(store.lanes, "web:a", 1)
        server.stop()
        server.start()
        await fill(store.lanes, "web:b", 1)
        async with server.replica() as replica:
            server.stop()
            replica.ask("REPLICAOF NO ONE")
            async with opened(replica.url, tmp_path) as after:
                assert await drain(after.lanes, "in") == [b"web:a 1", b"web:b 1"]


def test_the_command_accepts_and_writes_down_who_did(
    server: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in (("STORE_URL", server.url), ("STORE_DURABILITY", "relaxed"), ("DATA_DIR", str(tmp_path))):
        monkeypatch.setenv(f"HUIYIN_{name}", value)
    monkeypatch.setattr("os.getuid", lambda: 64_999)  # as in our image, whose user has no name
    accept = ["store", "accept", "--why", "the disk was lost"]
    assert [main(accept), "nothing to accept" in capsys.readouterr().out] == [0, True]
    asyncio.run(begin(server.url, tmp_path))
    server.ask("FLUSHALL")
    assert [main(accept), "Start the gateways anew" in capsys.readouterr().out] == [0, True]
    journal = server.ask("HVALS {gw:0}:items:journal:audit", 4096)
    assert b"the disk was lost" in journal
    assert b"uid 64999 (command line)" in journal
    server.stop()
    assert [main(accept), "does not answer" in capsys.readouterr().err] == [1, True]
    monkeypatch.setenv("HUIYIN_STORE_URL", "sqlite:")
    assert [main(accept), "nothing to accept" in capsys.readouterr().err] == [1, True]


@pytest.mark.slow
async def test_hostile_39_one_node_of_a_cluster_that_lost_its_data_is_refused_and_the_others_go_on(
    tmp_path: Path
) -> None:
    cluster = RedisCluster(tmp_path)
    cluster.start()
    try:
        async with opened(cluster.url, tmp_path) as store:
            cluster.nodes[1].ask("FLUSHALL")
            outcomes: dict[str, str] = {}
            for n in range(40):
                try:
                    outcomes[f"web:{n}"] = (await store.lanes.ingest("in", f"web:{n}", "m", b"x")).outcome.value
                except Unavailable as error:
                    outcomes[f"web:{n}"] = str(error)[:10]
            assert set(outcomes.values()) == {"new", "this Redis"}
            assert store.trouble
            for folder in (tmp_path, tmp_path / "fresh"):
                with pytest.raises(ConfigError, match="store accept"):
                    await gateway(cluster.url, folder).open()
            assert await gateway(cluster.url, tmp_path).accept()
            for n in range(40):
                await store.lanes.ingest("in", f"web:{n}", "n", b"x")
            assert store.trouble == ""
    finally:
        cluster.stop()
