"""`python -m bench`: the load and its neighbours; `--full` adds the kills and the storm, `--kills` does kills alone.

Writes results.json, where the other half stays as it was, and the page's tables.
"""
from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import chaos, fuzz_wechat, page, watch
from bench.load import LEVELS, Plan, measure
from tests.test_store_kill import Torture

KILLS, CITIZENS, STORE_KILLS = 100, 50, 40


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--full", action="store_true", help="also the kills of gateway and store, and WeChat's storm")
    parser.add_argument("--kills", action="store_true", help="only the kills")
    parser.add_argument("--seconds", type=float, default=20.0, help="measured time of every run")
    parser.add_argument("--out", type=Path, default=page.RESULTS)
    args = parser.parse_args()
    results = json.loads(args.out.read_text("utf-8")) if args.out.is_file() else {}
    if not args.kills:
        results |= _measured(Plan(seconds=args.seconds, levels=LEVELS))
    if args.full or args.kills:
        results |= _killed()
    if args.full:
        results |= {"fuzz_wechat": fuzz_wechat.measure(fuzz_wechat.SECONDS)}
    args.out.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", "utf-8")
    page.main()
    print(page.table(results))


def _measured(plan: Plan) -> dict[str, Any]:
    head = {"date": datetime.now(UTC).isoformat(timespec="minutes"), "machine": watch.machine()}
    with tempfile.TemporaryDirectory() as folder:
        return head | {"load": asyncio.run(measure(Path(folder), plan))}


def _killed() -> dict[str, Any]:
    """Both tortures at full size; kept in results.json until they are run again."""
    with tempfile.TemporaryDirectory() as folder:
        outcome = asyncio.run(chaos.run(Path(folder), KILLS, CITIZENS))
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(Torture(Path(folder), "sound").run(STORE_KILLS))
    store = {"kills": found.kills, "acknowledged": found.acknowledged, "repeated_sends": found.repeated_sends}
    faults = {name: len(getattr(found, name)) for name in ("lost", "doubled", "disordered", "buried")}
    when = datetime.now(UTC).isoformat(timespec="minutes")
    return {"chaos": {"date": when, **asdict(outcome)}, "store_kill": {"date": when, **store, **faults}}


if __name__ == "__main__":
    main()
