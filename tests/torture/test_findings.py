"""The verdict on evidence that is wrong on purpose: nothing of it goes unseen."""
from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from gateway.clock import RandomIds, SystemClock
from gateway.store.lanes import Changes
from gateway.store.sqlite import SqliteStore
from tests.tables import table
from tests.torture.duty import Duty, World
from tests.torture.findings import FAULTS, Findings, compare, judge
from tests.torture.outside import HEARD_LATE_S, Outside
from tests.torture.variants import VARIANTS, script

KEY = "web:0"
LAST = 5  # the first work order is due


@table(("seen", "fault"), [
    ("1 2 3 t3", None),
    ("1 t3 2 3", None),  # a timer comes when it is due
    ("1 3 t3", "lost"),
    ("1 2 3", "lost"),
    ("1 2 2 3 t3", "doubled"),
    ("1 2 3 t3 t3", "doubled"),
    ("1 3 2 t3", "disordered"),
])
def test_each_fault_is_told_from_the_others(seen: str, fault: str | None) -> None:
    found = Findings()
    compare("here", seen.split(), ["1", "2", "3", "t3"], found)
    assert list(found.faults) == ([fault] if fault else [])


@table(("told", "disturbed", "unexplained"), [
    ([(10.0, "a")], [], []),
    ([(10.0, "a"), (20.0, "a")], [], ["a"]),
    ([(10.0, "a"), (20.0, "a")], [[15.0, 15.0]], []),
    ([(10.0, "a"), (20.0, "a")], [[8.0, 9.0]], ["a"]),    # over before
    ([(10.0, "a"), (20.0, "a")], [[21.0, 22.0]], ["a"]),  # began afterwards
    ([(10.0, "a"), (20.0, "a"), (30.0, "a")], [[15.0, 15.0]], ["a"]),
    ([(10.0, "a"), (11.0, "b"), (20.0, "b")], [[5.0, 25.0]], []),
])
def test_what_is_told_again_needs_a_disturbance_since(
    told: list[tuple[float, str]], disturbed: list[list[float]], unexplained: list[str]
) -> None:
    outside = Outside(Path(), [], [], 0)
    outside.told = told
    outside.disturbances = disturbed
    assert outside.unexplained() == unexplained


async def test_a_disturbance_reaches_back_to_what_we_hear_late() -> None:
    outside = Outside(Path(), [], [], 0)
    outside.disturb()
    ((start, end),) = outside.disturbances
    assert end - start == pytest.approx(HEARD_LATE_S, abs=0.1)


@pytest.mark.parametrize("spoilt", ["", "unfiled", "twice filed", "forgotten", "buried"])
async def test_a_store_is_judged_by_every_place_where_a_message_leaves_its_mark(tmp_path: Path, spoilt: str) -> None:
    outside = Outside(tmp_path, [KEY], [], 0)
    store = SqliteStore(tmp_path / "store.db", SystemClock(), RandomIds())
    await store.open()
    async with await outside.open():
        await _worked(store, outside, spoilt)
    if spoilt == "unfiled":
        outside.told = [(at, id) for at, id in outside.told if not id.startswith("order:")]
    found = Findings()
    await judge(store, outside, found)
    await store.close()
    assert found.due == 1
    expected = {"": [], "unfiled": ["lost"], "twice filed": ["doubled"], "forgotten": ["lost"], "buried": ["buried"]}
    assert list(found.faults) == expected[spoilt]


async def _worked(store: SqliteStore, outside: Outside, spoilt: str) -> None:
    """LAST messages of one citizen, worked off."""
    reader, writer = await asyncio.open_unix_connection(outside.path)
    duty = Duty(World(reader, writer))
    for n in range(1, LAST + 1):
        await store.lanes.ingest("in", KEY, str(n), str(n).encode())
    outside.acknowledged[KEY] = LAST + (spoilt == "forgotten")
    while any(lane.waiting or lane.timers for lane in (await store.lanes.stats()).values()):
        await store.lanes.tick()
        for lane, handler in duty.handlers.items():
            for lease in await store.lanes.claim(lane, "w"):
                await store.lanes.commit(lease, await handler(lease), keep=False)
    if spoilt == "twice filed":
        await store.lanes.ingest("case", f"order:{KEY}/{LAST}", "again", b"")
        (lease,) = await store.lanes.claim("case", "w")
        await store.lanes.commit(lease, Changes(upto=lease.msgs[-1].seq, state=b"filed"))
    if spoilt == "buried":
        await store.lanes.ingest("in", "web:other", "1", b"1")
        (lease,) = await store.lanes.claim("in", "w")
        await store.lanes.bury(lease, "poison")
    writer.close()


def test_every_rejected_design_still_fits_the_script() -> None:
    for variant in VARIANTS:
        assert script(variant)
    assert set(Findings().figures()) >= set(FAULTS)
