"""channels/wechat/token.py: asked for once, early enough, and never in a storm."""
from __future__ import annotations

import asyncio

import pytest

from channels.wechat.token import Grant, Token, Tokens
from gateway.errors import Paused, Retry
from gateway.store.sqlite import SqliteStore
from tests.channels.wechat.conftest import LOOP, Kept
from tests.clock import ManualClock, SerialIds
from tests.until import until

pytestmark = LOOP


class Granting:
    """The platform's token endpoint; it answers while `open` is set."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.open.set()
        self.asked = 0
        self.lasts_s = 7200
        self.value = ""
        self.error: Exception | None = None

    async def __call__(self) -> Grant:
        self.asked += 1
        await self.open.wait()
        if self.error:
            raise self.error
        return Grant(self.value or f"token {self.asked}", self.lasts_s)


@pytest.fixture
def clock(kept: Kept) -> ManualClock:
    return kept.clock


@pytest.fixture
def store(kept: Kept) -> SqliteStore:
    return kept.store


@pytest.fixture
def granting() -> Granting:
    return Granting()


@pytest.fixture
def tokens(store: SqliteStore, granting: Granting) -> Tokens:
    return Tokens("wx0", granting, store.shared, SerialIds())


async def test_all_share_one(tokens: Tokens, granting: Granting) -> None:
    got = await asyncio.gather(*(tokens.current() for _ in range(50)))
    assert {token.value for token in got} == {"token 1"}
    assert granting.asked == 1


async def test_it_is_renewed_inside_its_last_five_minutes(
    tokens: Tokens, granting: Granting, clock: ManualClock
) -> None:
    await tokens.current()
    clock.advance(7200 - 300)
    assert (await tokens.current()).value == "token 1", "before, the platform would give the same again"
    clock.advance(61)
    assert (await tokens.current()).value == "token 2"


async def test_a_short_lived_one_is_used_for_half_its_life(
    tokens: Tokens, granting: Granting, clock: ManualClock
) -> None:
    granting.lasts_s = 60
    await tokens.current()
    clock.advance(29)
    assert (await tokens.current()).value == "token 1"
    clock.advance(2)
    assert (await tokens.current()).value == "token 2"


async def test_one_that_is_given_until_its_end_is_asked_for_then(
    store: SqliteStore, granting: Granting, clock: ManualClock
) -> None:
    tokens = Tokens("ww0", granting, store.shared, SerialIds(), early_s=0)
    await tokens.current()
    clock.advance(7199)
    granting.lasts_s = 0
    for _ in range(3):
        assert (await tokens.current()).value == "token 1"
        clock.advance(0.4)
    assert [(await tokens.current()).value for _ in range(10)] == ["token 2"] * 10, "even if it has no time left"


async def test_of_all_whose_token_failed_one_asks(tokens: Tokens, granting: Granting) -> None:
    failed = await tokens.current()
    got = await asyncio.gather(*(tokens.instead_of(failed) for _ in range(50)))
    assert {token.value for token in got} == {"token 2"}
    assert (await tokens.instead_of(failed)).value == "token 2", "a late one finds it changed already"
    assert granting.asked == 2


async def test_the_same_value_granted_again_is_another_grant(tokens: Tokens, granting: Granting) -> None:
    """stable_token repeats its token; if that one is refused, every refusal must not ask once more."""
    granting.value = "stable"
    failed = await tokens.current()
    await asyncio.gather(*(tokens.instead_of(failed) for _ in range(50)))
    await tokens.instead_of(failed)
    assert granting.asked == 2


async def test_a_token_that_stays_bad_stays_within_the_daily_limit(
    tokens: Tokens, granting: Granting, clock: ManualClock
) -> None:
    token: Token = await tokens.current()
    for _ in range(19):
        token = await tokens.instead_of(token)
    with pytest.raises(Retry) as raised:
        await tokens.instead_of(token)
    assert raised.value.after_s == 60.0
    clock.advance(60)
    await tokens.instead_of(token)
    assert granting.asked == 21
    assert 20 + 24 * 60 < 2000, "a whole day of it"


async def test_what_the_platform_refuses_all_get_and_the_next_asks_again(
    store: SqliteStore, tokens: Tokens, granting: Granting
) -> None:
    granting.error = Paused("app secret")
    granting.open.clear()
    waiting = asyncio.gather(*(tokens.current() for _ in range(5)), return_exceptions=True)
    await until(lambda: granting.asked)
    await store.shared.get("behind what they all looked for")
    granting.open.set()
    assert [type(error) for error in await waiting] == [Paused] * 5
    assert granting.asked == 1
    granting.error = None
    assert (await tokens.current()).value == "token 2"


async def test_accounts_have_their_own(store: SqliteStore, tokens: Tokens, granting: Granting) -> None:
    other = Tokens("wx1", granting, store.shared, SerialIds())
    assert (await tokens.current()).value != (await other.current()).value


async def test_it_shows_nothing_of_itself(tokens: Tokens) -> None:
    assert "token 1" not in repr(await tokens.current())
