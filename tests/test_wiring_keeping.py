"""gateway/wiring/keeping.py: what one of all gateways does for the store, and what each does for itself."""
from __future__ import annotations

from pathlib import Path

from gateway.fellows import Fellows
from gateway.store.spool import Spool
from gateway.store.sqlite import SqliteStore
from gateway.wiring.keeping import clean
from gateway.workers import Supervisor
from tests.clock import ManualClock, SerialIds
from tests.until import until


class Cleaned(SqliteStore):
    times = 0

    async def clean(self) -> int:
        removed = await super().clean()
        self.times += 1
        return removed


async def test_the_store_is_cleaned_by_one_and_each_spool_by_its_own_gateway(tmp_path: Path) -> None:
    clock, ids, supervisor = ManualClock(), SerialIds(), Supervisor()
    front, *spools = (Cleaned(tmp_path / f"{name}.db", clock, ids) for name in ("all", "first", "second"))
    for store in (front, *spools):
        await store.open()
    files = []

    async def sweep_files() -> int:
        files.append(1)
        return 0

    for own in spools:
        clean(supervisor, Spool(front, own, clock, ids.unique), Fellows(front.shared, many=True), sweep_files)
    await until(lambda: all(store.times for store in (front, *spools)) and files)
    assert [store.times for store in (front, *spools)] == [1, 1, 1]
    assert len(files) == 1
    await supervisor.close()
    for store in (front, *spools):
        await store.close()
