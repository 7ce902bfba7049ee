"""Moves that the contract suites of the lanes are made of."""
from __future__ import annotations

from gateway.store.lanes import Changes, Emit, LaneStore, Lease


async def fill(lanes: LaneStore, key: str, n: int, lane: str = "in") -> None:
    for i in range(1, n + 1):
        await lanes.ingest(lane, key, f"{key}-{i}", f"{key} {i}".encode())


async def take(lanes: LaneStore, lane: str = "in", **how: int) -> Lease:
    """The one lease that is to be had."""
    (lease,) = await lanes.claim(lane, "w", **how)
    return lease


async def drain(lanes: LaneStore, lane: str) -> list[bytes]:
    """All that waits in a lane, in the order it is handed out, consumed."""
    bodies: list[bytes] = []
    while leases := await lanes.claim(lane, "drain", n=1):
        lease: Lease | None = leases[0]
        while lease:
            bodies += [msg.body for msg in lease.msgs]
            lease = await lanes.commit(lease, Changes(upto=lease.msgs[-1].seq))
    return bodies


def bodies(lease: Lease | None) -> list[bytes]:
    assert lease is not None
    return [msg.body for msg in lease.msgs]


async def arm(lanes: LaneStore, key: str, *timers: Emit) -> None:
    """Arm timers from a turn of their own."""
    stored = await lanes.ingest("aside", key, "", b"arm", owner="w")
    assert stored.lease is not None
    await lanes.commit(stored.lease, Changes(upto=stored.seq, emits=timers))
