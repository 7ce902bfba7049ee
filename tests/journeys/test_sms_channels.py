"""Two channels of text messages at once, a carrier's link and a provider's bridge: each answers for its own number."""
from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.app import Mind
from gateway.config_sms import SmsWebhook
from simulators.smsc.server import serve
from tests.clock import ManualClock
from tests.journeys.sms import OURS, SECRET, SIGN, Bridge, CarrierHandset, SmsCitizen, Town, bound_to
from tests.until import until

HELLO = "路灯坏了"
OTHER, OTHER_SIGN = "10698765", "政务短信"
PHONE = "8613800138031"


async def test_each_number_is_answered_over_its_own_channel(tmp_path: Path, mind: Mind) -> None:
    async with AsyncExitStack() as stack:
        town = Town(ManualClock(), tmp_path, mind)
        carrier = await stack.enter_async_context(serve(town.clock))
        bridge = Bridge(town.clock, await stack.enter_async_context(aiohttp.ClientSession()))
        provider = web.Application()
        provider.router.add_post("/send", bridge.sends)
        server = await stack.enter_async_context(TestServer(provider))
        stack.push_async_callback(town.closes)
        await town.opens(bound_to(carrier), SmsWebhook(
            name="generic", numbers=(OTHER,), sign=OTHER_SIGN, url=str(server.make_url("/send")), secrets=(SECRET,)))
        bridge.hotline = town.hotline.url
        await until(lambda: carrier.bound)

        citizen = SmsCitizen(CarrierHandset(carrier.phone(PHONE)))
        assert (await citizen.says(HELLO)).startswith(f"【{SIGN}】")
        await town.settles()
        seen = len(carrier.phone(PHONE).texts)

        await bridge.posts("mo", {"id": "1", "from": PHONE, "to": OTHER, "text": "天河区体育西路"})
        await until(lambda: bridge.shown.get(f"+{PHONE}"))
        await town.settles()
        assert all(text.startswith(f"【{OTHER_SIGN}】") for text in bridge.shown[f"+{PHONE}"])
        assert len(carrier.phone(PHONE).texts) == seen, f"{OURS} was not written to"
