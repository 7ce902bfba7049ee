"""One citizen, two gateways on one Redis: each answer comes to the other one, and nobody notices."""
from __future__ import annotations

from pathlib import Path

import pytest

from gateway.app import Mind
from gateway.clock import SystemClock
from gateway.config import Store
from tests.contracts.stores import redis_server
from tests.images import jpeg
from tests.journeys.hotline import Given, Hotline
from tests.journeys.test_express_delivery import MISSING, OPENING

pytestmark = pytest.mark.programs


async def test_a_complaint_with_a_photo_is_filed_between_two_gateways(tmp_path: Path, mind: Mind) -> None:
    server = redis_server()
    server.ask("FLUSHALL")
    given = Given(
        clock=SystemClock(), store=Store(url=server.url, durability="relaxed"), uploads=str(tmp_path / "files")
    )
    one, other = await Hotline.open(tmp_path / "one", mind, given), await Hotline.open(tmp_path / "other", mind, given)
    citizen = await one.citizen("zh")
    reply = await citizen.says(OPENING)
    await citizen.moves(other)
    reply = await citizen.sends_photo(jpeg())
    while reply.ask != "confirm":
        await citizen.moves(one if reply.ask == "contact_phone" else other)
        answer = MISSING[reply.ask or ""]
        reply = await (citizen.picks(answer) if answer in reply.choices else citizen.says(answer))
    await citizen.moves(one)
    receipt = await citizen.picks("file")
    number = receipt.work_order
    assert number is not None
    (photo,) = (await other.case(number)).order["attachments"]
    assert await one.gateway.blobs.open(photo["id"]) == await other.gateway.blobs.open(photo["id"])
    assert one.gateway.seal.lookup_code(number) == other.gateway.seal.lookup_code(number)
    assert one.gateway.seal.lookup_code(number) in receipt.text
    clerk = await other.staff("clerk")  # what staff do at one is told by the other
    await clerk.acts(number, "accept")
    assert "受理" in (await citizen.hears()).text
    await other.close()
    await one.close()
