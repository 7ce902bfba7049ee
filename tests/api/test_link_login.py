"""A link that came by SMS opens the web chat as the same citizen: with one tap, once, and never by opening the page."""
from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.citizens import Citizens
from gateway.links import Links
from tests.api.hotline import Client, fits
from tests.journeys.hotline import Hotline

pytestmark = pytest.mark.asyncio(loop_scope="module")

_NUMBERS = count(13900139001)


@pytest.fixture
def phone() -> str:
    return f"+86{next(_NUMBERS)}"


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def an_hour_later(hotline: Hotline) -> AsyncIterator[None]:
    hotline.clock.advance(3_601)
    yield


async def token(hotline: Hotline, phone: str) -> str:
    gateway = hotline.gateway
    url = await Links(gateway.store.shared, gateway.ids, "https://12345.gz.example").make(phone)
    return url.partition("/s#")[2]


async def known_as(hotline: Hotline, conversation: str) -> str | None:
    store = hotline.gateway.store
    account = await Citizens(store.records, store.shared, hotline.gateway.ids).account(conversation)
    return account.phone if account else None


def stored(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("huiyin.db*"))


async def test_the_tap_opens_a_session_of_the_citizen_once(hotline: Hotline, phone: str) -> None:
    link = await token(hotline, phone)
    nobody = Client(hotline)
    answer = await nobody.ask("POST", "/api/login/link", {"token": link})
    fits("/api/login/link", "post", "200", answer.body)
    nobody.token = answer.body["session"]
    assert await known_as(hotline, await nobody.conversation()) == phone
    again = await Client(hotline).ask("POST", "/api/login/link", {"token": link})
    assert (again.status, again.faults) == (422, {"token": "link"})


async def test_a_visitor_keeps_their_own_session(client: Client, hotline: Hotline, phone: str) -> None:
    before = await client.conversation()
    answer = await client.ask("POST", "/api/login/link", {"token": await token(hotline, phone)})
    assert (answer.body["session"], await known_as(hotline, before)) == (client.token, phone)


async def test_another_citizens_browser_gets_a_new_session(client: Client, hotline: Hotline, phone: str) -> None:
    await client.ask("POST", "/api/login/link", {"token": await token(hotline, phone)})
    other = f"+86{next(_NUMBERS)}"
    answer = await client.ask("POST", "/api/login/link", {"token": await token(hotline, other)})
    assert answer.status == 200
    assert answer.body["session"] != client.token
    assert await known_as(hotline, await client.conversation()) == phone, "nobody's cases change hands"


async def test_a_guessed_or_old_token_is_told_nothing(client: Client, hotline: Hotline, phone: str) -> None:
    link = await token(hotline, phone)
    guessed = await client.ask("POST", "/api/login/link", {"token": "0" * 20})
    assert (guessed.status, guessed.faults) == (422, {"token": "link"})
    hotline.clock.advance(24 * 3600 + 1)
    late = await Client(hotline).ask("POST", "/api/login/link", {"token": link})
    assert late.faults == guessed.faults


async def test_opening_the_page_uses_nothing_up(hotline: Hotline, phone: str) -> None:
    """Previews and scanners open it; and what stands behind # never reaches us before the tap."""
    link = await token(hotline, phone)
    page = await Client(hotline).ask("GET", "/s")
    assert page.status == 200
    answer = await Client(hotline).ask("POST", "/api/login/link", {"token": link})
    assert answer.status == 200


async def test_the_token_itself_is_nowhere_in_the_store(hotline: Hotline, phone: str) -> None:
    link = await token(hotline, phone)
    folder = hotline.gateway.config.data.dir
    await hotline.gateway.store.shared.put("flush", b"", 1)
    kept = stored(Path(folder))
    assert phone.encode() in kept
    assert link.encode() not in kept
