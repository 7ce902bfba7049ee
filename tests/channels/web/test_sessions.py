"""Tokens: opaque, stored hashed, 7 days idle, 30 days at most, gone when revoked."""
from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from channels.web.sessions import Sessions
from gateway.clock import RandomIds
from gateway.errors import Unauthorised
from gateway.store.sqlite import SqliteStore
from tests.clock import ManualClock

DAY_S = 86_400
NOW_MS = ManualClock().ms()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def store(tmp_path: Path, clock: ManualClock) -> AsyncIterator[SqliteStore]:
    opened = SqliteStore(tmp_path / "s.db", clock, RandomIds())
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
def sessions(store: SqliteStore, clock: ManualClock) -> Sessions:
    return Sessions(store.shared, clock, RandomIds())


async def test_a_token_finds_its_visitor_and_no_other(sessions: Sessions) -> None:
    (one, first), (two, second) = await sessions.open("zh"), await sessions.open("en")

    assert (await sessions.find(one)).conversation == first.conversation == f"web:{first.visitor}"
    assert (await sessions.find(two)).language == "en"
    assert one != two
    assert first.visitor != second.visitor


async def test_a_token_may_be_of_another_channels_conversation(sessions: Sessions) -> None:
    opened = [await sessions.open("zh", "wechat:wx1.oSomebody") for _ in range(2)]

    assert {(await sessions.find(token)).conversation for token, _ in opened} == {"wechat:wx1.oSomebody"}
    assert opened[0][0] != opened[1][0]


async def test_a_session_kept_before_there_were_channels_is_the_webs(sessions: Sessions, store: SqliteStore) -> None:
    kept = b'{"visitor":"v","language":"zh","created":%d,"seen":%d}' % (NOW_MS, NOW_MS)
    await store.shared.put("web:session:" + hashlib.sha256(b"old").hexdigest(), kept, DAY_S * 1000)

    assert (await sessions.find("old")).conversation == "web:v"


@pytest.mark.parametrize("token", [None, "", "x", "x" * 129, "\ud800", "' OR 1=1 --"])
async def test_what_is_no_token_finds_nobody(sessions: Sessions, token: str | None) -> None:
    await sessions.open("zh")
    with pytest.raises(Unauthorised):
        await sessions.find(token)


async def test_the_token_itself_is_nowhere_in_the_store(sessions: Sessions, tmp_path: Path) -> None:
    token, session = await sessions.open("zh")

    written = read_all(tmp_path)
    assert session.visitor.encode() in written
    assert token.encode() not in written


def read_all(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


async def test_seven_days_without_use_end_it(sessions: Sessions, clock: ManualClock) -> None:
    token, _ = await sessions.open("zh")
    clock.advance(7 * DAY_S - 1)
    await sessions.find(token)
    clock.advance(7 * DAY_S + 1)
    with pytest.raises(Unauthorised):
        await sessions.find(token)


async def test_thirty_days_end_it_however_much_it_is_used(sessions: Sessions, clock: ManualClock) -> None:
    token, session = await sessions.open("zh")
    for _ in range(29):
        clock.advance(DAY_S)
        assert (await sessions.find(token)).visitor == session.visitor
    clock.advance(DAY_S)
    with pytest.raises(Unauthorised):
        await sessions.find(token)


async def test_the_language_is_remembered(sessions: Sessions) -> None:
    token, _ = await sessions.open("zh")
    await sessions.find(token, "en")

    assert (await sessions.find(token)).language == "en"


async def test_a_revoked_token_is_void(sessions: Sessions) -> None:
    token, _ = await sessions.open("zh")
    await sessions.revoke(token)
    with pytest.raises(Unauthorised):
        await sessions.find(token)


async def test_a_revoked_session_is_told_to_its_open_pages_wherever_they_are(
    sessions: Sessions, store: SqliteStore
) -> None:
    token, session = await sessions.open("zh")
    hints = store.shared.subscribe([f"feed:{session.conversation}"])
    assert await sessions.lasts(token)
    await sessions.revoke(token, session)
    assert await hints.next(1.0) == f"feed:{session.conversation}"
    assert not await sessions.lasts(token)
    hints.close()
