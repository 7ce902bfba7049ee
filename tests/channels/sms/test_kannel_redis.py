"""A real Kannel that keeps open receipts in a real redis: they come home although bearerbox died meanwhile."""
from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from channels.sms.traffic import Sms
from tests.channels.sms.kannel_site import open_whole, redis
from tests.channels.sms.test_smpp import CLOSED
from tests.until import until


@pytest.mark.programs
async def test_open_receipts_survive_kill_9(tmp_path: Path) -> None:
    ids = [f"open-{n}" for n in range(20)]
    async with redis(tmp_path) as receipts, open_whole(tmp_path, receipts) as whole:
        whole.carrier.conduct.receipts = "held"
        for n, id_ in enumerate(ids):
            await whole.gateway.kannel.send(Sms(id_, f"+86138001380{n:02}", CLOSED))
        await until(lambda: {(id_, "accepted") for id_ in ids} <= set(whole.core.states), within_s=15.0)
        await whole.processes.kill_bearerbox()
        await whole.processes.kill_smsbox()     # it would wait ten seconds before it looks for a new one
        await until(lambda: not whole.carrier.bound, within_s=15.0)
        await whole.processes.start_bearerbox()
        await whole.processes.start_smsbox()
        await until(lambda: whole.carrier.bound, within_s=15.0)
        await whole.carrier.release()
        await until(lambda: {(id_, "delivered") for id_ in ids} <= set(whole.core.states), within_s=30.0)
        assert Counter(state for _, state in whole.core.states) == {"accepted": 20, "delivered": 20}
        assert all(len(whole.carrier.phone(f"86138001380{n:02}").texts) == 1 for n in range(20))
