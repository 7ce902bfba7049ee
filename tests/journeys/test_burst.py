"""People write as they talk: three short messages in two seconds are one thing said, and get one answer."""
from __future__ import annotations

from pathlib import Path

from gateway.app import Mind
from gateway.clock import SystemClock
from tests.journeys.hotline import Given, Hotline


async def test_a_burst_is_one_turn_and_a_single_message_never_waits(tmp_path: Path, mind: Mind) -> None:
    hotline = await Hotline.open(tmp_path / "data", mind, Given(clock=SystemClock(), hold_s=0.3))
    try:
        citizen = await hotline.citizen("zh")

        # The first message is answered at once, what follows quickly is waited for and taken together.
        await citizen.writes("我要投诉顺丰", "单号SF1234567890123", "三天没动了", "我是寄件人")
        first = await citizen.hears()
        assert first.ask == "tracking_number"
        second = await citizen.hears()
        assert second.ask == "sender_address"
        assert "延误" in second.text

        # Nothing more comes: the next answer belongs to the next message.
        assert (await citizen.says("广州海珠区新港中路")).ask == "receiver_address"
    finally:
        await hotline.close()
