"""How many a second (channels/sms/turns.py), and whether they leave (channels/sms/outgoing.py)."""
from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from channels.sms.outgoing import Outgoing
from channels.sms.traffic import Sms
from channels.sms.turns import Turns
from gateway.clock import RandomIds
from gateway.errors import Paused, Rejected, Retry, SendError, Uncertain, WayClosed
from gateway.store.sqlite import SqliteStore
from tests.channels.sms.test_sending import Air
from tests.clock import ManualClock

CLOSED = Sms("a-1", "+8613800138000", "已办结")


class Shop:
    """A store, and time that passes while somebody waits."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock()
        self.store = SqliteStore(folder / "s.db", self.clock, RandomIds())

    async def sleeps(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def turns(self, tps: int, name: str = "one") -> Turns:
        return Turns(self.store.shared, name, tps, self.sleeps)


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    shop = Shop(tmp_path)
    await shop.store.open()
    yield shop
    await shop.store.close()


@pytest.mark.parametrize("tps", [1, 3, 50, 300, 600, 997, 1_000, 2_500])
async def test_the_grant_is_used_up_and_never_passed(shop: Shop, tps: int) -> None:
    """Whatever the number: also where a millisecond is too long for one."""
    turns, began = shop.turns(tps), shop.clock.ms()
    for _ in range(4 * tps):
        await turns.wait()
    assert shop.clock.ms() - began == 3_000, "the first second's worth went at once"


async def test_two_processes_share_one_grant(shop: Shop) -> None:
    ours, began = (shop.turns(50), shop.turns(50), shop.turns(50, "another carrier")), shop.clock.ms()
    for turns in ours:
        for _ in range(50):
            await turns.wait()
    assert shop.clock.ms() - began == 1_000


async def test_the_latest_message_says_whether_they_leave(shop: Shop) -> None:
    air = Air()
    way = Outgoing(air, shop.turns(50))
    assert await way.well() is None
    told: list[str | None] = []
    said: list[SendError] = [Retry("HTTP 503"), Rejected("no such template"), Paused("HTTP 401"), WayClosed("blocked"),
                             Uncertain("no answer")]
    for error in said:
        air.raises = [error]
        with pytest.raises(type(error)):
            await way.send(CLOSED)
        told.append(await way.well())
    await way.send(CLOSED)
    assert [*told, await way.well()] == ["HTTP 503", None, "HTTP 401", None, "no answer", None]


async def test_each_message_waits_for_its_turn(shop: Shop) -> None:
    way, began = Outgoing(Air(), shop.turns(2)), shop.clock.ms()
    for _ in range(4):
        await way.send(CLOSED)
    assert shop.clock.ms() - began == 1_000
