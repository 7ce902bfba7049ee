"""What is due is done once, whoever's clock it is."""
from __future__ import annotations

from typing import Any

from bench.citizen import Citizen
from gateway.store.redis import RedisStore
from tests.journeys.hotline import Staff
from tests.many.people import files
from tests.many.town import Town
from tests.until import until


async def test_four_tickers_invite_once_and_remind_once(running: Town, store: RedisStore) -> None:
    """And staff signed in at one gateway act at the others."""
    citizens = [Citizen(running.http, running.url, f"waits{n}") for n in range(4)]
    orders = [await files(citizen, f"{n}234567890123") for n, citizen in enumerate(citizens, 1)]
    staff = Staff(running.http, running.url)
    await staff.signs_in("demo-clerk", "a-password-for-many")
    for order in orders:
        await until(lambda order=order: store.records.get("desk_case", order))  # type: ignore[misc]
        await staff.acts(order, "accept")
        await staff.acts(order, "close", text="已处理")
    for citizen in citizens:
        shown = await _asked_to_rate(running, citizen)
        assert len({frame["id"] for frame in shown}) == len(shown) == 2
    await until(lambda: _nothing_due(store))
    for citizen in citizens:
        assert len(await _asked_to_rate(running, citizen)) == 2


async def _nothing_due(store: RedisStore) -> bool:
    stats = await store.lanes.stats()
    return not any(lane.waiting or lane.leased for lane in stats.values())


async def _asked_to_rate(town: Town, citizen: Citizen) -> list[dict[str, Any]]:
    """The invitation and the reminder, as a page shows them that is opened anew."""
    found: list[dict[str, Any]] = []
    async with town.http.ws_connect(town.url + "/web/ws") as page:
        await page.send_json({"type": "hello", "session": citizen.session, "after": None, "language": "zh"})
        while len(found) < 2:
            frame = await page.receive_json(timeout=10.0)
            if frame["type"] == "message" and frame["ask"] == "resolved":
                found.append(frame)
    return found
