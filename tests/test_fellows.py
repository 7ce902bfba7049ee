"""What gateways on one store agree on, and what one of them does for all."""
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from structlog.testing import capture_logs

from gateway import seal as seals
from gateway.errors import ConfigError
from gateway.fellows import AGREED_MS, Fellows
from gateway.leaving import Leaving
from gateway.seal import Seal
from gateway.store.files import FolderBlobs
from gateway.store.sqlite import SqliteStore
from tests.clock import ManualClock, SerialIds
from tests.until import until

OTHER = Seal(b"another key of another gateway's folder")


class House:
    """Several gateways on one store, each with a data folder of its own and one folder for files."""

    def __init__(self, folder: Path, clock: ManualClock) -> None:
        self.folder, self.clock = folder, clock
        self.store = SqliteStore(folder / "s.db", clock, SerialIds())
        self.files = FolderBlobs(folder / "files")

    def gateway(self) -> Fellows:
        return Fellows(self.store.shared, many=True)

    def key_of(self, name: str) -> Seal:
        return seals.load("", self.folder / f"{name}.key")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path, ManualClock())
    await house.store.open()
    yield house
    await house.store.close()


async def test_gateways_without_a_configured_key_use_the_firsts(house: House) -> None:
    first, second = house.key_of("first"), house.key_of("second")
    assert first.lookup_code("WO") != second.lookup_code("WO")
    joined = [await house.gateway().join(own, house.files.mark, told=False) for own in (first, second)]
    codes = {seal.lookup_code("WO") for seal in joined}
    assert codes == {first.lookup_code("WO")}


async def test_another_key_is_refused_until_a_minute_after_the_last_gateway(house: House) -> None:
    key = house.key_of("first")
    await house.gateway().join(key, house.files.mark, told=True)
    await house.gateway().join(key, house.files.mark, told=True)
    with pytest.raises(ConfigError, match=r"api\.lookup_key"):
        await house.gateway().join(OTHER, house.files.mark, told=True)
    house.clock.advance(AGREED_MS / 1000 + 1)
    assert await house.gateway().join(OTHER, house.files.mark, told=True) is OTHER


async def test_who_runs_stands_by_what_was_agreed(house: House) -> None:
    running = house.gateway()
    await running.join(house.key_of("first"), house.files.mark, told=True)
    agreed = await house.store.shared.get("gateway:agreed:api.lookup_key")
    assert agreed
    house.clock.advance(AGREED_MS / 1000 + 1)
    assert await house.store.shared.get("gateway:agreed:api.lookup_key") is None
    renewing = asyncio.create_task(running.run(every_s=0.001))
    await until(lambda: house.store.shared.get("gateway:agreed:api.lookup_key"))
    renewing.cancel()
    with pytest.raises(ConfigError):
        await house.gateway().join(OTHER, house.files.mark, told=True)


async def test_who_was_away_does_not_overrule_what_others_agreed_meanwhile(house: House) -> None:
    away, key = house.gateway(), "gateway:agreed:api.lookup_key"
    await away.join(house.key_of("first"), house.files.mark, told=True)
    house.clock.advance(AGREED_MS / 1000 + 1)
    await house.gateway().join(OTHER, house.files.mark, told=True)
    theirs = await house.store.shared.get(key)
    house.clock.advance(AGREED_MS / 1000 - 1)
    with capture_logs() as logs:
        renewing = asyncio.create_task(away.run(every_s=0.001))
        await until(lambda: logs)
        renewing.cancel()
    assert (logs[0]["event"], logs[0]["setting"]) == ("gateways_disagree", "api.lookup_key")
    assert await house.store.shared.get(key) == theirs


async def test_who_agrees_late_stands_by_it_too(house: House) -> None:
    """A gateway that started while the store was away joins when it is back, and runs by then."""
    late = house.gateway()
    renewing = asyncio.create_task(late.run(every_s=0.001))
    await asyncio.sleep(0)
    await late.join(house.key_of("first"), house.files.mark, told=True)
    house.clock.advance(AGREED_MS / 1000 + 1)
    await until(lambda: house.store.shared.get("gateway:agreed:api.lookup_key"))
    renewing.cancel()


async def test_what_a_dead_gateway_agreed_holds_from_the_next_ones_start(house: House) -> None:
    key = house.key_of("first")
    await house.gateway().join(key, house.files.mark, told=True)
    house.clock.advance(AGREED_MS / 1000 - 1)
    await house.gateway().join(key, house.files.mark, told=True)
    house.clock.advance(2)
    with pytest.raises(ConfigError):
        await house.gateway().join(OTHER, house.files.mark, told=True)


async def test_a_folder_of_files_that_is_not_the_others_is_refused(house: House, tmp_path: Path) -> None:
    await house.gateway().join(OTHER, house.files.mark, told=True)
    with pytest.raises(ConfigError, match=r"data\.uploads: .*share"):
        await house.gateway().join(OTHER, FolderBlobs(tmp_path / "its own").mark, told=True)
    (tmp_path / "mounted").symlink_to(tmp_path / "files")
    await house.gateway().join(OTHER, FolderBlobs(tmp_path / "mounted").mark, told=True)


async def test_a_duty_is_one_gateways_in_each_period(house: House) -> None:
    duties = [house.gateway().duty("clean") for _ in range(3)]
    assert [await duty.mine(10) for duty in duties] == [True, False, False]
    assert await house.gateway().duty("polls").mine(10)
    house.clock.advance(9.5)
    assert [await duty.mine(10) for duty in reversed(duties)] == [True, False, False]
    await duties[0].put_off(100)
    house.clock.advance(20)
    assert not await duties[1].mine(10)


async def test_a_gateway_that_is_alone_agrees_with_nobody(house: House, tmp_path: Path) -> None:
    await house.gateway().join(house.key_of("first"), house.files.mark, told=True)
    alone = Fellows(house.store.shared, many=False)
    assert await alone.join(OTHER, FolderBlobs(tmp_path / "its own").mark, told=False) is OTHER
    assert [await alone.duty("clean").mine(10) for _ in range(2)] == [True, True]
    await alone.run(every_s=0.001)  # ends


async def test_leaving_is_told_before_anything_else() -> None:
    leaving = Leaving(wait_s=0.0)
    assert await leaving.well() is None
    going = asyncio.create_task(leaving.leave())
    await until(lambda: leaving.begun)
    assert await leaving.well() == "leaving"
    await going


async def test_who_leaves_ends_each_connection_with_its_answer() -> None:
    """A balancer would send its next request into a connection that is being closed."""
    leaving = Leaving(wait_s=0.0)
    app = web.Application(middlewares=[leaving.middleware])

    async def answer(request: web.Request) -> web.Response:
        return web.Response()

    app.router.add_get("/", answer)
    async with TestClient(TestServer(app)) as page:
        assert (await page.get("/")).headers.get("Connection") is None
        await leaving.leave()
        assert (await page.get("/")).headers["Connection"] == "close"
