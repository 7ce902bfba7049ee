"""gateway/alarms.py: said once when it begins and once when it is over."""
from __future__ import annotations

from pathlib import Path

from structlog.testing import capture_logs

from gateway.alarms import Alarms
from gateway.store.lanes import LaneStore
from tests.casebridge.desk_world import opened
from tests.clock import ManualClock


async def said(alarms: Alarms) -> list[tuple[str, str]]:
    with capture_logs() as lines:
        await alarms.look()
    return [(line["event"], line["alarm"]) for line in lines]


async def put_aside(lanes: LaneStore, key: str, *, parked: bool) -> None:
    await lanes.ingest("case", key, "first", b"x")
    (lease,) = await lanes.claim("case", "w")
    await (lanes.park if parked else lanes.bury)(lease, "why")


async def test_each_begins_and_ends_with_a_line_whatever_the_number_of_items(tmp_path: Path) -> None:
    clock = ManualClock()
    async with opened(tmp_path, clock) as store:
        lanes, alarms = store.lanes, Alarms(store.lanes, oldest_s=60)
        assert await said(alarms) == []
        await lanes.ingest("case", "fresh", "first", b"x")
        await lanes.ingest("in", "another lane", "", b"x")
        assert await said(alarms) == []
        clock.advance(61)
        assert await said(alarms) == [("alarm", "hand_over_late_s")]
        await put_aside(lanes, "fresh", parked=False)
        await put_aside(lanes, "a", parked=False)
        await put_aside(lanes, "b", parked=True)
        assert await said(alarms) == [
            ("alarm", "hand_over_dead"), ("alarm", "hand_over_in_doubt"), ("alarm_over", "hand_over_late_s")]
        await put_aside(lanes, "c", parked=True)
        assert await said(alarms) == []
        for dead in await lanes.dead():
            await lanes.discard(dead.id, "boss", "test")
        assert await said(alarms) == [("alarm_over", "hand_over_dead"), ("alarm_over", "hand_over_in_doubt")]
