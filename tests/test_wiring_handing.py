"""gateway/wiring/handing.py: what one gateway learns of a case backend, the others know."""
from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from gateway.errors import Paused
from gateway.fellows import Fellows
from gateway.wiring.handing import HandingOver
from gateway.workers import Supervisor
from tests.casebridge.desk_world import opened
from tests.casebridge.hand_over import Backend
from tests.clock import ManualClock
from tests.until import until


async def test_a_pause_that_one_gateway_met_is_followed_by_another(tmp_path: Path) -> None:
    clock, supervisor = ManualClock(), Supervisor()
    async with opened(tmp_path, clock) as store:
        met, other = (HandingOver(Backend("neither"), store, clock, 1.0) for _ in range(2))
        with suppress(Paused):
            async with met.gate.passing():
                raise Paused("401")
        other.start(supervisor, Fellows(store.shared, many=True))
        await until(lambda: other.gate.status == met.gate.status)
        assert other.gate.status.state == "paused"
        assert (await other.watched["case backend"]() or "").endswith("paused: 401")
        await supervisor.close()
