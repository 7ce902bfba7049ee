"""Live, ready, and figures that do not outlive what they count."""
from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from gateway.errors import Unavailable
from gateway.health import Health
from gateway.http import guard
from gateway.observe import count_refusal
from gateway.protocols import Changes
from gateway.store.sqlite import SqliteStore
from tests.clock import ManualClock, SerialIds

Client = TestClient[web.Request, web.Application]


class House:
    """A store, and what its health page says."""

    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.word: str | None = None
        self.away = False

    async def check(self) -> str | None:
        if self.away:
            raise Unavailable("disk full")
        return self.word


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    store = SqliteStore(tmp_path / "h.db", ManualClock(), SerialIds())
    await store.open()
    yield House(store)
    await store.close()


async def client(house: House, allow: tuple[str, ...] = ("127.0.0.1",), watched: bool = False) -> Client:
    """`watched`: the house is no part that the gateway needs."""
    checks = {"sms" if watched else "store": house.check}
    health = Health(house.store.lanes, ("in", "case"), {} if watched else checks, allow, (), checks if watched else {})
    app = web.Application(middlewares=[guard(count_refusal)])
    app.add_routes(health.routes())
    client: Client = TestClient(TestServer(app))
    await client.start_server()
    return client


async def test_live_says_so_whatever_else_is_wrong(house: House) -> None:
    house.away = True
    page = await client(house)
    assert (await page.get("/healthz")).status == 200
    await page.close()


async def test_ready_names_the_part_that_is_not(house: House) -> None:
    page = await client(house)
    assert await (await page.get("/readyz")).json() == {"status": "ready", "parts": {"store": "ok"}}
    house.word = "timers held: the clock jumped"
    answer = await page.get("/readyz")
    assert (answer.status, (await answer.json())["parts"]["store"]) == (503, house.word)
    house.away = True
    assert (await (await page.get("/readyz")).json())["parts"]["store"] == "Unavailable"
    await page.close()


async def test_a_lost_carrier_is_told_and_takes_nothing_out_of_service(house: House) -> None:
    page = await client(house, watched=True)
    house.word = "not bound: TimeoutError"
    answer = await page.get("/readyz")
    assert (answer.status, await answer.json()) == (200, {"status": "ready", "parts": {"sms": house.word}})
    await page.close()


async def waiting(page: Client, lane: str) -> float:
    text = await (await page.get("/metrics")).text()
    line = next(line for line in text.splitlines() if line.startswith(f'huiyin_lane_waiting{{lane="{lane}"}}'))
    return float(line.rpartition(" ")[2])


async def test_an_empty_lane_does_not_keep_its_last_figure(house: House) -> None:
    page = await client(house)
    await house.store.lanes.ingest("in", "web:1", "m1", b"x")
    assert await waiting(page, "in") == 1
    (lease,) = await house.store.lanes.claim("in", "w")
    await house.store.lanes.commit(lease, Changes(1))
    assert await waiting(page, "in") == 0
    assert await waiting(page, "case") == 0
    await page.close()


async def test_a_store_that_is_away_hides_its_lanes_and_nothing_else(house: House) -> None:
    """That it is away, and how much waits for it, stands in the other figures."""
    page = await client(house)
    await house.store.lanes.ingest("in", "web:1", "m1", b"x")
    assert await waiting(page, "in") == 1
    await house.store.close()
    answer = await page.get("/metrics")
    text = await answer.text()
    assert answer.status == 200
    assert "huiyin_store_away" in text
    assert "huiyin_lane_waiting{" not in text
    await page.close()


async def test_metrics_are_for_the_allow_list(house: House) -> None:
    page = await client(house, allow=("10.9.8.7",))
    assert (await page.get("/metrics")).status == 404
    await page.close()
