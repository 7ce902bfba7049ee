"""A visitor of the web chat, whose connections come to one gateway and then to another."""
from __future__ import annotations

import asyncio
from typing import Any

import aiohttp

from bench.citizen import Citizen
from gateway.store.redis import RedisStore
from tests.many.people import files, opening
from tests.many.town import Town, ids, spoken
from tests.until import until


async def test_a_form_is_filled_with_every_answer_at_another_gateway(running: Town, store: RedisStore) -> None:
    citizen = Citizen(running.http, running.url, "wanders")
    before = len(running.balancer.went)
    work_order = await files(citizen, leaves=True)
    assert len(citizen.texts) >= 4
    assert len(set(running.balancer.went[before:])) == 4
    assert len(citizen.heard) == len(set(citizen.heard)) == len(citizen.texts)
    assert await spoken(store.records, citizen.texts[0]) == citizen.texts
    await until(lambda: store.records.get("desk_case", work_order))


async def test_what_one_gateway_says_is_seen_at_once_at_another(running: Town) -> None:
    """Two tabs of one visitor at two gateways: both show every reply once, and the one that writes is not the first."""
    writes = Citizen(running.http, running.url, "writes")
    await writes.says("您好")
    reads = await _tab(running, writes.session)
    loop = asyncio.get_running_loop()
    for n in range(5):
        asked = loop.time()
        reply = await writes.says(f"第{n}句")
        seen = await _next(reads)
        assert seen["id"] == reply.id
        assert loop.time() - asked < 1.0  # by a hint: the sweep alone comes once in a second
    await reads.close()


async def test_who_ends_the_session_ends_it_at_every_gateway(running: Town) -> None:
    citizen = Citizen(running.http, running.url, "ends")
    await citizen.says("您好")
    tabs = [await _tab(running, citizen.session) for _ in range(3)]
    await tabs[0].send_json({"type": "end"})
    closed = await asyncio.wait_for(asyncio.gather(*(_closing(tab) for tab in tabs)), 5.0)
    assert closed == [1000] * 3


async def test_hostile_37_twenty_messages_at_once_at_four_gateways_and_a_double_tap(
    running: Town, store: RedisStore
) -> None:
    """In order, one work order."""
    citizen = Citizen(running.http, running.url, "hurries")
    reply = await citizen.says(opening("9990000000037"))
    tabs = [await _tab(running, citizen.session) for _ in range(4)]
    assert len(set(running.balancer.went[-4:])) == 4
    spoke = [[f"{tab}-{n}" for n in range(5)] for tab in range(4)]
    await asyncio.gather(*(_says(tab, texts) for tab, texts in zip(tabs, spoke, strict=True)))
    await running.settles(store)
    said = (await spoken(store.records, citizen.texts[0]))[1:]
    assert sorted(said) == sorted(text for texts in spoke for text in texts)
    for texts in spoke:
        assert [text for text in said if text in texts] == texts
    reply = await citizen.picks("express_delivery", reply.id)
    while reply.ask != "confirm":
        reply = await citizen.says("13800138000") if "sender" not in reply.choices else (
            await citizen.picks("sender", reply.id))
    orders = await ids(store.records, "work_order", "created")
    taps = [{"type": "message", "id": f"tap{n}", "choice": "file", "to": reply.id} for n in range(4)]
    await asyncio.gather(*(tab.send_json(tap) for tab, tap in zip(tabs, taps, strict=True)))
    await until(lambda: _more(store, orders))
    await running.settles(store)
    assert len(await ids(store.records, "work_order", "created")) == len(orders) + 1
    for tab in tabs:
        await tab.close()


async def _more(store: RedisStore, orders: list[str]) -> bool:
    return len(await ids(store.records, "work_order", "created")) > len(orders)


async def _says(tab: aiohttp.ClientWebSocketResponse, texts: list[str]) -> None:
    for text in texts:
        await tab.send_json({"type": "message", "id": text, "text": text})
    taken = [await _next(tab, "accepted") for _ in texts]
    assert [frame["id"] for frame in taken] == texts


async def _tab(town: Town, session: str | None) -> aiohttp.ClientWebSocketResponse:
    """Another page of a visitor, where everything was read that was said so far."""
    tab = await town.http.ws_connect(town.url + "/web/ws")
    await tab.send_json({"type": "hello", "session": session, "after": None, "language": "zh"})
    assert (await tab.receive_json())["type"] == "welcome"
    while (await tab.receive_json())["type"] != "message":
        pass
    return tab


async def _next(tab: aiohttp.ClientWebSocketResponse, kind: str = "message") -> dict[str, Any]:
    """The next of that kind."""
    while True:
        frame: dict[str, Any] = await tab.receive_json()
        if frame["type"] == kind:
            return frame


async def _closing(tab: aiohttp.ClientWebSocketResponse) -> int | None:
    async for _ in tab:
        pass
    return tab.close_code
