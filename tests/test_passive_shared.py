"""A push waits at one gateway, the turn is taken at another: the message goes one way, whoever is faster."""
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.messages import Outbound
from gateway.passive_shared import SharedAnswers
from gateway.store.sqlite import SqliteStore
from tests.clock import ManualClock, SerialIds
from tests.until import until

WHO = "wechat:wx1.o1"
HELLO, OTHER = Outbound(id="1.0", at=0, text="您好"), Outbound(id="2.0", at=0, text="已转办")
LONG, SHORT = 5.0, 0.01


class Gateways:
    """Two on one store: `has` has the push, `turns` takes the turn."""

    def __init__(self, store: SqliteStore, clock: ManualClock) -> None:
        self.store = store
        self.has, self.turns = (SharedAnswers(self._kept, clock, store.shared) for _ in range(2))
        self.kept: dict[str, Outbound | None] = {}

    async def _kept(self, conversation: str, id_: str) -> tuple[bool, Outbound | None]:
        return id_ in self.kept, self.kept.get(id_)

    async def push(self, id_: str = "a", seconds: float = LONG, *, at: SharedAnswers | None = None) -> Outbound | None:
        with (at or self.has).expect(WHO, id_) as waiting:
            await waiting.announce()
            return await waiting.answer(seconds)

    async def waits(self, id_: str = "a") -> asyncio.Task[Outbound | None]:
        """Once the others know of it."""
        task = asyncio.create_task(self.push(id_))
        await until(lambda: self.store.shared.get(f"push:{WHO}:{id_}"))
        return task


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[Gateways]:
    clock = ManualClock()
    store = SqliteStore(tmp_path / "p.db", clock, SerialIds())
    await store.open()
    yield Gateways(store, clock)
    await store.close()


async def test_the_turn_of_another_gateway_answers_a_push(two: Gateways) -> None:
    push = await two.waits()
    assert await two.turns.give(WHO, ["a"], HELLO) == "a"
    assert await push == HELLO


async def test_its_own_turn_answers_it_as_ever(two: Gateways) -> None:
    push = await two.waits()
    assert await two.has.give(WHO, ["a"], HELLO) == "a"
    assert await push == HELLO


async def test_a_message_that_comes_too_late_goes_another_way(two: Gateways) -> None:
    assert await two.push(seconds=SHORT) is None
    assert await two.turns.give(WHO, ["a"], HELLO) is None


async def test_where_no_push_waits_nothing_is_taken(two: Gateways) -> None:
    assert await two.turns.give(WHO, ["a"], HELLO) is None
    assert await two.turns.give(WHO, [], HELLO) is None


async def test_what_was_given_and_not_committed_is_given_once(two: Gateways) -> None:
    push = await two.waits()
    third = two.has
    assert await two.turns.give(WHO, ["a"], HELLO) == "a"
    assert await push == HELLO
    assert await third.give(WHO, ["a"], HELLO) == "a", "it went, nothing more is to be sent"
    assert await two.turns.give(WHO, ["a"], OTHER) is None, "this one did not"


async def test_the_latest_of_several_pushes_takes_it_and_the_others_learn_that(two: Gateways) -> None:
    first, second = await two.waits("a"), await two.waits("b")
    assert await two.turns.give(WHO, ["a", "b"], HELLO) == "b"
    assert (await first, await second) == (None, HELLO)


async def test_a_repeat_at_another_gateway_is_told_what_the_first_was(two: Gateways) -> None:
    push = await two.waits()
    await two.turns.give(WHO, ["a"], HELLO)
    assert await push == await two.push(at=two.turns) == HELLO
    assert await two.push("late", SHORT) is None
    assert await two.push("late", at=two.turns) is None


async def test_at_the_very_end_of_its_time_it_is_one_or_the_other(two: Gateways) -> None:
    """Never both, never neither."""
    for n in range(20):
        task = asyncio.create_task(two.push(f"{n}", 0.002 + n / 10_000))
        await until(lambda n=n: two.store.shared.get(f"push:{WHO}:{n}"), every_s=0.0)  # type: ignore[misc]
        taker = await two.turns.give(WHO, [f"{n}"], HELLO)
        assert await task == (HELLO if taker else None)
