"""What a gateway gives back when it leaves, another goes on with at once and not after the lease."""
from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from gateway.protocols import Changes, Lease
from gateway.workers import LEASE_MS, LaneWorker
from tests.contracts.stores import SingleOpener

pytestmark = pytest.mark.programs


class Hands:
    """A handler that never ends, or that does what there is."""

    def __init__(self, *, slow: bool) -> None:
        self.slow = slow
        self.taken: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    async def handle(self, lease: Lease) -> Changes:
        if not self.taken.done():
            self.taken.set_result(asyncio.get_running_loop().time())
        if self.slow:
            await asyncio.Event().wait()
        return Changes(lease.msgs[-1].seq)


async def test_a_turn_that_a_leaving_gateway_gave_up_begins_at_another_within_a_moment(tmp_path: Path) -> None:
    opener = SingleOpener(tmp_path)
    leaving, staying = await opener.open(), await opener.open()
    old, new = Hands(slow=True), Hands(slow=False)
    worker = LaneWorker("in", old.handle, leaving.lanes, leaving.shared, owner="old")
    done = await leaving.lanes.ingest("in", "web:v", "1", b"x", owner="old")
    assert done.lease
    worker.begin(done.lease)
    await old.taken
    other = LaneWorker("in", new.handle, staying.lanes, staying.shared, owner="new")
    running = asyncio.create_task(other.run(sweep_s=60.0))  # by the hint alone
    await worker.drain(0.01)
    given_back = asyncio.get_running_loop().time()
    took_ms = (await asyncio.wait_for(new.taken, 5.0) - given_back) * 1000
    assert took_ms < LEASE_MS / 20, took_ms
    await other.drain(1.0)
    running.cancel()
    await leaving.close()
    await staying.close()
