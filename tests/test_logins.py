"""One-time codes by themselves: what is kept of them, and how many there may be in a day."""
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.errors import Retry
from gateway.logins import DAY_MS, TRIES, Logins
from gateway.seal import Seal
from gateway.store.sqlite import SqliteStore
from tests.clock import ManualClock, SerialIds

PHONE, ADDRESS = "+8613800138000", "192.0.2.1"


class Sent:
    """Codes in the order of sending; `away` is a network that takes none."""

    def __init__(self) -> None:
        self.codes: list[str] = []
        self.away = False

    async def send(self, phone: str, code: str, language: str) -> None:
        if self.away:
            raise Retry("no network")
        self.codes.append(code)


class Desk:
    """Logins over a real store, with a clock to turn."""

    def __init__(self, store: SqliteStore, clock: ManualClock, per_day: int = 1_000) -> None:
        self.store, self.clock, self.sent = store, clock, Sent()
        self.logins = Logins(store.shared, Seal(b"k"), SerialIds(), self.sent, per_day)

    async def ask(self, phone: str = PHONE, caller: str = "web:1", address: str = ADDRESS) -> str | None:
        """The code that came, if one came."""
        before = len(self.sent.codes)
        await self.logins.send(phone, caller, address, "zh")
        return self.sent.codes[-1] if len(self.sent.codes) > before else None


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    clock = ManualClock()
    store = SqliteStore(tmp_path / "l.db", clock, SerialIds())
    await store.open()
    yield Desk(store, clock)
    await store.close()


async def test_a_code_proves_once(desk: Desk) -> None:
    code = await desk.ask()
    assert code is not None
    proof = await desk.logins.check(PHONE, "web:1", code)
    assert proof is not None
    assert await desk.logins.check(PHONE, "web:1", code) is None


@pytest.mark.parametrize(("phone", "caller"), [("+8613800138001", "web:1"), (PHONE, "web:2"), (PHONE, "")])
async def test_it_is_of_one_number_and_one_caller(desk: Desk, phone: str, caller: str) -> None:
    code = await desk.ask()
    assert code is not None
    assert await desk.logins.check(phone, caller, code) is None
    assert await desk.logins.check(PHONE, "web:1", code) is not None


async def test_a_newer_code_takes_the_place_of_the_older(desk: Desk) -> None:
    first = await desk.ask()
    desk.clock.advance(61)
    second = await desk.ask()
    assert first is not None
    assert second is not None
    assert await desk.logins.check(PHONE, "web:1", first) is None
    assert await desk.logins.check(PHONE, "web:1", second) is not None


async def test_the_last_of_the_tries_still_counts_and_one_more_does_not(desk: Desk) -> None:
    for wrong, right in ((TRIES - 1, True), (TRIES, False)):
        code = await desk.ask()
        assert code is not None
        for _ in range(wrong):
            assert await desk.logins.check(PHONE, "web:1", "000000" if code != "000000" else "1") is None
        assert (await desk.logins.check(PHONE, "web:1", code) is not None) is right
        desk.clock.advance(61)


async def test_nothing_readable_is_kept(desk: Desk, tmp_path: Path) -> None:
    code = await desk.ask("+8613912345678")
    assert code is not None
    await desk.store.close()
    kept = await asyncio.to_thread(everything, tmp_path)
    assert b"13912345678" not in kept
    assert f'"{code}"'.encode() not in kept


async def test_the_day_has_an_end_for_all_together(desk: Desk) -> None:
    """Of many numbers and many addresses, in any 24 hours: never more than the cap."""
    desk = Desk(desk.store, desk.clock, per_day=10)
    sent = list[int]()
    for hour in range(72):
        for n in range(3):
            number = hour * 3 + n
            if await desk.ask(f"+861380013{number:04d}", f"web:{number}", f"192.0.2.{number}"):
                sent.append(hour)
        desk.clock.advance(DAY_MS / 1000 / 24)
    assert all(sum(start <= hour < start + 24 for hour in sent) <= 10 for start in range(49))
    assert len(sent) > 10


async def test_a_code_that_could_not_be_sent_is_no_error_of_the_caller(desk: Desk) -> None:
    desk.sent.away = True
    assert await desk.ask() is None
