"""Parts of one message that come in at several gateways at once."""
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from channels.sms.joining import Joiner, Way
from channels.sms.parts import WAIT_MS, Piece, Place
from channels.sms.traffic import Arrival
from gateway.store.sqlite import SqliteStore
from tests.clock import ManualClock, SerialIds

WAY = Way("13800138000", "10690012345")


class Desk:
    """Several gateways bound to one carrier, and what they handed on."""

    def __init__(self, store: SqliteStore, clock: ManualClock) -> None:
        self.taken: list[Arrival] = []
        self.clock = clock
        self.gateways = [Joiner(store.shared, "carrier", self._take, clock) for _ in range(3)]

    async def _take(self, arrival: Arrival) -> None:
        self.taken.append(arrival)

    @property
    def texts(self) -> set[str]:
        return {arrival.text for arrival in self.taken}


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    clock = ManualClock()
    store = SqliteStore(tmp_path / "j.db", clock, SerialIds())
    await store.open()
    yield Desk(store, clock)
    await store.close()


def piece(number: int, text: str, total: int = 3) -> Piece:
    return Piece(text.encode("utf-16-be"), 8, Place("8", 7, total, number))


async def test_parts_that_come_at_once_to_several_gateways_are_all_there(desk: Desk) -> None:
    parts = enumerate(("路灯", "坏了", "三天"), 1)
    await asyncio.gather(*(
        gateway.add(WAY, piece(*part)) for gateway, part in zip(desk.gateways, parts, strict=True)
    ))
    assert desk.texts == {"路灯坏了三天"}


async def test_what_waits_too_long_is_handed_on_by_a_gateway_that_saw_nothing_of_it(desk: Desk) -> None:
    await desk.gateways[2].sweep()
    ways = [Way(f"1380013{n:04d}", WAY.to) for n in range(20)]
    await asyncio.gather(*(desk.gateways[n % 2].add(way, piece(1, f"{n}")) for n, way in enumerate(ways)))
    desk.clock.advance(WAIT_MS / 1000 + 1)
    await desk.gateways[2].sweep()
    assert len(desk.taken) == 20
    await asyncio.gather(*(gateway.sweep() for gateway in desk.gateways))
    assert len(desk.taken) == 20
