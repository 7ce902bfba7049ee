"""The case bridge under fire: `python -m bench.bridge [--full]`.

kill -9 in the middle of hand-overs to a system that fails, for each promise about repeats and for a naive bridge
(bench/bridge_kill.py); four hours without the system at peak (bench/bridge_outage.py). Writes `bridge` of results.json
and bench/bridge.md.
"""
from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from bench import bridge_page, page, watch
from bench.bridge_kill import Ordeal, torment
from bench.bridge_outage import measure

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """orders: work orders of an ordeal; rows: that come during the outage."""

    orders: int = 250
    kills: int = 30
    rows: int = 3_000


FULL = Plan(orders=1_000, kills=100, rows=31_200)
WAYS: Mapping[str, Ordeal] = {
    "idempotent": Ordeal("idempotent", 0, 0), "lookup": Ordeal("lookup", 0, 0), "neither": Ordeal("neither", 0, 0),
    "late": Ordeal("lookup", 0, 0, what="late"), "naive": Ordeal("neither", 0, 0, told="idempotent"),
}


async def run(plan: Plan) -> Figures:
    kills: Figures = {}
    for way, ordeal in WAYS.items():
        with tempfile.TemporaryDirectory() as folder:
            outcome = await torment(Path(folder), replace(ordeal, orders=plan.orders, kills=plan.kills))
        kills[way] = asdict(outcome)
    with tempfile.TemporaryDirectory() as folder:
        outage = await measure(Path(folder), plan.rows)
    return {"kills": kills, "outage": outage, "load_after": watch.machine()["load_before"]}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.bridge", description=__doc__)
    parser.add_argument("--full", action="store_true", help=f"{FULL.kills} kills of each, {FULL.rows} rows that wait")
    parser.add_argument("--out", type=Path, default=page.RESULTS)
    args = parser.parse_args()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    head = {"date": datetime.now(UTC).isoformat(timespec="minutes"), "machine": watch.machine()}
    found = asyncio.run(run(FULL if args.full else Plan()))
    results = json.loads(args.out.read_text("utf-8")) if args.out.is_file() else {}
    results["bridge"] = head | found
    args.out.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", "utf-8")
    bridge_page.main()


if __name__ == "__main__":
    main()
